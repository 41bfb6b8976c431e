"""Coming back: the bot names what was not finished, and goes on from there after a restart, too."""

from __future__ import annotations

from collections.abc import Callable

from actions import base
from tests.actions.test_intake import STORY
from tests.simulators.loop import Conversation


def test_the_greeting_names_what_was_put_aside(talk: Callable[[], Conversation]) -> None:
    citizen = talk()
    citizen.say(STORY, "submit_complaint")
    citizen.say("等会儿再说", "pause")
    base.context.cache_clear()  # the action server was started anew
    citizen.say("你好", "greet")
    [greeting] = [m for m in citizen.said if m.get("response") == "utter_greet_again"]
    assert greeting["about"] == "乐动健身健身卡"
    asked = citizen.slots["narrative"]
    citizen.say("接着来", "resume")
    assert citizen.form == "complaint_form" and citizen.slots["narrative"] == asked
