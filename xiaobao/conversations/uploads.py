"""Evidence as the citizen sent it: one row a file, the bytes lie untouched below the evidence folder."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from xiaobao.conversations.tables import FAILED, NOT_READ, READ, Upload

MOST_TRIES = 2  # a picture that ended its reader twice is not tried again


@dataclass(frozen=True)
class Received:
    """A file that lies on disk and waits for its row. `size` in bytes, `path` relative to the evidence folder."""

    filename: str
    media_type: str
    size: int
    sha256: str
    path: str


class TooMany(ValueError):
    """The draft has as many files as it may have."""


def add(session: Session, conversation_id: str, file: Received, now: datetime, limit: int = 20) -> tuple[Upload, bool]:
    """Add a file and return its row with True, or the row of the same bytes in this draft with False.

    Raises TooMany when the unfiled files of the conversation reached `limit`.
    """
    loose = of_conversation(session, conversation_id, not_filed=True)
    for upload in loose:
        if upload.sha256 == file.sha256:
            return upload, False
    if len(loose) >= limit:
        raise TooMany(conversation_id)
    upload = Upload(
        conversation_id=conversation_id,
        filename=file.filename,
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
        path=file.path,
        received_at=now,
    )
    session.add(upload)
    session.flush()
    return upload, True


def of_conversation(session: Session, conversation_id: str, not_filed: bool = False) -> list[Upload]:
    """Files of a conversation, oldest first; with `not_filed` only those that belong to no ticket yet."""
    query = select(Upload).where(Upload.conversation_id == conversation_id)
    if not_filed:
        query = query.where(Upload.filed_as.is_(None))
    return list(session.scalars(query.order_by(Upload.received_at, Upload.evidence_id)))


def of_ticket(session: Session, conversation_id: str, number: str) -> list[Upload]:
    """Files of a conversation that belong to the ticket `number`, oldest first."""
    return [upload for upload in of_conversation(session, conversation_id) if upload.filed_as == number]


def count_unfiled(session: Session, conversation_id: str) -> int:
    """How many files wait for a ticket."""
    query = select(func.count()).where(Upload.conversation_id == conversation_id, Upload.filed_as.is_(None))
    return session.scalar(query) or 0


def get(session: Session, evidence_id: str) -> Upload | None:
    """One file by its id."""
    return session.get(Upload, evidence_id)


def mark_filed(session: Session, evidence_ids: Collection[str], number: str) -> None:
    """Note that these files belong to the ticket `number`; a file filed before stays where it is."""
    for evidence_id in evidence_ids:
        upload = session.get(Upload, evidence_id)
        if upload is not None and upload.filed_as is None:
            upload.filed_as = number


def without_preview(session: Session, limit: int = 20) -> list[Upload]:
    """Files whose re-encoded copy is still to be made (the worker does it), oldest first."""
    query = select(Upload).where(Upload.preview_path.is_(None), Upload.media_type.startswith("image/"))
    return list(session.scalars(query.order_by(Upload.received_at).limit(limit)))


def set_preview(session: Session, evidence_id: str, path: str) -> None:
    """Note where the re-encoded copy lies, relative to the evidence folder."""
    upload = session.get(Upload, evidence_id)
    if upload is not None:
        upload.preview_path = path


def claim_unread(session: Session, now: datetime, lease: timedelta) -> Upload | None:
    """The next picture whose text is to be read, leased to the caller; a lease that ran out counts as a try.

    Pictures of drafts come before those of tickets: a citizen is waiting. What was tried often enough is given up.
    """
    due = or_(Upload.text_due_at.is_(None), Upload.text_due_at <= now)
    unread = select(Upload).where(Upload.text_state.is_(None), due)
    spent = update(Upload).where(Upload.text_state.is_(None), due, Upload.text_tries >= MOST_TRIES)
    session.execute(spent.values(text_state=FAILED))
    other = update(Upload).where(Upload.text_state.is_(None), Upload.media_type.not_like("image/%"))
    session.execute(other.values(text_state=NOT_READ))
    query = unread.order_by(Upload.filed_as.is_not(None), Upload.received_at, Upload.evidence_id).limit(1)
    upload = session.scalar(query.with_for_update(skip_locked=True))
    if upload is not None:
        upload.text_tries += 1
        upload.text_due_at = now + lease
    return upload


def give_back(session: Session, evidence_id: str, now: datetime, tried: bool) -> None:
    """The lease ends unread; `tried` when the picture may be to blame."""
    upload = session.get(Upload, evidence_id)
    if upload is not None and upload.text_state is None:
        upload.text_due_at = now
        if not tried:
            upload.text_tries -= 1
        elif upload.text_tries >= MOST_TRIES:
            upload.text_state = FAILED


def set_text(
    session: Session, evidence_id: str, lines: list[dict[str, Any]], values: dict[str, dict[str, Any]]
) -> None:
    """Keep what was read."""
    upload = session.get(Upload, evidence_id)
    if upload is not None:
        upload.text_state, upload.text_lines, upload.text_values, upload.text_due_at = READ, lines, values, None


def leave_unread(session: Session) -> None:
    """Without a recogniser nothing waits to be read."""
    session.execute(update(Upload).where(Upload.text_state.is_(None)).values(text_state=NOT_READ))


def read_of_draft(session: Session, conversation_id: str) -> list[Upload]:
    """Files that belong to no ticket yet and told something when they were read, oldest first."""
    loose = of_conversation(session, conversation_id, not_filed=True)
    return [upload for upload in loose if upload.text_state == READ and upload.text_values]
