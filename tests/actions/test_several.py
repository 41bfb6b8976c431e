"""Several matters in one message: one ticket each, none forgotten, contact data asked once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.actions.test_intake import CONTACT, tickets
from tests.simulators.loop import Conversation

THREE = (
    "第一件，10月3日在乐动健身办了健身卡交了2680元，店关门不退；"
    "第二件，昨天在好味饭店吃出虫子，花了300元，要求赔偿；第三件，绿苑物业多收我停车费150元。"
)
Talk = Callable[[], Conversation]


def finish(citizen: Conversation) -> None:
    """Answer 不知道 to whatever is asked, file."""
    for _ in range(15):
        if citizen.asking == "confirmed":
            break
        citizen.press(CONTACT) if citizen.asking == "contact_name" else citizen.say("不知道", "dont_know")
    citizen.press("/affirm")


def test_three_matters_become_three_tickets_and_contact_is_asked_once(talk: Talk) -> None:
    citizen = talk()
    citizen.say(THREE, "submit_complaint")
    assert citizen.asking == "which_story" and "utter_several" in citizen.responses
    assert not citizen.slots.get("narrative")
    citizen.say("先写第二件")
    assert (citizen.slots["merchant"], citizen.slots["amount"]) == ("好味饭店", "300元")
    finish(citizen)
    assert citizen.responses[-1] == "utter_story_waits" and citizen.form is None
    for _ in range(2):
        citizen.say("接着来", "resume")
        asked = []
        while citizen.asking != "confirmed":
            asked.append(citizen.asking)
            citizen.say("不知道", "dont_know")
        assert "contact_name" not in asked
        citizen.press("/affirm")
    assert [ticket["merchant"] for ticket in tickets()] == ["好味饭店", "乐动健身", "绿苑物业"]
    assert {ticket["contact_phone"] for ticket in tickets()} == {"13800138000"}
    assert "utter_story_waits" not in citizen.responses
    citizen.say("接着来", "resume")
    assert "utter_nothing_to_resume" in citizen.responses


@pytest.mark.parametrize(
    ("says", "merchant"), [("乐动健身", "乐动健身"), ("3", "绿苑物业"), ("物业那件", None), ("第一个", "乐动健身")]
)
def test_the_choice_is_read_by_number_or_name(talk: Talk, says: str, merchant: str | None) -> None:
    citizen = talk()
    citizen.say(THREE, "submit_complaint")
    citizen.say(says)
    assert citizen.slots.get("merchant") == merchant
    assert (citizen.asking == "which_story") == (merchant is None)


def test_a_button_chooses_and_one_story_stays_whole(talk: Talk) -> None:
    citizen = talk()
    citizen.say(THREE, "submit_complaint")
    buttons = next(m["buttons"] for m in citizen.said if m.get("response") == "utter_several")
    assert [b["title"] for b in buttons] == ["乐动健身 2680元", "好味饭店 300元", "绿苑物业 150元", "其实是一件事"]
    citizen.press(buttons[-1]["payload"])
    assert citizen.slots["narrative"] == THREE and citizen.asking != "which_story"
    other = talk()
    other.say("我要投诉", "submit_complaint")
    other.say(THREE)
    other.press(buttons[1]["payload"])
    assert other.slots["merchant"] == "好味饭店"


def test_three_answers_that_say_nothing_write_it_as_one(talk: Talk) -> None:
    citizen = talk()
    citizen.say(THREE, "submit_complaint")
    for _ in range(3):
        citizen.say("啊这个嘛你看着办")
    assert citizen.slots["narrative"] == THREE and citizen.asking not in (None, "which_story")


def test_stopping_forgets_all_of_them(talk: Talk) -> None:
    citizen = talk()
    citizen.say(THREE, "submit_complaint")
    citizen.say("第一件")
    citizen.say("不投诉了", "stop")
    citizen.press("/affirm")
    citizen.say("接着来", "resume")
    assert "utter_nothing_to_resume" in citizen.responses and not tickets()


def test_two_shops_in_one_complaint_are_split(talk: Talk) -> None:
    citizen = talk()
    citizen.say("投诉乐动健身和好味饭店，都不给退钱，一共2980元", "submit_complaint")
    assert citizen.asking == "which_story"
    citizen.say("1")
    finish(citizen)
    citizen.say("继续", "resume")
    finish(citizen)
    assert [ticket["merchant"] for ticket in tickets()] == ["乐动健身", "好味饭店"]
