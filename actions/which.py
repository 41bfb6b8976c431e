"""Several sums or days in one story, or the same one told in two ways: which is meant is asked, never guessed.

What may be meant comes from the reading (`Story.unsure`), likeliest first; the likeliest is shown meanwhile, but the
question stays open until it is answered.
"""

from __future__ import annotations

import re

from actions.base import Events, Turn, XiaobaoAction
from actions.draft import WHICH, Draft
from xiaobao.reading import amounts
from xiaobao.reading.story import Story
from xiaobao.reading.values import Value

SLOTS = ("amount", "event_date")
LONGEST_CHOICE = 8  # characters: a longer answer says the sum or the day itself
_NONE = re.compile(r"都不是|都不对|不是这些|另外的")
_NUMBERS = {"一": 0, "前": 0, "二": 1, "两": 1, "后": 1, "三": 2}


def note(draft: Draft, slot: str, values: list[Value]) -> None:
    """Sums or days that may be meant as well as the one just read."""
    draft.flags[WHICH] = {**(draft.flags.get(WHICH) or {}), slot: list(dict.fromkeys(value.text for value in values))}


def look_back(draft: Draft, told: Story) -> None:
    """A later paragraph that says nearly the same sum otherwise (4347.98, 4347.89): one of them is a slip."""
    new, known = told.values.get("amount"), draft.get("amount")
    if new and known and draft.details["amount"].get("source") == "read" and amounts.nearly(known, new.text):
        note(draft, "amount", [Value(known, 0, 0), new])


def chosen(draft: Draft, slot: str, text: str) -> str | None:
    """第二个 as the words it stands for; empty for 都不是; None when the text chooses nothing."""
    options = (draft.flags.get(WHICH) or {}).get(slot)
    if not options or len(text) > LONGEST_CHOICE:
        return None
    if _NONE.search(text):
        return ""
    number = re.fullmatch(r"(?:是|就是)?第?([一二两三前后])(?:个|笔|天|次|面那?个?|一个)?[。，,]?", text.strip())
    place = _NUMBERS[number[1]] if number else len(options)
    return options[place] if place < len(options) else None


class AskAmount(XiaobaoAction):
    """How much; with the sums of the story as buttons when several may be meant."""

    slot = "amount"

    def name(self) -> str:
        return f"action_ask_complaint_form_{self.slot}"

    def act(self, turn: Turn) -> Events:
        options: list[str] = (Draft.of(turn.tracker, "complaint_form").flags.get(WHICH) or {}).get(self.slot) or []
        if not options:
            turn.say(f"utter_ask_complaint_form_{self.slot}")
            return []
        none = turn.button(
            "none_of_these", "answer_slot", slot_name=self.slot, value=turn.context.words.button("none_of_these")
        )
        buttons = [turn.button("which", "answer_slot", title=o, slot_name=self.slot, value=o) for o in options]
        turn.say(f"utter_which_{self.slot}", buttons=[*buttons, none], options="、".join(options))
        return []


class AskEventDate(AskAmount):
    slot = "event_date"


def settle(draft: Draft, slot: str, text: str) -> tuple[bool, str]:
    """(True, "") when 都不是 left the question open once more; else the words to be read as the answer."""
    choice = chosen(draft, slot, text)
    if choice == "":
        draft.forget(slot)
        return True, ""
    return False, choice or text
