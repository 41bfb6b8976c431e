"""The list and the page of a ticket."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.desk.conftest import Browser, Clock, signed_in
from tests.factories import CLERK, CONVERSATION, NOW, an_office, file_ticket
from xiaobao.conversations import messages
from xiaobao.conversations.messages import Draft
from xiaobao.desk import context
from xiaobao.desk.context import Desk
from xiaobao.tickets import delivery, office_settings, outbox, service, sms
from xiaobao.tickets.accounts import AccountView
from xiaobao.tickets.tables import Audit, OutboxRow, Ticket
from xiaobao.tickets.workflow import Role

EVIL = "<script>alert(1)</script>'; DROP TABLE tickets; --{{7*7}}"
TEXTS = (
    *("merchant", "merchant_address", "shop_name", "platform", "item", "amount_text", "event_date_text"),
    *("order_number", "policy_number", "institution", "tried_with_merchant", "narrative", "claim", "region"),
    *("contact_name", "contact_phone", "contact_address", "contact_email", "object", "problem", "purchase_mode"),
)


EVIL_FIELDS: dict[str, Any] = {**dict.fromkeys(TEXTS, EVIL), "spans": {"merchant": {"start": 0, "end": 99}}}


def test_an_empty_list_says_what_will_appear_there(clerk: Browser) -> None:
    assert "现在没有要办的单子" in clerk.get("/").text


def test_the_list_masks_contact_data(clerk: Browser, desk: Desk) -> None:
    file_ticket(desk.writing, narrative="我的电话是13912345678，店家不理我")
    page = clerk.get("/").text
    assert "欧**" in page and "138****1234" in page and "139****5678" in page
    for hidden in ("欧阳娜娜", "13800001234", "13912345678", "幸福里"):
        assert hidden not in page


def test_the_ticket_masks_contact_data_until_somebody_looks(clerk: Browser, desk: Desk) -> None:
    number = file_ticket(desk.writing)
    page = clerk.get(f"/tickets/{number}").text
    assert "138****1234" in page
    assert "13800001234" not in page and "欧阳娜娜" not in page and "幸福里" not in page


def test_a_look_shows_one_field_and_writes_who_looked(
    clerk: Browser, desk: Desk, staff: dict[str, AccountView]
) -> None:
    number = file_ticket(desk.writing)
    answer = clerk.post(f"/tickets/{number}/contact", field="contact_phone")
    assert answer.status_code == 200 and "13800001234" in answer.text and "欧阳娜娜" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    with desk.reading() as session:
        (row,) = session.scalars(select(Audit)).all()
    assert (row.action, row.subject, row.account_id) == ("look", number, staff["clerk"].id)
    assert row.payload == {"field": "contact_phone"}


def test_a_look_at_anything_but_contact_data_is_refused(clerk: Browser, desk: Desk) -> None:
    number = file_ticket(desk.writing)
    assert clerk.post(f"/tickets/{number}/contact", field="query_code").status_code == 422


def test_a_handler_may_not_look_into_a_colleagues_ticket(app: Flask, handler: Browser, desk: Desk) -> None:
    number = file_ticket(desk.writing)
    _assign_to_somebody_else(desk, number)
    page = handler.get(f"/tickets/{number}").text
    assert "查看完整" not in page and "在别人乙手上" in page
    assert handler.post(f"/tickets/{number}/contact", field="contact_phone").status_code == 403


def test_an_inspector_sees_neither_conversation_nor_numbers_in_the_story(
    app: Flask, staff: dict[str, AccountView], desk: Desk
) -> None:
    number = file_ticket(desk.writing, narrative="打我电话13912345678", conversation_id=_conversation(desk))
    page = signed_in(app, Role.INSPECTOR).get(f"/tickets/{number}").text
    assert "139****5678" in page and "13912345678" not in page and "店家说没空" not in page


def test_the_conversation_hides_the_query_code_and_telephone_numbers(clerk: Browser, desk: Desk) -> None:
    number = file_ticket(desk.writing, conversation_id=_conversation(desk))
    page = clerk.get(f"/tickets/{number}").text
    assert "店家说没空" in page and "查询码 ******" in page
    assert "483920" not in page and "13800001234" not in page


def test_markup_and_sql_in_every_field_stay_text(clerk: Browser, desk: Desk) -> None:
    number = file_ticket(desk.writing, now=NOW, office_id="demo", **EVIL_FIELDS)
    for path in ("/", f"/tickets/{number}", f"/?q={EVIL}", f"/tickets/{number}?step={EVIL}"):
        answer = clerk.get(path)
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)" in clerk.get(f"/tickets/{number}").text
    assert "{{7*7}}" in clerk.get(f"/tickets/{number}").text


def test_the_words_that_became_fields_are_marked(clerk: Browser, desk: Desk) -> None:
    number = file_ticket(desk.writing)
    page = clerk.get(f"/tickets/{number}").text
    assert '<mark id="mark-item" title="东西或服务">电水壶</mark>' in page


def test_what_runs_out_first_stands_on_top(clerk: Browser, desk: Desk, clock: Clock) -> None:
    late = file_ticket(desk.writing, now=NOW.replace(day=2))
    early = file_ticket(desk.writing)
    suggestion = file_ticket(desk.writing, ticket_kind="suggestion")
    page = clerk.get("/").text
    assert page.index(late) < page.index(early) < page.index(suggestion)
    assert "超期" in page and "没有时限" in page


def test_filters_and_search_narrow_the_list(clerk: Browser, desk: Desk) -> None:
    kettle = file_ticket(desk.writing)
    noodles = file_ticket(
        desk.writing, merchant="老王面馆", item="牛肉面", ticket_kind="report", narrative="面里有钢丝"
    )
    with desk.writing.begin() as session:
        service.reject(session, kettle, actor=CLERK, now=NOW, office=an_office(), ground="N1", text="请找住建局")
    assert noodles in clerk.get("/").text and kettle not in clerk.page
    assert kettle in clerk.get("/?status=rejected").text and noodles not in clerk.page
    assert kettle in clerk.get("/?status=all&q=电水壶").text and noodles not in clerk.page
    assert noodles in clerk.get("/?kind=report").text and kettle not in clerk.page
    assert kettle in clerk.get(f"/?status=all&q={kettle}").text and noodles not in clerk.page
    assert "没有符合的单子" in clerk.get("/?q=100%25").text
    assert clerk.get("/?status=nonsense").status_code == 404


def test_only_overdue_tickets_are_listed_as_overdue(clerk: Browser, desk: Desk, clock: Clock) -> None:
    number = file_ticket(desk.writing)
    assert number not in clerk.get("/?overdue=1").text
    clock.pass_(days=14)
    clerk.sign_in("clerk")
    assert number in clerk.get("/?overdue=1").text


@pytest.mark.slow
def test_paging_shows_every_ticket_once(clerk: Browser, desk: Desk) -> None:
    filed = {file_ticket(desk.writing, ticket_kind=kind) for kind in ("complaint", "suggestion") for _ in range(30)}
    seen: list[str] = []
    path: str | None = "/"
    for _ in range(4):
        assert path
        page = clerk.get(path).text
        seen += [part.split('"')[0] for part in page.split('href="/tickets/')[1:]]
        path = page.split('href="/?after=')[1].split('"')[0] if "看后面的" in page else None
        if not path:
            break
        path = f"/?after={path}"
    assert len(seen) == 60 and set(seen) == filed


def test_my_tickets_are_those_assigned_to_me(handler: Browser, desk: Desk, staff: dict[str, AccountView]) -> None:
    mine, other = file_ticket(desk.writing), file_ticket(desk.writing)
    with desk.writing.begin() as session:
        service.accept(session, mine, actor=CLERK, now=NOW, office=an_office())
        service.assign(session, mine, actor=CLERK, now=NOW, department="消保科", handler=staff["handler"].id)
    assert mine in handler.get("/?mine=1").text and other not in handler.page


def test_an_unknown_ticket_is_a_page_that_says_so(clerk: Browser) -> None:
    answer = clerk.get("/tickets/XB20260101-000001")
    assert answer.status_code == 404 and "没有找到" in answer.text


def _conversation(desk: Desk) -> str:
    with desk.writing.begin() as session:
        conversation_id = messages.open_conversation(session, channel="website", now=NOW)
        for speaker, text in (
            ("citizen", "店家说没空，我的电话13800001234"),
            ("bot", "已提交，编号 XB20261123-000001，查询码 483920。"),
        ):
            messages.append(session, conversation_id, Draft(speaker=speaker, text=text), NOW)
    return conversation_id


def _assign_to_somebody_else(desk: Desk, number: str) -> None:
    from tests.factories import staff as new_account

    with desk.writing.begin() as session:
        other = new_account(session, login="other", name="别人乙")
        service.accept(session, number, actor=CLERK, now=NOW, office=an_office())
        service.assign(session, number, actor=CLERK, now=NOW, department="二科", handler=other.account_id)


def test_who_decides_sees_what_to_look_at_and_nobody_else(
    app: Flask, clerk: Browser, staff: dict[str, AccountView], desk: Desk
) -> None:
    told = "分五次下单买了40瓶蜂蜜，都是假的。之前向消协投诉过，他们调解不成"
    number = file_ticket(desk.writing, narrative=told)
    page = clerk.get(f"/tickets/{number}").text
    assert "可能已有部门或消协在办" in page and "第十六条第（二）项" in page
    assert "数量、次数多" in page and "不是认定" in page and "第十七条第（一）项" in page
    for role in (Role.HANDLER, Role.INSPECTOR):
        assert "数量、次数多" not in signed_in(app, role).get(f"/tickets/{number}").text
    assert "数量、次数多" not in clerk.get("/").text


def test_hints_go_when_the_decision_is_taken(clerk: Browser, desk: Desk) -> None:
    number = file_ticket(desk.writing, narrative="分五次下单买了40瓶蜂蜜，都是假的")
    clerk.post(f"/tickets/{number}/accept", version=clerk.version(number))
    assert "决定受理前先看" not in clerk.get(f"/tickets/{number}").text


def test_a_council_is_reminded_by_its_own_grounds_and_weighs_no_factors(clerk: Browser, desk: Desk) -> None:
    told = "分五次下单买了40瓶蜂蜜，都是假的。之前向消协投诉过，他们调解不成"
    number = file_ticket(desk.writing, narrative=told)
    desk_of_council = replace(desk, offices=office_settings.Asked(an_office("council")))
    clerk.client.application.extensions[context.KEY] = desk_of_council
    page = clerk.get(f"/tickets/{number}").text
    assert "同一争议已经在其他地方处理" in page and "第十六条" not in page and "数量、次数多" not in page


def test_a_notice_that_reached_nobody_is_a_call_to_make(clerk: Browser, desk: Desk) -> None:
    number = file_ticket(desk.writing)
    assert "请打电话" not in clerk.get(f"/tickets/{number}").text
    with desk.writing.begin() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        row = outbox.put(
            session,
            conversation_id=CONVERSATION,
            channel="wechat",
            response="utter_notice_closed",
            params={"text": "已退款", "number": number, "staff_name": "李受理", "phone": "13800001234"},
            now=NOW,
            ticket_id=ticket.id,
        )
        session.flush()
        delivery.settle(session, row.id, delivery.UNDELIVERED, "left", NOW)
    page = clerk.get(f"/tickets/{number}").text
    assert "有1条通知没能送到群众手里" in page and "通知记录（1）" in page
    assert "未能送达，请打电话" in page and "不再关注公众号" in page and "已退款" in page
    assert number in clerk.get("/today").text.split('id="h-calls"')[1].split('id="h-waiting"')[0]
    assert number in clerk.get("/?unheard=1").text
    told = {"side": "citizen", "means": "telephone", "reached": "yes", "said": "已告诉他退款", "at": "2026-11-23T10:00"}
    clerk.post(f"/tickets/{number}/contacts", **told)
    page = clerk.get(f"/tickets/{number}").text
    assert "没能送到群众手里" not in page and "已电话告知" in page
    assert "请打电话" not in clerk.get("/today").text and number not in clerk.get("/?unheard=1").text


def test_the_log_of_notices_is_for_who_works_on_the_ticket(app: Flask, desk: Desk, clerk: Browser) -> None:
    number = file_ticket(desk.writing)
    clerk.post(f"/tickets/{number}/accept", version=clerk.version(number))
    assert "通知记录（1）" in clerk.get(f"/tickets/{number}").text
    assert "还没送出，正在再试" in clerk.get(f"/tickets/{number}").text
    assert "通知记录" not in signed_in(app, Role.INSPECTOR).get(f"/tickets/{number}").text


def test_a_held_notice_says_until_when(clerk: Browser, desk: Desk) -> None:
    number = file_ticket(desk.writing)
    clerk.post(f"/tickets/{number}/accept", version=clerk.version(number))
    with desk.writing.begin() as session:
        row = session.scalars(select(OutboxRow)).one()
        night = NOW.replace(hour=23)
        delivery.hold(session, row.id, (night + timedelta(days=1)).replace(hour=8), night)
    page = clerk.get(f"/tickets/{number}").text
    assert "夜里不打扰，早上8点再发" in page and "请打电话" not in page


def test_a_text_says_what_is_known_of_it_and_no_more(clerk: Browser, desk: Desk) -> None:
    number = file_ticket(desk.writing, consent_version="2026-11-26", contact_phone="13800001234")
    clerk.post(f"/tickets/{number}/accept", version=clerk.version(number))
    night = NOW.replace(hour=23)
    morning = (night + timedelta(days=1)).replace(hour=7, minute=30)

    def page() -> str:
        return clerk.get(f"/tickets/{number}").text

    with desk.writing.begin() as session:
        delivery.settle(session, session.scalars(select(OutboxRow.id)).one(), delivery.UNDELIVERED, "left", night)
        assert sms.adopt(session, night, morning, "") == 1
    assert "夜里不打扰，早上7点30分再发短信" in page() and "请打电话" not in page()
    with desk.writing.begin() as session:
        (text,) = sms.claim(session, morning, None, "")
    with desk.writing.begin() as session:
        sms.said(session, text.id, sms.ACCEPTED, morning)
    assert "已发出" in page() and "已送达" not in page() and "只说了编号和有新进展" in page()
    with desk.writing.begin() as session:
        assert sms.silent(session, morning + sms.SILENT_AFTER) == 1
    assert "未能送达，请打电话" in page() and "一直没有送达回执" in page()
    with desk.writing.begin() as session:
        assert sms.reported(session, text.reference, True, morning + 2 * sms.SILENT_AFTER)
    assert "短信已送达" in page() and "请打电话" not in page()
