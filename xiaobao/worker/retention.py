"""What is forgotten after its time: conversations, their unfiled evidence, Rasa's own record of them; files that broke
off on their way, sensitive files whose question nobody answered.

Personal information is kept no longer than its purpose needs: 《个人信息保护法》第十九条. How long that is, is
CONVERSATION_DAYS. Conversations with an open ticket stay: their citizens wait for an answer. Of a conversation that
goes on for years the old part goes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from xiaobao.conversations import messages, parts, uploads
from xiaobao.conversations.tables import Conversation, UploadInParts
from xiaobao.tickets import lessons
from xiaobao.tickets.tables import OutboxRow, Ticket
from xiaobao.tickets.workflow import OPEN

GRACE = timedelta(days=1)  # a conversation's row is written before its first event: never race with it
CHUNK = 500
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
    return Removed(forgotten.conversations, removed, forget_trackers(sessions, tracker, now))


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


def forget_trackers(sessions: sessionmaker[Session], tracker: sa.Engine, now: datetime) -> int:
    """Delete Rasa's rows of conversations that are no more; returns of how many."""
    tables = _tables(tracker)
    if "events" not in tables:
        return 0
    count, part = 0, _senders(tracker, "")
    while part:
        with sessions.begin() as session:
            alive = set(session.scalars(sa.select(Conversation.id).where(Conversation.id.in_(part))))
        for sender in part:
            if sender not in alive and _ended(tracker, tables["events"], sender, now - GRACE):
                forget_sender(tracker, sender)
                count += 1
        part = _senders(tracker, part[-1])
    return count


def forget_sender(tracker: sa.Engine, sender: str) -> None:
    """Delete Rasa's rows of one conversation."""
    tables = _tables(tracker)
    with tracker.begin() as connection:
        for table in tables.values():
            connection.execute(table.delete().where(table.c.sender_id == sender))


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
    there = [name for name in sa.inspect(tracker).get_table_names() if name in ("events", "heads")]
    metadata.reflect(tracker, only=there)
    return dict(metadata.tables)


def _waiting(session: Session) -> set[str]:
    """Conversations with an open ticket, or with a notice that is still to be delivered."""
    tickets = sa.select(Ticket.conversation_id).where(Ticket.status.in_([str(status) for status in OPEN]))
    notices = sa.select(OutboxRow.conversation_id).where(OutboxRow.state == "waiting")
    return {found for query in (tickets, notices) for found in session.scalars(query) if found}


def unlink(folder: Path, relative: str) -> bool:
    """Remove one file; a path that leads out of the folder is never followed."""
    path = (folder / relative).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        return False
    path.unlink()
    return True
