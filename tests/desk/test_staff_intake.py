"""Intake by staff: what is read, what is typed, what is filed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.desk.conftest import Browser, signed_in
from tests.factories import REFERENCE, file_ticket
from xiaobao.desk import staff_intake
from xiaobao.desk.context import Desk
from xiaobao.reading import reference
from xiaobao.reading.reference import Reference
from xiaobao.tickets import queries
from xiaobao.tickets.accounts import AccountView
from xiaobao.tickets.tables import Audit, Ticket
from xiaobao.tickets.views import TicketView

STORY = "我叫张三，电话13800001234。11月2日在好物电器店买的电水壶花了129元，用了三天漏电，老板不肯退，要求退货退款。"
FORM = {"source": "phone", "kind": "complaint", "narrative": STORY}


@pytest.fixture(scope="session")
def word_lists() -> Reference:
    return reference.load(REFERENCE)


@pytest.fixture(autouse=True)
def read_once(app: Flask, word_lists: Reference) -> None:
    """Reading them anew for each test would cost seconds; the desk keeps them in the same place."""
    app.extensions[staff_intake.READER] = word_lists


def values(page: str) -> dict[str, str]:
    """What the fields of the page hold, hidden ones included."""
    found = dict(re.findall(r'<input [^>]*?name="(\w+)"[^>]*? value="([^"]*)"', page))
    return {name: value for name, value in found.items() if name not in ("source", "kind")}


def opened(browser: Browser) -> dict[str, Any]:
    """The form as a browser would send it, with a draft of its own."""
    browser.get("/intake")
    return {"draft": values(browser.page)["draft"], **FORM}


def filed(desk: Desk) -> list[TicketView]:
    with desk.reading() as session:
        numbers = session.scalars(select(Ticket.number).order_by(Ticket.id)).all()
        return [queries.ticket(session, number, unmasked=True) for number in numbers]


def test_a_story_fills_the_fields_and_shows_its_words(clerk: Browser) -> None:
    page = clerk.post("/intake/read", **opened(clerk)).text
    assert values(page)["merchant"] == "好物电器店" and values(page)["contact_phone"] == "13800001234"
    assert "原话：129元" in page and "老板不肯退" in page


def test_the_script_gets_fields_words_and_what_stands_beside(clerk: Browser) -> None:
    sent = {**opened(clerk), "csrf": clerk.csrf()}
    answer = clerk.client.post("/intake/read", data=sent, headers={"X-Part": "reading"})
    assert answer.json and answer.json["fields"]["amount"] == {"value": "129元", "words": "129元"}
    assert "contact_address" in answer.json["missing"] and "merchant" not in answer.json["missing"]
    assert "还没问到" in answer.json["aside"] and "第十条第一款" in answer.json["aside"]


def test_own_typing_is_never_overwritten_not_even_when_it_is_nothing(clerk: Browser) -> None:
    read = values(clerk.post("/intake/read", **opened(clerk)).text)
    typed = {**FORM, **read, "merchant": "好物电器（东门店）", "contact_name": ""}
    again = values(clerk.post("/intake/read", **typed).text)
    assert again["merchant"] == "好物电器（东门店）" and again["contact_name"] == ""
    longer = {**FORM, **again, "narrative": STORY.replace("129元", "139元")}
    assert values(clerk.post("/intake/read", **longer).text)["amount"] == "139元"


def test_a_call_becomes_a_ticket_with_number_and_code_at_once(clerk: Browser, desk: Desk) -> None:
    read = values(clerk.post("/intake/read", **opened(clerk)).text)
    sent = {**FORM, **read, "own_use": "yes", "elsewhere": "no", "claim": "退款129元", "urgent": "yes"}
    sent |= {"source": "transfer_12345", "source_number": "DH-77", "contact_address": "幸福里3号"}
    page = clerk.post("/intake", **sent).text
    (ticket,) = filed(desk)
    assert ticket.number in page and "读给来电人听" in page and "DH-77" in page
    assert (ticket.source, ticket.source_number, ticket.channel) == ("transfer_12345", "DH-77", "desk")
    assert (ticket.merchant, ticket.amount_cents, str(ticket.event_date)) == ("好物电器店", 12900, "2026-11-02")
    assert ticket.urgent and ticket.contact_phone == "13800001234" and ticket.route_code
    assert {slot: ticket.sources[slot] for slot in ("merchant", "amount", "claim", "own_use", "contact_address")} == {
        "merchant": "read", "amount": "read", "claim": "staff", "own_use": "staff", "contact_address": "staff",
    }  # fmt: skip
    span = ticket.spans["merchant"]
    assert (ticket.narrative or "")[span["start"] : span["end"]] == "好物电器店"
    assert ticket.events[0].role == "clerk" and len(ticket.clocks) == 1
    assert "来电人" in page and "12345转办" in clerk.get(f"/tickets/{ticket.number}").text


def test_a_double_click_files_once(clerk: Browser, desk: Desk) -> None:
    sent = opened(clerk)
    first, second = (clerk.post("/intake", **sent).text for _ in range(2))
    (ticket,) = filed(desk)
    assert ticket.number in first and ticket.number in second


def test_who_sends_before_the_script_has_read_loses_nothing_of_the_story(clerk: Browser, desk: Desk) -> None:
    clerk.post("/intake", **opened(clerk))
    assert filed(desk)[0].merchant == "好物电器店"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"narrative": " "}, "请写事情经过"),
        ({"kind": "distress"}, "请选一种"),
        ({"source": "web"}, "请选来源"),
        ({"amount": "很多很多"}, "没看懂金额"),
        ({"event_date": "明年"}, "没看懂日期"),
        ({"contact_phone": "138"}, "号码不对"),
        ({"merchant": "长" * 4000}, "太长了"),
        ({"source_number": "1" * 65}, "太长了"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_typed_is_lost(
    clerk: Browser, desk: Desk, changes: dict[str, str], words: str
) -> None:
    answer = clerk.post("/intake", **{**opened(clerk), "contact_address": "幸福里3号", **changes})
    assert answer.status_code == 422 and words in answer.text
    assert "幸福里3号" in answer.text and changes.get("narrative", STORY).strip() in answer.text
    assert filed(desk) == []


def test_every_wrong_field_is_named_at_once(clerk: Browser) -> None:
    answer = clerk.post("/intake", **{**opened(clerk), "amount": "很多", "event_date": "明年", "contact_phone": "1"})
    assert "有3项没填对" in answer.text


def test_a_session_that_ran_out_shows_the_whole_form_again(clerk: Browser, desk: Desk) -> None:
    sent = {**opened(clerk), "contact_address": "幸福里3号<b>"}
    answer = clerk.client.application.test_client().post("/intake", data=sent)
    assert answer.status_code in (400, 401)
    assert STORY in answer.text and "幸福里3号&lt;b&gt;" in answer.text and filed(desk) == []


def test_markup_and_sql_are_only_words(clerk: Browser, desk: Desk) -> None:
    bad = "<img src=x onerror=alert(1)>'; DROP TABLE tickets; --"
    page = clerk.post("/intake", **{**opened(clerk), "merchant": bad, "source_number": bad[:60]}).text
    assert filed(desk)[0].merchant == bad and "<img src=x" not in page


def test_the_callers_other_tickets_and_likely_duplicates_stand_beside(clerk: Browser, desk: Desk) -> None:
    same = file_ticket(desk.writing, merchant="好物电器店")
    other = file_ticket(desk.writing, merchant="别家面馆", item="面", amount_cents=None)
    page = clerk.post("/intake/read", **opened(clerk)).text
    assert page.index("可能是同一件事") < page.index(same) < page.index("这个电话的其他单子") < page.index(other)
    assert "同一个电话、同一商家" in page


def test_hints_of_the_law_and_the_right_place_stand_beside(clerk: Browser) -> None:
    sent = {**opened(clerk), "narrative": "公司拖欠我三个月工资不发，我已经向法院起诉了。", "elsewhere": "yes"}
    page = clerk.post("/intake/read", **sent).text
    assert "可能不归这里管" in page and "顺便问清楚" in page


def test_one_more_ticket_keeps_the_caller_and_the_look_is_written_down(clerk: Browser, desk: Desk) -> None:
    clerk.post("/intake", **{**opened(clerk), "contact_address": "幸福里3号"})
    number = filed(desk)[0].number
    page = clerk.post("/intake/again", number=number).text
    assert values(page)["contact_phone"] == "13800001234" and values(page)["contact_address"] == "幸福里3号"
    assert "电水壶" not in page
    with desk.reading() as session:
        assert session.scalar(select(func.count()).where(Audit.action == "look", Audit.subject == number)) == 3


def test_number_and_code_are_shown_to_the_account_that_filed_only(app: Flask, clerk: Browser, desk: Desk) -> None:
    sent = opened(clerk)
    clerk.post("/intake", **sent)
    number, supervisor = filed(desk)[0].number, signed_in(app, "supervisor")
    assert clerk.get(f"/intake/{sent['draft']}").status_code == 200
    assert supervisor.get(f"/intake/{sent['draft']}").status_code == 404
    assert supervisor.post("/intake/again", number=number).status_code == 404
    supervisor.post("/intake", **sent)
    assert len(filed(desk)) == 2  # the draft of another account is another draft


def test_a_report_without_a_name_keeps_no_contact(clerk: Browser, desk: Desk) -> None:
    clerk.post("/intake", **{**opened(clerk), "kind": "report", "anonymous": "yes", "contact_address": "幸福里3号"})
    (ticket,) = filed(desk)
    assert ticket.kind == "report" and not ticket.contact_phone and not ticket.contact_address
    with desk.reading() as session:
        row = session.scalars(select(Ticket)).one()
    assert "13800001234" not in f"{row.narrative}{row.as_filed}" and "张三" not in f"{row.narrative}{row.as_filed}"


def test_a_council_asks_for_consent_before_it_keeps_contact_data(
    settings: Any, staff: dict[str, AccountView], word_lists: Reference, clock: Any
) -> None:
    from dataclasses import replace

    from xiaobao.desk.app import create_app

    app = create_app(replace(settings, office_id="council"), now=clock)
    app.extensions[staff_intake.READER] = word_lists
    clerk = signed_in(app, "clerk")
    sent = opened(clerk)
    refused = clerk.post("/intake", **sent)
    assert refused.status_code == 422 and "要先读给对方听并得到同意" in refused.text
    assert clerk.post("/intake", **sent, consent="yes").status_code == 200
    desk: Desk = app.extensions["xiaobao.desk"]
    (ticket,) = filed(desk)
    assert ticket.consent_version == staff_intake.CONSENT_VERSION and ticket.sources["consent"] == "staff"
    desk.engine.dispose()


def test_a_suggestion_needs_neither_merchant_nor_hints(clerk: Browser, desk: Desk) -> None:
    page = clerk.post("/intake", **{**opened(clerk), "kind": "suggestion", "narrative": "建议周末也开窗口"}).text
    assert filed(desk)[0].kind == "suggestion" and "还缺" not in page
