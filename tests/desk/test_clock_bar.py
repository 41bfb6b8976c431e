"""A clock as a bar."""

from __future__ import annotations

from datetime import date

import pytest

from xiaobao.desk.clock_bar import Bar, bar
from xiaobao.tickets.views import ClockView, PauseView


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 11, 2), Bar("calm", 0, 20)),
        (date(2026, 11, 12), Bar("calm", 50, 10)),
        (date(2026, 11, 18), Bar("soon", 80, 4)),
        (date(2026, 11, 22), Bar("soon", 100, 0)),
        (date(2026, 11, 23), Bar("grace", 100, 0)),
        (date(2026, 11, 24), Bar("late", 100, 1)),
        (date(2027, 11, 23), Bar("late", 100, 365)),
    ],
)
def test_a_running_clock_turns_from_calm_to_soon_to_late(today: date, expected: Bar) -> None:
    """Due on a Sunday by the earlier reading, on Monday by the later: Monday is no delay yet."""
    assert bar(_clock(), today) == expected


def test_a_met_clock_says_whether_it_was_in_time() -> None:
    today = date(2027, 1, 1)
    assert bar(_clock(state="met", ended_on=date(2026, 11, 12)), today) == Bar("met", 50, 0)
    assert bar(_clock(state="met", ended_on=date(2026, 11, 25)), today) == Bar("met", 100, 2)
    assert bar(_clock(state="stopped", ended_on=date(2026, 12, 25)), today) == Bar("stopped", 100, 0)


def test_a_period_of_no_days_divides_by_nothing() -> None:
    assert bar(_clock(due=date(2026, 11, 2), due_lenient=date(2026, 11, 2)), date(2026, 11, 2)).state == "soon"


def test_a_clock_that_begins_later_is_never_negative() -> None:
    assert bar(_clock(), date(2026, 10, 30)) == Bar("ahead", 0, 3)


def test_a_resting_clock_keeps_the_days_it_had_left() -> None:
    resting = _clock(state="paused", pauses=(PauseView("appraisal", date(2026, 11, 12), None),))
    assert bar(resting, date(2026, 11, 13)) == bar(resting, date(2027, 3, 1)) == Bar("paused", 50, 10)


def test_days_that_were_left_out_are_not_days_that_are_gone() -> None:
    pauses = (PauseView("appraisal", date(2026, 11, 4), date(2026, 11, 14)),)
    clock = _clock(due=date(2026, 12, 2), due_lenient=date(2026, 12, 2), pauses=pauses)
    assert bar(clock, date(2026, 11, 22)) == Bar("calm", 50, 10)


def _clock(**changes: object) -> ClockView:
    values = {
        "rule_id": "r",
        "name": "mediate",
        "label": "调解",
        "started_on": date(2026, 11, 2),
        "due": date(2026, 11, 22),
        "due_lenient": date(2026, 11, 23),
        "law": None,
        "statutory": True,
        "provisional": False,
        "how": "",
        "state": "running",
        "ended_on": None,
    }
    return ClockView(**{**values, **changes})  # type: ignore[arg-type]
