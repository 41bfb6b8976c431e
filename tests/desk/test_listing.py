"""Every search box is harmless, every filter kept from page to page."""

from __future__ import annotations

import pytest

from tests.desk.conftest import Browser
from tests.factories import file_ticket
from tests.tickets.test_search_index import NASTY
from xiaobao.desk.context import Desk


@pytest.mark.parametrize("words", NASTY)
def test_sql_html_and_quotes_are_words(clerk: Browser, desk: Desk, words: str) -> None:
    file_ticket(desk.writing)
    answer = clerk.get("/", query_string={"q": words, "status": "all"})
    assert answer.status_code == 200 and "<script>alert" not in answer.text
    for name in ("merchant", "department"):
        assert clerk.get("/", query_string={name: words}).status_code == 200


@pytest.mark.parametrize("query", [{"status": "x"}, {"kind": "x"}, {"person": "x"}, {"person": "9" * 30}])
def test_what_cannot_be_is_not_found(clerk: Browser, query: dict[str, str]) -> None:
    assert clerk.get("/", query_string=query).status_code == 404


def test_a_list_tells_how_many_there_are(clerk: Browser, desk: Desk) -> None:
    for _ in range(3):
        file_ticket(desk.writing)
    assert "3件，先到期的在最上面" in clerk.get("/").text
    assert "3件，新提交的在最上面" in clerk.get("/?q=水壶").text


def test_all_filters_go_along_to_the_next_page(clerk: Browser, desk: Desk) -> None:
    for _ in range(51):
        file_ticket(desk.writing)
    page = clerk.get("/?nobody=1&kind=complaint").text
    assert "kind=complaint&amp;nobody=1&amp;after=" in page
