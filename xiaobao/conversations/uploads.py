"""Evidence as the citizen sent it: one row a file, the bytes lie untouched below the evidence folder."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from xiaobao.conversations.tables import Upload


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


def take_back(session: Session, conversation_id: str, evidence_id: str) -> list[str]:
    """Forget one file of this conversation that belongs to no ticket; returns the paths to delete."""
    upload = session.get(Upload, evidence_id)
    if upload is None or upload.conversation_id != conversation_id or upload.filed_as is not None:
        return []
    paths = [path for path in (upload.path, upload.preview_path) if path]
    session.delete(upload)
    return paths


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
