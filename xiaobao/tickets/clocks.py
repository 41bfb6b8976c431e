"""Clocks of a ticket: which start, are met or stop with a step."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from xiaobao.tickets import deadlines
from xiaobao.tickets.deadlines import Clock
from xiaobao.tickets.office import Office
from xiaobao.tickets.tables import Ticket, TicketClock
from xiaobao.tickets.workflow import ClockEffect, Transition


def apply(
    ticket: Ticket,
    row: Transition,
    now: datetime,
    office: Office | None,
    payload: Mapping[str, Any] | None = None,
    told: bool = True,
) -> None:
    """Meet, stop and start the clocks of `ticket` as `row` says; starting one needs the office."""
    if row.clock == ClockEffect.NONE:
        return
    today = deadlines.local_date(now)
    for running in (clock for clock in ticket.clocks if clock.state == "running"):
        if str(row.step) in running.met_by.split():
            _end(running, "met", today)
        elif row.clock == ClockEffect.END:
            _end(running, "stopped", today)
    if office is not None and row.clock == ClockEffect.RUN:
        found = deadlines.clock(office, ticket.kind, str(row.step), now, office.reference)
        if found is not None:
            ticket.clocks.append(_row(found))


def _end(clock: TicketClock, state: str, today: date) -> None:
    clock.state, clock.ended_on = state, today


def _row(clock: Clock) -> TicketClock:
    names = "rule_id name label started_on due due_lenient law statutory provisional how"
    values = {name: getattr(clock, name) for name in names.split()}
    return TicketClock(**values, met_by=" ".join(sorted(clock.met_by)), state="running")
