"""Large files that come in parts: what was announced, and the row until the file is whole.

The bytes lie in `parts/` below the evidence folder; the length of that file is how much has arrived, so a part that broke
off, or a bot that died, loses nothing that reached the disk.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from xiaobao.conversations import uploads
from xiaobao.conversations.tables import UploadInParts, new_id

FOLDER = "parts"


@dataclass(frozen=True)
class Announced:
    """What the client says of a file before the first byte."""

    filename: str
    size: int
    sha256: str | None = None
    kind: str | None = None


class TooMuch(ValueError):
    """The conversation would hold more bytes than it may."""


def begin(session: Session, conversation_id: str, file: Announced, now: datetime, most_bytes: int) -> UploadInParts:
    """Open an upload. Raises TooMuch when with it the conversation would hold more than `most_bytes`."""
    if uploads.bytes_of(session, conversation_id) + announced(session, conversation_id) + file.size > most_bytes:
        raise TooMuch(conversation_id)
    upload_id = new_id()
    row = UploadInParts(
        upload_id=upload_id,
        conversation_id=conversation_id,
        filename=file.filename,
        size=file.size,
        sha256=file.sha256,
        kind=file.kind,
        path=f"{FOLDER}/{upload_id}",
        begun_at=now,
    )
    session.add(row)
    session.flush()
    return row


def announced(session: Session, conversation_id: str) -> int:
    """Bytes that were announced and are not whole yet."""
    query = select(func.sum(UploadInParts.size)).where(*_unfinished(conversation_id))
    return session.scalar(query) or 0


def count_unfinished(session: Session, conversation_id: str) -> int:
    """How many files are on their way."""
    return session.scalar(select(func.count()).where(*_unfinished(conversation_id))) or 0


def find(session: Session, conversation_id: str, upload_id: str) -> UploadInParts | None:
    """The upload, when it belongs to this conversation."""
    found = session.get(UploadInParts, upload_id)
    return found if found is not None and found.conversation_id == conversation_id else None


def finished(session: Session, upload_id: str, evidence_id: str) -> None:
    """It became this file of evidence; the row stays for a while, for a client that asks again."""
    found = session.get(UploadInParts, upload_id)
    if found is not None:
        found.evidence_id = evidence_id


def forget(session: Session, upload_id: str) -> None:
    """It was refused or given up."""
    found = session.get(UploadInParts, upload_id)
    if found is not None:
        session.delete(found)


def forget_older_than(session: Session, before: datetime) -> list[str]:
    """Delete rows begun before `before`; returns the paths of those that never became whole."""
    old = list(session.scalars(select(UploadInParts).where(UploadInParts.begun_at < before)))
    for row in old:
        session.delete(row)
    return [row.path for row in old if row.evidence_id is None]


def _unfinished(conversation_id: str) -> tuple[ColumnElement[bool], ...]:
    return UploadInParts.conversation_id == conversation_id, UploadInParts.evidence_id.is_(None)
