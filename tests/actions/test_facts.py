"""Several missing facts at once: a card, or one message; 不知道 is an answer; who may be told needs a yes."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from actions import facts
from tests.actions.test_intake import CONTACT, tickets
from tests.simulators.loop import Conversation

Talk = Callable[[], Conversation]
SHORT = "理发卡充了钱，店关门了，要求处理"
FACTS = {"merchant": "好味理发", "item": "理发卡", "amount": "六百八", "event_date": "10月18日", "claim": "退钱",
         "merchant_address": "演示路8号"}  # fmt: skip


def asked(citizen: Conversation) -> list[str]:
    card = citizen.card("facts")
    return [field["name"] for field in card["fields"]] if card else []


def test_what_is_missing_stands_on_one_card_and_what_was_told_does_not(talk: Talk) -> None:
    citizen = talk()
    citizen.say("我在好味饭店花了300元，菜里有虫子", "submit_complaint")
    assert citizen.asking == "facts" and {"event_date", "claim", "merchant_address"} <= set(asked(citizen))
    assert not {"merchant", "amount"} & set(asked(citizen))
    card = citizen.card("facts")
    assert card and all(field["unknown"] == "不知道" and field["required"] for field in card["fields"])


def test_a_filled_card_is_one_turn_and_each_value_has_its_source(talk: Talk) -> None:
    citizen = talk()
    citizen.say("理发店的卡有问题", "submit_complaint")
    citizen.fill_from({**FACTS, "event_date": "不知道"})
    assert citizen.asking == "contact_name"
    citizen.press(CONTACT)
    citizen.press("/affirm")
    [ticket] = tickets()
    assert (ticket["merchant"], ticket["amount_cents"], ticket["merchant_address"]) == ("好味理发", 68000, "演示路8号")
    sources = json.loads(str(ticket["as_filed"]))["sources"]
    assert sources["merchant"] == "said" and sources["event_date"] == "unknown" and ticket["event_date"] is None


def test_a_field_left_empty_without_the_box_is_asked_by_itself(talk: Talk) -> None:
    citizen = talk()
    citizen.say("理发店的卡有问题", "submit_complaint")
    citizen.fill(**{name: FACTS[name] for name in asked(citizen) if name not in ("amount", "event_date")})
    assert citizen.asking == "amount"


def test_a_value_that_cannot_be_read_is_named_and_asked_by_itself(talk: Talk) -> None:
    citizen = talk()
    citizen.say("理发店的卡有问题", "submit_complaint")
    citizen.fill_from({**FACTS, "event_date": "2月30日"})
    assert "utter_error_date_invalid" in citizen.responses and citizen.asking == "event_date"
    assert citizen.slots["merchant"] == "好味理发"


def test_not_knowing_said_to_the_card_asks_once_which_and_is_then_taken(talk: Talk) -> None:
    citizen = talk()
    citizen.say("理发店的卡有问题", "submit_complaint")
    citizen.say("不知道", "dont_know")
    assert "utter_facts_some" in citizen.responses and citizen.asking == "facts"
    citizen.say("不清楚", "dont_know")
    assert "utter_facts_left" in citizen.responses and citizen.asking == "merchant", "an article asks for the merchant"
    assert {"item", "amount", "event_date"} <= set(citizen.slots["unknown_slots"])


@pytest.mark.parametrize(
    ("asks", "intent"),
    [
        ("为什么要问这个", "ask_why"),
        ("要多久有结果？", "ask"),
        ("能不能找个人工", "request_human"),
        ("健身卡能退吗", "ask"),
    ],
)
def test_a_question_back_is_answered_and_the_card_comes_again_in_the_same_reply(
    talk: Talk, asks: str, intent: str
) -> None:
    citizen = talk()
    citizen.say("理发店的卡有问题", "submit_complaint")
    before = asked(citizen)
    citizen.say(asks, intent)
    assert len(citizen.responses) >= 2 and asked(citizen) == before and citizen.asking == "facts"


def test_all_in_one_message_in_any_order(talk: Talk) -> None:
    citizen = talk()
    citizen.say("理发店的卡有问题", "submit_complaint")
    citizen.say("好味理发，理发卡，680，10月18日，退钱，演示路8号")
    assert citizen.asking == "contact_name" and "utter_noted" in citizen.responses
    assert (citizen.slots["merchant"], citizen.slots["amount"], citizen.slots["claim"]) == ("好味理发", "680", "退钱")


@pytest.mark.parametrize(
    ("words", "slot"),
    [("好味理发", "merchant"), ("680", "amount"), ("10月18日", "event_date"), ("退钱就行了", "claim")],
)
def test_one_fact_a_message_is_taken_where_it_belongs_and_the_rest_asked_one_by_one(
    talk: Talk, words: str, slot: str
) -> None:
    citizen = talk()
    citizen.say("理发店的卡有问题", "submit_complaint")
    citizen.say(words)
    assert citizen.slots[slot] and not asked(citizen) and citizen.asking not in ("facts", slot, None)


def test_words_that_fit_nothing_are_kept_with_the_story(talk: Talk) -> None:
    citizen = talk()
    citizen.say("理发店的卡有问题", "submit_complaint")
    citizen.say("我后来又去了两趟都没有见到人")
    assert "我后来又去了两趟" in citizen.slots["narrative"] and citizen.asking != "facts"


def test_a_hum_is_no_shop(talk: Talk) -> None:
    citizen = talk()
    citizen.say("理发店的卡有问题", "submit_complaint")
    citizen.say("嗯")
    assert citizen.asking == "facts" and citizen.slots.get("merchant") is None


def test_who_wants_one_question_at_a_time_gets_no_card(talk: Talk) -> None:
    citizen = talk()
    citizen.say("一个一个问", "unsure")
    citizen.say("理发店的卡有问题", "submit_complaint")
    assert citizen.asking == "merchant" and not asked(citizen)


def to_contact(citizen: Conversation) -> None:
    citizen.say("理发店的卡有问题", "submit_complaint")
    citizen.fill_from(FACTS)
    assert citizen.asking == "contact_name"


def test_the_merchant_is_told_only_after_a_tick(talk: Talk) -> None:
    citizen = talk()
    to_contact(citizen)
    card = citizen.card("contact")
    [tick] = [field for field in card["fields"] if field["name"] == "pass_on_to_merchant"] if card else []
    assert tick["value"] == "" and not tick["required"]
    citizen.press(CONTACT)
    assert citizen.asking == "confirmed"
    citizen.press("/affirm")
    [ticket] = tickets()
    assert ticket["pass_on_to_merchant"] == "no"
    assert json.loads(str(ticket["as_filed"]))["sources"]["pass_on_to_merchant"] == "declared"


def test_a_tick_and_the_button_under_the_summary_say_yes(talk: Talk) -> None:
    for ticked in (True, False):
        citizen = talk()
        to_contact(citizen)
        tick = ', "pass_on_to_merchant": "可以转给商家"}' if ticked else "}"
        citizen.press(CONTACT[:-1] + tick)
        buttons = [b["payload"] for m in citizen.said for b in m.get("buttons") or [] if b["title"] == "可以转给商家"]
        assert bool(buttons) != ticked
        if not ticked:
            citizen.press(buttons[0])
        assert citizen.asking == "confirmed" and citizen.slots["pass_on_to_merchant"] == "yes"


@pytest.mark.parametrize(
    ("words", "said"), [("可以转", "yes"), ("可以转给商家", "yes"), ("不要转给商家", "no"), ("别转", "no")]
)
def test_the_same_in_words_beside_the_contact_data_and_at_the_summary(talk: Talk, words: str, said: str) -> None:
    citizen = talk()
    to_contact(citizen)
    citizen.say(f"林晓芳 13800138000 演示市演示区演示路1号 {words}")
    assert citizen.asking == "confirmed" and citizen.slots["pass_on_to_merchant"] == said
    assert citizen.slots["contact_name"] == "林晓芳"
    other = talk()
    to_contact(other)
    other.press(CONTACT)
    other.say(words)
    assert other.asking == "confirmed" and other.slots["pass_on_to_merchant"] == said
    assert words not in other.slots["narrative"]


def test_where_there_is_no_card_not_knowing_brings_the_questions_one_by_one(talk: Talk) -> None:
    citizen = talk()
    citizen.say("理发店的卡有问题", "submit_complaint")
    citizen.channel = "wechat"
    citizen.say("不知道", "dont_know")
    assert "utter_facts_singly" in citizen.responses and citizen.asking == "merchant"
    assert not citizen.slots.get("unknown_slots")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("可以转给商家", "yes"), ("13800138000，可以转", "yes"), ("那就同意转给店家吧", "yes"), ("不要转给商家", "no"), ("我不太愿意转给商家", "no"),
        ("我没同意转给商家", "no"), ("我没说可以转给商家", None), ("谁说可以转给商家了", None), ("能不能转给商家", None),
        ("补充一下，老板说卡可以转给别人，但要收手续费", None), ("他们说能转达给经理", None),
    ],
)  # fmt: skip
def test_consent_is_words_of_its_own(text: str, said: str | None) -> None:
    assert facts.passing(text)[0] == said


def test_an_old_card_wipes_nothing_that_was_told_since(talk: Talk) -> None:
    citizen = talk()
    citizen.say("理发店的卡有问题", "submit_complaint")
    citizen.say("好味理发，680")
    citizen.fill(merchant="不知道", amount="不知道", item="理发卡")
    assert (citizen.slots["merchant"], citizen.slots["item"]) == ("好味理发", "理发卡") and citizen.slots["amount"]


def test_a_shop_beside_not_knowing_is_kept(talk: Talk) -> None:
    citizen = talk()
    citizen.say("理发店的卡有问题", "submit_complaint")
    citizen.say("好味理发，别的不知道", "dont_know")
    assert citizen.slots["merchant"] == "好味理发"


def test_fraud_and_a_human_are_heard_at_the_card_whatever_figures_stand_beside(talk: Talk) -> None:
    citizen = talk()
    citizen.say("理发店的卡有问题", "submit_complaint")
    citizen.say("骗子刚让我转了3000", "fraud_now")
    assert citizen.responses == ["utter_fraud_now"] and citizen.form is None, "the calls, and no form before the eyes"
    citizen.say("打过了，接着填", "resume")
    assert citizen.form == "complaint_form" and "理发" in citizen.slots["narrative"]
    citizen = talk()
    citizen.say("理发店的卡有问题", "submit_complaint")
    citizen.say("我要人工，都等了20分钟", "request_human")
    assert citizen.slots.get("amount") is None and citizen.slots.get("merchant") is None


def test_a_question_about_the_law_is_answered_whatever_sum_stands_in_it(talk: Talk) -> None:
    citizen = talk()
    citizen.say("理发店的卡有问题", "submit_complaint")
    before = asked(citizen)
    citizen.say("法律规定最少赔500吗", "ask")
    assert len(citizen.responses) >= 2 and asked(citizen) == before
    assert citizen.slots.get("amount") is None and citizen.slots.get("claim") is None


def test_ware_and_shop_are_known_by_their_look(talk: Talk) -> None:
    citizen = talk()
    citizen.say("买的东西有问题", "submit_complaint")
    citizen.say("苹果手机，华强北通讯，5999，退款，赔偿")
    assert (citizen.slots["merchant"], citizen.slots["item"]) == ("华强北通讯", "苹果手机")
    assert citizen.slots["claim"] == "退款，赔偿"


@pytest.mark.parametrize("way", ["words", "card"])
def test_keyboard_rubbish_is_no_shop(talk: Talk, way: str) -> None:
    citizen = talk()
    citizen.say("理发店的卡有问题", "submit_complaint")
    if way == "words":
        citizen.say("asdfgh")
        assert citizen.asking == "facts"
    else:
        citizen.fill_from({**FACTS, "merchant": "asdfgh"})
        assert citizen.asking == "merchant"
    assert "utter_error_rubbish" in citizen.responses and citizen.slots.get("merchant") is None


@pytest.mark.parametrize("words", ["他要是报复我怎么办", "老板会不会报复我啊", "怕他们找上门"])
def test_fear_of_revenge_is_met_by_what_keeps_names_secret(talk: Talk, words: str) -> None:
    citizen = talk()
    citizen.say("理发店的卡有问题", "submit_complaint")
    before = asked(citizen)
    citizen.say(words, "ask")
    assert citizen.responses[0] == "utter_answer" and citizen.slots.get("topic_id") in (None, "proc-21")
    assert "匿名" in json.dumps(citizen.said[0], ensure_ascii=False) and asked(citizen) == before


@pytest.mark.parametrize(
    ("office_id", "asked_for"), [("bank", "utter_ask_contact_direct"), ("demo", "utter_ask_contact_complaint")]
)
def test_an_institution_is_its_own_other_side_and_passes_nothing_on(talk: Talk, office_id: str, asked_for: str) -> None:
    citizen = talk()
    citizen.say("银行的理财有问题" if office_id == "bank" else "理发店的卡有问题", "submit_complaint")
    citizen.fill_from({**FACTS, "institution": "样例银行", "complained_to_institution": "找过"})
    if citizen.asking == "consent":
        citizen.say("同意", "affirm")
    assert citizen.asking == "contact_name" and asked_for in citizen.responses
