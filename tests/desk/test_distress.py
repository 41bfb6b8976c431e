"""Messages of people in distress on the desk: for those on duty and the supervisor, invisible to all others."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.desk.conftest import signed_in
from xiaobao.desk.context import Desk
from xiaobao.tickets import accounts, service
from xiaobao.tickets.accounts import AccountView
from xiaobao.tickets.workflow import Role


@pytest.fixture
def number(desk: Desk) -> str:
    entry = service.Submission(
        ticket_kind="distress",
        narrative="不想活了",
        draft_id="d1",
        conversation_id="c1",
        channel="website",
        urgent=True,
    )
    with desk.writing.begin() as session:
        return service.submit(session, entry, office=desk.office, now=desk.now()).number


@pytest.mark.parametrize(
    ("role", "on_duty", "sees"),
    [
        (Role.SUPERVISOR, False, True),
        (Role.CLERK, True, True),
        (Role.HANDLER, True, True),
        (Role.CLERK, False, False),
        (Role.HANDLER, False, False),
        (Role.INSPECTOR, True, False),
    ],
)
def test_only_those_on_duty_and_supervisors_know_of_it(
    app: Flask, desk: Desk, staff: dict[str, AccountView], number: str, role: Role, on_duty: bool, sees: bool
) -> None:
    with desk.writing.begin() as session:
        accounts.set_on_duty(session, staff[str(role)].id, on_duty)
    browser = signed_in(app, role)
    assert (number in browser.get("/?status=all").text) == sees
    assert ("有人需要关心" in browser.get("/?status=all").text) == sees
    page = browser.get(f"/tickets/{number}")
    assert page.status_code == (200 if sees else 404)
    if role != Role.INSPECTOR:
        typed = {"text": "我在，您愿意跟我说说吗？", "version": "1"}
        assert browser.post(f"/tickets/{number}/reply", **typed).status_code == (200 if sees else 404)
        assert browser.post(f"/tickets/{number}/contact", field="contact_phone").status_code == (200 if sees else 404)


def test_an_admin_puts_on_duty_and_that_is_recorded(app: Flask, desk: Desk, staff: dict[str, AccountView]) -> None:
    admin = signed_in(app, Role.ADMIN)
    page = admin.post(f"/accounts/{staff['clerk'].id}/duty", on_duty="1").text
    assert "已安排值班" in page
    with desk.reading() as session:
        found = accounts.get(session, staff["clerk"].id)
    assert found and found.on_duty
    assert "安排值班" in admin.get("/audit?subject=clerk").text
