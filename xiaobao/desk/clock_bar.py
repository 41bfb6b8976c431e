"""A clock as a bar: how much of the period is gone, and how many days are left (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from xiaobao.tickets.views import ClockView

SOON_DAYS = 3
SOON_SHARE = 80  # per cent of the period


@dataclass(frozen=True)
class Bar:
    """`state`: ahead (begins later), calm, soon, grace (over by the earlier reading only), late, paused, met, stopped.

    `days` are calendar days, never negative: left for calm, soon and paused, over for late, until it begins for ahead;
    `percent` of the period that is gone. Days that are left out count neither as gone nor as part of the period.
    """

    state: str
    percent: int
    days: int


def bar(clock: ClockView, today: date) -> Bar:
    """The bar of `clock` on the day `today`."""
    if clock.state in ("running", "paused") and today < clock.started_on:
        return Bar("ahead", 0, (clock.started_on - today).days)
    rests = clock.pauses[-1].paused_on if clock.state == "paused" and clock.pauses else None
    whole = max((clock.due - clock.started_on).days - clock.days_left_out(clock.due), 1)
    gone = ((clock.ended_on or rests or today) - clock.started_on).days - clock.days_left_out(today)
    percent = max(0, min(100, round(100 * gone / whole)))
    if clock.state == "paused":
        return Bar("paused", percent, max((clock.due - (rests or today)).days, 0))
    if clock.state != "running":
        late = clock.overdue(today)
        days = ((clock.ended_on or today) - clock.due_lenient).days if late else 0
        return Bar(clock.state, percent, days)
    if today > clock.due_lenient:
        return Bar("late", 100, (today - clock.due_lenient).days)
    left = (clock.due - today).days
    if left < 0:
        return Bar("grace", 100, (clock.due_lenient - today).days)
    return Bar("soon" if left <= SOON_DAYS or percent >= SOON_SHARE else "calm", percent, left)
