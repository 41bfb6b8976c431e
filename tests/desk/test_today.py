"""今天要办: mine and what nobody has taken."""

from __future__ import annotations

import re
from datetime import timedelta

from flask import Flask

from tests.desk.conftest import Browser, signed_in
from tests.factories import CLERK, NOW, SUPERVISOR, file_ticket
from xiaobao.desk.context import Desk
from xiaobao.tickets import follow_ups, service
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


def test_who_did_not_answer_the_follow_up_is_called_and_what_they_say_is_written_down(
    app: Flask, desk: Desk, staff: dict[str, AccountView]
) -> None:
    number = file_ticket(desk.writing, conversation_id=None, urgent=True)
    with desk.writing.begin() as session:
        service.accept(session, number, actor=CLERK, now=NOW, office=desk.office)
        service.assign(session, number, actor=CLERK, now=NOW, department="消保科")
        service.close(session, number, actor=SUPERVISOR, now=NOW, office=desk.office, result="退款129元")
    clerk = signed_in(app, "clerk")
    assert "还没问" in clerk.get(f"/tickets/{number}").text and "请回访" not in clerk.get("/today").text
    with desk.writing.begin() as session:
        follow_ups.ask(session, NOW + timedelta(days=3))
    assert number in clerk.get("/today").text.split("请回访")[1]
    assert number in clerk.get("/?follow=1&status=all").text and "要回访的单子" in clerk.get("/?follow=1").text
    page = clerk.get(f"/tickets/{number}?step=follow_up").text
    assert "打电话问三句" in page and "兑现了没有" in page and "不满意" in page
    typed = {"fulfilled": "no", "grade": "poor", "text": "电话13800001234打来，钱一直没退"}
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    clerk.post(f"/tickets/{number}/follow_up", version=version[1], **typed)
    page = clerk.get(f"/tickets/{number}").text
    assert "没有兑现，不满意。" in page and "打电话问到的" in page
    assert "请回访" not in clerk.get("/today").text
