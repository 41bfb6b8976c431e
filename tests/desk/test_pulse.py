"""What open pages ask: urgent tickets, who else is looking."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from tests.desk.conftest import Browser, Clock, signed_in
from tests.factories import CLERK, NOW, file_ticket
from xiaobao.desk.context import Desk
from xiaobao.tickets import service
from xiaobao.tickets.accounts import AccountView
from xiaobao.tickets.workflow import Kind


def test_an_urgent_ticket_rings_until_somebody_has_it(
    clerk: Browser, desk: Desk, staff: dict[str, AccountView]
) -> None:
    assert clerk.get("/pulse").json == {"overdue": 0, "soon": 0, "distress": 0, "waiting": 0, "urgent": None}
    file_ticket(desk.writing)
    number = file_ticket(desk.writing, ticket_kind="report", urgent=True)
    assert clerk.get("/pulse").json["urgent"] == number  # type: ignore[index]
    with desk.writing.begin() as session:
        service.assign(session, number, actor=CLERK, now=NOW, department="一科", handler=staff["handler"].id)
    assert clerk.get("/pulse").json["urgent"] is None  # type: ignore[index]


def test_nobody_hears_of_what_they_may_not_see(app: Flask, desk: Desk, staff: dict[str, AccountView]) -> None:
    file_ticket(desk.writing, ticket_kind=Kind.DISTRESS, urgent=True)
    report = file_ticket(desk.writing, ticket_kind="report", urgent=True)
    for role, heard in (("inspector", None), ("clerk", report), ("supervisor", report)):
        assert signed_in(app, role).get("/pulse").json["urgent"] == heard, role  # type: ignore[index]


def test_two_who_look_at_one_ticket_are_told(
    app: Flask, desk: Desk, clock: Clock, staff: dict[str, AccountView]
) -> None:
    number = file_ticket(desk.writing)
    clerk, handler = signed_in(app, "clerk"), signed_in(app, "handler")
    path = f"/tickets/{number}/presence"
    assert clerk.client.post(path, data={"csrf": clerk.csrf()}).json == {"others": []}
    assert handler.client.post(path, data={"csrf": handler.csrf()}).json == {"others": ["受理员甲"]}
    assert clerk.client.post(f"{path}/leave", data={"csrf": clerk.csrf()}).status_code == 204
    assert handler.client.post(path, data={"csrf": handler.csrf()}).json == {"others": []}
    clock.pass_(minutes=5)
    assert clerk.client.post(path, data={"csrf": clerk.csrf()}).json == {"others": []}


def test_presence_betrays_no_ticket_that_may_not_be_seen(
    app: Flask, desk: Desk, clock: Clock, staff: dict[str, AccountView]
) -> None:
    cry = file_ticket(desk.writing, ticket_kind=Kind.DISTRESS)
    clerk = signed_in(app, "clerk")
    assert clerk.client.post(f"/tickets/{cry}/presence", data={"csrf": clerk.csrf()}).status_code == 404
    assert clerk.client.post(f"/tickets/{cry}/presence").status_code == 400
    assert NOW - clock.now == timedelta()
