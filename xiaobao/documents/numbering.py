"""Numbers of documents: for each office, kind and year from 1, without a gap."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from xiaobao.documents.tables import DocumentSequence


def take(session: Session, office_id: str, kind: str, year: int) -> int:
    """The next number. Its row stays locked until the transaction ends: whoever rolls back gives the number back."""
    key = f"{office_id}/{kind}/{year}"
    taken = _increment(session, key)
    if taken is None:
        try:
            with session.begin_nested():
                session.add(DocumentSequence(key=key, last=0))
        except IntegrityError:
            pass  # another transaction began the year first
        taken = _increment(session, key)
    assert taken is not None
    return taken


def written(word: str, year: int, running: int) -> str:
    """消受告〔2026〕1号."""
    return f"{word}〔{year}〕{running}号"


def _increment(session: Session, key: str) -> int | None:
    statement = (
        update(DocumentSequence)
        .where(DocumentSequence.key == key)
        .values(last=DocumentSequence.last + 1)
        .returning(DocumentSequence.last)
        .execution_options(synchronize_session=False)
    )
    return session.execute(statement).scalar_one_or_none()
