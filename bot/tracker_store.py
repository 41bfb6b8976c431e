"""Flat turns: a turn of the thousandth message costs what the first one cost.

Rasa's own SQL store reads and replays every event of a conversation several times each turn, so a turn
grows with the conversation (docs/benchmarks.md has the figures). This store keeps `events` as the full
archive and, beside it, one row a conversation in `heads`: a snapshot (values of slots, the turn that
opened a form, the last turns as they were) and the id of the first event after it.

A snapshot gives the rule policy and the forms what stock Rasa gives them. Policies that look further back
than KEEP_TURNS, and actions that read `tracker.events`, would see less; we have neither.

Contact data stays as long as a form needs it: what goes into the archive is made bare, and when the form is over all
that was said to it is (conversations/trackers.py).
"""

from __future__ import annotations

import json
from typing import Any, cast

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import ActionExecuted, AllSlotsReset, BotUttered, Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.orm import Query, Session

from xiaobao.conversations import trackers
from xiaobao.database import make_engine, make_sessions

KEEP_TURNS = 5  # the rule policy may look back this far
COMPACT_AFTER = 40  # new events since the last snapshot; below this a replay costs less than a new snapshot


class StaleTracker(RuntimeError):
    """A tracker was to be saved that does not continue what is stored."""


class FlatTrackerStore(SQLTrackerStore):
    """Rasa's SQL tracker store with a snapshot a conversation. `endpoints.yml` gives the full `url:`."""

    engine: sa.Engine

    class Head(SQLTrackerStore.Base):
        """Where the live part of a conversation begins, and what came out of everything before it."""

        __tablename__ = "heads"
        sender_id = sa.Column(sa.String(255), primary_key=True)
        first_id = sa.Column(sa.Integer, nullable=False)
        snapshot = sa.Column(sa.Text, nullable=False)

    class Need(SQLTrackerStore.Base):
        """A conversation whose events hold contact data, because a form needs it, from this event on."""

        __tablename__ = "needs"
        sender_id = sa.Column(sa.String(255), primary_key=True)
        first_id = sa.Column(sa.Integer, nullable=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Rasa's engine has no busy timeout, and after a restart of PostgreSQL every pooled connection fails once.
        url = self.engine.url.render_as_string(hide_password=False)
        self.engine.dispose()
        self.engine = make_engine(url)
        self.sessionmaker = make_sessions(self.engine)
        self._reading = make_sessions(self.engine, read_only=True)
        if self.engine.dialect.name == "postgresql":  # SQLite's index on sender_id holds the row id anyway
            with self.engine.begin() as connection:
                connection.execute(sa.text("CREATE INDEX IF NOT EXISTS ix_events_turns ON events (sender_id, id)"))

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The snapshot and what came after it; None for a conversation that is not stored."""
        with self._reading() as session:
            head: Any = session.get(self.Head, sender_id)
            events = json.loads(head.snapshot) if head else []
            events += [json.loads(row.data) for row in self._live(session, sender_id, head.first_id if head else 0)]
        return DialogueStateTracker.from_dict(sender_id, events, self.domain.slots) if events else None

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Archive the new events and, when the live part has grown long, take a new snapshot: one transaction.

        Raises StaleTracker when the tracker was not made from what is stored (reading it had failed): its
        events would be archived as a piece of another course of the conversation.
        """
        await self.stream_events(tracker)
        with self.sessionmaker.begin() as session:
            needed = needs_contact(tracker)
            rows = [self._row(tracker.sender_id, event, needed) for event in self._unstored(session, tracker)]
            session.add_all(rows)
            session.flush()
            head: Any = session.get(self.Head, tracker.sender_id)
            first = head.first_id if head else 0
            live = self._live(session, tracker.sender_id, first)
            if rows and live.count() >= COMPACT_AFTER:
                self._take_snapshot(session, tracker, max(row.id for row in rows))
                if needed:
                    self._make_archive_bare(session, tracker, first)
            need: Any = session.get(self.Need, tracker.sender_id)
            if needed and need is None and rows:
                session.add(self.Need(sender_id=tracker.sender_id, first_id=min(row.id for row in rows)))
            elif need is not None and not needed:
                self._make_all_bare(session, tracker, need)

    async def forget(self, sender_id: str) -> int:
        """Delete a conversation, archive included; returns how many events it had."""
        with self.sessionmaker.begin() as session:
            events = sa.delete(self.SQLEvent).where(self.SQLEvent.sender_id == sender_id)
            for table in (self.Head, self.Need):
                session.execute(sa.delete(table).where(table.sender_id == sender_id))
            return int(cast("sa.CursorResult[Any]", session.execute(events)).rowcount)

    def _unstored(self, session: Session, tracker: DialogueStateTracker) -> list[Event]:
        """The tracker's events after the last one that is stored. Raises StaleTracker when that one is not in it."""
        events: list[Event] = list(tracker.events)
        newest = self._live(session, tracker.sender_id, 0).order_by(None).order_by(self.SQLEvent.id.desc()).first()
        if newest is None:
            return events
        last = json.loads(newest.data)
        for place in range(len(events) - 1, -1, -1):
            if (events[place].timestamp, events[place].type_name) == (last["timestamp"], last["event"]):
                return events[place + 1 :]
        raise StaleTracker(f"The {len(events)} events to be saved do not continue what is stored.")

    def _make_archive_bare(self, session: Session, tracker: DialogueStateTracker, first: int) -> None:
        """Take contact data out of what a new snapshot made archive, from the event `first` on."""
        head: Any = session.get(self.Head, tracker.sender_id)
        if head is not None:
            rows = self._live(session, tracker.sender_id, first).filter(self.SQLEvent.id < head.first_id)
            _make_bare(rows, _contact_in(tracker))

    def _make_all_bare(self, session: Session, tracker: DialogueStateTracker, need: Any) -> None:
        """Take contact data out of everything that was said while it was needed."""
        head: Any = session.get(self.Head, tracker.sender_id)
        values = _contact_in(tracker)
        if head is not None:
            head.snapshot = trackers.bare_json(head.snapshot, values)
        _make_bare(self._live(session, tracker.sender_id, need.first_id), values)
        session.delete(need)

    def _row(self, sender_id: str, event: Event, keep: bool) -> Any:
        data = event.as_dict() if keep else trackers.bare(event.as_dict(), ())
        return self.SQLEvent(
            sender_id=sender_id,
            type_name=event.type_name,
            timestamp=data.get("timestamp"),
            intent_name=data.get("parse_data", {}).get("intent", {}).get("name"),
            action_name=data.get("name"),
            data=json.dumps(data),
        )

    def _take_snapshot(self, session: Session, tracker: DialogueStateTracker, last_id: int) -> None:
        snapshot = compact(tracker, self.domain.slots)
        if snapshot is not None:
            text = json.dumps([event.as_dict() for event in snapshot])
            if not needs_contact(tracker):
                text = trackers.bare_json(text, ())
            session.merge(self.Head(sender_id=tracker.sender_id, first_id=last_id + 1, snapshot=text))

    def _live(self, session: Session, sender_id: str, first: int) -> Query[Any]:
        query = session.query(self.SQLEvent).filter(self.SQLEvent.sender_id == sender_id, self.SQLEvent.id >= first)
        return query.order_by(self.SQLEvent.id)


def needs_contact(tracker: DialogueStateTracker) -> bool:
    """Whether a form is open or put aside, or has contact data in hand."""
    held = (*trackers.CONTACT, trackers.HELD, trackers.PUT_ASIDE)
    return bool(tracker.active_loop_name) or any(tracker.get_slot(name) for name in held if name in tracker.slots)


def _contact_in(tracker: DialogueStateTracker) -> set[str]:
    return trackers.values_in(event.as_dict() for event in tracker.events)


def _make_bare(rows: Query[Any], values: set[str]) -> None:
    for row in rows:
        data = trackers.bare_json(row.data, values)
        if data != row.data:
            row.data = data


def compact(tracker: DialogueStateTracker, slots: Any) -> list[Event] | None:
    """A shorter list of events that stands for the same conversation, or None in the middle of a turn.

    Everything before the last KEEP_TURNS turns becomes slot values, with the turn that opened a form in
    front of them: the rule policy compares the form's course with its beginning.
    """
    applied = tracker.applied_events()
    if not applied or not _ends_turn(applied[-1]) or applied[-1] is not tracker.events[-1]:
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
    return _thinned(before + applied[cut:])


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


def _thinned(events: list[Event]) -> list[Event]:
    """Leave out slot values and utterances that a later one replaces before the next action is predicted.

    Rasa counts all turns of an open form as one, so without this a form of a hundred questions keeps them all.
    """
    kept: list[Event] = []
    replaced: set[str] = set()
    for event in reversed(events):
        if isinstance(event, (ActionExecuted, AllSlotsReset)):
            replaced = set()
        if isinstance(event, (SlotSet, BotUttered)):
            what = f"slot {event.key}" if isinstance(event, SlotSet) else "utterance"
            if what in replaced:
                continue
            replaced.add(what)
        kept.append(event)
    return kept[::-1]
