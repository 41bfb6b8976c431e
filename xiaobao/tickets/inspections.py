"""特约监督员: closed tickets drawn at random for an inspector, who scores how they were handled. Never reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from xiaobao.tickets.errors import InvalidField, NotFound, StepNotOpen
from xiaobao.tickets.roles_tables import Inspection
from xiaobao.tickets.tables import Account, Ticket
from xiaobao.tickets.workflow import ENDED, Kind, Role

DRAWN_FROM = (Kind.COMPLAINT, Kind.SUGGESTION)
WINDOW = timedelta(days=365)
MOST = 50  # in one draw
LONGEST_OPINION = 2_000  # characters


@dataclass(frozen=True)
class InspectionView:
    """One drawn ticket."""

    id: int
    number: str
    account_id: int
    inspector: str
    drawn_at: datetime
    judged_at: datetime | None
    score: int | None
    opinion: str | None


def draw(session: Session, account_id: int, count: int, now: datetime) -> int:
    """Draw up to `count` ended tickets of the last year that this inspector has not had; returns how many there were.

    Raises InvalidField for an account that is no inspector's and for a count that is not 1 to 50.
    """
    account = session.get(Account, account_id)
    if account is None or account.role != Role.INSPECTOR or account.disabled:
        raise InvalidField("inspector", "no inspector's account")
    if not 1 <= count <= MOST:
        raise InvalidField("count", f"1 to {MOST}")
    had = select(Inspection.ticket_id).where(Inspection.account_id == account_id)
    statement = select(Ticket.id).where(
        Ticket.kind.in_([str(kind) for kind in DRAWN_FROM]),
        Ticket.status.in_([str(status) for status in ENDED]),
        Ticket.submitted_at >= now - WINDOW,
        Ticket.id.not_in(had),
        Ticket.erasure_asked_at.is_(None),
    )
    drawn = session.scalars(statement.order_by(func.random()).limit(count)).all()
    session.add_all(Inspection(ticket_id=ticket_id, account_id=account_id, drawn_at=now) for ticket_id in drawn)
    session.flush()
    return len(drawn)


def listed(session: Session, account_id: int | None = None, limit: int = 200) -> list[InspectionView]:
    """Drawn tickets of one inspector or of all, those to be judged first, then the newest."""
    statement = (
        select(Inspection, Ticket.number, Account.name)
        .join(Ticket, Ticket.id == Inspection.ticket_id)
        .join(Account, Account.id == Inspection.account_id)
        .where(Ticket.kind.in_([str(kind) for kind in DRAWN_FROM]))
        .order_by(Inspection.judged_at.is_not(None), Inspection.id.desc())
        .limit(limit)
    )
    if account_id is not None:
        statement = statement.where(Inspection.account_id == account_id)
    return [_view(*found) for found in session.execute(statement)]


def get(session: Session, inspection_id: int, account_id: int) -> InspectionView:
    """One drawn ticket of this inspector. Raises NotFound."""
    found = next((one for one in listed(session, account_id, 10_000) if one.id == inspection_id), None)
    if found is None:
        raise NotFound(str(inspection_id))
    return found


def judge(session: Session, inspection_id: int, account_id: int, *, now: datetime, score: str, opinion: str) -> None:
    """Score (1 to 5) and opinion, once. Raises NotFound, StepNotOpen when judged already, InvalidField."""
    row = session.get(Inspection, inspection_id, with_for_update=True)
    if row is None or row.account_id != account_id:
        raise NotFound(str(inspection_id))
    if row.judged_at is not None:
        raise StepNotOpen("judged already")
    if score not in {"1", "2", "3", "4", "5"}:
        raise InvalidField("score", "1 to 5")
    if not 0 < len(opinion.strip()) <= LONGEST_OPINION:
        raise InvalidField("opinion", f"1 to {LONGEST_OPINION} characters")
    row.score, row.opinion, row.judged_at = int(score), opinion.strip(), now
    session.flush()


def _view(row: Inspection, number: str, name: str) -> InspectionView:
    return InspectionView(row.id, number, row.account_id, name, row.drawn_at, row.judged_at, row.score, row.opinion)
