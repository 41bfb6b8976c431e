"""From what a browser sends to what may be stored and what the bot may be told.

Rasa takes any text that begins with "/" for a command (`/restart`, `/submit{...}`) and skips its own reading.
Only buttons and cards, which the server itself wrote, may do that; typed words never.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from bot.channels.website.problems import Problem
from xiaobao.privacy import mask_sensitive

MOST_CHARACTERS = 10_000
CARDS = {  # intent -> the fields that its card may send
    "give_contact": ("contact_name", "contact_phone", "contact_address", "contact_email", "pass_on_to_merchant"),
    "give_facts": (
        *("institution", "complained_to_institution", "merchant", "item", "amount", "event_date", "claim"),
        *("merchant_address", "on_behalf_of"),
    ),
}
MOST_FIELD_CHARACTERS = 200
COMMAND_SIGNS = "/／⁄∕╱⧸\\＼"
EXTERNAL = re.compile(r"external\s*[:：]", re.IGNORECASE)
CLIENT_ID = re.compile(r"[\w.:-]{1,64}", re.ASCII)


def clean(text: str) -> str:
    """Text that every database and the bot can hold: no NUL, no half surrogates, no control signs but line breaks."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    kept = (c for c in whole.replace("\r\n", "\n") if c in "\n\t" or unicodedata.category(c) != "Cc")
    return "".join(kept).strip()


def words_only(text: str) -> str:
    """What is left of a text when nothing at its beginning can be taken for a command."""
    rest = text
    while True:
        before = rest
        while rest and (rest[0].isspace() or rest[0] in COMMAND_SIGNS or unicodedata.category(rest[0]) == "Cf"):
            rest = rest[1:]
        external = EXTERNAL.match(unicodedata.normalize("NFKC", rest[:20]))
        if external:
            rest = rest[external.end() :]
        if rest == before:
            return rest


def message(text: Any) -> tuple[str, str]:
    """(what is stored, what the bot is told) for a typed text, ID and card numbers masked in both.

    Raises Problem `field_wrong`, `text_empty`, `text_too_long`.
    """
    if not isinstance(text, str):
        raise Problem("field_wrong", field="text")
    stored = clean(text)
    if len(stored) > MOST_CHARACTERS:
        raise Problem("text_too_long", most=MOST_CHARACTERS, length=len(stored))
    stored = mask_sensitive(stored)
    told = words_only(stored)
    if not told.strip():
        raise Problem("text_empty")
    return stored, told


def card(filled: Any) -> tuple[str, str]:
    """(what is stored, the command for the bot) for a card that was filled in.

    Raises Problem `field_wrong`, `text_empty`.
    """
    intent = _card_of(filled)
    values: dict[str, str] = {}
    for name in CARDS[intent]:
        value = filled.get(name) or ""
        if not isinstance(value, str) or len(value) > MOST_FIELD_CHARACTERS:
            raise Problem("field_wrong", field=name)
        value = mask_sensitive(" ".join(clean(value).split()))
        if value:
            values[name] = value
    if not values:
        raise Problem("text_empty")
    return "，".join(values.values()), f"/{intent}" + json.dumps(values, ensure_ascii=False)


def _card_of(filled: Any) -> str:
    if isinstance(filled, Mapping) and filled:
        for intent, fields in CARDS.items():
            if set(filled) <= set(fields):
                return intent
    raise Problem("field_wrong", field="card")


def client_message_id(value: Any) -> str | None:
    """The client's own id of a message; None when it sent none. Raises Problem `field_wrong`."""
    if value is None:
        return None
    if not isinstance(value, str) or not CLIENT_ID.fullmatch(value):
        raise Problem("field_wrong", field="client_message_id")
    return value
