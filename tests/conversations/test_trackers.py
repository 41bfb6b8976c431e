"""What is taken out of Rasa's record, and what stays so that the bot goes on."""

from __future__ import annotations

import json
from typing import Any

from xiaobao.conversations import trackers

NAME, PHONE, HOME = "欧阳娜娜", "13800001234", "云泽市西城区幸福里3号楼"
SLOTS: list[dict[str, Any]] = [
    {"event": "slot", "name": "contact_name", "value": NAME, "timestamp": 1.5},
    {"event": "slot", "name": "held_contact", "value": {"contact_phone": PHONE}},
    {"event": "slot", "name": "details", "value": {"contact_address": {"normalised": HOME}, "amount": {"normalised": 129}}},
]  # fmt: skip


def test_values_are_found_wherever_slots_hold_them():
    assert trackers.values_in(SLOTS) == {NAME, PHONE, HOME}
    assert trackers.values_in([{"event": "slot", "name": "contact_name", "value": None}, {"event": "user"}]) == set()


def test_slots_of_contact_are_emptied_and_the_rest_stays():
    bare = [trackers.bare(event, ()) for event in SLOTS]
    assert bare[0] == {"event": "slot", "name": "contact_name", "value": None, "timestamp": 1.5}
    assert [event["value"] for event in bare[1:]] == [None, {"amount": {"normalised": 129}}]


def test_texts_entities_and_cards_lose_what_was_told():
    payload = "/give_contact" + json.dumps({"contact_name": NAME, "contact_phone": PHONE}, ensure_ascii=False)
    user = {
        "event": "user", "text": payload, "timestamp": 7.0, "message_id": "13800001234",
        "parse_data": {"text": payload, "intent": {"name": "give_contact"},
                       "entities": [{"entity": "contact_name", "value": "娜娜"}, {"entity": "amount", "value": "129元"}]},
    }  # fmt: skip
    said = {
        "event": "bot",
        "text": f"联系人{NAME}，{HOME}",
        "data": {"custom": {"rows": [{"name": "n", "value": PHONE}]}},
    }
    bare = trackers.bare(user, {NAME, PHONE})
    assert NAME not in str(bare) and (bare["timestamp"], bare["message_id"]) == (7.0, "13800001234")
    assert "13800001234" not in bare["text"] and bare["parse_data"]["intent"] == {"name": "give_contact"}
    assert [one["value"] for one in bare["parse_data"]["entities"]] == ["***", "129元"]
    whole = trackers.bare_json(json.dumps([said]), {NAME, HOME})
    assert json.loads(whole)[0]["data"]["custom"]["rows"][0]["value"] == "138****1234"
    assert NAME not in json.loads(whole)[0]["text"] and HOME not in json.loads(whole)[0]["text"]


def test_what_looks_like_contact_goes_without_being_known():
    bare = trackers.bare({"event": "user", "text": "我叫欧阳娜娜，电话13800001234，我住在幸福里3号楼"}, ())
    assert not any(part in bare["text"] for part in (NAME, PHONE, "幸福里"))


def test_made_bare_twice_is_the_same_and_ids_stay_whole():
    ticket = {"event": "slot", "name": "last_number", "value": "XB20261126-000001"}
    draft = {"event": "slot", "name": "draft_id", "value": "a13800001234b"}
    for event in (*SLOTS, ticket, draft):
        once = trackers.bare(event, {NAME})
        assert trackers.bare(once, {NAME}) == once
    assert trackers.bare(ticket, ()) == ticket and trackers.bare(draft, ()) == draft
