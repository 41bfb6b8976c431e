"""A few words of what went wrong open the form, whatever the model heard; a question, a ticket, a life do not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.simulators.loop import Conversation

Talk = Callable[[], Conversation]


@pytest.mark.parametrize(
    ("words", "intent"),
    [
        ("新买的洗衣机漏水", "out_of_scope"), ("理发店关门了卡里还有钱", "ask_progress"), ("超市多收了我十块钱", "unsure"),
        ("外卖里吃出虫子，商家不理我", "abuse"), ("买的仓鼠两天就死了，店家不管", "distress"), ("蛋糕发霉", "enquire"),
    ],
)  # fmt: skip
def test_a_grievance_opens_the_form_whatever_was_heard(talk: Talk, words: str, intent: str) -> None:
    citizen = talk()
    citizen.say(words, intent, 0.55)
    if len(words) < 6:
        assert citizen.form is None
        return
    assert citizen.form == "complaint_form" and citizen.slots["narrative"] == words


@pytest.mark.parametrize(
    ("words", "intent"),
    [
        ("新买的洗衣机漏水能退吗", "ask"), ("洗衣机漏水该找谁", "ask"), ("超市多收钱怎么办", "ask"),
        ("老板拖欠工资不给", "out_of_scope"), ("楼上漏水物业不管", "out_of_scope"), ("举报超市卖过期奶", "ask"),
        ("催债的天天骂我，我撑不下去了", "unsure"), ("刚转账给卖家就被拉黑了", "unsure"), ("建议管管预付卡跑路", "ask"),
    ],
)  # fmt: skip
def test_what_has_another_door_opens_no_form(talk: Talk, words: str, intent: str) -> None:
    citizen = talk()
    citizen.say(words, intent, 0.55)
    assert citizen.form is None and citizen.slots.get("narrative") is None


def test_a_life_and_money_on_its_way_come_first(talk: Talk) -> None:
    for intent in ("distress", "fraud_now"):
        citizen = talk()
        citizen.say("店家关门跑了我的卡白办了", intent, 0.9)
        assert citizen.form is None


def test_words_after_filing_are_about_the_ticket(talk: Talk) -> None:
    citizen = talk()
    citizen.slots["last_number"] = "XB20261124-000017"
    citizen.say("新买的洗衣机漏水", "ask", 0.55)
    assert citizen.form is None


def test_one_of_several_questions_is_answered(talk: Talk) -> None:
    citizen = talk()
    citizen.say("健身卡能退吗", "ask", 0.9)
    citizen.say("直播间买到假货", "ask", 0.7)
    assert citizen.form is None and "utter_answer" in citizen.responses


@pytest.mark.parametrize("way", ["press", "words"])
def test_just_asking_closes_the_form_and_answers(talk: Talk, way: str) -> None:
    citizen = talk()
    citizen.say("健身房不肯退卡", "ask", 0.6)
    assert citizen.form == "complaint_form"
    if way == "press":
        citizen.press(
            next(b["payload"] for m in citizen.said for b in m.get("buttons") or [] if b["title"] == "只想问问")
        )
    else:
        citizen.say("我只是想问一下", "unsure")
    assert citizen.form is None and citizen.slots["narrative"] is None and "utter_answer" in citizen.responses


def test_a_question_is_answered_and_the_form_waits(talk: Talk) -> None:
    citizen = talk()
    citizen.say("健身房不肯退卡", "ask", 0.6)
    asking = citizen.asking
    citizen.say("健身卡能退吗", "ask", 0.9)
    assert "utter_answer" in citizen.responses and citizen.asking == asking


@pytest.mark.parametrize("words", ["寄快递把东西摔坏了，要求赔钱被拒绝怎么办", "要求退押金房东说不同意，我该怎么办"])
def test_a_demand_that_was_refused_is_asked_about_first(talk: Talk, words: str) -> None:
    citizen = talk()
    citizen.say(words, "submit_complaint", 0.8)
    assert citizen.form is None
    assert citizen.responses


def test_what_was_not_understood_goes_along_with_the_button(talk: Talk) -> None:
    citizen = talk()
    citizen.say("助步器老是嘎嘎的", "unsure", 0.3)
    assert citizen.form is None and citizen.responses == ["utter_unsure"]
    [payload] = [b["payload"] for b in citizen.said[0]["buttons"] if b["title"] == "帮我投诉"]
    citizen.press(payload)
    assert citizen.slots["narrative"] == "助步器老是嘎嘎的" and citizen.asking == "facts"


@pytest.mark.parametrize(("words", "intent"), [("不知道", "dont_know"), ("然后呢", "follow_up"), ("说简单点", "ask")])
def test_with_nothing_open_there_is_a_way_on(talk: Talk, words: str, intent: str) -> None:
    citizen = talk()
    citizen.say(words, intent, 0.9)
    assert "/submit_complaint" in [b["payload"] for m in citizen.said for b in m.get("buttons") or []]


def test_what_only_sounds_like_not_knowing_is_asked_about(talk: Talk) -> None:
    citizen = talk()
    citizen.say("助步器一走嘎嘎的", "dont_know", 0.4)
    assert citizen.responses == ["utter_unsure"]


def test_an_unsure_report_of_ones_own_matter_is_a_complaint(talk: Talk) -> None:
    citizen = talk()
    citizen.say("银行多扣了我两百块年费", "submit_report", 0.45)
    assert citizen.form == "complaint_form" and citizen.slots["ticket_kind"] == "complaint"
    sure = talk()
    sure.say("银行多扣了我两百块年费", "submit_report", 0.9)
    assert sure.form == "report_form"


def test_what_was_told_before_a_question_is_what_the_complaint_is_about(talk: Talk) -> None:
    citizen = talk()
    citizen.say("健身房不肯退卡", "ask", 0.6)
    citizen.say("我只是想问一下", "unsure")
    citizen.say("那我能要求退多少", "ask", 0.8)
    citizen.say("帮我投诉", "submit_complaint", 0.95)
    assert citizen.form == "complaint_form" and citizen.slots["narrative"] == "健身房不肯退卡"


def test_facts_told_while_asking_are_what_the_complaint_is_about(talk: Talk) -> None:
    citizen = talk()
    citizen.say("孩子在手机上给游戏充了8千多 能退吗 9岁", "ask")
    citizen.say("怎么证明是孩子充的", "ask")
    citizen.say("帮我投诉", "submit_complaint", 0.95)
    assert citizen.form == "complaint_form" and citizen.slots["amount"] == "8千多"
    assert "证明" not in citizen.slots["narrative"]


def test_a_complaint_that_was_filed_is_not_told_again(talk: Talk) -> None:
    citizen = talk()
    citizen.say("健身房不肯退卡", "ask", 0.6)
    citizen.say("我只是想问一下", "unsure")
    citizen.slots["last_number"] = "XB20261124-000017"
    citizen.say("帮我投诉", "submit_complaint", 0.95)
    assert not citizen.slots.get("narrative")


@pytest.mark.parametrize("words", ["我问一下", "不投诉了"])
def test_the_short_way_out_is_shut_once_something_was_filled_in(talk: Talk, words: str) -> None:
    citizen = talk()
    citizen.say("健身房不肯退卡", "ask", 0.6)
    citizen.fill_from({"merchant": "乐动健身", "item": "健身卡", "amount": "680元", "event_date": "10月18日", "claim": "退钱",
                       "merchant_address": "演示路8号"})  # fmt: skip
    citizen.say(words, "unsure")
    assert citizen.form == "complaint_form" and citizen.slots["merchant"] == "乐动健身"
