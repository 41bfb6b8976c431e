"""A printed code fills the form where the citizen's words say nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.simulators.loop import Conversation
from xiaobao.conversations import scenes

STORY = "10月3日办了张健身卡，交了2680元，上周店关门了，我要退款"
GYM = '{"slot_name": "scene", "value": "sample_gym"}'
SHOP, ADDRESS = "样例健身（示例店）", "云泽市东城区示例路8号"


def names(said: list[dict[str, Any]]) -> list[str]:
    return [one.get("response") or "" for one in said]


def scan(talk: Callable[[], Conversation], value: str = GYM) -> Conversation:
    conversation = talk()
    conversation.press(f"/greet{value}")
    return conversation


def test_a_scan_greets_once_and_offers_to_begin(talk: Callable[[], Conversation]) -> None:
    conversation = scan(talk)
    assert names(conversation.said) == ["utter_greet", "utter_scene_merchant"]
    buttons = conversation.said[-1]["buttons"]
    assert buttons[0]["title"] == "投诉这家"
    conversation.press(f"/greet{GYM}")
    assert names(conversation.said) == ["utter_scene_merchant"]
    conversation.press(buttons[0]["payload"])
    assert conversation.slots["merchant"] == SHOP and conversation.slots["merchant_address"] == ADDRESS
    told = next(one for one in conversation.said if one.get("response") == "utter_scene_filled")
    assert SHOP in told["filled"] and ADDRESS in told["filled"]


def test_who_tells_the_story_at_once_need_not_press(talk: Callable[[], Conversation]) -> None:
    conversation = scan(talk)
    conversation.say(STORY, intent="submit_complaint")
    assert conversation.slots["merchant"] == SHOP and conversation.slots["region"] == "云泽市"
    assert conversation.slots["requested_slot"] not in ("merchant", "merchant_address", "narrative")


def test_another_shop_in_the_story_wins(talk: Callable[[], Conversation]) -> None:
    conversation = scan(talk)
    conversation.say("10月3日在乐动健身办了张健身卡，交了2680元，上周店关门了，我要退款", intent="submit_complaint")
    assert conversation.slots["merchant"] == "乐动健身"
    assert conversation.slots.get("merchant_address") is None, "the address belongs to the other shop"
    assert "utter_scene_filled" not in names(conversation.said)


def test_what_was_filled_is_corrected_like_any_answer(talk: Callable[[], Conversation]) -> None:
    conversation = scan(talk)
    conversation.press(f"/submit_complaint{GYM}")
    conversation.say(STORY)
    conversation.say("商家不对，是乐动健身", intent="correct_answer")
    assert conversation.slots["merchant"] == "乐动健身"
    assert conversation.slots["merchant_address"] is None, "another shop stands elsewhere"
    assert conversation.slots["requested_slot"] == "merchant_address"


def test_a_scan_in_the_middle_of_the_form_fills_only_what_is_open(talk: Callable[[], Conversation]) -> None:
    conversation = talk()
    conversation.say("10月3日在样例健身（示例店）办了张健身卡，交了2680元，上周店关门了，我要退款", "submit_complaint")
    asked = conversation.slots["requested_slot"]
    assert asked == "merchant_address"
    conversation.slots["merchant"] = SHOP
    conversation.press(f"/greet{GYM}")
    assert conversation.slots["merchant_address"] == ADDRESS
    assert conversation.slots["requested_slot"] != asked and "utter_greet" not in names(conversation.said)


@pytest.mark.parametrize("value", ["gone", "", "../x"])
def test_a_code_that_is_no_longer_in_the_table_only_greets(talk: Callable[[], Conversation], value: str) -> None:
    conversation = scan(talk, f'{{"slot_name": "scene", "value": "{value}"}}')
    assert names(conversation.said)[-1] == "utter_greet"


def test_the_ticket_says_how_it_came(talk: Callable[[], Conversation]) -> None:
    from actions import scenes as ours
    from actions.base import context
    from actions.draft import Draft

    class Turn:
        channel = "wechat"

        def __init__(self) -> None:
            self.context = context()

    draft = Draft("complaint_form", None, {}, {}, set(), {}, {})
    known = scenes.load(context().settings.reference_dir)
    assert [one.scene for one in known.values() if one.source] == ["stall315"]
    assert ours.source(Turn(), draft) == "wechat"  # type: ignore[arg-type]
    draft.flags["scene"] = "stall315"
    assert ours.source(Turn(), draft) == "stall"  # type: ignore[arg-type]
