"""The complaint, report or suggestion that is being written: its values, where each came from, and what is open.

A draft lives in the slots of the conversation. `details` holds for each slot the normalised value,
its place in the story and its source (read | said | confirmed | inferred); `unknown_slots` the questions
answered with 不知道 or 跳过.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from rasa_sdk.events import SlotSet

KINDS = {"complaint_form": "complaint", "report_form": "report", "suggestion_form": "suggestion"}
FORM_OF = {kind: form for form, kind in KINDS.items()}
VALUES = [
    "ticket_kind",
    "merchant",
    "merchant_address",
    "item",
    "amount",
    "event_date",
    "discovered_date",
    "purchase_mode",
    "shop_name",
    "platform",
    "order_number",
    "policy_number",
    "object",
    "problem",
    "problem_secondary",
    "tried_with_merchant",
    "narrative",
    "claim",
    "region",
    "own_use",
    "elsewhere",
    "contact_name",
    "contact_phone",
    "contact_address",
    "contact_email",
    "consent",
    "institution",
    "complained_to_institution",
    "pass_on_to_merchant",
    "anonymous",
    "on_behalf_of",
    "relation",
    "guardian",
    "no_calls",
    "contact_note",
    "minor",
    "confirmed",
]
BOOKKEEPING = ("draft_id", "draft_saved_at", "details", "unknown_slots", "held_contact", "form_flags")
CONTACT = ("contact_name", "contact_phone", "contact_address")
PERSON = (*CONTACT, "contact_email", "on_behalf_of", "contact_note")
WHICH = "which"  # flag: slots with several possible values, still to be asked about
KEEP_FOR = timedelta(days=7)


@dataclass
class Draft:
    """Values of one form, changed in place and turned into slot events at the end of the turn."""

    form: str
    draft_id: str | None
    values: dict[str, str]
    details: dict[str, dict[str, Any]]
    unknown: set[str]
    held: dict[str, str]
    flags: dict[str, Any]
    saved_at: str | None = None
    before: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, tracker: Any, form: str) -> Draft:
        """Read the draft from the conversation's slots."""
        before = {name: tracker.get_slot(name) for name in (*VALUES, *BOOKKEEPING)}
        return cls(
            form=form,
            draft_id=before["draft_id"],
            values={name: before[name] for name in VALUES if before[name] is not None},
            details=dict(before["details"] or {}),
            unknown=set(before["unknown_slots"] or []),
            held=dict(before["held_contact"] or {}),
            flags=dict(before["form_flags"] or {}),
            saved_at=before["draft_saved_at"],
            before=before,
        )

    @classmethod
    def at_hand(cls, tracker: Any) -> Draft:
        """The draft of the conversation, whatever form it belongs to; a complaint when nothing was begun."""
        return cls.of(tracker, FORM_OF.get(tracker.get_slot("ticket_kind") or "complaint", "complaint_form"))

    @property
    def kind(self) -> str:
        return KINDS.get(self.form, "complaint")

    @property
    def begun(self) -> bool:
        """Whether anything was said that would be lost."""
        return bool(self.values.get("narrative") or self.values.get("merchant"))

    @property
    def asked_to_resume(self) -> bool:
        """Whether 接着写那份，还是说一件新的事？ was asked and not answered yet."""
        return bool(self.saved_at) and "new_story" in self.flags

    def start(self) -> None:
        """Give the draft its identity: the key under which it can be filed once only."""
        self.draft_id = self.draft_id or uuid.uuid4().hex
        self.values["ticket_kind"] = self.kind

    def get(self, slot: str) -> str | None:
        return self.values.get(slot)

    def put(self, slot: str, value: str, source: str = "said", **details: Any) -> None:
        """Fill a slot; `details` may carry `normalised`, `start`, `end`, and `words` where the story says it otherwise.

        Of a child nothing personal is kept.
        """
        if slot in PERSON and self.flags.get("no_person"):
            return
        self.values[slot] = value
        self.details[slot] = {"source": source, **{k: v for k, v in details.items() if v is not None}}
        self.unknown.discard(slot)
        if source != "read":
            self._settled(slot)

    def _settled(self, slot: str) -> None:
        """It is no longer open which of several values is meant."""
        if slot in (open_ones := dict(self.flags.get(WHICH) or {})):
            open_ones.pop(slot)
            self.flags[WHICH] = open_ones
            if not open_ones:
                self.flags.pop(WHICH)

    def forget(self, slot: str) -> None:
        self.values.pop(slot, None)
        self.details.pop(slot, None)
        self.unknown.discard(slot)
        self._settled(slot)

    def leave_open(self, slot: str) -> None:
        """The citizen does not know or does not want to say."""
        self.forget(slot)
        self.unknown.add(slot)

    def answered(self, slot: str) -> bool:
        return slot in self.values or slot in self.unknown

    def normalised(self, slot: str) -> Any:
        return self.details.get(slot, {}).get("normalised")

    def clear(self) -> None:
        """Keep nothing."""
        self.draft_id, self.saved_at = None, None
        self.values, self.details, self.unknown, self.held, self.flags = {}, {}, set(), {}, {}

    def save(self, now: datetime) -> None:
        self.saved_at = now.isoformat()

    def expired(self, now: datetime) -> bool:
        """Whether it was put aside more than seven days ago."""
        return bool(self.saved_at) and now - datetime.fromisoformat(str(self.saved_at)) > KEEP_FOR

    def events(self) -> list[dict[str, Any]]:
        """Slot events for everything that changed; at least one, or Rasa would reject the form's turn."""
        after: dict[str, Any] = {name: self.values.get(name) for name in VALUES}
        after |= {
            "draft_id": self.draft_id,
            "draft_saved_at": self.saved_at,
            "details": self.details or None,
            "unknown_slots": sorted(self.unknown) or None,
            "held_contact": self.held or None,
            "form_flags": self.flags or None,
        }
        changed = [SlotSet(name, value) for name, value in after.items() if value != self.before.get(name)]
        return changed or [SlotSet("draft_id", self.draft_id)]
