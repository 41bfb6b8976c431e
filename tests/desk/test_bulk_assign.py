"""Assigning many tickets from one page."""

from __future__ import annotations

import re
from html import unescape

import pytest

from tests.desk.conftest import Browser
from tests.factories import CLERK, NOW, an_office, file_ticket
from xiaobao.desk.context import Desk
from xiaobao.tickets import bulk, queries, service
from xiaobao.tickets.accounts import AccountView


def accepted(desk: Desk, count: int) -> list[str]:
    numbers = []
    for _ in range(count):
        number = file_ticket(desk.writing)
        with desk.writing.begin() as session:
            service.accept(session, number, actor=CLERK, now=NOW, office=an_office())
        numbers.append(number)
    return numbers


def lines_of(page: str) -> str:
    found = re.search(r'name="lines"[^>]*>([^<]*)<', page)
    return unescape(found[1]) if found else ""


def test_what_nobody_has_in_hand_is_listed_and_assigned(
    clerk: Browser, desk: Desk, staff: dict[str, AccountView]
) -> None:
    numbers = accepted(desk, 3)
    lines = lines_of(clerk.get("/assign").text)
    assert lines.split() == [f"{number}@2" for number in numbers]
    answer = clerk.post("/assign", lines=lines, department="消保科", handler=str(staff["handler"].id))
    assert "办完了：3 张已分办" in answer.text
    with desk.reading() as session:
        assert {queries.ticket(session, number).assignee_name for number in numbers} == {"承办人甲"}
    mine = clerk.get(f"/assign?of={staff['handler'].id}").text
    assert len(lines_of(mine).split()) == 3 and "没有等着分办的单子" in clerk.get("/assign").text


def test_what_cannot_be_assigned_yet_takes_no_place_in_the_list(
    clerk: Browser, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "MOST", 2)
    for _ in range(3):
        file_ticket(desk.writing)  # complaints have to be accepted first
    lines = [f"{number}@2" for number in accepted(desk, 2)]
    assert lines_of(clerk.get("/assign").text).split() == lines


@pytest.mark.slow
def test_a_long_list_goes_on_in_pieces_with_a_report_of_each_line(clerk: Browser, desk: Desk) -> None:
    good = accepted(desk, 1)
    lines = "\n".join([*(f"XB20200101-{number:06}@1" for number in range(450)), f"{good[0]}@2"])
    answer, rounds = clerk.post("/assign", lines=lines, department="消保科").text, 1
    while "data-goes-on" in answer:
        typed = {name: unescape(re.search(rf'name="{name}" value="([^"]*)"', answer)[1]) for name in ("good", "before")}  # type: ignore[index]
        answer = clerk.post("/assign", lines=lines_of(answer), department="消保科", **typed).text
        rounds += 1
    assert rounds == 3 and "1 张已分办" in answer and "450 张没办成" in answer and "单号写错了" in answer


@pytest.mark.parametrize(
    ("field", "value"), [("department", " "), ("department", "x" * 41), ("handler", "999"), ("lines", "")]
)
def test_a_wrong_field_changes_nothing(clerk: Browser, desk: Desk, field: str, value: str) -> None:
    number = accepted(desk, 1)[0]
    answer = clerk.post("/assign", **{"lines": f"{number}@2", "department": "消保科", field: value})
    assert answer.status_code == 422 and 'class="problem"' in answer.text
    with desk.reading() as session:
        assert queries.ticket(session, number).department is None


def test_markup_in_a_line_is_shown_as_written(clerk: Browser) -> None:
    answer = clerk.post("/assign", lines="<script>x</script>", department="<b>科</b>")
    assert "<script>x" not in answer.text and "<b>科" not in answer.text


def test_somebody_else_s_list_is_asked_for_by_a_number(clerk: Browser) -> None:
    assert clerk.get("/assign?of=x").status_code == 404
