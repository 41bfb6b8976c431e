"""回访: what was closed is asked about, and what a merchant promised for a day is asked on that day.

A row is written together with the step that gives rise to it; the worker asks through the outbox (`ask`), once more
after some days, then somebody calls. Row and notice are written in one transaction with the ticket's row locked, and
the next date is reckoned from when it was really asked: two workers, one killed in between or one that slept for days
ask each thing once. What is withdrawn, merged, reopened or archived meanwhile is not asked about.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import Session

from xiaobao.tickets import delivery, follow_up_rules, outbox
from xiaobao.tickets.deadlines import TIMEZONE, local_date
from xiaobao.tickets.follow_up_tables import FollowUp
from xiaobao.tickets.stepping import Taking
from xiaobao.tickets.tables import OutboxRow, Ticket
from xiaobao.tickets.workflow import OPEN, Process, Role, Status, Step

CLOSING, PROMISE = "closing", "promise"
WAITING, CALL, ANSWERED, UNANSWERED, DROPPED = "waiting", "call", "answered", "unanswered", "dropped"
NOT_DONE = (WAITING, CALL)
ASK_AFTER = timedelta(days=3)  # after closing
AGAIN_AFTER = timedelta(days=3)  # after asking: once more, and then somebody calls
MOST_ASKED = 2
ASKING_HOUR, PROMISE_HOUR = time(10), time(18)  # the day that was promised is nearly over
FIRST_HOUR, LAST_HOUR = time(9), time(20)  # nobody is asked by night, however late the worker is
SOON = timedelta(hours=2)  # nobody is asked about a promise in the minute they told of it
BOT_IS_DOWN = timedelta(hours=1)
TOO_LATE = timedelta(days=14)  # of the first question: nobody is asked about what an old register brings in
BATCH = 100
_DISPUTED = (Process.COMPLAINT, Process.FINANCE)  # elsewhere no merchant owes anything


# What the steps write ------------------------------------------------------------------------------


def plan(taking: Taking) -> None:
    """办结: to be asked about in some days, if the profile says so and there is a way to the citizen."""
    ticket, office = taking.ticket, taking.office
    if office is None or ticket.erasure_asked_at or not (ticket.conversation_id or callable_(ticket)):
        return
    why = follow_up_rules.reason(ticket, office.follow_up_grave, office.follow_up_share)
    if why is None:
        return
    closing = 1 + sum(event.step == Step.CLOSE for event in ticket.events)
    due = _at(local_date(taking.now) + ASK_AFTER, ASKING_HOUR)
    _put(taking.session, ticket, CLOSING, str(closing), why, due, taking.now)


def promise(taking: Taking, day: str) -> None:
    """The merchant promised something for `day`; empty: whatever was promised is over. An earlier promise goes."""
    for row in _rows(taking.session, taking.ticket.id, PROMISE):
        if row.about != day:
            _end(row, DROPPED if day else ANSWERED, taking.now, None if day else taking.actor.role)
    if day:
        due = max(_at(date.fromisoformat(day), PROMISE_HOUR), taking.now + SOON)
        _put(taking.session, taking.ticket, PROMISE, day, PROMISE, due, taking.now)


def told(taking: Taking, fulfilled: str) -> None:
    """How it went after closing: by the citizen, also before they were asked, or on the telephone.

    `fulfilled` is of workflow.CHOICES["fulfilments"] or empty; what was promised for a day to come still stands.
    """
    session, ticket, by = taking.session, taking.ticket, taking.actor.role
    if fulfilled:
        ticket.fulfilled = fulfilled
    for row in _rows(session, ticket.id, CLOSING, PROMISE):
        if row.kind == CLOSING or row.state == CALL or fulfilled == "yes":
            _end(row, ANSWERED, taking.now, by)
    if by != Role.CITIZEN:
        _heard_by_telephone(session, ticket.id, taking.now)


def called(session: Session, ticket_id: int, reached: bool, now: datetime) -> None:
    """A call was written down: reached, a promise is answered; in vain for days, nobody calls any more."""
    rows = _rows(session, ticket_id, *((PROMISE,) if reached else (CLOSING, PROMISE)))
    for row in rows:
        if row.state == CALL:
            _end(row, ANSWERED if reached else UNANSWERED, now, Role.HANDLER if reached else None)


def drop(taking: Taking) -> None:
    """重开: it goes on, so nobody is asked how it ended; a promise still stands."""
    for row in _rows(taking.session, taking.ticket.id, CLOSING):
        _end(row, DROPPED, taking.now, None)


def forget(session: Session, ticket_id: int, now: datetime) -> None:
    """The citizen wants the ticket erased: it is stored and answered, and nobody asks how it went any more."""
    for row in _rows(session, ticket_id, CLOSING, PROMISE):
        _end(row, DROPPED, now, None)


# What the worker does ------------------------------------------------------------------------------


def ask(session: Session, now: datetime, limit: int = BATCH) -> list[tuple[str, str]]:
    """Do what is due: (number, what became of it) of each. Call again while it returns any."""
    if not FIRST_HOUR <= now.astimezone(TIMEZONE).time() < LAST_HOUR:
        return []
    due = select(FollowUp.ticket_id).where(FollowUp.state == WAITING, FollowUp.due_at <= now)
    ids = session.scalars(due.order_by(FollowUp.due_at).limit(limit)).all()
    # The ticket first, as every step does: two that lock in two orders would wait for each other.
    query = select(Ticket).where(Ticket.id.in_(ids)).order_by(Ticket.id)
    tickets = session.scalars(
        query.with_for_update(skip_locked=True, of=Ticket).execution_options(populate_existing=True)
    ).all()
    done = []
    for ticket in tickets:
        for row in _rows(session, ticket.id, CLOSING, PROMISE):
            if row.state == WAITING and row.due_at <= now:
                done.append((ticket.number, _next(session, ticket, row, now)))
    session.flush()
    return done


def _next(session: Session, ticket: Ticket, row: FollowUp, now: datetime) -> str:
    """Ask, ask once more, or let somebody call."""
    fitting = (Status.CLOSED,) if row.kind == CLOSING else (*OPEN, Status.CLOSED)
    if ticket.status not in fitting or (not row.asked and now - row.due_at > TOO_LATE):
        return _end(row, DROPPED, now, None)
    last = session.get(OutboxRow, row.outbox_id) if row.outbox_id else None
    if last is not None and last.state == delivery.WAITING:  # the first question is still on its way
        row.due_at = now + BOT_IS_DOWN
        return "put off"
    if not ticket.conversation_id or row.asked >= MOST_ASKED or (last and last.state in delivery.UNHEARD):
        return _end(row, CALL if callable_(ticket) else UNANSWERED, now, None)
    notice = outbox.put(
        session,
        ticket_id=ticket.id,
        conversation_id=ticket.conversation_id,
        channel=ticket.channel,
        response=_response(ticket, row),
        params={"number": ticket.number, "kind": ticket.kind, "day": _day(row)},
        now=now,
    )
    session.flush()
    row.outbox_id, row.asked = notice.id, row.asked + 1
    row.due_at = _at(local_date(now) + AGAIN_AFTER, ASKING_HOUR)
    return "asked"


def _response(ticket: Ticket, row: FollowUp) -> str:
    name = "promise" if row.kind == PROMISE else "follow_up" if ticket.process in _DISPUTED else "follow_up_other"
    return f"utter_notice_{name}_again" if row.asked else f"utter_notice_{name}"


def _day(row: FollowUp) -> str:
    day = date.fromisoformat(row.about) if row.kind == PROMISE else None
    return f"{day.month}月{day.day}日（周{'一二三四五六日'[day.weekday()]}）" if day else ""


# Reading -------------------------------------------------------------------------------------------


def to_call() -> Select[tuple[int]]:
    """Ids of tickets whose citizen is to be called: they did not answer."""
    return select(FollowUp.ticket_id).where(FollowUp.state == CALL)


def answered_ids() -> Select[tuple[int]]:
    """Ids of tickets whose citizen told how it went after closing."""
    return select(FollowUp.ticket_id).where(FollowUp.kind == CLOSING, FollowUp.state == ANSWERED)


def of_ticket(session: Session, number: str) -> list[FollowUp]:
    """All follow-ups of a ticket, oldest first."""
    query = select(FollowUp).join(Ticket, Ticket.id == FollowUp.ticket_id).where(Ticket.number == number)
    return list(session.scalars(query.order_by(FollowUp.id)))


def asked_by(session: Session, outbox_id: int, since: datetime | None = None) -> tuple[str, str, str] | None:
    """(number, kind, process) of what this notice asked, while it has no answer; None for any other notice.

    `since`: what the citizen answered from then on counts as open, for a turn that runs again.
    """
    query = select(Ticket.number, FollowUp.kind, Ticket.process).join(Ticket, Ticket.id == FollowUp.ticket_id)
    query = query.where(FollowUp.outbox_id == outbox_id, or_(FollowUp.state.in_(NOT_DONE), _answered_since(since)))
    return session.execute(query).tuples().first()


def _answered_since(since: datetime | None) -> ColumnElement[bool]:
    return and_(FollowUp.answered_by == "citizen", FollowUp.answered_at >= since) if since else false()


def callable_(ticket: Ticket) -> bool:
    """Whether somebody may telephone."""
    return bool(ticket.contact_phone) and ticket.no_calls != "yes"


# -----------------------------------------------------------------------------------------------------


def _put(session: Session, ticket: Ticket, kind: str, about: str, reason: str, due: datetime, now: datetime) -> None:
    """A new row, or the one about the very same begun anew."""
    query = select(FollowUp).where(FollowUp.ticket_id == ticket.id, FollowUp.kind == kind, FollowUp.about == about)
    row = session.scalar(query)
    if row is None:
        row = FollowUp(ticket_id=ticket.id, kind=kind, about=about)
        session.add(row)
    row.reason, row.state, row.due_at, row.asked, row.outbox_id = reason, WAITING, due, 0, None
    row.answered_by, row.answered_at, row.created_at = None, None, now


def _rows(session: Session, ticket_id: int, *kinds: str) -> Collection[FollowUp]:
    """What is not done yet, as it stands in the database now."""
    query = select(FollowUp).where(FollowUp.ticket_id == ticket_id, FollowUp.state.in_(NOT_DONE))
    query = query.where(FollowUp.kind.in_(kinds)).order_by(FollowUp.id)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def _end(row: FollowUp, state: str, now: datetime, by: Role | None) -> str:
    row.state, row.due_at = state, now
    if state == ANSWERED:
        row.answered_at, row.answered_by = now, "citizen" if by == Role.CITIZEN else "staff"
    return state


def _heard_by_telephone(session: Session, ticket_id: int, now: datetime) -> None:
    """The question reached nobody in the conversation, but was asked by telephone: nobody has to call for it."""
    unheard = select(OutboxRow).where(OutboxRow.ticket_id == ticket_id, OutboxRow.state.in_(delivery.UNHEARD))
    for one in session.scalars(unheard.where(OutboxRow.response.in_(delivery.ASKING))):
        one.state = delivery.CALLED
        delivery.note(session, one.id, "called", now)


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, TIMEZONE)
