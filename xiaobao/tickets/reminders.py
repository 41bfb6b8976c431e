"""Reminders of clocks: two working days before, on the day, and when the period ran out; and why it ran out.

Whose a reminder is follows from the ticket as it stands: the handler it is assigned to, or, while it is assigned to
nobody who is still there, the clerks and supervisors. What ran out goes to the supervisors besides, once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from xiaobao.tickets import deadlines
from xiaobao.tickets.deadlines import Holidays
from xiaobao.tickets.errors import InvalidField, NotFound, RoleForbidden
from xiaobao.tickets.filing import Actor
from xiaobao.tickets.tables import Account, Audit, Ticket, TicketClock, TicketClockAlert
from xiaobao.tickets.views import clock_view
from xiaobao.tickets.workflow import Role

TARGET, SOON, TODAY, OVERDUE, RAISED = "target", "soon", "today", "overdue", "raised"
STAGES = (SOON, TODAY, OVERDUE)  # of the statutory day, in their order
# What a citizen does: whoever holds the ticket hears of it, near the last day the supervisors too.
URGED, URGED_RAISED, REOPENED, BROKEN = "urged", "urged_raised", "reopened", "broken"
SUPERVISORS = (RAISED, URGED_RAISED)
SOON_WORKING_DAYS = 2
HORIZON = timedelta(days=16)  # two working days never span more, the longest holidays included
MOST = 200  # rows of a list
BATCH = 500  # tickets in one transaction
LONGEST_EXPLANATION = 2_000  # characters


@dataclass(frozen=True)
class Reminder:
    """A row of 我的提醒."""

    id: int
    stage: str
    at: datetime
    due: date
    seen_at: datetime | None
    seen_by: str | None
    number: str
    kind: str
    merchant: str | None
    label: str
    explained: bool


def write(session: Session, holidays: Holidays, now: datetime, limit: int = BATCH) -> list[tuple[str, str]]:
    """Write the reminders that are due now; (number, stage) of each. Call again while it returns any.

    Each is written once, also by two workers: the tickets' rows are locked, and what is locked is left to the other.
    """
    today = deadlines.local_date(now)
    soon = _working_days_on(today, SOON_WORKING_DAYS, holidays)
    ids = select(TicketClock.ticket_id).where(_waiting(today, soon)).distinct().limit(limit)
    query = select(Ticket).where(Ticket.id.in_(session.scalars(ids).all())).order_by(Ticket.id)
    tickets = session.scalars(query.with_for_update(skip_locked=True).execution_options(populate_existing=True)).all()
    written = []
    for ticket in tickets:
        for clock in ticket.clocks:
            session.refresh(clock)  # another worker may have committed since the ticket was found
            written += [(ticket.number, stage) for stage in _remind(session, ticket, clock, today, soon, now)]
    session.flush()
    return written


def mine(session: Session, actor: Actor, *, seen: bool = False) -> list[Reminder]:
    """The reminders of this person, the newest first; `seen` adds those that were ticked off."""
    query = _of(actor, select(TicketClockAlert, Ticket, TicketClock))
    if not seen:
        query = query.where(TicketClockAlert.seen_at.is_(None))
    rows = session.execute(query.order_by(TicketClockAlert.id.desc()).limit(MOST))
    return [
        Reminder(
            id=alert.id,
            stage=alert.stage,
            at=alert.at,
            due=alert.due,
            seen_at=alert.seen_at,
            seen_by=alert.seen_by,
            number=ticket.number,
            kind=ticket.kind,
            merchant=ticket.merchant or ticket.institution or ticket.shop_name,
            label=clock.label,
            explained=bool(clock.explained),
        )
        for alert, ticket, clock in rows
    ]


def count(session: Session, actor: Actor) -> int:
    """How many are not seen yet; never more than MOST."""
    rows = _of(actor, select(TicketClockAlert.id)).where(TicketClockAlert.seen_at.is_(None)).limit(MOST).subquery()
    return session.scalar(select(func.count()).select_from(rows)) or 0


def see(session: Session, actor: Actor, alert_id: int, now: datetime) -> None:
    """Tick a reminder off. Raises NotFound for another's, InvalidField for an unexplained overdue clock."""
    found = session.execute(
        _of(actor, select(TicketClockAlert, TicketClock)).where(TicketClockAlert.id == alert_id)
    ).first()
    if found is None:
        raise NotFound("no such reminder")
    alert, clock = found
    if alert.stage == OVERDUE and not clock.explained:
        raise InvalidField("explained", "why it ran out has to be written first")
    if alert.seen_at is None:
        alert.seen_at, alert.seen_by = now, actor.name
    session.flush()


def explain(session: Session, number: str, clock_key: str, *, actor: Actor, now: datetime, text: str | None) -> None:
    """Why a period ran out, by who holds the ticket; written down and shown to the supervisors.

    Raises NotFound, RoleForbidden for a handler it is not assigned to, InvalidField for an empty text or a clock
    that did not run out.
    """
    said = (text or "").strip()
    if not said or len(said) > LONGEST_EXPLANATION:
        raise InvalidField("explained", f"1 to {LONGEST_EXPLANATION} characters")
    ticket = session.scalar(select(Ticket).where(Ticket.number == number).with_for_update(of=Ticket))
    clock = next((one for one in ticket.clocks if clock_view(one).key == clock_key), None) if ticket else None
    if ticket is None or clock is None:
        raise NotFound(number)
    if actor.role not in (Role.CLERK, Role.HANDLER, Role.SUPERVISOR) or (
        actor.role == Role.HANDLER and ticket.assignee_id not in (None, actor.account_id)
    ):
        raise RoleForbidden(f"explain by {actor.role}")
    if not clock_view(clock).overdue(deadlines.local_date(now)):
        raise InvalidField("clock", "did not run out")
    clock.explained, clock.explained_by, clock.explained_at = said, actor.name, now
    session.add(_audit(ticket, clock, "explain_overdue", now, {"text": said}, actor))
    session.flush()


def urged(session: Session, ticket: Ticket, holidays: Holidays | None, now: datetime) -> bool:
    """A citizen urges: who holds the ticket is reminded, within two working days of a last day, or after it, the
    supervisors besides. Returns whether they are."""
    running = [clock for clock in ticket.clocks if clock.state == "running"]
    today = deadlines.local_date(now)
    near = _working_days_on(today, SOON_WORKING_DAYS, holidays) if holidays else today + timedelta(days=2)
    raised = any(clock.due <= near for clock in running)
    tell(session, ticket, URGED, now)
    if raised:
        tell(session, ticket, URGED_RAISED, now)
    return raised


def tell(session: Session, ticket: Ticket, stage: str, now: datetime) -> None:
    """A reminder that a citizen caused, at the clock that is due first, else at the last that ran; again: fresh again.

    A ticket that never had a clock has none: its list shows it.
    """
    clocks = [clock for clock in ticket.clocks if clock.state in ("running", "paused")] or ticket.clocks[-1:]
    if not clocks:
        return
    clock = min(clocks, key=lambda one: one.due)
    query = select(TicketClockAlert).where(
        TicketClockAlert.clock_id == clock.id, TicketClockAlert.stage == stage, TicketClockAlert.due == clock.due
    )
    alert = session.scalar(query)
    if alert is None:
        session.add(TicketClockAlert(ticket_id=ticket.id, clock_id=clock.id, stage=stage, due=clock.due, at=now))
    else:
        alert.at, alert.seen_at, alert.seen_by = now, None, None


def _waiting(today: date, soon: date) -> ColumnElement[bool]:
    """Running clocks that have a stage before them which was not written yet."""
    fresh = TicketClock.reminded
    return and_(
        TicketClock.state == "running",
        TicketClock.due <= today + HORIZON,
        or_(
            and_(fresh.is_(None), TicketClock.due <= soon),
            and_(fresh == SOON, TicketClock.due <= today),
            and_(or_(fresh.is_(None), fresh != OVERDUE), TicketClock.due_lenient < today),
        ),
    ) | and_(
        TicketClock.state == "running",
        TicketClock.target_due <= today,
        TicketClock.due > today,  # from the day of the law on, its own reminder says more
        ~select(TicketClockAlert.id)
        .where(TicketClockAlert.clock_id == TicketClock.id, TicketClockAlert.stage == TARGET)
        .where(TicketClockAlert.due == TicketClock.target_due)
        .exists(),
    )


def _remind(session: Session, ticket: Ticket, clock: TicketClock, today: date, soon: date, now: datetime) -> list[str]:
    """Write what is due for this clock; a stage that was slept through is left out."""
    if clock.state != "running" or clock.started_on > today:
        return []
    stages = []
    stage = _stage(clock, today, soon)
    known = STAGES.index(clock.reminded) if clock.reminded in STAGES else -1
    if stage is not None and STAGES.index(stage) > known:
        stages += [stage, RAISED] if stage == OVERDUE else [stage]
        clock.reminded = stage
    if clock.target_due and clock.target_due <= today < clock.due:
        stages.append(TARGET)
    days = {one: clock.target_due if one == TARGET else clock.due for one in stages}
    new = [one for one in stages if not _written(session, clock, one, days[one])]
    for one in new:
        session.add(TicketClockAlert(ticket_id=ticket.id, clock_id=clock.id, stage=one, due=days[one], at=now))
    if OVERDUE in new:
        _note(session, ticket, clock, now)
    return new


def _stage(clock: TicketClock, today: date, soon: date) -> str | None:
    if today > clock.due_lenient:
        return OVERDUE
    if today >= clock.due:
        return TODAY
    return SOON if clock.due <= soon else None


def _written(session: Session, clock: TicketClock, stage: str, due: date | None) -> bool:
    query = select(TicketClockAlert.id).where(
        TicketClockAlert.clock_id == clock.id, TicketClockAlert.stage == stage, TicketClockAlert.due == due
    )
    return session.scalar(query) is not None


def _note(session: Session, ticket: Ticket, clock: TicketClock, now: datetime) -> None:
    """In the audit, once for each clock however often its day moved."""
    row = _audit(ticket, clock, OVERDUE, now, {"due": clock.due_lenient.isoformat(), "law": clock.law})
    query = select(Audit.id).where(Audit.action == OVERDUE, Audit.subject == row.subject)
    if session.scalar(query) is None:
        session.add(row)


def _audit(
    ticket: Ticket, clock: TicketClock, action: str, now: datetime, payload: dict[str, Any], actor: Actor | None = None
) -> Audit:
    return Audit(
        at=now,
        role=str(actor.role if actor else Role.SYSTEM),
        account_id=actor.account_id if actor else None,
        actor_name=actor.name if actor else None,
        action=action,
        subject=f"{ticket.number}/{clock_view(clock).key}"[:128],
        payload={"clock": clock.name, **payload},
    )


def _of(actor: Actor, query: Select[Any]) -> Select[Any]:
    """Only the reminders of this person."""
    query = (
        query.select_from(TicketClockAlert)
        .join(Ticket, Ticket.id == TicketClockAlert.ticket_id)
        .join(TicketClock, TicketClock.id == TicketClockAlert.clock_id)
        .outerjoin(Account, Account.id == Ticket.assignee_id)
    )
    if actor.role == Role.HANDLER:
        return query.where(Ticket.assignee_id == actor.account_id, TicketClockAlert.stage.not_in(SUPERVISORS))
    orphaned = and_(
        or_(Ticket.assignee_id.is_(None), Account.id.is_(None), Account.disabled.is_(True)),
        TicketClockAlert.stage.not_in(SUPERVISORS),
    )
    if actor.role == Role.CLERK:
        return query.where(orphaned)
    if actor.role == Role.SUPERVISOR:
        return query.where(or_(orphaned, TicketClockAlert.stage.in_(SUPERVISORS)))
    return query.where(TicketClockAlert.id.is_(None))


def _working_days_on(today: date, n: int, holidays: Holidays) -> date:
    """The last day that is at most `n` working days away: what is due by then is due soon."""
    return deadlines.working_days_after(today, n, holidays).due
