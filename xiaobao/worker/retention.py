"""What is forgotten after its time: conversations, their unfiled evidence, Rasa's own record of them; files that broke
off on their way, sensitive files whose question nobody answered.

Personal information is kept no longer than its purpose needs: 《个人信息保护法》第十九条. How long that is, is
CONVERSATION_DAYS. Conversations with an open ticket stay: their citizens wait for an answer. Of a conversation that
goes on for years the old part goes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from xiaobao.conversations import messages, parts, trackers, uploads
from xiaobao.conversations.tables import Conversation, UploadInParts
from xiaobao.tickets import delivery, lessons
from xiaobao.tickets.tables import OutboxRow, Ticket
from xiaobao.tickets.workflow import OPEN

GRACE = timedelta(days=1)  # a conversation's row is written before its first event: never race with it
CHUNK = 500
DRAFT_LIVES = timedelta(days=7)  # a draft that was put aside (actions/draft.py); later it is begun anew
TWICE = timedelta(days=2)  # looked at in two nights, in case one was missed
MADE_BARE = 1500  # newest events
UNFINISHED = timedelta(hours=24)  # a file that comes in parts
UNANSWERED = timedelta(days=7)  # a sensitive file without its consent; the question says so


@dataclass(frozen=True)
class Removed:
    """How much was forgotten."""

    conversations: int
    files: int
    trackers: int


def forget(
    sessions: sessionmaker[Session], tracker: sa.Engine, evidence_dir: Path, days: int, now: datetime
) -> Removed:
    """Forget what nobody opened for `days` days. A crash on the way is made good by the next run."""
    with sessions.begin() as session:
        waiting = _waiting(session)
        forgotten = messages.forget_older_than(session, now - timedelta(days=days), keep=waiting)
        messages.forget_said_before(session, now - timedelta(days=days), keep=waiting)
        # Before the commit: after a crash the rows are still there and the next run finds them again.
        paths = [*forgotten.paths, *_unwanted(session, now)]
        removed = sum(unlink(evidence_dir, path) for path in paths)
        lessons.forget(session, now)
    removed += _strays(sessions, evidence_dir, now)
    gone = forget_trackers(sessions, tracker, now, days)
    make_drafts_bare(sessions, tracker, now)
    return Removed(forgotten.conversations, removed, gone)


def _unwanted(session: Session, now: datetime) -> list[str]:
    """Files that nobody finished sending, and sensitive ones that nobody agreed to."""
    return [*parts.forget_older_than(session, now - UNFINISHED), *uploads.lapse(session, now - UNANSWERED, now)]


def _strays(sessions: sessionmaker[Session], evidence_dir: Path, now: datetime) -> int:
    """Files in parts/ of which no row knows (a crash between the two); returns how many were removed."""
    folder = evidence_dir / parts.FOLDER
    if not folder.is_dir():
        return 0
    before = (now - UNFINISHED).timestamp()
    old = [path for path in folder.iterdir() if path.stat().st_mtime < before]
    with sessions.begin() as session:
        known = set(session.scalars(sa.select(UploadInParts.upload_id)))
    return sum(unlink(evidence_dir, f"{parts.FOLDER}/{path.name}") for path in old if path.name not in known)


def forget_trackers(sessions: sessionmaker[Session], tracker: sa.Engine, now: datetime, days: int | None = None) -> int:
    """Delete Rasa's rows of conversations that are no more, returns of how many; with `days` the old archive of others."""
    tables = _tables(tracker)
    if "events" not in tables:
        return 0
    count, part = 0, _senders(tracker, "")
    while part:
        with sessions.begin() as session:
            known = sa.select(Conversation.id, Conversation.created_at).where(Conversation.id.in_(part))
            alive = {row.id: row.created_at for row in session.execute(known)}
        before = now - timedelta(days=days) if days is not None else None
        for sender, begun in alive.items():
            if before is not None and begun < before:
                _forget_archive(tracker, tables, sender, before)
        for sender in part:
            if sender not in alive and _ended(tracker, tables["events"], sender, now - GRACE):
                _forget_rows(tracker, tables, sender)
                count += 1
        part = _senders(tracker, part[-1])
    return count


def forget_sender(tracker: sa.Engine, sender: str) -> None:
    """Delete Rasa's rows of one conversation."""
    _forget_rows(tracker, _tables(tracker), sender)


def _forget_rows(tracker: sa.Engine, tables: dict[str, sa.Table], sender: str) -> None:
    with tracker.begin() as connection:
        for table in tables.values():
            connection.execute(table.delete().where(table.c.sender_id == sender))


def make_drafts_bare(sessions: sessionmaker[Session], tracker: sa.Engine, now: datetime) -> None:
    """Contact data of drafts that nobody came back to in time leaves Rasa's record; the form would ask again."""
    tables = _tables(tracker)
    if not {"events", "heads"} <= set(tables):
        return
    last = sa.select(Conversation.id).where(
        Conversation.last_seen_at.between(now - DRAFT_LIVES - TWICE, now - DRAFT_LIVES)
    )
    with sessions.begin() as session:
        senders = list(session.scalars(last))
    events, heads = tables["events"], tables["heads"]
    for sender in senders:
        with tracker.begin() as connection:
            newest = sa.select(events.c.id, events.c.data).where(events.c.sender_id == sender)
            rows = connection.execute(newest.order_by(events.c.id.desc()).limit(MADE_BARE)).tuples().all()
            snapshot = connection.scalar(sa.select(heads.c.snapshot).where(heads.c.sender_id == sender))
            stored = [json.loads(data) for _, data in rows]
            values = trackers.values_in([*stored, *(json.loads(snapshot) if snapshot else [])])
            for event_id, data in rows:
                if (clean := trackers.bare_json(data, values)) != data:
                    connection.execute(events.update().where(events.c.id == event_id).values(data=clean))
            if snapshot:
                clean = trackers.bare_json(snapshot, values)
                connection.execute(heads.update().where(heads.c.sender_id == sender).values(snapshot=clean))


def _forget_archive(tracker: sa.Engine, tables: dict[str, sa.Table], sender: str, before: datetime) -> None:
    """Delete what lies before the snapshot of a conversation and is old: nothing reads it any more."""
    if "heads" not in tables or "first_id" not in tables["heads"].c:
        return
    events, heads = tables["events"], tables["heads"]
    first = sa.select(heads.c.first_id).where(heads.c.sender_id == sender).scalar_subquery()
    old = (events.c.sender_id == sender, events.c.id < first, events.c.timestamp < before.timestamp())
    with tracker.begin() as connection:
        connection.execute(events.delete().where(*old))


def _senders(tracker: sa.Engine, after: str) -> list[str]:
    """The next conversations in order, found by jumps along the index: their events are not read."""
    walk = sa.text(
        "WITH RECURSIVE walk (sender) AS (SELECT MIN(sender_id) FROM events WHERE sender_id > :after UNION ALL "
        "SELECT (SELECT MIN(sender_id) FROM events WHERE sender_id > walk.sender) FROM walk WHERE sender IS NOT NULL) "
        "SELECT sender FROM walk WHERE sender IS NOT NULL LIMIT :most"
    )
    with tracker.connect() as connection:
        return list(connection.scalars(walk, {"after": after, "most": CHUNK}))


def _ended(tracker: sa.Engine, events: sa.Table, sender: str, before: datetime) -> bool:
    newest = sa.select(events.c.timestamp).where(events.c.sender_id == sender).order_by(events.c.id.desc()).limit(1)
    with tracker.connect() as connection:
        return (connection.scalar(newest) or 0.0) < before.timestamp()


def _tables(tracker: sa.Engine) -> dict[str, sa.Table]:
    """The tables of Rasa's own store and ours, as far as the bot has made them."""
    metadata = sa.MetaData()
    there = [name for name in sa.inspect(tracker).get_table_names() if name in ("events", "heads", "needs")]
    metadata.reflect(tracker, only=there)
    return dict(metadata.tables)


def _waiting(session: Session) -> set[str]:
    """Conversations with an open ticket, or with a notice that is still to be delivered."""
    tickets = sa.select(Ticket.conversation_id).where(Ticket.status.in_([str(status) for status in OPEN]))
    notices = sa.select(OutboxRow.conversation_id).where(OutboxRow.state.in_((*delivery.UNSETTLED, delivery.TEXTING)))
    return {found for query in (tickets, notices) for found in session.scalars(query) if found}


def unlink(folder: Path, relative: str) -> bool:
    """Remove one file; a path that leads out of the folder is never followed."""
    path = (folder / relative).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        return False
    path.unlink()
    return True
