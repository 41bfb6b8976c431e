"""What a reply lacks before it goes out: the rules by themselves, and at every door of the desk."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from tests.desk.conftest import Browser
from tests.factories import CLERK, NOW, REFERENCE, an_office, file_ticket
from xiaobao.desk import reply_check
from xiaobao.desk.context import Desk
from xiaobao.settings import ROOT
from xiaobao.tickets import deadlines, queries, service
from xiaobao.tickets.tables import Audit, OutboxRow
from xiaobao.tickets.views import TicketView

KNOWLEDGE = ROOT / "data" / "knowledge"
RULES = reply_check.load(REFERENCE, KNOWLEDGE)
GOOD = (
    "经核实，您11月2日在好物电器店购买的电水壶确有漏电。依据《消费者权益保护法》第二十四条，商家已同意退货并退还129元，"
    "11月28日前原路退回。"
)


@pytest.fixture
def ticket(sessions: sessionmaker[Session]) -> TicketView:
    number = file_ticket(sessions)
    with sessions() as session:
        return queries.ticket(session, number, unmasked=True)


def found(reply: str, ticket: TicketView, claim: str = "退货退款", **changes: Any) -> list[reply_check.Finding]:
    return reply_check.check(
        reply,
        dataclasses.replace(ticket, claim=claim, **changes),
        RULES,
        today=deadlines.local_date(NOW),
        holidays=an_office().reference.holidays,
        known_numbers=("0000-12315", "12315"),
    )


def lacking(reply: str, ticket: TicketView, claim: str = "退货退款", **changes: Any) -> list[str]:
    return reply_check.blocking(found(reply, ticket, claim, **changes))


def test_a_whole_reply_passes(ticket: TicketView) -> None:
    assert lacking(GOOD, ticket) == []
    refused = (
        "经联系商家，商家不同意退货退款，理由是已超过七天。双方未能达成一致，您可以向法院起诉，或者请消费者协会调解。"
    )
    assert lacking(refused, ticket) == []


@pytest.mark.parametrize(
    ("reply", "claim", "codes"),
    [
        ("经核实，商家同意退货退款129元。", "退货退款，赔偿误工费", ["claim"]),
        ("经核实，商家同意退货退款，其他诉求不予支持，您可以起诉。", "退货退款，赔偿误工费，道歉", []),
        ("您好，您的退货退款问题我们很重视，谢谢您的来信。", "退货退款", ["result", "reason"]),
        ("商家同意退货退款。", "退货退款", ["reason"]),
        ("经核实，商家不同意退货退款。", "退货退款", ["ways"]),
        (GOOD.replace("《消费者权益保护法》第二十四条", "《合同法》第一百零七条"), "退货退款", ["old_law"]),
        (GOOD.replace("第二十四条", "第八十八条"), "退货退款", ["no_article"]),
        (GOOD.replace("第二十四条", "第24条"), "退货退款", []),
        (GOOD + "我们将于2027年3月1日前回访您。", "退货退款", ["late_promise"]),
        (GOOD + "商家承诺2027年3月1日前再送一张券。", "退货退款", []),
        (GOOD + "我们将在60个工作日内回访您。", "退货退款", ["late_promise"]),
        (GOOD + "可以找店长王某，电话13911112222。", "退货退款", ["number"]),
        (GOOD + "有问题打0000-12315。", "退货退款", []),
        (GOOD + "我们打您的电话13800001234。", "退货退款", []),
        (GOOD + "退到您的卡6222021234567890128。", "退货退款", ["sensitive"]),
        (GOOD + "也可以写信到boss@shop.com。", "退货退款", ["email"]),
    ],
)
def test_each_lack_is_found_by_its_code(ticket: TicketView, reply: str, claim: str, codes: list[str]) -> None:
    assert lacking(reply, ticket, claim) == codes


def test_an_unknown_law_is_only_pointed_at(ticket: TicketView) -> None:
    pointed = found(GOOD + "另见《云泽市示例条例》第三条。", ticket)
    assert [(one.code, one.blocks) for one in pointed] == [("unknown_law", False)]


def test_a_promise_is_held_against_the_clock_of_law_and_not_the_offices_own_target(ticket: TicketView) -> None:
    own = tuple(dataclasses.replace(clock, statutory=False) for clock in ticket.clocks)
    assert lacking(GOOD + "我们将于2027年3月1日前回访您。", ticket, clocks=own) == []


def _accepted(desk: Desk) -> str:
    number = file_ticket(desk.writing, now=NOW - timedelta(days=1))
    with desk.writing.begin() as session:
        service.accept(session, number, actor=CLERK, now=NOW, office=desk.office)
    return number


def test_the_desk_asks_for_a_reason_and_loses_nothing(handler: Browser, desk: Desk) -> None:
    number, form = _accepted(desk), {"version": "2", "text": "商家同意退货退款。"}
    refused = handler.post(f"/tickets/{number}/reply", **form)
    assert refused.status_code == 409
    assert all(words in refused.text for words in ("没有写理由", form["text"], "答复还没发出"))
    seen = handler.post(f"/tickets/{number}/reply", act="preview", **form)
    assert seen.status_code == 200 and "没有写理由" in seen.text and "工作人员答复：商家同意退货退款。" in seen.text
    handler.post(f"/tickets/{number}/reply", check_reason="电话里已经讲清", **form)
    with desk.reading() as session:
        kept = session.scalars(select(Audit.payload).where(Audit.action == "reply_despite")).all()
        ticket = queries.ticket(session, number)
        told = str(session.execute(select(OutboxRow.params)).all())
    assert kept == [{"lacking": ["reason"], "reason": "电话里已经讲清"}]
    assert ticket.status == "replied" and "电话里" not in str(ticket.events) + told


def test_a_whole_reply_goes_out_without_a_word(handler: Browser, desk: Desk) -> None:
    number = _accepted(desk)
    assert handler.post(f"/tickets/{number}/reply", version="2", text=GOOD).status_code == 200
    with desk.reading() as session:
        assert queries.ticket(session, number).status == "replied"
        assert session.scalars(select(Audit).where(Audit.action == "reply_despite")).all() == []
