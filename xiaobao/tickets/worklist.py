"""Lists for the desk, each walked along an index: what runs out first on top; what is searched for, newest on top.

A cursor is a place in that order, not a ticket that is looked up: whoever makes one up learns nothing of what may lie
there, a report that is hidden from them (办法 art. 37) no more than a number that was never given.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, and_, func, literal, or_, select, true
from sqlalchemy.orm import Session, selectinload

from xiaobao.tickets import delivery, follow_ups, queries
from xiaobao.tickets.errors import InvalidField
from xiaobao.tickets.tables import OutboxRow, Ticket
from xiaobao.tickets.views import ClockView, TicketSummary, clock_view, ticket_summary
from xiaobao.tickets.workflow import Kind

SOON = timedelta(days=3)
MOST_COUNTED = 1000  # more are told as "1000+"
ANY_OPEN = "open"
NOBODY = 0  # as an assignee: tickets of nobody
CURSOR = re.compile(r"([0-9a-f]{1,6})\.([0-9a-f]{1,8})")  # last day as an ordinal, and id
LARGEST_ID = 2**31 - 1
Where = Sequence[ColumnElement[bool]]
Place = tuple[date, int]  # a row's last day and id


@dataclass(frozen=True)
class Row:
    """A ticket and its running clock that runs out first, None when nothing is due."""

    ticket: TicketSummary
    clock: ClockView | None


@dataclass(frozen=True)
class OfMerchant:
    """The tickets of one merchant since a moment, of these kinds only."""

    office_id: str
    merchant_key: str
    since: datetime
    kinds: frozenset[Kind]


@dataclass(frozen=True)
class Worklist:
    """`next` is handed back as `after`, None at the end. `total` is at most `MOST_COUNTED` + 1, None when not asked."""

    rows: list[Row]
    next: str | None
    total: int | None = None


@dataclass(frozen=True)
class Alarms:
    """How many tickets are overdue, how many run out within three days, how many people are in distress.

    Each at most `MOST_COUNTED` + 1.
    """

    overdue: int
    soon: int
    distress: int = 0  # open messages of people in distress, for who may see them


def conditions(
    *,
    today: date,
    status: str | None = None,
    kind: str | None = None,
    assignee: int | None = None,
    department: str | None = None,
    overdue: bool = False,
    distress: bool = False,
    reports: bool = True,
    merchant: OfMerchant | None = None,
    quiet_since: datetime | None = None,
    unheard: bool = False,
    to_follow: bool = False,
) -> list[ColumnElement[bool]]:
    """What a filter asks of a ticket. `status` may be `ANY_OPEN`, `assignee` may be `NOBODY`.

    Messages of people in distress are left out unless `distress`, reports unless `reports` (办法 art. 37).
    `quiet_since`: open, and nothing happened since that moment. `unheard`: a notice reached nobody, somebody calls. `to_follow`: the follow-up
    has no answer, somebody calls.
    """
    found: list[ColumnElement[bool]] = []
    if status == ANY_OPEN:
        found.append(Ticket.is_open == true())
    elif status:
        found.append(Ticket.status == str(status))
    hidden = [kind for kind, seen in ((Kind.DISTRESS, distress), (Kind.REPORT, reports)) if not seen]
    found += [Ticket.kind != str(one) for one in hidden]
    if kind:
        found.append(Ticket.kind == str(kind))
    if assignee is not None:
        found.append(Ticket.assignee_id.is_(None) if assignee == NOBODY else Ticket.assignee_id == assignee)
    if department:
        found.append(Ticket.department == department)
    if merchant is not None:
        found += [Ticket.office_id == merchant.office_id, Ticket.merchant_key == merchant.merchant_key]
        found += [Ticket.submitted_at >= merchant.since, Ticket.kind.in_([str(kind) for kind in merchant.kinds])]
    if overdue:
        found.append(Ticket.next_late < today)
    if unheard:
        found.append(Ticket.id.in_(select(OutboxRow.ticket_id).where(OutboxRow.state.in_(delivery.UNHEARD))))
    if to_follow:
        found.append(Ticket.id.in_(follow_ups.to_call()))
    if quiet_since is not None:
        found += [Ticket.is_open == true(), Ticket.updated_at < quiet_since]
    return found


def page(
    session: Session,
    *,
    today: date,
    text: str | None = None,
    after: str | None = None,
    limit: int = 50,
    count: bool = False,
    **filters: Any,
) -> Worklist:
    """One page: the earliest due first, then the newest; with `text`, the newest first. `filters` as in `conditions`.

    People in distress stand on top. Raises InvalidField for an `after` that no page gave.
    """
    limit = max(1, min(limit, queries.MOST_ROWS))
    where = conditions(today=today, **filters)
    place = _place(after) if after else None
    if (text or "").split():
        most = MOST_COUNTED + 1 if count and not after else limit + 1
        found = queries.ids_with(session, text or "", where, most, place[1] if place else None)
        total = len(found) if count and not after else None
        return _page(session, found[: limit + 1], today, limit, total)
    order = (Ticket.next_due, Ticket.id.desc())
    statement = select(Ticket.id).where(*where)
    if place:
        statement = statement.where(_behind(*place))
    found = list(session.scalars(statement.order_by(*order).limit(limit + 1)))
    return _page(session, found, today, limit, counted(session, where) if count and not after else None)


def of_ids(session: Session, ids: Sequence[int], today: date) -> list[Row]:
    """Rows of these tickets in this order."""
    statement = select(Ticket).options(selectinload(Ticket.clocks), selectinload(Ticket.assignee))
    known = {ticket.id: ticket for ticket in session.scalars(statement.where(Ticket.id.in_(ids)))}
    tickets = [known[id_] for id_ in ids if id_ in known]
    return [Row(ticket_summary(ticket, today), _next_clock(ticket)) for ticket in tickets]


def counted(session: Session, where: Where) -> int:
    """How many tickets there are, at most `MOST_COUNTED` + 1."""
    some = select(literal(1)).select_from(Ticket).where(*where).limit(MOST_COUNTED + 1).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def alarms(
    session: Session, today: date, assignee: int | None = None, distress: bool = False, reports: bool = True
) -> Alarms:
    """What has to be done today: for everybody, or for one handler."""
    theirs = conditions(today=today, assignee=assignee, distress=True, reports=reports)
    late, soon = Ticket.next_late < today, and_(Ticket.next_late >= today, Ticket.next_due <= today + SOON)
    # No date is far enough below: whoever is in distress has none that runs out.
    real = Ticket.next_due > date.min
    waiting = conditions(today=today, status=ANY_OPEN, kind=str(Kind.DISTRESS), distress=True)
    return Alarms(
        overdue=counted(session, [*theirs, late]),
        soon=counted(session, [*theirs, soon, real]),
        distress=counted(session, waiting) if distress else 0,
    )


def newest_urgent(session: Session, distress: bool, reports: bool) -> str | None:
    """The number of the newest open urgent ticket that nobody has taken; from an index of the urgent ones alone."""
    where = (*conditions(today=date.max, distress=distress, reports=reports), Ticket.assignee_id.is_(None))
    urgent = (Ticket.urgent == true(), Ticket.is_open == true())
    return session.scalar(select(Ticket.number).where(*urgent, *where).order_by(Ticket.id.desc()).limit(1))


def _page(session: Session, ids: Sequence[int], today: date, limit: int, total: int | None) -> Worklist:
    rows = of_ids(session, ids[:limit], today)
    last = session.get(Ticket, ids[limit - 1]) if len(ids) > limit else None  # was read with the rows
    return Worklist(rows, f"{last.next_due.toordinal():x}.{last.id:x}" if last else None, total)


def _place(cursor: str) -> Place:
    """The place that a page gave as `next`. Raises InvalidField."""
    found = CURSOR.fullmatch(cursor)
    day, ticket_id = (int(part, 16) for part in found.groups()) if found else (0, 0)
    if not (1 <= day <= date.max.toordinal() and ticket_id <= LARGEST_ID):
        raise InvalidField("after", "not a cursor of this list")
    return date.fromordinal(day), ticket_id


def _behind(day: date, ticket_id: int) -> ColumnElement[bool]:
    """Rows that come after this place in the order of the list."""
    here = literal(day, Date)
    # The first condition alone bounds the walk along the index.
    return and_(Ticket.next_due >= here, or_(Ticket.next_due > here, Ticket.id < ticket_id))


def _next_clock(ticket: Ticket) -> ClockView | None:
    running = [clock_view(row) for row in ticket.clocks if row.state == "running"]
    return min(running, key=lambda clock: clock.due, default=None)
