"""Checks of telephone numbers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.factories import NOW
from xiaobao.tickets import directory
from xiaobao.tickets.errors import InvalidField

TODAY = NOW.date()


def record(session, number="12345", **changes):
    given = {"checked_on": TODAY, "source": "官网", "by_name": "管理员", "now": NOW, "today": TODAY, **changes}
    directory.record(session, number, **given)


def test_the_newest_check_of_each_number_counts(sessions):
    with sessions.begin() as session:
        record(session, checked_on=date(2026, 1, 1), source="旧")
        record(session, source="新")
        record(session, "12315")
        found = directory.newest(session)
    assert (found["12345"].source, found["12345"].checked_on, len(found)) == ("新", TODAY, 2)


def test_a_check_is_stale_after_three_months():
    check = directory.Check("1", TODAY - timedelta(days=92), "x", None)
    assert not check.stale(TODAY) and check.stale(TODAY + timedelta(days=1))


@pytest.mark.parametrize(
    ("field", "value"),
    [("checked_on", None), ("checked_on", TODAY + timedelta(days=1)), ("source", " "), ("source", "x" * 301)],
)
def test_a_check_needs_a_day_that_has_come_and_a_source(sessions, field, value):
    with sessions.begin() as session, pytest.raises(InvalidField) as refused:
        record(session, **{field: value})
    assert refused.value.field == field
