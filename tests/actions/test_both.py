"""One story that wants money and punishment: a complaint and a report, and nothing of the report in the complaint."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest
from sqlalchemy import text

from actions import base
from tests.actions.test_intake import CONTACT, tickets, to_summary
from tests.simulators.loop import Conversation
from xiaobao.conversations import messages, uploads
from xiaobao.conversations.uploads import Received

BOTH = "我10月3日在乐动健身办了张健身卡，交了2680元，上周店关门了，要求退款，也请你们查处这家店"
MONEY = "我10月3日在乐动健身办了张健身卡，交了2680元，上周店关门了，我要退款"
Talk = Callable[[], Conversation]


def filed(citizen: Conversation) -> list[dict[str, Any]]:
    citizen.press("/affirm")
    return tickets()


def photo(citizen: Conversation) -> str:
    now = datetime.now(timezone.utc)
    with base.context().sessions.begin() as session:
        citizen.conversation_id = messages.open_conversation(session, channel="website", now=now)
        file = Received("店门.jpg", "image/jpeg", 10, uuid.uuid4().hex * 2, "ab/x.jpg")
        return uploads.add(session, citizen.conversation_id, file, now, 20)[0].evidence_id


def evidence_of(ticket_id: object) -> list[str]:
    with base.context().sessions.begin() as session:
        query = text("SELECT evidence_id FROM ticket_evidence WHERE ticket_id = :id")
        return list(session.scalars(query, {"id": ticket_id}))


def test_it_is_told_in_one_sentence_once_and_becomes_two_tickets(talk: Talk) -> None:
    citizen = talk()
    citizen.say(BOTH, "submit_complaint")
    assert citizen.responses.count("utter_report_too") == 1
    while citizen.asking != "confirmed":
        citizen.press(CONTACT) if citizen.asking == "contact_name" else citizen.say("不知道", "dont_know")
        assert "utter_report_too" not in citizen.responses
    complaint, report = filed(citizen)
    assert (complaint["kind"], report["kind"]) == ("complaint", "report")
    assert report["beside_complaint"] == complaint["number"] and report["merchant"] == "乐动健身"
    assert [m["response"] for m in citizen.said] == ["utter_filed_complaint", "utter_filed_report_beside"]
    assert report["claim"] is None and report["contact_phone"] == "13800138000"


def test_nothing_of_the_complaint_leads_to_the_report(talk: Talk) -> None:
    citizen = talk()
    to_summary(citizen, BOTH)
    complaint, report = filed(citizen)
    everything = " ".join(str(value) for value in complaint.values())
    assert report["number"] not in everything and report["query_code"] not in everything
    assert complaint["beside_complaint"] is None and "查处" not in (complaint["claim"] or "")
    first = citizen.said[0]
    assert report["number"] not in str(first) and "举报" not in str(first)


def test_photographs_stay_with_the_complaint_unless_the_citizen_says_so(talk: Talk) -> None:
    quiet, telling = talk(), talk()
    for citizen, says in ((quiet, None), (telling, "照片也附到举报")):
        photo(citizen)
        to_summary(citizen, BOTH)
        if says:
            citizen.say(says)
            assert "utter_report_with_photos" in citizen.responses and citizen.asking == "confirmed"
        citizen.press("/affirm")
    complaint, report, second_complaint, second_report = tickets()
    assert evidence_of(complaint["id"]) and not evidence_of(report["id"])
    assert evidence_of(second_complaint["id"]) == evidence_of(second_report["id"]) != []


def test_a_report_without_name_knows_neither_name_nor_complaint_nor_conversation(talk: Talk) -> None:
    citizen = talk()
    to_summary(citizen, BOTH)
    citizen.say("匿名举报")
    complaint, report = filed(citizen)
    assert report["anonymous"] == "yes" and complaint["contact_phone"] == "13800138000"
    for column in ("contact_name", "contact_phone", "contact_address", "conversation_id", "beside_complaint"):
        assert report[column] is None
    card = [m["custom"]["card"] for m in citizen.said][1]
    assert "13800138000" not in str(card) and "林晓芳" not in str(card)


@pytest.mark.parametrize("says", ["不要举报", "只投诉，不举报", "/answer_slot"])
def test_who_does_not_want_the_report_files_a_complaint_alone(talk: Talk, says: str) -> None:
    citizen = talk()
    to_summary(citizen, BOTH)
    if says.startswith("/"):
        citizen.press('/answer_slot{"slot_name": "report_too", "value": "no"}')
    else:
        citizen.say(says)
    assert "utter_report_dropped" in citizen.responses
    [complaint] = filed(citizen)
    assert complaint["kind"] == "complaint"


def test_a_plain_complaint_says_nothing_of_reports(talk: Talk) -> None:
    citizen = talk()
    citizen.say(MONEY, "submit_complaint")
    assert "utter_report_too" not in citizen.responses
    to_summary(citizen, MONEY)
    assert len(filed(citizen)) == 1


def test_the_same_confirmation_again_files_neither_twice(talk: Talk) -> None:
    citizen = talk()
    to_summary(citizen, BOTH)
    slots, form = dict(citizen.slots), citizen.form
    citizen.press("/affirm")
    citizen.slots, citizen.form = slots, form  # the bot died before it saved the conversation
    citizen.press("/affirm")
    assert len(tickets()) == 2
    numbers = [m["custom"]["card"]["number"] for m in citizen.said]
    assert numbers == [ticket["number"] for ticket in tickets()]


@pytest.mark.parametrize("office_id", ["bank"])
def test_a_bank_takes_no_reports(talk: Talk, office_id: str) -> None:
    citizen = talk()
    citizen.say("样例银行10月3日扣了我年费200元，要求退还，并请求处罚", "submit_complaint")
    assert "utter_report_too" not in citizen.responses


@pytest.mark.parametrize("at_once", [True, False])
def test_a_report_that_asks_for_money_goes_on_as_complaint_with_report(talk: Talk, at_once: bool) -> None:
    citizen = talk()
    if at_once:
        citizen.say(BOTH.replace("要求退款，也请你们查处这家店", "举报这家店，让他们退款"), "submit_report")
    else:
        citizen.say("我要举报", "submit_report")
        citizen.say(MONEY)
    assert citizen.form == "complaint_form" and "utter_report_too" in citizen.responses
    to_summary_from_here(citizen)
    assert [ticket["kind"] for ticket in filed(citizen)] == ["complaint", "report"]


def test_a_report_without_a_wish_of_ones_own_stays_a_report(talk: Talk) -> None:
    citizen = talk()
    citizen.say("举报乐动健身门口的超市卖过期牛奶，9月8日看到的", "submit_report")
    assert citizen.form == "report_form" and "utter_report_too" not in citizen.responses


def to_summary_from_here(citizen: Conversation) -> None:
    while citizen.asking != "confirmed":
        citizen.press(CONTACT) if citizen.asking == "contact_name" else citizen.say("不知道", "dont_know")


def test_a_report_can_be_wished_for_later(talk: Talk) -> None:
    citizen = talk()
    to_summary(citizen, MONEY)
    citizen.say("我还要举报")
    assert "utter_report_kept" in citizen.responses and citizen.asking == "confirmed"
    assert [ticket["kind"] for ticket in filed(citizen)] == ["complaint", "report"]
