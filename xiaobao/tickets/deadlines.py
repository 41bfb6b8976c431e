"""Statutory periods: on which day they end, and how that was counted (pure).

Sources: 市场监督管理投诉举报处理办法 (2026) art. 45 and 民法典 art. 201 (the first day does not count; hours run
from the given time), 202 (months and years end on the same day of the month, or on its last), 203 (a last day that
is a holiday moves on). 办法 art. 45 and 民法典 art. 203 differ about weekends, so a period in calendar days,
months or years has two readings: `due` (weekends do not move it) and `due_lenient` (they do). Reminders go by the
earlier, "overdue" by the later.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from xiaobao.tickets import deadline_words as words

if TYPE_CHECKING:
    from xiaobao.tickets.reference import Period

TIMEZONE = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)
WORKING_DAYS, CALENDAR_DAYS, MONTHS, YEARS, HOURS = "工作日", "自然日", "月", "年", "小时"
UNITS = (WORKING_DAYS, CALENDAR_DAYS, MONTHS, YEARS, HOURS)


class NoPeriod(ValueError):
    """A row whose law was not read in the original, or that sets no number: no clock, no date."""


def now() -> datetime:
    """The only clock of the product; everything else is handed its `now`."""
    return datetime.now(TIMEZONE)


def local_date(moment: datetime | date) -> date:
    """The date in Asia/Shanghai, whatever the machine's time zone. Raises ValueError for a naive datetime."""
    if not isinstance(moment, datetime):
        return moment
    if moment.tzinfo is None:
        raise ValueError("a time without its zone has no date")
    return moment.astimezone(TIMEZONE).date()


@dataclass(frozen=True)
class Holidays:
    """Days off and make-up working days, by the yearly arrangement or, before it, by the statute."""

    off: frozenset[date]
    work: frozenset[date]
    published: frozenset[int]

    def is_holiday(self, day: date) -> bool:
        """A day off by the arrangement (a plain weekend is none)."""
        return day in self.off

    def is_working(self, day: date) -> bool:
        return day in self.work or (day not in self.off and day.weekday() < 5)


@dataclass(frozen=True)
class Pause:
    """A time that does not count: like every period it begins on the day after `start`; `end` is its last day."""

    start: date
    end: date
    cause: str

    def days(self) -> list[date]:
        """The days that are left out."""
        return [self.start + i * DAY for i in range(1, (self.end - self.start).days + 1)]


@dataclass(frozen=True)
class Reckoning:
    """The last day of a period and how it was counted; `due_lenient` never lies before `due`.

    `at` is the moment when a period in hours ends, else None.
    """

    due: date
    due_lenient: date
    provisional: bool
    how: str
    at: datetime | None = None


def period_end(
    period: Period,
    start: date | datetime,
    holidays: Holidays,
    *,
    extensions: Sequence[int] = (),
    pauses: Iterable[Pause] = (),
) -> Reckoning:
    """When the period of a row ends that begins (or, counted backwards, is measured from) `start`.

    `extensions`: amounts granted, in the row's unit. Raises NoPeriod for an unverified row or one without number,
    ValueError for a pause or an extension that the row does not name, and for hours without a time.
    """
    if not period.verified or period.amount is None:
        raise NoPeriod(period.id)
    stops = tuple(pauses)
    unnamed = [pause.cause for pause in stops if not period.pause_article(pause.cause)]
    if unnamed or len(extensions) > len(period.extensions):
        raise ValueError(f"{period.id} names no such pause or extension: {unnamed or extensions}")
    if period.unit == HOURS:
        return hours_after(start, period.amount)
    day, unit = local_date(start), period.unit
    if period.backwards:
        return days_before(day, period.amount)
    whole = period.amount + sum(extensions)
    said = words.measure(period.amount, unit)
    said += "".join(f"，延长{words.measure(more, unit)}（{period.extension_law}）" for more in extensions)
    if unit == WORKING_DAYS:
        return working_days_after(day, whole, holidays, stops, said)
    if unit == CALENDAR_DAYS:
        return days_after(day, whole, holidays, stops, said)
    return months_after(day, whole * (12 if unit == YEARS else 1), holidays, said)


def working_days_after(
    start_date: date, n: int, holidays: Holidays, pauses: Sequence[Pause] = (), said: str = ""
) -> Reckoning:
    """The n-th working day after `start_date`, which itself does not count."""
    _at_least_one(n)
    left_out = _left_out(pauses)
    day, counted = start_date, 0
    off: list[date] = []
    extra: list[date] = []
    while counted < n:
        day += DAY
        if day in left_out:
            continue
        if holidays.is_working(day):
            counted += 1
            if day.weekday() >= 5:
                extra.append(day)
        elif holidays.is_holiday(day):
            off.append(day)
    guessed = _unpublished(start_date + DAY, day, holidays)
    notes = [f"{words.spans(off, start_date)}放假不计"] * bool(off)
    notes += [f"{words.spans(extra, start_date)}调休上班计入"] * bool(extra) + _pause_notes(pauses, start_date)
    middle = "：" + "，".join(notes) if notes else "（当日和周末不计）"
    how = f"自{words.day(start_date)}起{said or words.measure(n, WORKING_DAYS)}{middle}"
    return Reckoning(day, day, bool(guessed), f"{how}，最迟{words.day(day, start_date)}{words.guess(guessed)}")


def days_after(start_date: date, n: int, holidays: Holidays, pauses: Sequence[Pause] = (), said: str = "") -> Reckoning:
    """The n-th calendar day after `start_date`; a last day in a holiday moves to the day after the holiday."""
    _at_least_one(n)
    left_out = _left_out(pauses)
    last, counted = start_date, 0
    while counted < n:
        last += DAY
        counted += last not in left_out
    notes = "".join(f"，{note}" for note in _pause_notes(pauses, start_date))
    head = f"自{words.day(start_date)}起{said or words.measure(n, CALENDAR_DAYS)}（当日不计）{notes}"
    return _rolled(start_date, last, head, holidays)


def months_after(start_date: date, n: int, holidays: Holidays, said: str = "") -> Reckoning:
    """The same day of the n-th month, or that month's last day where it has no such day (民法典 art. 202)."""
    _at_least_one(n)
    year, month = divmod(start_date.year * 12 + start_date.month - 1 + n, 12)
    most = calendar.monthrange(year, month + 1)[1]
    last = date(year, month + 1, min(start_date.day, most))
    head = f"自{words.day(start_date)}起{said or words.measure(n, MONTHS)}（当日不计）"
    head += "，到期月没有对应日，以月末日为准" if start_date.day > most else ""
    return _rolled(start_date, last, head, holidays)


def hours_after(start: date | datetime, n: int) -> Reckoning:
    """Hours run from the given time, nights and holidays included (民法典 art. 201). Raises ValueError without a time."""
    _at_least_one(n)
    if not isinstance(start, datetime) or start.tzinfo is None:
        raise ValueError("a period in hours needs a time with its zone")
    begun = start.astimezone(TIMEZONE)
    end = begun + timedelta(hours=n)
    how = f"自{words.moment(begun)}起{n}小时，最迟{words.moment(end, begun.date())}"
    return Reckoning(end.date(), end.date(), False, how, end)


def days_before(event: date, n: int) -> Reckoning:
    """The last day on which something may be done that has to be done `n` days before `event`.

    Never moved by a holiday: moving it on, as art. 203 does, would cut the notice short that the law secures.
    """
    _at_least_one(n)
    last = event - n * DAY
    how = f"{words.day(event)}之前{n}日（当日不计，倒着数，不顺延），最迟{words.day(last, event)}"
    return Reckoning(last, last, False, how)


def _rolled(start: date, last: date, head: str, holidays: Holidays) -> Reckoning:
    """The two readings of a last day, and the words for it."""
    due = last
    while holidays.is_holiday(due):
        due += DAY
    lenient = due
    while not holidays.is_working(lenient):
        lenient += DAY
    guessed = _unpublished(last, lenient, holidays)
    head += f"，末日{words.day(last, start)}放假顺延" if due != last else ""
    head += f"，最迟{words.day(due, start)}"
    head += f"（末日是周末，也可能顺延到{words.day(lenient, start)}）" if lenient != due else ""
    return Reckoning(due, lenient, bool(guessed), head + words.guess(guessed))


def _left_out(pauses: Sequence[Pause]) -> frozenset[date]:
    return frozenset(day for pause in pauses for day in pause.days())


def _pause_notes(pauses: Sequence[Pause], beside: date) -> list[str]:
    return [
        f"{words.span(pause.start + DAY, pause.end, beside)}{words.CAUSES[pause.cause]}不计"
        for pause in pauses
        if pause.end > pause.start
    ]


def _at_least_one(n: int) -> None:
    if n < 1:
        raise ValueError("a period has at least one day")


def _unpublished(first: date, last: date, holidays: Holidays) -> list[int]:
    return [year for year in range(first.year, last.year + 1) if year not in holidays.published]
