"""Several matters in one message: written one after the other, none forgotten.

A ticket is about one merchant (办法 art. 10 (2)), so the citizen is asked which to write first; the others wait in the
draft's flags and are offered as soon as the first is filed.
"""

from __future__ import annotations

import re
from typing import Any

from actions import filling
from actions.base import Turn
from actions.draft import CONTACT, Draft
from xiaobao.reading import several

SLOT = "which_story"  # what is asked while the choice is open
PARTS, LATER, KNOWN = "parts", "later", "known"
CARRIED = (*CONTACT, "consent")
_ONE = re.compile(r"(?:就是|其实|是)?(?:同|一)?一?(?:件|回|码)事|一起(?:写|办|投)|不(?:用|要)分|合(?:在)?一起|都不是")
_NUMBERS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5}


def split(turn: Turn, draft: Draft, told: str) -> bool:
    """Note the matters of a first story when there are several; the choice is asked before anything is filled."""
    if draft.kind == "suggestion" or draft.get("narrative"):
        return False
    found = several.matters(told, turn.today, turn.context.reading)
    if len(found) < 2:
        return False
    draft.flags[PARTS] = [{"text": one.text, "against": one.against, "amount": one.amount} for one in found]
    draft.flags["whole"] = told
    return True


def ask(turn: Turn, draft: Draft) -> None:
    """您说了两件事……先写哪一件？"""
    parts, words = draft.flags[PARTS], turn.context.words
    lines = [f"{n}. {title(part)}" for n, part in enumerate(parts, 1)]
    buttons = [
        turn.button("story", "answer_slot", title=title(part), slot_name=SLOT, value=str(n))
        for n, part in enumerate(parts, 1)
    ]
    one = turn.button("one_story", "answer_slot", slot_name=SLOT, value=words.text("utter_button_one_story"))
    turn.say("utter_several", buttons=[*buttons, one], count=len(parts), stories="\n".join(lines))


def title(part: dict[str, Any]) -> str:
    """Name, and the sum where one is told."""
    return f"{part['against']} {part['amount']}" if part.get("amount") else str(part["against"])


def choose(turn: Turn, draft: Draft, text: str) -> str | None:
    """Take the answer; returns the code of what is wrong with it, or None."""
    parts = draft.flags[PARTS]
    if _ONE.search(text):
        take_as_one(turn, draft)
        return None
    chosen = _chosen(parts, text)
    if chosen is None:
        return "which_story"
    draft.flags.pop(PARTS)
    draft.flags.pop("whole", None)
    draft.flags[LATER] = [part for n, part in enumerate(parts) if n != chosen]
    begin(turn, draft, parts[chosen])
    return None


def take_as_one(turn: Turn, draft: Draft) -> None:
    """其实是一件事: the whole message is one story."""
    draft.flags.pop(PARTS)
    filling.tell(turn, draft, draft.flags.pop("whole"))


def begin(turn: Turn, draft: Draft, part: dict[str, Any]) -> None:
    """Write this matter: its own words, its own merchant."""
    filling.tell(turn, draft, part["text"])
    if not draft.get("institution") and draft.get("merchant") != part["against"]:
        draft.put("merchant", part["against"], source="read")


def names_one(draft: Draft, text: str) -> bool:
    """Whether the words choose: 第一件, a name, or 其实是一件事."""
    return bool(_ONE.search(text)) or _chosen(draft.flags[PARTS], text) is not None


def _chosen(parts: list[dict[str, Any]], text: str) -> int | None:
    number = re.search(r"(?:第|写|先)?\s*([1-5一二两三四五])\s*(?:件|个|家|$)", text.strip())
    if number:
        n = int(_NUMBERS.get(number[1], number[1]))  # type: ignore[call-overload]
        return n - 1 if n <= len(parts) else None
    named = [
        n for n, part in enumerate(parts) if part["against"] in text or (len(text) > 1 and text in part["against"])
    ]
    return named[0] if len(named) == 1 else None


def keep(draft: Draft) -> dict[str, Any]:
    """What must outlive the filing of this one: the matters that wait, and the contact data they will need."""
    if not draft.flags.get(LATER):
        return {}
    return {LATER: draft.flags[LATER], KNOWN: {slot: draft.get(slot) for slot in CARRIED if draft.get(slot)}}


def offer(turn: Turn, draft: Draft) -> None:
    """还有一件没写: told after the receipt."""
    later = draft.flags.get(LATER)
    if later:
        turn.say("utter_story_waits", buttons=[turn.button("next_story", "resume")], story=title(later[0]))


def take_next(turn: Turn, draft: Draft) -> bool:
    """Open the matter that waits longest; false when none does."""
    later = list(draft.flags.get(LATER) or [])
    if not later:
        return False
    part, known = later.pop(0), draft.flags.pop(KNOWN, {})
    draft.clear()
    if later:
        draft.flags[LATER] = later
    draft.start()
    for slot, value in known.items():
        draft.put(slot, value, source="confirmed")
    begin(turn, draft, part)
    return True
