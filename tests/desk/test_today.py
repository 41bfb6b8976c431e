"""今天要办: mine and what nobody has taken."""

from __future__ import annotations

from flask import Flask

from tests.desk.conftest import Browser, signed_in
from tests.factories import CLERK, NOW, file_ticket
from xiaobao.desk.context import Desk
from xiaobao.tickets import service
from xiaobao.tickets.accounts import AccountView
from xiaobao.tickets.workflow import Kind


def test_an_empty_day_says_so(clerk: Browser) -> None:
    page = clerk.get("/today").text
    assert "现在没有分给您的单子。" in page and "都有人办了。" in page


def test_a_handler_sees_the_own_tickets_and_those_of_the_own_department(
    app: Flask, desk: Desk, staff: dict[str, AccountView]
) -> None:
    mine, room, elsewhere = (file_ticket(desk.writing, ticket_kind="report") for _ in range(3))
    with desk.writing.begin() as session:
        for number, department, handler in (
            (mine, "消保科", staff["handler"].id),
            (room, "消保科", None),
            (elsewhere, "二科", None),
        ):
            service.assign(session, number, actor=CLERK, now=NOW, department=department, handler=handler)
    page = signed_in(app, "handler").get("/today").text
    own, waiting = page.split("还没人办的")
    assert mine in own and room not in own and room in waiting and elsewhere not in page
    assert elsewhere in signed_in(app, "clerk").get("/today").text


def test_somebody_in_distress_is_seen_by_who_may(app: Flask, desk: Desk, staff: dict[str, AccountView]) -> None:
    cry = file_ticket(desk.writing, ticket_kind=Kind.DISTRESS)
    assert cry in signed_in(app, "supervisor").get("/today").text
    assert cry not in signed_in(app, "clerk").get("/today").text
