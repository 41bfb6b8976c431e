"""What is known of a caller while a ticket is being written: their other tickets, and which may be the same matter.

A telephone number is enough here: a member of staff sees it, no citizen (compare matches.existing).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from xiaobao.tickets.matches import Matter, same_matter
from xiaobao.tickets.tables import Ticket
from xiaobao.tickets.views import TicketView, ticket_view
from xiaobao.tickets.workflow import Kind, Status

MOST = 20  # newest tickets of one telephone
SHORTEST_PHONE = 7  # digits


@dataclass(frozen=True)
class Known:
    """A ticket of the caller, contact data masked. `reasons` as in matches.Duplicate, empty when it is another matter.

    `source_number` is a reason of its own: the same letter or transfer was registered before.
    """

    ticket: TicketView
    reasons: tuple[str, ...]


def tickets(
    session: Session, matter: Matter, *, phone: str | None, source_number: str | None, kinds: Collection[Kind]
) -> list[Known]:
    """Tickets of this telephone number or outside number at the office: likely duplicates first, then newest first."""
    same = []
    if phone and len(phone) >= SHORTEST_PHONE:
        same.append(Ticket.contact_phone == phone)
    if source_number:
        same.append(Ticket.source_number == source_number)
    if not same:
        return []
    seen = (
        Ticket.office_id == matter.office_id,
        Ticket.kind.in_([str(kind) for kind in kinds]),
        Ticket.status != str(Status.WITHDRAWN),
        Ticket.erasure_asked_at.is_(None),
    )
    statement = select(Ticket).where(or_(*same), *seen).order_by(Ticket.id.desc()).limit(MOST)
    rows = session.scalars(statement.options(selectinload(Ticket.assignee)))
    known = [Known(ticket_view(row), _reasons(row, matter, phone, source_number)) for row in rows]
    return sorted(known, key=lambda one: not one.reasons)


def _reasons(row: Ticket, matter: Matter, phone: str | None, source_number: str | None) -> tuple[str, ...]:
    number = ("source_number",) if source_number and row.source_number == source_number else ()
    why = same_matter(matter, Matter.of(row)) if phone and row.contact_phone == phone else ()
    return (*number, *(("phone", *why) if why else ()))
