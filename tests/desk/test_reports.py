"""Reports are for who handles them (办法 art. 37): an inspector sees neither them nor that a complaint has one."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.desk.conftest import Browser, signed_in
from tests.factories import file_ticket
from xiaobao.desk.context import Desk
from xiaobao.tickets.accounts import AccountView
from xiaobao.tickets.workflow import Role

PLANTED = "翠湖暗访线索"


@pytest.fixture
def pair(desk: Desk) -> tuple[str, str]:
    """A complaint and the report beside it."""
    complaint = file_ticket(desk.writing)
    report = file_ticket(
        desk.writing, ticket_kind="report", draft_id="d-report", beside_complaint=complaint, merchant=PLANTED,
        narrative=PLANTED, claim=None,
    )  # fmt: skip
    return complaint, report


def test_who_handles_both_is_led_from_one_to_the_other(clerk: Browser, pair: tuple[str, str]) -> None:
    complaint, report = pair
    assert report in clerk.get(f"/tickets/{complaint}").text
    assert complaint in clerk.get(f"/tickets/{report}").text


def test_an_inspector_meets_the_report_nowhere(
    app: Flask, staff: dict[str, AccountView], pair: tuple[str, str]
) -> None:
    complaint, report = pair
    inspector = signed_in(app, Role.INSPECTOR)
    pages = ["/", "/?status=all", "/?kind=report", f"/?q={PLANTED}", f"/tickets/{complaint}"]
    for path in pages:
        page = inspector.get(path).text
        assert report not in page and (PLANTED not in page or "q=" in path)
    assert inspector.get(f"/tickets/{report}").status_code == 404
    assert complaint in inspector.get("/").text
