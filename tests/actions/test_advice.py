"""Answers with their articles, offers, refusals to guess; a story that asks nothing opens the form."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.simulators.loop import Conversation

Talk = Callable[[], Conversation]


def test_an_answer_has_its_articles_and_what_can_be_done_next(talk: Talk) -> None:
    citizen = talk()
    citizen.say("网购七天无理由退货", "ask")
    [message] = citizen.said
    assert message["response"] == "utter_answer" and "《消费者权益保护法》第二十五条" in message["basis"]
    assert citizen.card("citations")["items"][0]["text"]
    assert {"有用", "没用"} <= {b["title"] for b in message["buttons"]}


def test_the_button_under_an_answer_unfolds_its_steps(talk: Talk) -> None:
    citizen = talk()
    citizen.say("网购七天无理由退货", "ask")
    payload = next(b["payload"] for b in citizen.said[0]["buttons"] if b["title"] == "展开说说")
    citizen.press(payload)
    assert citizen.responses == ["utter_expanded"] and citizen.said[0]["body"]


def test_the_same_answer_is_not_given_twice_in_a_row(talk: Talk) -> None:
    citizen = talk()
    citizen.say("定金两千交了车不想要了能退不", "ask")
    assert citizen.responses[0] == "utter_answer"
    for fact in ("车行说定金不退", "合同上写的是订金"):
        citizen.say(fact, "ask")
        assert citizen.responses == ["utter_still_this_answer"]
        assert [b["title"] for b in citizen.said[0]["buttons"]] == ["帮我投诉", "展开说说"]
    citizen.say("订金到底退不退", "ask")
    assert citizen.responses == ["utter_expanded"]


def test_the_way_on_that_is_named_has_its_button(talk: Talk) -> None:
    citizen = talk()
    citizen.say("我在网贷平台投了十五万，现在清盘了，客服也不理，钱还能拿回来吗", "ask")
    assert citizen.responses == ["utter_answer", "utter_shall_i_report"]
    assert citizen.said[0]["buttons"][0]["title"] == "我要举报"


def test_how_to_prove_it_gets_what_to_keep(talk: Talk) -> None:
    citizen = talk()
    citizen.say("孩子在手机上给游戏充了8千多 能退吗 9岁", "ask")
    citizen.say("怎么证明是孩子充的", "ask")
    assert citizen.responses == ["utter_expanded"] and "留好" in citizen.said[0]["body"]


@pytest.mark.parametrize("question", ["离婚了孩子归谁", "公司不给我交社保怎么办", "朋友借钱不还怎么起诉"])
def test_what_belongs_elsewhere_is_never_answered(talk: Talk, question: str) -> None:
    citizen = talk()
    citizen.say(question, "ask")
    assert citizen.responses[0] in ("utter_out_of_scope", "utter_not_known", "utter_which_topic")


@pytest.mark.parametrize(
    ("story", "opens"),
    [
        ("上个月在悦动游泳馆办了张年卡花了1980元，去了三次就贴条说停业装修，微信也不回了，希望把没用的钱退给我", True),
        ("我上个月在悦动游泳馆办了张年卡花了1980元，去了三次就停业了，老板说不能退，这种情况钱能要回来吗？", False),
        ("停业了能退吗", False),
    ],
)
def test_a_story_that_asks_nothing_opens_the_form(talk: Talk, story: str, opens: bool) -> None:
    citizen = talk()
    citizen.say(story, "ask", 0.5)
    assert (citizen.form == "complaint_form") == opens


def test_unsure_twice_offers_a_human_and_no_third_guess(talk: Talk) -> None:
    citizen = talk()
    citizen.say("嗯那个啥来着", "unsure", 0.2)
    assert citizen.responses == ["utter_unsure"]
    citizen.say("就是那个", "unsure", 0.2)
    assert citizen.responses == ["utter_unsure_again"] and "转人工" in [b["title"] for b in citizen.said[0]["buttons"]]


@pytest.mark.parametrize("intent", ["ask", "out_of_scope", "unsure"])
@pytest.mark.parametrize("question", ["那我能把钱要回来吗", "能退吗", "赔多少", "他们不给怎么办"])
def test_a_question_with_nothing_of_its_own_is_about_what_was_answered(talk: Talk, question: str, intent: str) -> None:
    citizen = talk()
    citizen.say("办了健身卡店关门了怎么办", "ask")
    topic = citizen.slots["topic_id"]
    citizen.say(question, intent)
    assert citizen.responses == ["utter_expanded"] and citizen.slots["topic_id"] == topic


def test_what_has_something_of_its_own_is_no_follow_up(talk: Talk) -> None:
    citizen = talk()
    citizen.say("办了健身卡店关门了怎么办", "ask")
    citizen.say("我离婚了孩子归谁", "out_of_scope")
    assert citizen.responses == ["utter_out_of_scope"]


def test_another_condition_stays_with_the_matter(talk: Talk) -> None:
    citizen = talk()
    citizen.say("什么叫如实告知", "ask")
    topic = citizen.slots["topic_id"]
    citizen.say("要是超过两年呢", "ask")
    assert citizen.slots["topic_id"] == topic and citizen.responses == ["utter_answer"]


def test_what_was_told_with_a_question_goes_into_the_form(talk: Talk) -> None:
    citizen = talk()
    citizen.say("我在健身房办了卡 它跑路了 咋办啊", "ask")
    citizen.say("那我能把钱要回来吗", "ask")
    citizen.say("帮我投诉", "submit_complaint")
    assert citizen.form == "complaint_form" and "跑路" in citizen.slots["narrative"]
