"""Clocks that ran out: noted once each, for whoever supervises."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from xiaobao.tickets import deadlines
from xiaobao.tickets.tables import Audit, Ticket, TicketClock
from xiaobao.tickets.workflow import Role

OVERDUE = "overdue"
BATCH = 500


def note_overdue(session: Session, now: datetime) -> list[str]:
    """Write one audit row for each clock that ran out by its later reading; return the tickets' numbers.

    Each clock is noted once, also with two workers: the ticket's row is locked while its clocks are looked at.
    """
    today = deadlines.local_date(now)
    late = select(TicketClock.ticket_id).where(TicketClock.state == "running", TicketClock.due_lenient < today)
    noted = select(Audit.subject).where(Audit.action == OVERDUE)
    query = select(Ticket).where(Ticket.id.in_(late)).order_by(Ticket.id)
    tickets = session.scalars(query.with_for_update(skip_locked=True)).all()
    known = set(session.scalars(noted))  # read under the locks: another worker may have committed just before
    numbers = []
    for ticket in tickets:
        for clock in ticket.clocks:
            subject = f"{ticket.number}/{clock.rule_id}/{clock.started_on.isoformat()}"[:128]
            if clock.state == "running" and clock.due_lenient < today and subject not in known:
                session.add(_row(subject, clock, now))
                known.add(subject)
                numbers.append(ticket.number)
    return numbers


def _row(subject: str, clock: TicketClock, now: datetime) -> Audit:
    payload = {"clock": clock.name, "due": clock.due_lenient.isoformat(), "law": clock.law}
    return Audit(at=now, role=str(Role.SYSTEM), action=OVERDUE, subject=subject, payload=payload)
