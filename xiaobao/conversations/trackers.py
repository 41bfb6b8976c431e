"""What Rasa's own record may keep of a citizen: no contact data longer than a form needs it (pure).

The record (tables `events` and `heads`) belongs to Rasa and our tracker store; what was said stands in our own tables.
Events are made bare in place: their order, types and times stay, so Rasa goes on from them as before.
个人信息保护法 art. 6 and 19.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from xiaobao.privacy import mask_person

CONTACT = frozenset(
    {"contact_name", "contact_phone", "contact_address", "contact_email", "contact_note", "on_behalf_of"}
)
HELD = "held_contact"
DETAILS = "details"  # by slot
PUT_ASIDE = "draft_saved_at"  # set while a draft waits to be gone on with
SHORTEST = 2  # characters; one character alone stands in too many words
GONE = "***"
# Without any of these `mask_person` finds nothing; most strings of the record are names of its own.
_MAY_TELL = re.compile(r"\d|@|叫|名|联系人|投诉人|住|址|码|口令|CV|cv|PIN")
# Names and numbers of the record itself.
_ITS_OWN = frozenset(
    {"event", "name", "timestamp", "message_id", "sender_id", "model_id", "assistant_id", "policy", "intent"}
)


def values_in(events: Iterable[Mapping[str, Any]]) -> set[str]:
    """Names, telephones and addresses that were put into slots."""
    found: set[str] = set()
    for event in events:
        if event.get("event") != "slot":
            continue
        name, value = event.get("name"), event.get("value")
        if name in CONTACT and isinstance(value, str):
            found.add(value)
        elif name == HELD and isinstance(value, Mapping):
            found.update(part for part in value.values() if isinstance(part, str))
        elif name == DETAILS and isinstance(value, Mapping):
            told = [value[slot] for slot in CONTACT & set(value) if isinstance(value[slot], Mapping)]
            found.update(one[key] for one in told for key in ("normalised", "words") if isinstance(one.get(key), str))
    return {value for value in found if len(value) >= SHORTEST}


def bare(event: Mapping[str, Any], values: Collection[str]) -> dict[str, Any]:
    """The event without contact data: slots of it empty, these values and whatever looks like such in no text."""
    found = dict(event)
    if found.get("event") == "slot":
        name, value = found.get("name"), found.get("value")
        if name in CONTACT or name == HELD:
            return {**found, "value": None}
        if name == "draft_id":  # hexadecimal: its digits mean nothing
            return found
        if name == DETAILS and isinstance(value, Mapping):
            found["value"] = {slot: detail for slot, detail in value.items() if slot not in CONTACT} or None
    # Longer ones first: an address may hold a name.
    ordered = sorted(values, key=len, reverse=True)
    return {key: part if key in _ITS_OWN else _cleaned(part, ordered) for key, part in found.items()}


def bare_json(text: str, values: Collection[str]) -> str:
    """The same for one event, or a list of events, as it is stored."""
    stored = json.loads(text)
    if isinstance(stored, list):
        return json.dumps([bare(event, values) for event in stored])
    return json.dumps(bare(stored, values))


def _cleaned(part: Any, values: list[str]) -> Any:
    if isinstance(part, str):
        for value in values:
            part = part.replace(value, GONE)
        return mask_person(part) if _MAY_TELL.search(part) else part
    if isinstance(part, list):
        return [_cleaned(one, values) for one in part]
    if isinstance(part, Mapping) and part.get("entity") in CONTACT:
        return {**part, "value": GONE}
    if isinstance(part, Mapping):
        return {key: one if key in _ITS_OWN else _cleaned(one, values) for key, one in part.items()}
    return part
