"""What is forgotten after its time: conversations, their unfiled evidence, Rasa's own record of them; files that broke
off on their way, sensitive files whose question nobody answered.

Personal information is kept no longer than its purpose needs: 《个人信息保护法》第十九条. How long that is, is
CONVERSATION_DAYS. Conversations with an open ticket stay: their citizens wait for an answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from xiaobao.conversations import messages, parts, uploads
from xiaobao.conversations.tables import Conversation, UploadInParts
from xiaobao.tickets import delivery, lessons
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
        forgotten = messages.forget_older_than(session, now - timedelta(days=days), keep=_waiting(session))
        # Before the commit: after a crash the rows are still there and the next run finds them again.
        paths = [*forgotten.paths, *_unwanted(session, now)]
        removed = sum(_unlink(evidence_dir, path) for path in paths)
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
    return sum(_unlink(evidence_dir, f"{parts.FOLDER}/{path.name}") for path in old if path.name not in known)


def forget_trackers(sessions: sessionmaker[Session], tracker: sa.Engine, now: datetime) -> int:
    """Delete Rasa's rows of conversations that are no more; returns of how many."""
    metadata = sa.MetaData()
    metadata.reflect(
        tracker, only=[name for name in sa.inspect(tracker).get_table_names() if name in ("events", "heads")]
    )
    if "events" not in metadata.tables:
        return 0
    events = metadata.tables["events"]
    last = sa.select(events.c.sender_id).group_by(events.c.sender_id)
    last = last.having(sa.func.max(events.c.timestamp) < (now - GRACE).timestamp())
    with tracker.connect() as connection:
        senders = list(connection.scalars(last))
    gone = []
    for start in range(0, len(senders), CHUNK):
        part = senders[start : start + CHUNK]
        with sessions.begin() as session:
            alive = set(session.scalars(sa.select(Conversation.id).where(Conversation.id.in_(part))))
        gone += [sender for sender in part if sender not in alive]
    for start in range(0, len(gone), CHUNK):
        with tracker.begin() as connection:
            for table in metadata.tables.values():
                connection.execute(table.delete().where(table.c.sender_id.in_(gone[start : start + CHUNK])))
    return len(gone)


def _waiting(session: Session) -> set[str]:
    """Conversations with an open ticket, or with a notice that is still to be delivered."""
    tickets = sa.select(Ticket.conversation_id).where(Ticket.status.in_([str(status) for status in OPEN]))
    notices = sa.select(OutboxRow.conversation_id).where(OutboxRow.state.in_((*delivery.UNSETTLED, delivery.TEXTING)))
    return {found for query in (tickets, notices) for found in session.scalars(query) if found}


def _unlink(folder: Path, relative: str) -> bool:
    """Remove one file; a path that leads out of the folder is never followed."""
    path = (folder / relative).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        return False
    path.unlink()
    return True
