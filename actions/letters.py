"""Letters of one's own: to the other side, for 12315, an authority to speak for somebody."""

from __future__ import annotations

from rasa_sdk.events import FollowupAction

from actions import people, referral
from actions.base import Door, Events, Turn
from actions.draft import Draft


class WriteLetter(Door):
    def name(self) -> str:
        return "action_write_letter"

    def act(self, turn: Turn) -> Events:
        draft = Draft.of(turn.tracker, "complaint_form")
        if turn.entity("part") == "authority":
            people.authority(turn, draft)
            return []
        write = referral.for_12315 if referral.wants_12315(turn) else referral.own_letter
        written = write(turn, draft)
        return [] if written else [FollowupAction("complaint_form")]
