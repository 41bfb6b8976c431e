"""A clock as a bar: how much of the period is gone, and how many days are left (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from xiaobao.tickets.views import ClockView

SOON_DAYS = 3
SOON_SHARE = 80  # per cent of the period


@dataclass(frozen=True)
class Bar:
    """`state`: calm, soon, grace (over by the earlier reading only), late, met, stopped.

    `days` are calendar days: left for calm and soon, over for late; `percent` of the period that is gone.
    """

    state: str
    percent: int
    days: int


def bar(clock: ClockView, today: date) -> Bar:
    """The bar of `clock` on the day `today`."""
    whole = max((clock.due - clock.started_on).days, 1)
    gone = ((clock.ended_on or today) - clock.started_on).days
    percent = max(0, min(100, round(100 * gone / whole)))
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
