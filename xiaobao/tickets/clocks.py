"""Clocks of a ticket: which start, pause, are extended, begin anew, are met or stop with a step.

A clock is reckoned from its start, its extensions and its pauses each time one of them changes; none of them is
ever added to the last day that stood there before. A rule of deadlines.csv names what may move it, with an article.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from xiaobao.tickets import clock_rules, deadline_words, deadlines
from xiaobao.tickets.clock_rules import Clock
from xiaobao.tickets.deadlines import Pause
from xiaobao.tickets.errors import InvalidField
from xiaobao.tickets.office import Office
from xiaobao.tickets.reference import OPEN_AMOUNT, Period, Reference
from xiaobao.tickets.tables import Audit, Ticket, TicketClock, TicketClockPause
from xiaobao.tickets.workflow import ClockEffect, Role, Transition

OPEN = ("running", "paused")
RECKONED = "reckon_clock"  # in the audit
LONGEST_EXTENSION = 365  # in the unit of the period, where the law leaves the length open


def apply(
    ticket: Ticket,
    row: Transition,
    now: datetime,
    office: Office | None,
    payload: Mapping[str, Any] | None = None,
    told: bool = True,
) -> None:
    """Do to the clocks of `ticket` what `row` says. Starting or moving one needs the office.

    `told` False: what was decided has not reached the citizen, so a clock that is met by telling runs on.
    Raises InvalidField for a pause, an extension or a new beginning that the rule does not name, or that comes late.
    """
    if row.clock == ClockEffect.NONE:
        return
    today = deadlines.local_date(now)
    if row.clock in (ClockEffect.RUN, ClockEffect.END):
        _run(ticket, row, payload or {}, today, office, told)
        return
    if office is None:
        raise ValueError(f"{row.clock} needs the office")
    _MOVES[ClockEffect(row.clock)](ticket, payload or {}, today, office.reference)


def recompute(session: Session, reference: Reference, now: datetime) -> list[str]:
    """Reckon open provisional clocks again, after holidays.csv learned of a year; numbers of tickets whose day moved.

    Idempotent, and written down in the audit. Tickets that somebody else holds are left for the next time.
    """
    waiting = select(TicketClock.ticket_id).where(TicketClock.state.in_(OPEN), TicketClock.provisional.is_(True))
    query = select(Ticket).where(Ticket.id.in_(waiting)).order_by(Ticket.id).with_for_update(skip_locked=True)
    moved = []
    for ticket in session.scalars(query.execution_options(populate_existing=True)):
        for clock in (one for one in ticket.clocks if one.provisional and one.state in OPEN):
            before = (clock.due, clock.due_lenient)
            reckon(ticket, clock, reference)
            if before != (clock.due, clock.due_lenient):
                session.add(_audit(ticket, clock, before, now))
                moved.append(ticket.number)
    session.flush()
    return moved


def reckon(ticket: Ticket, clock: TicketClock, reference: Reference) -> None:
    """The last day of `clock` from its start, extensions and pauses; a reminder is due again when the day moved."""
    period, before = reference.periods.get(clock.rule_id), clock.due
    pauses = [Pause(one.paused_on, one.resumed_on, one.cause) for one in clock.pauses if one.resumed_on]
    if period is not None:
        period = replace(period, amount=clock.amount or period.amount, unit=clock.unit or period.unit)
        granted = [int(one["amount"]) for one in clock.extensions]
        found = deadlines.period_end(period, clock.started_on, reference.holidays, extensions=granted, pauses=pauses)
        clock.target_due = clock_rules.target_due(
            reference, ticket.office_id, period, clock.started_on, found.due, pauses
        )
    elif clock.amount:  # the office's own target has no rule
        found = deadlines.working_days_after(clock.started_on, clock.amount, reference.holidays)
    else:
        return
    clock.due, clock.due_lenient, clock.provisional = found.due, found.due_lenient, found.provisional
    clock.how = _anew(clock, period) + clock_rules.with_law(found.how, clock.law)
    clock.reminded = clock.reminded if clock.due == before else None


def stop(ticket: Ticket, day: date) -> None:
    """End what still runs for a matter that was over before it came here: whether it was told in time, nobody knows."""
    for clock in (one for one in ticket.clocks if one.state in OPEN):
        _end(clock, "stopped", day)


def causes(ticket: Ticket, reference: Reference) -> dict[str, str]:
    """What may pause a running clock of this ticket now, with its Chinese, for a form."""
    found = [
        reference.periods[c.rule_id] for c in ticket.clocks if c.state == "running" and c.rule_id in reference.periods
    ]
    return {cause: deadline_words.CAUSES[cause] for period in found for cause in period.pauses}


def _run(
    ticket: Ticket, row: Transition, payload: Mapping[str, Any], today: date, office: Office | None, told: bool
) -> None:
    step, told_on = str(row.step), _told_on(payload, today)
    if step == "revoke":
        _take_back(ticket)
    for clock in (one for one in ticket.clocks if one.state in OPEN):
        if step == "tell" and not _speaks_of(clock, payload, office):
            continue
        if step in clock.met_by.split() or (step == "tell" and clock.decided_on):
            _meet(clock, max(told_on, clock.decided_on or clock.started_on), told)
        elif row.clock == ClockEffect.END and not clock.decided_on:
            _end(clock, "stopped", today)
    if office is not None:
        _start(ticket, step, today, office)


def _speaks_of(clock: TicketClock, payload: Mapping[str, Any], office: Office | None) -> bool:
    """Whether what was told is the decision that this clock waits for; a telling that names none speaks of all."""
    period = office.reference.periods.get(clock.rule_id) if office else None
    deciding = {*clock.met_by.split(), period.start_step if period and clock.met_by == "tell" else ""}
    return not payload.get("about") or bool(deciding & set(payload["about"]))


def _meet(clock: TicketClock, today: date, told: bool) -> None:
    """Done, or decided and not yet told."""
    if clock.by_telling and not told:
        clock.decided_on = clock.decided_on or today
    else:
        _end(clock, "met", today)


def _told_on(payload: Mapping[str, Any], today: date) -> date:
    """The day on which it was told, which may lie before the day on which that is written down."""
    said = payload.get("told_at")
    return min(deadlines.local_date(datetime.fromisoformat(said)), today) if said else today


def _take_back(ticket: Ticket) -> None:
    """A decision revoked is to be taken again."""
    for clock in ticket.clocks:
        clock.decided_on = None if clock.state in OPEN else clock.decided_on


def _end(clock: TicketClock, state: str, today: date) -> None:
    for pause in clock.pauses:
        pause.resumed_on = pause.resumed_on or today
    clock.state, clock.ended_on = state, today


def _start(ticket: Ticket, step: str, today: date, office: Office) -> None:
    going = {clock.rule_id for clock in ticket.clocks if clock.state in OPEN}
    found = clock_rules.clocks(office, ticket.kind, step, today, office.reference, ticket.source or "")
    ticket.clocks.extend(_row(one, today) for one in found if one.rule_id not in going)


def _row(clock: Clock, today: date) -> TicketClock:
    names = (
        "rule_id name label started_on due due_lenient law statutory provisional how amount unit by_telling target_due"
    )
    values = {name: getattr(clock, name) for name in names.split()}
    # What only telling meets was decided by the step that starts it; closing the ticket does not end the duty to tell.
    decided = today if clock.met_by == {"tell"} else None
    met_by = " ".join(sorted(clock.met_by))
    return TicketClock(**values, met_by=met_by, state="running", extensions=[], pauses=[], decided_on=decided)


def _pause(ticket: Ticket, payload: Mapping[str, Any], today: date, reference: Reference) -> None:
    cause = str(payload.get("cause") or "")
    named = [
        clock
        for clock, period in _chosen(ticket, payload, reference)
        if clock.state == "running" and period.pause_article(cause)
    ]
    if not named:
        raise InvalidField("cause", f"no article leaves {cause or 'nothing'} out of a clock that runs here")
    for clock in named:
        _in_time(clock, today)
        clock.pauses.append(TicketClockPause(cause=cause, paused_on=today))
        clock.state = "paused"


def _resume(ticket: Ticket, payload: Mapping[str, Any], today: date, reference: Reference) -> None:
    paused = [clock for clock, _ in _chosen(ticket, payload, reference) if clock.state == "paused"]
    if not paused:
        raise InvalidField("clock", "nothing is paused")
    for clock in paused:
        for pause in clock.pauses:
            pause.resumed_on = pause.resumed_on or today
        clock.state = "running"
        reckon(ticket, clock, reference)


def _extend(ticket: Ticket, payload: Mapping[str, Any], today: date, reference: Reference) -> None:
    able = [
        (clock, period)
        for clock, period in _chosen(ticket, payload, reference)
        if len(clock.extensions) < len(period.extensions)
    ]
    if not able:
        raise InvalidField("clock", "no article extends a clock that runs here")
    for clock, period in able:
        _in_time(clock, today)
        turn = len(clock.extensions)
        amount = period.extensions[turn]
        amount = _open_amount(payload) if amount == OPEN_AMOUNT else amount
        approver = period.approvers[turn] if turn < len(period.approvers) else ""
        # A new list: a JSON column does not see what is appended to the old one.
        clock.extensions = [*clock.extensions, {"amount": amount, "on": today.isoformat(), "approver": approver}]
        reckon(ticket, clock, reference)


def _restart(ticket: Ticket, payload: Mapping[str, Any], today: date, reference: Reference) -> None:
    """What was granted stays granted: the longer period begins anew, so that no day moves backwards."""
    able = [clock for clock, period in _chosen(ticket, payload, reference) if period.restart_law]
    if not able and payload.get("clock"):
        raise InvalidField("clock", "no article begins it anew")
    for clock in able:
        clock.first_started_on = clock.first_started_on or clock.started_on
        clock.started_on = today
        reckon(ticket, clock, reference)


_MOVES: Mapping[ClockEffect, Callable[[Ticket, Mapping[str, Any], date, Reference], None]] = {
    ClockEffect.PAUSE: _pause,
    ClockEffect.RESUME: _resume,
    ClockEffect.EXTEND: _extend,
    ClockEffect.RESTART: _restart,
}


def _chosen(ticket: Ticket, payload: Mapping[str, Any], reference: Reference) -> list[tuple[TicketClock, Period]]:
    """Open clocks with a rule: the one that is named, or all."""
    name = payload.get("clock")
    found = [clock for clock in ticket.clocks if clock.state in OPEN and (not name or clock.name == name)]
    return [(clock, reference.periods[clock.rule_id]) for clock in found if clock.rule_id in reference.periods]


def _in_time(clock: TicketClock, today: date) -> None:
    """A period that ran out can be neither paused nor extended any more."""
    if clock.state == "running" and today > clock.due_lenient:
        raise InvalidField("clock", "ran out")


def _open_amount(payload: Mapping[str, Any]) -> int:
    said = str(payload.get("amount") or "")
    if not (said.isascii() and said.isdecimal() and 1 <= int(said) <= LONGEST_EXTENSION):
        raise InvalidField("amount", f"1 to {LONGEST_EXTENSION}")
    return int(said)


def _anew(clock: TicketClock, period: Period | None) -> str:
    if clock.first_started_on is None or period is None:
        return ""
    first, again = (
        deadline_words.day(clock.first_started_on),
        deadline_words.day(clock.started_on, clock.first_started_on),
    )
    return f"原自{first}起，{again}收到新的事实，重新计算（{period.restart_law}）；"


def _audit(ticket: Ticket, clock: TicketClock, before: tuple[date, date], now: datetime) -> Audit:
    payload = {"clock": clock.name, "from": before[0].isoformat(), "to": clock.due.isoformat(), "how": clock.how}
    subject = f"{ticket.number}/{clock.rule_id}/{clock.started_on.isoformat()}"[:128]
    return Audit(at=now, role=str(Role.SYSTEM), action=RECKONED, subject=subject, payload=payload)
