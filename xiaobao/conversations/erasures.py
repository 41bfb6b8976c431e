"""A citizen's wish to be forgotten: the row that waits for the worker, and the erasure of what was said.

The row is the only trace until all is gone: rows, files, Rasa's record, free pages of the database (worker/erasure.py).
Source: 个人信息保护法 art. 47 (erasure at the person's request), art. 15 (withdrawn consent). Every function takes an
open session and leaves the commit to its caller.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import JSON, String, delete, exists, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from xiaobao.conversations.copies import PersonalCopy
from xiaobao.conversations.papers import Document
from xiaobao.conversations.tables import (
    CITIZEN,
    OWED,
    RECEIVED,
    Base,
    Conversation,
    Message,
    Turn,
    Upload,
    UploadInParts,
    UtcTime,
    WechatLink,
    WechatPush,
    new_id,
)

GRACE = timedelta(seconds=20)  # the answer to the wish is read first, on WeChat after a way through the platform
PATIENCE = timedelta(minutes=10)  # for a turn that runs; whatever it still writes goes in the night


class Erasure(Base):
    """One wish. `rows_at`: the rows are gone, files and free pages may not be."""

    __tablename__ = "erasures"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    conversation_id: Mapped[str] = mapped_column(String(32), unique=True)
    tickets: Mapped[list[str]] = mapped_column(JSON, default=list)  # filed elsewhere, proven by their query codes
    asked_at: Mapped[datetime] = mapped_column(UtcTime)
    rows_at: Mapped[datetime | None] = mapped_column(UtcTime)


@dataclass(frozen=True)
class Erased:
    """What was deleted; `paths` are files below the evidence folder, `said` the citizen's texts (to find copies)."""

    messages: int
    paths: tuple[str, ...]
    said: frozenset[str]


def ask(session: Session, conversation_id: str, now: datetime, tickets: Collection[str] = ()) -> Erasure:
    """Note the wish, once; asked again, tickets named later are added."""
    found = of_conversation(session, conversation_id)
    if found is None:
        found = Erasure(conversation_id=conversation_id, tickets=sorted(tickets), asked_at=now)
        session.add(found)
    else:
        found.tickets = sorted({*found.tickets, *tickets})
    session.flush()
    return found


def of_conversation(session: Session, conversation_id: str) -> Erasure | None:
    """The wish of this conversation, if there is one."""
    return session.scalar(select(Erasure).where(Erasure.conversation_id == conversation_id))


def due(session: Session, now: datetime) -> list[str]:
    """Ids of wishes whose answer has been read by now, oldest first."""
    query = select(Erasure.id).where(Erasure.asked_at <= now - GRACE).order_by(Erasure.asked_at)
    return list(session.scalars(query))


def taken(session: Session, erasure_id: str) -> Erasure | None:
    """The wish, locked; None when another worker was faster."""
    query = select(Erasure).where(Erasure.id == erasure_id).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def may_go(session: Session, erasure: Erasure, now: datetime) -> bool:
    """Whether nobody is just answering in this conversation: what runs would write down again what was erased."""
    # The lock on this row orders the look and everything that begins a turn.
    session.get(Conversation, erasure.conversation_id, with_for_update=True, populate_existing=True)
    theirs = erasure.conversation_id
    running = exists().where(Turn.conversation_id == theirs, Turn.state == RECEIVED)
    waiting = exists().where(Message.conversation_id == theirs, *OWED)
    busy = session.scalar(select(running | waiting))
    return not busy or erasure.asked_at < now - PATIENCE


def erase(session: Session, conversation_id: str) -> Erased:
    """Delete a conversation with everything that hangs on it; filed evidence stays with its ticket, without the link."""
    said: set[str] = set()
    theirs = Message.conversation_id == conversation_id
    said.update(session.scalars(select(Message.text).where(theirs, Message.speaker == CITIZEN)))
    said.update(session.scalars(select(Turn.payload).where(Turn.conversation_id == conversation_id)))
    paths: list[str] = []
    loose = Upload.filed_as.is_(None) | (Upload.path == "")  # of a refused file only the answer is left
    for upload in session.scalars(select(Upload).where(Upload.conversation_id == conversation_id, loose)):
        paths += [path for path in (upload.path, upload.preview_path) if path]
        session.delete(upload)
    for part in session.scalars(select(UploadInParts).where(UploadInParts.conversation_id == conversation_id)):
        if part.evidence_id is None:
            paths.append(part.path)
        session.delete(part)
    session.flush()
    session.execute(update(Upload).where(Upload.conversation_id == conversation_id).values(conversation_id=""))
    session.execute(update(Document).where(Document.conversation_id == conversation_id).values(conversation_id=None))
    count = int(getattr(session.execute(delete(Message).where(theirs)), "rowcount", 0))
    # Followers and their subscriptions go with the conversation (foreign keys).
    for table in (Turn, PersonalCopy, WechatPush, WechatLink):
        session.execute(delete(table).where(table.conversation_id == conversation_id))
    session.execute(delete(Conversation).where(Conversation.id == conversation_id))
    return Erased(count, tuple(paths), frozenset(text for text in said if text))


def erase_filed(session: Session, number: str) -> list[str]:
    """Delete the files and documents of a ticket whose time is over; returns the paths of the files."""
    paths: list[str] = []
    for upload in session.scalars(select(Upload).where(Upload.filed_as == number)):
        paths += [path for path in (upload.path, upload.preview_path) if path]
        session.delete(upload)
    session.execute(delete(Document).where(Document.ticket_number == number))
    session.flush()
    return paths


def keep_bare(session: Session, number: str) -> None:
    """Of the files of a ticket that is kept: no link to its citizen, nothing that was read out of them."""
    # The name people see stands in the ticket.
    bare = {"conversation_id": "", "filename": "", "text_lines": None, "text_values": None}
    session.execute(update(Upload).where(Upload.filed_as == number).values(**bare))
    session.execute(update(Document).where(Document.ticket_number == number).values(conversation_id=None))
