"""Lists for the desk: what runs out first stands on top."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Date, Select, and_, case, func, literal, or_, select
from sqlalchemy.orm import Session, selectinload

from xiaobao.tickets import queries
from xiaobao.tickets.errors import NotFound
from xiaobao.tickets.tables import Ticket, TicketClock
from xiaobao.tickets.views import ClockView, TicketSummary, clock_view, ticket_summary
from xiaobao.tickets.workflow import OPEN, Kind

SOON = timedelta(days=3)
NEVER = date.max  # nothing is due: below everything that is
AT_ONCE = date.min  # somebody in distress: above everything
ANY_OPEN = "open"


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
    """`next` is handed back as `after`, None at the end."""

    rows: list[Row]
    next: str | None


@dataclass(frozen=True)
class Alarms:
    """How many tickets are overdue, how many run out within three days, how many people are in distress."""

    overdue: int
    soon: int
    distress: int = 0  # open messages of people in distress, for who may see them


def page(
    session: Session,
    *,
    today: date,
    status: str | None = None,
    kind: str | None = None,
    text: str | None = None,
    assignee: int | None = None,
    overdue: bool = False,
    after: str | None = None,
    limit: int = 50,
    distress: bool = False,
    reports: bool = True,
    merchant: OfMerchant | None = None,
) -> Worklist:
    """One page, the earliest due first, then the newest. `status` may be `ANY_OPEN`; filters as in queries.search.

    Messages of people in distress are left out unless `distress`: then they stand on top. Reports are left out
    unless `reports` (办法 art. 37).

    Raises NotFound for an `after` that names no ticket.
    """
    limit = max(1, min(limit, queries.MOST_ROWS))
    due = _first_due()
    statement = select(Ticket).options(selectinload(Ticket.clocks), selectinload(Ticket.assignee))
    if status == ANY_OPEN:
        statement = statement.where(Ticket.status.in_([str(one) for one in OPEN]))
    elif status:
        statement = statement.where(Ticket.status == status)
    hidden = [kind for kind, seen in ((Kind.DISTRESS, distress), (Kind.REPORT, reports)) if not seen]
    if hidden:
        statement = statement.where(Ticket.kind.not_in([str(one) for one in hidden]))
    if kind:
        statement = statement.where(Ticket.kind == kind)
    if assignee is not None:
        statement = statement.where(Ticket.assignee_id == assignee)
    if merchant is not None:
        statement = statement.where(
            Ticket.office_id == merchant.office_id,
            Ticket.merchant_key == merchant.merchant_key,
            Ticket.submitted_at >= merchant.since,
            Ticket.kind.in_([str(kind) for kind in merchant.kinds]),
        )
    for word in (text or "").split()[:8]:
        columns = [getattr(Ticket, name).icontains(word, autoescape=True) for name in queries.SEARCHED]
        statement = statement.where(or_(*columns, Ticket.contact_phone == word))
    if overdue:
        statement = statement.where(Ticket.id.in_(_late(today)))
    if after:
        statement = statement.where(_behind(session, due, after))
    found = session.scalars(statement.order_by(due, Ticket.id.desc()).limit(limit + 1)).all()
    rows = [Row(ticket_summary(ticket, today), _next_clock(ticket)) for ticket in found[:limit]]
    return Worklist(rows, rows[-1].ticket.number if len(found) > limit else None)


def alarms(
    session: Session, today: date, assignee: int | None = None, distress: bool = False, reports: bool = True
) -> Alarms:
    """What has to be done today: for everybody, or for one handler."""
    # Grouped once over the running clocks: a correlated EXISTS would look at all of them for every ticket.
    first = (
        select(func.min(TicketClock.due).label("due"), func.min(TicketClock.due_lenient).label("lenient"))
        .join(Ticket, Ticket.id == TicketClock.ticket_id)
        .where(TicketClock.state == "running")
        .where(*([Ticket.assignee_id == assignee] if assignee is not None else []))
        .where(*([] if reports else [Ticket.kind != str(Kind.REPORT)]))
        .group_by(TicketClock.ticket_id)
        .subquery()
    )
    late = first.c.lenient < today
    count = select(func.count()).select_from(first)
    return Alarms(
        overdue=session.scalar(count.where(late)) or 0,
        soon=session.scalar(count.where(~late, first.c.due <= today + SOON)) or 0,
        distress=_in_distress(session) if distress else 0,
    )


def _in_distress(session: Session) -> int:
    waiting = (Ticket.kind == str(Kind.DISTRESS), Ticket.status.in_([str(one) for one in OPEN]))
    return session.scalar(select(func.count()).select_from(Ticket).where(*waiting)) or 0


def _first_due() -> Any:
    running = and_(TicketClock.ticket_id == Ticket.id, TicketClock.state == "running")
    first = select(func.min(TicketClock.due)).where(running).correlate(Ticket).scalar_subquery()
    due = func.coalesce(first, literal(NEVER, Date), type_=Date)
    return case((Ticket.kind == str(Kind.DISTRESS), literal(AT_ONCE, Date)), else_=due)


def _late(today: date) -> Select[tuple[int]]:
    """Ids of tickets with a clock that ran out by the later reading."""
    return select(TicketClock.ticket_id).where(TicketClock.state == "running", TicketClock.due_lenient < today)


def _behind(session: Session, due: Any, number: str) -> Any:
    """Rows that come after the ticket `number` in the order of the list."""
    last = session.execute(select(Ticket.id, due).where(Ticket.number == number)).first()
    if last is None:
        raise NotFound(number)
    ticket_id, day = last
    here = literal(day, Date)
    return or_(due > here, and_(due == here, Ticket.id < ticket_id))


def _next_clock(ticket: Ticket) -> ClockView | None:
    running = [clock_view(row) for row in ticket.clocks if row.state == "running"]
    return min(running, key=lambda clock: clock.due, default=None)
