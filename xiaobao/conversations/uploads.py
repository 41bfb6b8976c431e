"""Evidence as the citizen sent it: one row a file, the bytes lie untouched below the evidence folder.

A sensitive file (sensitive.py) waits for a consent of its own: `consent` is ASKED, then GIVEN, REFUSED or LAPSED; an
ordinary file has none. Until it is given the file is neither looked at nor put into a ticket. Refused and lapsed rows
have no bytes any more; they stay as the memory of the answer.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, update
from sqlalchemy.orm import Session

from xiaobao.conversations.tables import FAILED, NOT_READ, READ, Upload

MOST_TRIES = 2  # a picture that ended its reader twice is not tried again

ASKED, GIVEN, REFUSED, LAPSED = "asked", "given", "refused", "lapsed"
GONE = (REFUSED, LAPSED)


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


class Unwanted(ValueError):
    """Their citizen said no to keeping files of this kind, or this very file. `args[0]` is the kind."""


def add(
    session: Session, conversation_id: str, file: Received, now: datetime, limit: int = 20, kind: str | None = None
) -> tuple[Upload, bool]:
    """Add a file and return its row with True, or the row of the same bytes in this draft with False.

    A `kind` makes it wait for consent, unless that was given for the kind before. Raises TooMany when the unfiled
    files of the conversation reached `limit`, Unwanted after a refusal.
    """
    loose = list(session.scalars(_loose(conversation_id)))
    for upload in loose:
        if upload.sha256 == file.sha256 and upload.consent == REFUSED:
            raise Unwanted(upload.kind)
        if upload.sha256 == file.sha256 and upload.consent not in GONE:
            return upload, False
    if sum(upload.consent not in GONE for upload in loose) >= limit:
        raise TooMany(conversation_id)
    if kind and answer_for(session, conversation_id, kind) == REFUSED:
        raise Unwanted(kind)
    upload = _row(conversation_id, file, now)
    session.add(upload)
    session.flush()
    if kind:
        declare(session, upload, kind)
    return upload, True


def add_filed(
    session: Session,
    conversation_id: str,
    evidence_id: str,
    file: Received,
    number: str,
    now: datetime,
    kind: str | None = None,
    version: str = "",
) -> None:
    """Add a file that came in at the desk: it belongs to the ticket `number` already.

    A `kind` means that its citizen was asked and agreed; `version` is that of the question.
    """
    upload = _row(conversation_id, file, now)
    upload.evidence_id, upload.filed_as = evidence_id, number
    if kind:
        upload.kind, upload.consent, upload.consent_at, upload.consent_version = kind, GIVEN, now, version
    session.add(upload)
    session.flush()


def answer_for(session: Session, conversation_id: str, kind: str) -> str | None:
    """What was answered for this kind in this draft; ASKED while it was not, None when nobody was asked."""
    found = [upload.consent for upload in session.scalars(_loose(conversation_id)) if upload.kind == kind]
    return next((answer for answer in (REFUSED, GIVEN, ASKED) if answer in found), None)


def declare(session: Session, upload: Upload, kind: str) -> bool:
    """Note what a file is; the consent given for its kind holds for it, too. True when somebody has to ask now.

    Raises Unwanted when files of this kind were refused: the caller takes the bytes away (`drop`).
    """
    before = answer_for(session, upload.conversation_id, kind)
    if before == REFUSED:
        raise Unwanted(kind)
    given = _given(session, upload.conversation_id, kind) if before == GIVEN else None
    upload.kind, upload.consent = kind, GIVEN if given else ASKED
    if given:
        upload.consent_at, upload.consent_version = given.consent_at, given.consent_version
    session.flush()
    return before is None


def undeclare(session: Session, upload: Upload) -> None:
    """It only looked sensitive: an ordinary file again."""
    upload.kind = upload.consent = upload.consent_at = upload.consent_version = None
    session.flush()


def agree(session: Session, conversation_id: str, kind: str, version: str, now: datetime) -> list[Upload]:
    """Keep the waiting files of a kind; returns them. `version` is that of the question."""
    waiting = _of_kind(session, conversation_id, kind, (ASKED,))
    for upload in waiting:
        upload.consent, upload.consent_at, upload.consent_version = GIVEN, now, version
    session.flush()
    return waiting


def refuse(session: Session, conversation_id: str, kind: str, version: str, now: datetime) -> tuple[int, list[str]]:
    """Refusal, or withdrawal of a consent, for the unfiled files of a kind: (how many, paths to remove at once)."""
    unwanted = _of_kind(session, conversation_id, kind, (ASKED, GIVEN))
    paths = [path for upload in unwanted for path in drop(upload, kind, REFUSED, version, now)]
    session.flush()
    return len(unwanted), paths


def drop(upload: Upload, kind: str, why: str, version: str | None, now: datetime) -> list[str]:
    """Make a row without bytes and without what was read of them; returns the paths to remove."""
    paths = [path for path in (upload.path, upload.preview_path) if path]
    upload.kind, upload.consent, upload.consent_at, upload.consent_version = kind, why, now, version
    upload.path, upload.preview_path = "", ""
    upload.text_state, upload.text_lines, upload.text_values = NOT_READ, None, None
    return paths


def lapse(session: Session, before: datetime, now: datetime) -> list[str]:
    """Files whose question nobody answered since `before` lose their bytes; returns the paths to remove."""
    query = select(Upload).where(Upload.consent == ASKED, Upload.received_at < before)
    return [path for upload in session.scalars(query) for path in drop(upload, upload.kind or "", LAPSED, None, now)]


def of_conversation(session: Session, conversation_id: str, not_filed: bool = False) -> list[Upload]:
    """Files of a conversation, oldest first; with `not_filed` only those that belong to no ticket yet.

    Rows without bytes are left out.
    """
    query = select(Upload).where(Upload.conversation_id == conversation_id, or_(*_kept()))
    if not_filed:
        query = query.where(Upload.filed_as.is_(None))
    return list(session.scalars(query.order_by(Upload.received_at, Upload.evidence_id)))


def ready(session: Session, conversation_id: str) -> list[Upload]:
    """Files that may go into a ticket now, oldest first."""
    return [one for one in of_conversation(session, conversation_id, not_filed=True) if one.consent != ASKED]


def kinds_in(session: Session, conversation_id: str, consent: str) -> list[str]:
    """Kinds of unfiled files with this answer, each once."""
    found = [upload.kind for upload in session.scalars(_loose(conversation_id)) if upload.consent == consent]
    return sorted({kind for kind in found if kind})


def of_ticket(session: Session, conversation_id: str, number: str) -> list[Upload]:
    """Files of a conversation that belong to the ticket `number`, oldest first."""
    return [upload for upload in of_conversation(session, conversation_id) if upload.filed_as == number]


def refused_for(session: Session, conversation_id: str, number: str) -> list[str]:
    """Kinds of files that the citizen did not agree to hand in with this ticket, each once."""
    query = select(Upload.kind).where(
        Upload.conversation_id == conversation_id, Upload.filed_as == number, Upload.consent == REFUSED
    )
    return sorted({kind for kind in session.scalars(query) if kind})


def count_unfiled(session: Session, conversation_id: str) -> int:
    """How many files wait for a ticket."""
    query = select(func.count()).where(Upload.conversation_id == conversation_id, Upload.filed_as.is_(None))
    return session.scalar(query.where(or_(*_kept()))) or 0


def bytes_of(session: Session, conversation_id: str) -> int:
    """How much disk the files of a conversation take."""
    query = select(func.sum(Upload.size)).where(Upload.conversation_id == conversation_id, or_(*_kept()))
    return session.scalar(query) or 0


def get(session: Session, evidence_id: str) -> Upload | None:
    """One file by its id."""
    return session.get(Upload, evidence_id)


def newest_unnamed(session: Session, conversation_id: str, since: datetime) -> Upload | None:
    """The last picture or PDF of the draft of which nobody said what it is, not older than `since`."""
    pages = or_(Upload.media_type.startswith("image/"), Upload.media_type == "application/pdf")
    query = _loose(conversation_id).where(Upload.kind.is_(None), Upload.received_at >= since, pages)
    return session.scalars(query.order_by(Upload.received_at.desc())).first()


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


def mark_refused(session: Session, conversation_id: str, number: str) -> None:
    """The refusals of this draft belong to the ticket `number`: the next draft may ask again."""
    for upload in session.scalars(_loose(conversation_id).where(Upload.consent == REFUSED)):
        upload.filed_as = number


def without_preview(session: Session, limit: int = 20) -> list[Upload]:
    """Files whose re-encoded copy is still to be made (the worker does it), oldest first."""
    query = select(Upload).where(
        Upload.preview_path.is_(None), Upload.media_type.startswith("image/"), or_(*may_be_read())
    )
    return list(session.scalars(query.order_by(Upload.received_at).limit(limit)))


def may_be_read() -> tuple[ColumnElement[bool], ...]:
    """For `or_`: an ordinary file, or one with consent. Whoever opens files by themselves asks for this."""
    return Upload.consent.is_(None), Upload.consent == GIVEN


def set_preview(session: Session, evidence_id: str, path: str) -> bool:
    """Note where the re-encoded copy lies, relative to the evidence folder; False when the file is gone meanwhile."""
    upload = session.get(Upload, evidence_id)
    if upload is None or upload.consent in GONE:
        return False
    upload.preview_path = path
    return True


def claim_unread(session: Session, now: datetime, lease: timedelta) -> Upload | None:
    """The next picture whose text is to be read, leased to the caller; a lease that ran out counts as a try.

    Pictures of drafts come before those of tickets: a citizen is waiting. What was tried often enough is given up.
    """
    due = or_(Upload.text_due_at.is_(None), Upload.text_due_at <= now)
    unread = select(Upload).where(Upload.text_state.is_(None), due, Upload.path != "", or_(*may_be_read()))
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
    loose = ready(session, conversation_id)
    return [upload for upload in loose if upload.text_state == READ and upload.text_values]


def _row(conversation_id: str, file: Received, now: datetime) -> Upload:
    return Upload(
        conversation_id=conversation_id,
        filename=file.filename,
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
        path=file.path,
        received_at=now,
    )


def _kept() -> tuple[ColumnElement[bool], ...]:
    return Upload.consent.is_(None), Upload.consent.not_in(GONE)


def _loose(conversation_id: str) -> Select[tuple[Upload]]:
    return select(Upload).where(Upload.conversation_id == conversation_id, Upload.filed_as.is_(None))


def _of_kind(session: Session, conversation_id: str, kind: str, answers: Collection[str]) -> list[Upload]:
    query = _loose(conversation_id).where(Upload.kind == kind, Upload.consent.in_(answers))
    return list(session.scalars(query.order_by(Upload.received_at)))


def _given(session: Session, conversation_id: str, kind: str) -> Upload | None:
    return next(iter(_of_kind(session, conversation_id, kind, (GIVEN,))), None)
