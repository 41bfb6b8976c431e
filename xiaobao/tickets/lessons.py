"""Learning from failure: questions declined, disliked or corrected, grouped by likeness for those who write answers.

Kept without the conversation they came from and with personal data masked (个人信息保护法 art. 6: no more than needed).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from xiaobao.privacy import mask_pii
from xiaobao.tickets.tables import Lesson

Kind = Literal["declined", "uncovered", "unsure", "disliked", "corrected"]
KINDS: tuple[str, ...] = get_args(Kind)
LONGEST = 500  # characters kept of a question
MOST_SHOWN = 1000  # rows grouped at once, newest first
ALIKE = 0.4  # of the pairs of characters that two questions have together
KEPT = timedelta(days=180)


@dataclass(frozen=True)
class LessonView:
    """One question; `topic_id` is the answer that did not help, `field` where it was said to belong."""

    id: int
    at: datetime
    kind: str
    question: str
    topic_id: str | None
    field: str | None


@dataclass(frozen=True)
class Group:
    """Questions alike, newest first."""

    rows: tuple[LessonView, ...]

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(row.id for row in self.rows)


def add(
    session: Session,
    *,
    kind: Kind,
    question: str,
    now: datetime,
    topic_id: str | None = None,
    field: str | None = None,
) -> None:
    """Keep a question, masked; nothing is kept of an empty one."""
    text = mask_pii(question.strip())[:LONGEST]
    if text:
        session.add(Lesson(at=now, kind=kind, question=text, topic_id=topic_id, field=field))


def open_rows(session: Session, kind: str | None = None) -> list[LessonView]:
    """What nobody has closed, newest first, at most MOST_SHOWN."""
    statement = select(Lesson).where(Lesson.closed_at.is_(None)).order_by(Lesson.id.desc()).limit(MOST_SHOWN)
    if kind:
        statement = statement.where(Lesson.kind == kind)
    names = "id at kind question topic_id field".split()
    return [LessonView(**{name: getattr(row, name) for name in names}) for row in session.scalars(statement)]


def counts(session: Session) -> dict[str, int]:
    """How many are open, by kind."""
    found = session.execute(
        select(Lesson.kind, func.count()).where(Lesson.closed_at.is_(None)).group_by(Lesson.kind)
    ).all()
    return {kind: count for kind, count in found}


def close(session: Session, ids: Iterable[int], account_id: int, now: datetime) -> int:
    """Put rows away; those already closed stay as they were. Returns how many."""
    changed = session.execute(
        update(Lesson)
        .where(Lesson.id.in_(list(ids)), Lesson.closed_at.is_(None))
        .values(closed_at=now, closed_by=account_id)
    )
    return int(getattr(changed, "rowcount", 0))


def forget(session: Session, now: datetime) -> int:
    """Delete what is older than KEPT, closed or not. Returns how many."""
    return int(getattr(session.execute(delete(Lesson).where(Lesson.at < now - KEPT)), "rowcount", 0))


def groups(rows: Sequence[LessonView]) -> list[Group]:
    """Rows put together by likeness: the largest group first, then the newest."""
    found: list[tuple[list[LessonView], set[str]]] = []
    for row in rows:
        pairs = _pairs(row.question)
        best = max(found, key=lambda group: _likeness(pairs, group[1]), default=None)
        if best and _likeness(pairs, best[1]) >= ALIKE:
            best[0].append(row)
        else:
            found.append(([row], pairs))
    return [Group(tuple(group)) for group, _ in sorted(found, key=lambda group: (-len(group[0]), -group[0][0].id))]


def _pairs(text: str) -> set[str]:
    letters = re.sub(r"\W", "", text.lower())
    return {letters[i : i + 2] for i in range(len(letters) - 1)} or {letters}


def _likeness(one: set[str], other: set[str]) -> float:
    return 2 * len(one & other) / max(len(one) + len(other), 1)
