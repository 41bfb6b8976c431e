"""在线接待: the queue with story and values, one clerk a talk, words looked at and written down, the way back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.desk.conftest import Browser, Clock, signed_in
from tests.factories import NOW, file_ticket
from xiaobao.conversations import messages, takeovers, turns
from xiaobao.conversations.messages import Draft
from xiaobao.conversations.tables import BOT, CITIZEN, Takeover
from xiaobao.desk.context import Desk
from xiaobao.tickets.accounts import AccountView
from xiaobao.tickets.tables import Audit
from xiaobao.tickets.workflow import Kind

STORY = "10月3日在乐动健身办卡2680元，店关了，我电话13800138000"
TOLD = {"kind": "complaint", "story": STORY, "slots": {"merchant": "乐动健身", "amount": "2680元", "own_use": "yes"}}


def wish(desk: Desk, summary: dict[str, object] | None = None) -> tuple[str, int]:
    with desk.writing.begin() as session:
        conversation_id = messages.open_conversation(session, channel="website", now=NOW)
        before = NOW - timedelta(minutes=1)
        for speaker, text in ((CITIZEN, STORY), (BOT, "店在哪里"), (CITIZEN, "转人工")):
            messages.append(session, conversation_id, Draft(speaker, text), before)
        takeovers.ask(session, conversation_id, TOLD if summary is None else summary, NOW)
        found = session.scalars(select(Takeover.id).where(Takeover.conversation_id == conversation_id)).one()
    return conversation_id, found


def said(desk: Desk, conversation_id: str) -> list[tuple[str, str]]:
    with desk.reading() as session:
        return [(one.speaker, one.text) for one in messages.of_conversation(session, conversation_id)][3:]


def audits(desk: Desk) -> list[tuple[str, str | None, dict[str, object]]]:
    with desk.reading() as session:
        rows = session.scalars(select(Audit).where(Audit.subject.like("takeover-%")).order_by(Audit.id))
        return [(row.action, row.actor_name, row.payload) for row in rows]


def key(browser: Browser) -> str:
    found = re.search(r'name="key" value="(\w+)"', browser.page)
    assert found
    return found[1]


def test_the_whole_way_from_the_queue_to_the_end(
    clerk: Browser, desk: Desk, clock: Clock, staff: dict[str, AccountView]
) -> None:
    conversation_id, number = wish(desk)
    clock.pass_(minutes=3)
    page = clerk.get("/reception").text
    assert "在等的 1" in page and "3分钟" in page and "乐动健身" in page and "13800138000" not in page
    assert clerk.get("/pulse").json["waiting"] == 1  # type: ignore[index]
    page = clerk.get(f"/reception/{number}").text
    assert "2680元" in page and "店在哪里" in page and "138****8000" in page and 'name="text"' not in page
    page = clerk.post(f"/reception/{number}/take").text
    assert "正在接待" in page and "受理员甲来了。从现在起是真人在跟您说话" in page
    sent = {"text": "店在哪条路？", "key": key(clerk)}
    clerk.post(f"/reception/{number}/say", **sent)
    clerk.post(f"/reception/{number}/say", **sent)
    with desk.writing.begin() as session:
        messages.append(session, conversation_id, Draft(CITIZEN, "和平路", payload="和平路"), clock.now)
        assert turns.next_turn(session, conversation_id) is None
    part = clerk.get(f"/reception/{number}/talk").text
    assert "和平路" in part and "<html" not in part
    assert clerk.get("/pulse").json["waiting"] == 0 and "正在接待的 1" in clerk.get("/reception/list").text  # type: ignore[index]
    assert "接待结束了" in clerk.post(f"/reception/{number}/leave").text
    told = [speaker for speaker, _ in said(desk, conversation_id)]
    assert told == ["system", "staff", "citizen"]
    with desk.writing.begin() as session:
        owed = turns.next_turn(session, conversation_id)
    assert owed is not None and owed.payload == '/human_left{"value": "left"}'
    assert [(action, name) for action, name, _ in audits(desk)] == [
        ("take_conversation", "受理员甲"), ("say_to_citizen", "受理员甲"), ("say_to_citizen", "受理员甲"),
        ("leave_conversation", "受理员甲"),
    ]  # fmt: skip
    assert not any("和平路" in str(payload) or "店在" in str(payload) for *_, payload in audits(desk))


def test_the_second_clerk_is_told_who_was_faster(app: Flask, desk: Desk, staff: dict[str, AccountView]) -> None:
    conversation_id, number = wish(desk)
    clerk, handler = signed_in(app, "clerk"), signed_in(app, "handler")
    clerk.post(f"/reception/{number}/take")
    late = handler.post(f"/reception/{number}/take")
    assert late.status_code == 409 and "刚被受理员甲接走了" in late.text
    refused = handler.post(f"/reception/{number}/say", text="我也来说一句", key="k")
    assert refused.status_code == 409 and "现在是受理员甲在接待" in refused.text
    assert handler.post(f"/reception/{number}/leave").status_code == 409
    assert handler.post(f"/reception/{number}/look").status_code == 403
    assert [speaker for speaker, _ in said(desk, conversation_id)] == ["system"]


def test_contact_data_are_shown_to_the_clerk_who_talks_and_written_down(clerk: Browser, desk: Desk) -> None:
    _, number = wish(desk)
    assert clerk.post(f"/reception/{number}/look").status_code == 403
    clerk.post(f"/reception/{number}/take")
    assert "13800138000" not in clerk.page and "138****8000" in clerk.page
    assert "13800138000" in clerk.post(f"/reception/{number}/look").text
    assert audits(desk)[-1][0] == "look_conversation"


@pytest.mark.parametrize(
    ("text", "why", "after_all"),
    [
        ("按《消费者权益保护法》第九百条办。", "查不到", True),
        ("您打商家老板13911112222问。", "不是这位群众的", True),
        ("您的身份证110101199003070011对吗？", "用后四位代替", False),
        ("字" * 601, "最多600个字", False),
        ("  ", "请写内容", False),
    ],
)
def test_words_are_looked_at_before_they_go_out(
    clerk: Browser, desk: Desk, text: str, why: str, after_all: bool
) -> None:
    conversation_id, number = wish(desk)
    clerk.post(f"/reception/{number}/take")
    refused = clerk.post(f"/reception/{number}/say", text=text, key="k")
    assert refused.status_code == 422 and why in refused.text
    assert [speaker for speaker, _ in said(desk, conversation_id)] == ["system"]
    assert ('name="sure"' in refused.text) is after_all
    assert clerk.post(f"/reception/{number}/say", text=text, key="k", sure="yes", follow=False).status_code == (
        303 if after_all else 422
    )
    assert bool(audits(desk)[-1][2].get("despite")) is after_all


def test_while_the_bot_ends_its_sentence_the_clerks_words_stay_in_the_box(
    clerk: Browser, desk: Desk, clock: Clock
) -> None:
    conversation_id, number = wish(desk)
    with desk.writing.begin() as session:
        messages.append(session, conversation_id, Draft(CITIZEN, "提交吧", payload="提交吧"), clock.now)
        owed = turns.next_turn(session, conversation_id, turns.Runner("bot:1"), clock.now)
    page = clerk.post(f"/reception/{number}/take").text
    assert "马上就轮到您" in page and "真人" not in page
    early = clerk.post(f"/reception/{number}/say", text="您好，我来看看", key="k")
    assert early.status_code == 409 and "请过几秒再发" in early.text and "您好，我来看看</textarea>" in early.text
    with desk.writing.begin() as session:
        assert owed is not None and turns.answer(session, owed.turn_id, [Draft(BOT, "已提交")], clock.now)
    clerk.post(f"/reception/{number}/say", text="您好，我来看看", key="k")
    assert [speaker for speaker, _ in said(desk, conversation_id)] == ["citizen", "bot", "system", "staff"]


def test_who_is_in_distress_is_talked_to_by_those_on_duty(
    app: Flask, desk: Desk, staff: dict[str, AccountView]
) -> None:
    conversation_id, number = wish(desk, summary={})
    file_ticket(desk.writing, ticket_kind=Kind.DISTRESS, urgent=True, conversation_id=conversation_id)
    clerk, supervisor = signed_in(app, "clerk"), signed_in(app, "supervisor")
    assert "在等的 0" in clerk.get("/reception").text and clerk.get("/pulse").json["waiting"] == 0  # type: ignore[index]
    for path in ("", "/talk"):
        assert clerk.get(f"/reception/{number}{path}").status_code == 404
    assert clerk.post(f"/reception/{number}/take").status_code == 404
    assert "在等的 1" in supervisor.get("/reception").text and "乐动健身" in supervisor.page
    assert supervisor.post(f"/reception/{number}/take").status_code == 200


def test_what_is_over_or_unknown_is_said_plainly(clerk: Browser, desk: Desk) -> None:
    conversation_id, number = wish(desk)
    assert clerk.get("/reception/999").status_code == 404
    assert clerk.post("/reception/999/take").status_code == 404
    with desk.writing.begin() as session:
        takeovers.cancel(session, conversation_id, NOW)
    gone = clerk.post(f"/reception/{number}/take")
    assert gone.status_code == 409 and "对方不等了" in gone.text
    assert "现在没有人在等" in clerk.get("/reception").text
    assert clerk.get(f"/reception/{number}").status_code == 404, "nobody's talk is nobody's to read"


def test_what_is_said_to_the_bot_afterwards_is_not_the_clerks_to_read(
    app: Flask, clerk: Browser, desk: Desk, clock: Clock
) -> None:
    conversation_id, number = wish(desk)
    clerk.post(f"/reception/{number}/take")
    clerk.post(f"/reception/{number}/leave")
    clock.pass_(minutes=1)
    with desk.writing.begin() as session:
        messages.append(session, conversation_id, Draft(CITIZEN, "只跟小宝说"), clock.now)
    page = clerk.get(f"/reception/{number}").text
    assert "这次接待已经结束" in page and "店在哪里" in page and "只跟小宝说" not in page
    assert signed_in(app, "handler").get(f"/reception/{number}").status_code == 404
