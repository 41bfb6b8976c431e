"""The list of evidence and the summary's word on sensitive files, through the real form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from actions import base
from tests.actions.test_intake import CONTACT, STORY, to_summary
from tests.simulators.loop import Conversation
from xiaobao.conversations import uploads
from xiaobao.conversations.uploads import Received
from xiaobao.tickets import deadlines

Talk = Callable[[], Conversation]
LIST = "utter_evidence_list"


def upload(citizen: Conversation, name: str, kind: str | None = None) -> str:
    file = Received(name, "image/jpeg", 3, name.ljust(64, "0")[:64], f"aa/{name}")
    with base.context().sessions.begin() as session:
        return uploads.add(session, citizen.conversation_id, file, deadlines.now(), kind=kind)[0].evidence_id


def listed(citizen: Conversation) -> str:
    return "".join(m["lines"] for m in citizen.said if m.get("response") == LIST)


def until(citizen: Conversation, slot: str) -> list[str]:
    """Answer on until `slot` is asked; returns everything said on the way."""
    answers = {"merchant_address": "演示路8号", "pass_on_to_merchant": "可以", "consent": "同意", "item": "健身卡",
               "merchant": "演示银行", "institution": "演示银行", "complained_to_institution": "找过", "amount": "300元",
               "event_date": "10月3日", "claim": "退款"}  # fmt: skip
    said = list(citizen.responses)
    for _ in range(12):
        if citizen.asking == slot:
            return said
        if citizen.asking == "facts":
            citizen.fill_from(answers)
        else:
            citizen.press(CONTACT) if citizen.asking == "contact_name" else citizen.say(answers[citizen.asking or ""])
        said += citizen.responses
    raise AssertionError(citizen.asking)


def rows(query: str) -> list[dict[str, Any]]:
    with base.context().sessions.begin() as session:
        return [dict(row._mapping) for row in session.execute(text(query))]


def test_the_list_comes_once_with_the_question_for_the_contact_data(talk: Talk) -> None:
    citizen = talk()
    citizen.say(STORY, "submit_complaint")
    said = until(citizen, "contact_name")
    assert said.count(LIST) == 1 and citizen.said[-1].get("custom", {}).get("card", {}).get("type") == "contact"
    assert "合同或会员协议" in listed(citizen) and listed(citizen).count("□") <= 6
    assert LIST not in until(citizen, "confirmed")[len(citizen.responses) :]


def test_it_costs_no_turn(talk: Talk) -> None:
    citizen = talk()
    citizen.say(STORY + "。我叫林晓芳，电话13800138000", "submit_complaint")
    until(citizen, "confirmed")
    before = citizen.asking
    citizen.press("/affirm")
    assert before == "confirmed" and citizen.card("receipt")


def test_who_asks_is_told_in_the_middle_and_not_again(talk: Talk) -> None:
    citizen = talk()
    citizen.say(STORY, "submit_complaint")
    asked = citizen.asking
    for words in ("要准备什么证据", "需要提供哪些材料？", "证据清单"):
        citizen.say(words, "ask")
        assert listed(citizen) and citizen.asking == asked
    assert LIST not in until(citizen, "confirmed")[1:]


def test_a_question_about_something_else_is_no_question_for_the_list(talk: Talk) -> None:
    citizen = talk()
    citizen.say(STORY, "submit_complaint")
    for words in ("健身房关门了卡里的钱怎么退", "他们多收了什么材料费"):
        citizen.say(words, "ask")
        assert LIST not in citizen.responses


def test_what_was_sent_or_told_is_ticked(talk: Talk) -> None:
    citizen = talk()
    upload(citizen, "付款截图.jpg")
    citizen.say(STORY + "。我有合同", "submit_complaint")
    until(citizen, "contact_name")
    assert "✓ 付款的凭证" in listed(citizen) and "✓ 合同或会员协议" in listed(citizen)


@pytest.mark.parametrize("office_id", ["bank", "any"])
def test_a_bank_s_customer_is_not_asked_for_what_the_bank_holds(talk: Talk) -> None:
    citizen = talk()
    citizen.say("10月3日演示银行的房贷提前还款收了我5000元违约金，我要退款", "submit_complaint")
    until(citizen, "contact_name")
    assert "不用您提供" in listed(citizen) and "第十三条" in listed(citizen)
    assert not [
        line for line in listed(citizen).splitlines() if line.startswith("□") and ("流水" in line or "合同" in line)
    ]


def test_a_suggestion_needs_no_evidence(talk: Talk) -> None:
    citizen = talk()
    citizen.say("建议把办事大厅的开门时间提前到八点半，上班族好来办事", "submit_suggestion")
    assert LIST not in citizen.responses


def test_a_file_that_waits_for_consent_is_not_filed_and_the_summary_says_so(talk: Talk) -> None:
    citizen = talk()
    upload(citizen, "小票.jpg")
    waiting = upload(citizen, "身份证.jpg", kind="identity")
    to_summary(citizen)
    lines = "\n".join(citizen.card("summary")["lines"])
    assert "1份" in lines and "身份证件还在等您回答" in lines
    citizen.press("/affirm")
    assert [one["filename"] for one in citizen.card("receipt")["evidence"]] == ["小票.jpg"]
    assert [one["filename"] for one in rows("SELECT filename FROM ticket_evidence")] == ["小票.jpg"]
    with base.context().sessions.begin() as session:
        assert uploads.get(session, waiting).filed_as is None  # type: ignore[union-attr]


def test_after_a_yes_it_is_filed(talk: Talk) -> None:
    citizen = talk()
    upload(citizen, "身份证.jpg", kind="identity")
    with base.context().sessions.begin() as session:
        uploads.agree(session, citizen.conversation_id, "identity", "v1", deadlines.now())
    to_summary(citizen)
    assert "等您回答" not in "\n".join(citizen.card("summary")["lines"])
    citizen.press("/affirm")
    assert len(rows("SELECT * FROM ticket_evidence")) == 1


def test_after_a_no_the_ticket_stands_and_remembers_the_refusal(talk: Talk) -> None:
    citizen = talk()
    upload(citizen, "病历.jpg", kind="medical")
    with base.context().sessions.begin() as session:
        uploads.refuse(session, citizen.conversation_id, "medical", "v1", deadlines.now())
    to_summary(citizen)
    assert "没有保存" in "\n".join(citizen.card("summary")["lines"])
    citizen.press("/affirm")
    number = citizen.card("receipt")["number"]
    assert rows("SELECT * FROM ticket_evidence") == []
    with base.context().sessions.begin() as session:
        assert uploads.refused_for(session, citizen.conversation_id, number) == ["medical"]


def test_more_material_waits_for_its_consent_too(talk: Talk) -> None:
    citizen = talk()
    to_summary(citizen)
    citizen.press("/affirm")
    upload(citizen, "身份证.jpg", kind="identity")
    upload(citizen, "发票.jpg")
    citizen.say("补材料", "supplement_ticket")
    citizen.say("补一张发票")
    assert "utter_supplement_waiting" in citizen.responses and "utter_supplemented_files" in citizen.responses
    assert [one["filename"] for one in rows("SELECT filename FROM ticket_evidence")] == ["发票.jpg"]
