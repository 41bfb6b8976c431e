"""The last day of a period: seven days to send back (消费者权益保护法 25), so many working days.

民法典 201: the first day does not count. 民法典 203: a last day that is a statutory holiday moves on; what is a
working day is for the caller to say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from xiaobao.knowledge.calculators.working import Impossible, Line, Working

DAY = timedelta(days=1)
RETURN_DAYS = 7
MOST_DAYS = 250  # working days, about a year
FIRST_DAY, LAST_DAY = ("民法典", "第二百零一条"), ("民法典", "第二百零三条")
IsWorkingDay = Callable[[date], bool]


@dataclass(frozen=True)
class Return:
    """The day on which the goods came."""

    received: date
    today: date


@dataclass(frozen=True)
class WorkingDays:
    """`count` working days from `start`."""

    start: date
    count: int


def seven_days(case: Return, is_working_day: IsWorkingDay) -> Working:
    """The last day of the return without a reason, counted strictly, and where a holiday could carry it."""
    if case.received > case.today:
        raise Impossible("date_in_future", "received")
    last = case.received + RETURN_DAYS * DAY
    lines = [
        Line("day_after", {"start": case.received, "first": case.received + DAY}),
        Line("seventh_day", {"last": last}),
    ]
    later = last
    while not is_working_day(later):
        later += DAY
    if later != last:
        lines.append(Line("last_day_off", {"last": last, "later": later}))
    key = "return_open" if case.today <= last else "return_unsure" if case.today <= later else "return_over"
    result = Line(key, {"last": last, "left": abs((last - case.today).days)})
    cited = (("消费者权益保护法", "第二十五条"), FIRST_DAY, LAST_DAY)
    return Working(tuple(lines), result, ("return_goods", "return_intact"), cited)


def working_days(case: WorkingDays, is_working_day: IsWorkingDay) -> Working:
    """The last of so many working days."""
    if not 1 <= case.count <= MOST_DAYS:
        raise Impossible("days_out_of_range", "count")
    day, counted, skipped = case.start, 0, 0
    while counted < case.count:
        day += DAY
        if is_working_day(day):
            counted += 1
        else:
            skipped += 1
    lines = (
        Line("day_after", {"start": case.start, "first": case.start + DAY}),
        Line("days_off", {"count": case.count, "skipped": skipped}),
    )
    return Working(lines, Line("working_day", {"last": day}), ("calendar",), (FIRST_DAY,))
