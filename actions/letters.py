"""Letters of one's own: to the other side, for 12315, an authority to speak for somebody."""

from __future__ import annotations

import re

from rasa_sdk.events import FollowupAction

from actions import people, referral
from actions.base import Door, Events, Turn
from actions.draft import Draft

LONGEST = 24  # characters
WANTED = re.compile(
    r"(?:写|生成|出具?|弄|做|拟|起草|打印|要|来)[^，。？?]{0,5}投诉(?:书|信|函|材料)|投诉(?:书|信|函)[^，。？?]{0,3}(?:给我|发我|写好)"
)
_HOW = re.compile(r"怎么|怎样|咋|如何|格式|什么|哪些|吗|呢|？|[?]")  # a question about letters


def wanted(text: str) -> bool:
    """帮我写个投诉书: typed, not asked about."""
    return len(text) <= LONGEST and bool(WANTED.search(text)) and not _HOW.search(text)


def heard(turn: Turn) -> Events | None:
    """The letter, whatever the model heard."""
    return [FollowupAction("action_write_letter")] if wanted(turn.text) else None


class WriteLetter(Door):
    def name(self) -> str:
        return "action_write_letter"

    def rules(self, turn: Turn) -> Events | None:
        return None if wanted(turn.text) else super().rules(turn)  # else `heard` would send it here again

    def act(self, turn: Turn) -> Events:
        draft = Draft.of(turn.tracker, "complaint_form")
        if turn.entity("part") == "authority":
            people.authority(turn, draft)
            return []
        write = referral.for_12315 if referral.wants_12315(turn) else referral.own_letter
        written = write(turn, draft)
        return [] if written else [FollowupAction("complaint_form")]
