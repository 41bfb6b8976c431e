"""Papers to take along: made of what was said, open where nothing was, and marked as the assistant's."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.actions.test_intake import to_summary
from tests.simulators.loop import Conversation

Talk = Callable[[], Conversation]


def test_the_letter_to_the_merchant_is_offered_at_the_summary_and_the_form_goes_on(talk: Talk) -> None:
    citizen = talk()
    to_summary(citizen)
    citizen.press("/ask_letter")
    letter = citizen.card("letter")
    assert "乐动健身" in letter["title"] and "核对" in letter["title"]
    for words in ("乐动健身：", "2680元", "退款", "林晓芳", "13800138000", "第三十九条"):
        assert words in letter["text"], words
    assert citizen.asking == "confirmed"
    citizen.press("/affirm")
    assert citizen.card("receipt")


def test_what_was_not_said_stays_a_blank(talk: Talk) -> None:
    citizen = talk()
    citizen.say("昨天在好味饭店吃饭花了300元，菜里有虫子", "submit_complaint")
    citizen.press("/ask_letter")
    text = citizen.card("letter")["text"]
    assert "电话：＿" in text and "投诉人：＿" in text and "300元" in text
    assert citizen.form == "complaint_form" and citizen.asking


def test_a_bank_is_asked_to_register_and_answer(talk: Talk) -> None:
    citizen = talk()
    citizen.say("去年5月在演示银行买的理财亏了3万元，客户经理说保本，我要求退还本金", "submit_complaint")
    citizen.press("/ask_letter")
    assert "演示银行消费者权益保护部门" in citizen.card("letter")["text"]


def test_without_a_story_it_is_asked_for(talk: Talk) -> None:
    citizen = talk()
    citizen.say("帮我写个投诉书", "ask_letter")
    assert "utter_letter_from_story" in citizen.responses and citizen.asking == "narrative"


@pytest.mark.parametrize("intent", ["ask", "unsure", "submit_complaint", "ask_office"])
@pytest.mark.parametrize("words", ["给我写个投诉书", "帮我起草一封投诉信", "生成投诉材料"])
def test_a_letter_typed_for_is_written_whatever_the_model_heard(talk: Talk, words: str, intent: str) -> None:
    citizen = talk()
    citizen.say("昨天在好味饭店吃饭花了300元，菜里有虫子", "submit_complaint")
    citizen.say(words, intent)
    assert "300元" in citizen.card("letter")["text"] and citizen.form == "complaint_form"


def test_a_letter_takes_up_what_was_told_with_a_question(talk: Talk) -> None:
    citizen = talk()
    citizen.say("我在健身房办了卡 它跑路了 咋办啊", "ask")
    citizen.say("给我写个投诉书", "ask")
    assert citizen.form == "complaint_form" and "跑路" in citizen.slots["narrative"]


def test_a_letter_takes_up_sums_and_names_that_stood_in_questions(talk: Talk) -> None:
    citizen = talk()
    citizen.say("房东押金不退", "ask")
    citizen.say("中介跑路了 押金3600 找谁", "ask")
    citizen.say("帮我写个投诉书", "ask_letter")
    assert citizen.form == "complaint_form" and citizen.slots["amount"] == "3600"


@pytest.mark.parametrize("question", ["投诉书怎么写", "写投诉信要写哪些内容"])
def test_how_a_letter_is_written_is_a_question(talk: Talk, question: str) -> None:
    citizen = talk()
    citizen.say(question, "ask")
    assert citizen.form is None and not citizen.card("letter")


def test_whoever_is_being_cheated_gets_the_list_with_their_own_words(talk: Talk) -> None:
    citizen = talk()
    citizen.say("刚被骗子骗走了两万，怎么办", "fraud_now")
    letter = citizen.card("letter")
    assert "110" in letter["text"] and "刚被骗子骗走了两万" in letter["text"] and citizen.form is None


def test_the_text_for_12315_has_the_fields_of_its_form(talk: Talk) -> None:
    citizen = talk()
    to_summary(citizen)
    citizen.press("/ask_letter")
    [button] = next(m["buttons"] for m in citizen.said if m.get("response") == "utter_letter_ready")
    citizen.press(button["payload"])
    card = citizen.card("letter")
    assert "12315" in card["title"]
    for words in (
        "投诉诉求：退",
        "被投诉方名称：乐动健身",
        "演示路8号",
        "涉及金额：2680元",
        "请核对后使用",
        "订单号：＿",
    ):
        assert words in card["text"], words
    assert citizen.asking == "confirmed"
