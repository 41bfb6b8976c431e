"""Flat turns: a turn of the thousandth message costs what the first one cost.

Rasa's own SQL store reads and replays every event of a conversation several times each turn, so a turn
grows with the conversation (docs/benchmarks.md has the figures). This store keeps `events` as the full
archive and, beside it, one row a conversation in `heads`: a snapshot (values of slots, the turn that
opened a form, the last turns as they were) and the id of the first event after it.
"""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import ActionExecuted, Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.orm import Session

KEEP_TURNS = 5  # policies and actions may look back this far
COMPACT_AT = 60  # events; below this a replay costs less than a new snapshot


class FlatTrackerStore(SQLTrackerStore):
    """Rasa's SQL tracker store with a snapshot a conversation. `endpoints.yml` gives the full `url:`."""

    class Head(SQLTrackerStore.Base):
        """Where the live part of a conversation begins, and what came out of everything before it."""

        __tablename__ = "heads"
        sender_id = sa.Column(sa.String(255), primary_key=True)
        first_id = sa.Column(sa.Integer, nullable=False)
        snapshot = sa.Column(sa.Text, nullable=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.engine.dialect.name == "sqlite":
            sa.event.listen(self.engine, "connect", _prepare_sqlite)
            self.engine.dispose()  # the connection that created the tables was not prepared

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The snapshot and what came after it."""
        with self.session_scope() as session:
            first, snapshot = self._head(session, sender_id)
            events = snapshot + [json.loads(row.data) for row in self._live(session, sender_id, first)]
        return DialogueStateTracker.from_dict(sender_id, events, self.domain.slots) if events else None

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Archive the new events; take a new snapshot when the live part has grown long."""
        await super().save(tracker)
        if len(tracker.events) < COMPACT_AT:
            return
        snapshot = compact(tracker, self.domain.slots)
        if snapshot is None:
            return
        with self.session_scope() as session:
            newest = sa.func.max(self.SQLEvent.id)
            last = session.query(newest).filter(self.SQLEvent.sender_id == tracker.sender_id).scalar()
            text = json.dumps([event.as_dict() for event in snapshot], ensure_ascii=False)
            session.merge(self.Head(sender_id=tracker.sender_id, first_id=(last or 0) + 1, snapshot=text))
            session.commit()

    def _additional_events(self, session: Session, tracker: DialogueStateTracker) -> list[Event]:
        """Events of the tracker that are not stored yet."""
        first, snapshot = self._head(session, tracker.sender_id)
        known = len(snapshot) + self._live(session, tracker.sender_id, first).count()
        return list(tracker.events)[known:]

    def _head(self, session: Session, sender_id: str) -> tuple[int, list[dict[str, Any]]]:
        head = session.get(self.Head, sender_id)
        return (int(head.first_id), json.loads(head.snapshot)) if head else (0, [])

    def _live(self, session: Session, sender_id: str, first: int) -> Any:
        query = session.query(self.SQLEvent).filter(self.SQLEvent.sender_id == sender_id, self.SQLEvent.id >= first)
        return query.order_by(self.SQLEvent.id)


def compact(tracker: DialogueStateTracker, slots: Any) -> list[Event] | None:
    """A shorter list of events that stands for the same conversation, or None in the middle of a turn.

    Everything before the last KEEP_TURNS turns becomes slot values, with the turn that opened a form in
    front of them: the rule policy compares the form's course with its beginning.
    """
    applied = tracker.applied_events()
    if not applied or not _ends_turn(applied[-1]):
        return None
    turns_left, cut, before = sum(map(_ends_turn, applied)), 0, []
    past = DialogueStateTracker(tracker.sender_id, slots)
    for place, event in enumerate(applied):
        past.update(event)
        if not _ends_turn(event):
            continue
        turns_left -= 1
        if turns_left < KEEP_TURNS:
            break
        cut, before = place + 1, [*_opening(past), *_values(past), ActionExecuted(ACTION_LISTEN_NAME)]
    return before + applied[cut:]


def _ends_turn(event: Event) -> bool:
    return isinstance(event, ActionExecuted) and event.action_name == ACTION_LISTEN_NAME


def _values(past: DialogueStateTracker) -> list[Event]:
    return [SlotSet(slot.name, slot.value) for slot in past.slots.values() if slot.has_been_set]


def _opening(past: DialogueStateTracker) -> list[Event]:
    """The message and the action that opened the form which is still open."""
    if not past.active_loop_name:
        return []
    seen = list(past.events)
    opened = max(i for i, event in enumerate(seen) if event.type_name == "active_loop")
    messages = [i for i in range(opened) if seen[i].type_name == "user"]
    return [ActionExecuted(ACTION_LISTEN_NAME), *seen[messages[-1] if messages else opened : opened + 1]]


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA busy_timeout = 5000")
    cursor.close()
