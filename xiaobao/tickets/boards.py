"""What one person has to do today, and what a supervisor watches over: kept counts and walks along indexes only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from xiaobao.tickets import worklist
from xiaobao.tickets.queue_tables import Tally
from xiaobao.tickets.tables import Account, Ticket
from xiaobao.tickets.workflow import OPEN, Kind

STUCK_AFTER = timedelta(days=7)  # without any event


@dataclass(frozen=True)
class Load:
    """What one person has on the table."""

    account_id: int
    name: str
    department: str | None
    tickets: int
    overdue: int
    disabled: bool


@dataclass(frozen=True)
class Watch:
    """The supervisor's figures; those that are counted along an index are at most `worklist.MOST_COUNTED` + 1."""

    overdue: int
    stuck: int
    unassigned: int
    open: int
    loads: list[Load]


def watch(session: Session, today: date, now: datetime) -> Watch:
    """Overdue, stuck, unassigned, and the load per person."""
    return Watch(
        overdue=worklist.counted(session, worklist.conditions(today=today, status=worklist.ANY_OPEN, overdue=True)),
        stuck=worklist.counted(session, worklist.conditions(today=today, quiet_since=now - STUCK_AFTER)),
        unassigned=_open_tickets(session, assignee=worklist.NOBODY),
        open=_open_tickets(session),
        loads=loads(session, today),
    )


def loads(session: Session, today: date) -> list[Load]:
    """Open tickets per person, the fullest table first; from kept counts."""
    held = func.sum(Tally.tickets)
    statement = select(Tally.assignee_id, held).where(*_open(), Tally.assignee_id != worklist.NOBODY)
    counts = {
        account: tickets for account, tickets in session.execute(statement.group_by(Tally.assignee_id)) if tickets
    }
    late_of = (Ticket.next_late < today, Ticket.is_open == true(), Ticket.assignee_id.is_not(None))
    grouped = select(Ticket.assignee_id, func.count()).where(*late_of).group_by(Ticket.assignee_id)
    late = {account: tickets for account, tickets in session.execute(grouped)}
    people = session.execute(
        select(Account.id, Account.name, Account.department, Account.disabled).where(Account.id.in_(counts))
    )
    found = [Load(id_, name, room, counts[id_], late.get(id_, 0), off) for id_, name, room, off in people]
    return sorted(found, key=lambda one: (-one.tickets, one.name))


def _open_tickets(session: Session, assignee: int | None = None) -> int:
    mine = () if assignee is None else (Tally.assignee_id == assignee,)
    return session.scalar(select(func.sum(Tally.tickets)).where(*_open(), *mine)) or 0


def _open() -> tuple[ColumnElement[bool], ...]:
    return Tally.status.in_([str(status) for status in OPEN]), Tally.kind != str(Kind.DISTRESS)
