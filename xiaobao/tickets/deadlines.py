"""Statutory periods: working days, calendar days and the clocks that count against this office (pure).

Sources: 市场监督管理投诉举报处理办法 (2026) art. 45 and 民法典 art. 201 (the first day does not count),
民法典 art. 203 (a last day that is a holiday moves on); the two differ about weekends, so a period in
calendar days has two readings: `due` (weekends do not move it) and `due_lenient` (they do). Reminders go
by the earlier, "overdue" by the later.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from xiaobao.tickets.office import Office
    from xiaobao.tickets.reference import Period, Reference

TIMEZONE = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)
WORKING_DAYS, CALENDAR_DAYS = "工作日", "自然日"
OWN_TARGET = "本单位目标，非法定时限"


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
class Reckoning:
    """The last day of a period and how it was counted; `due_lenient` never lies before `due`."""

    due: date
    due_lenient: date
    provisional: bool
    how: str


@dataclass(frozen=True)
class Clock:
    """A period that counts against this office. `name` is a code, `label` its Chinese; `law` None: own target."""

    rule_id: str
    name: str
    label: str
    started_on: date
    due: date
    due_lenient: date
    law: str | None
    statutory: bool
    provisional: bool
    how: str
    met_by: frozenset[str]


def working_days_after(start_date: date, n: int, holidays: Holidays) -> Reckoning:
    """The n-th working day after `start_date`, which itself does not count."""
    if n < 1:
        raise ValueError("a period has at least one day")
    day, counted = start_date, 0
    off: list[date] = []
    extra: list[date] = []
    while counted < n:
        day += DAY
        if holidays.is_working(day):
            counted += 1
            if day.weekday() >= 5:
                extra.append(day)
        elif holidays.is_holiday(day):
            off.append(day)
    guessed = _unpublished(start_date + DAY, day, holidays)
    notes = [f"{_spans(off, start_date)}放假不计"] * bool(off) + [f"{_spans(extra, start_date)}调休上班计入"] * bool(
        extra
    )
    middle = "：" + "，".join(notes) if notes else "（当日和周末不计）"
    how = f"自{_day(start_date)}起{n}个工作日{middle}，最迟{_day(day, start_date)}{_guess(guessed)}"
    return Reckoning(day, day, bool(guessed), how)


def days_after(start_date: date, n: int, holidays: Holidays) -> Reckoning:
    """The n-th calendar day after `start_date`; a last day in a holiday moves to the day after the holiday."""
    if n < 1:
        raise ValueError("a period has at least one day")
    last = start_date + n * DAY
    due = last
    while holidays.is_holiday(due):
        due += DAY
    lenient = due
    while not holidays.is_working(lenient):
        lenient += DAY
    guessed = _unpublished(last, lenient, holidays)
    words = f"自{_day(start_date)}起{n}日（当日不计）"
    words += f"，末日{_day(last, start_date)}放假顺延" if due != last else ""
    words += f"，最迟{_day(due, start_date)}"
    words += f"（末日是周末，也可能顺延到{_day(lenient, start_date)}）" if lenient != due else ""
    return Reckoning(due, lenient, bool(guessed), words + _guess(guessed))


def clock(office: Office, kind: str, step: str, start: datetime | date, reference: Reference) -> Clock | None:
    """The clock that `step` starts for this office, or None: no verified rule, or the rule binds somebody else."""
    day = local_date(start)
    for period in reference.periods.values():
        if period.binds(office.kind, kind, step):
            return _statutory(period, day, reference.holidays)
    if step == "submit" and office.target_days and kind == "complaint":
        return _own_target(office, day, reference.holidays)
    return None


def _statutory(period: Period, day: date, holidays: Holidays) -> Clock:
    assert period.amount is not None
    count = working_days_after if period.unit == WORKING_DAYS else days_after
    found = count(day, period.amount, holidays)
    return Clock(
        rule_id=period.id,
        name=period.clock,
        label=period.label,
        started_on=day,
        due=found.due,
        due_lenient=found.due_lenient,
        law=period.law,
        statutory=True,
        provisional=found.provisional,
        how=found.how,
        met_by=period.met_by,
    )


def _own_target(office: Office, day: date, holidays: Holidays) -> Clock:
    assert office.target_days is not None
    found = working_days_after(day, office.target_days, holidays)
    return Clock(
        rule_id=f"target.{office.id}",
        name="target",
        label="首次答复",
        started_on=day,
        due=found.due,
        due_lenient=found.due_lenient,
        law=None,
        statutory=False,
        provisional=found.provisional,
        how=f"{found.how}（{OWN_TARGET}）",
        met_by=frozenset({"accept", "reject", "reply", "close"}),
    )


def _unpublished(first: date, last: date, holidays: Holidays) -> list[int]:
    return [year for year in range(first.year, last.year + 1) if year not in holidays.published]


def _guess(years: Iterable[int]) -> str:
    named = "、".join(f"{year}年" for year in years)
    return f"，{named}放假安排未公布，暂估" if named else ""


def _day(day: date, beside: date | None = None) -> str:
    """9月24日; with its year when that differs from the year of `beside`."""
    year = f"{day.year}年" if beside and day.year != beside.year else ""
    return f"{year}{day.month}月{day.day}日"


def _spans(days: list[date], beside: date) -> str:
    """9月25—27日、10月1—7日: runs of consecutive days."""
    runs: list[list[date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == DAY:
            runs[-1].append(day)
        else:
            runs.append([day])
    return "、".join(_span(run[0], run[-1], beside) for run in runs)


def _span(first: date, last: date, beside: date) -> str:
    if first == last:
        return _day(first, beside)
    if (first.year, first.month) == (last.year, last.month):
        return f"{_day(first, beside)[:-1]}—{last.day}日"
    return f"{_day(first, beside)}—{_day(last, first)}"
