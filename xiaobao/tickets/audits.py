"""Reading the audit: who looked at what (个人信息保护法 art. 51 and 54: access is recorded and reviewed)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from xiaobao.tickets.tables import Audit


@dataclass(frozen=True)
class AuditView:
    """One row; `subject` is a ticket's number or an account's login."""

    id: int
    at: datetime
    role: str
    actor_name: str | None
    action: str
    subject: str
    payload: dict[str, Any]


@dataclass(frozen=True)
class AuditPage:
    """Newest first; `next` is handed back as `before`, None at the end."""

    rows: list[AuditView]
    next: int | None


def page(session: Session, *, subject: str | None = None, before: int | None = None, limit: int = 100) -> AuditPage:
    """Rows of everything, or of one ticket or account."""
    statement = select(Audit).order_by(Audit.id.desc()).limit(limit + 1)
    if subject:
        statement = statement.where(Audit.subject == subject)
    if before is not None:
        statement = statement.where(Audit.id < before)
    found = session.scalars(statement).all()
    names = "id at role actor_name action subject payload"
    rows = [AuditView(**{name: getattr(row, name) for name in names.split()}) for row in found[:limit]]
    return AuditPage(rows, rows[-1].id if len(found) > limit else None)
