"""Working days and calendar days: vectors that were worked out by hand, and properties."""

from __future__ import annotations

import os
import time
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import REFERENCE, an_office
from xiaobao.tickets import clock_rules, deadlines, reference

HOLIDAYS = reference.load_holidays(REFERENCE)
STARTS = st.dates(date(2004, 1, 1), date(2028, 12, 31))
WORKING = [
    (7, date(2026, 11, 23), date(2026, 12, 2)),
    (7, date(2026, 9, 28), date(2026, 10, 13)),
    (7, date(2026, 2, 12), date(2026, 2, 28)),
    (15, date(2026, 11, 23), date(2026, 12, 14)),
    (7, date(2026, 9, 24), date(2026, 10, 12)),
]
CALENDAR = [
    (60, date(2026, 12, 2), date(2027, 1, 31), date(2027, 2, 1)),
    (60, date(2026, 8, 2), date(2026, 10, 8), date(2026, 10, 8)),
    (15, date(2026, 11, 23), date(2026, 12, 8), date(2026, 12, 8)),
    (30, date(2026, 11, 23), date(2026, 12, 23), date(2026, 12, 23)),
    (60, date(2026, 11, 23), date(2027, 1, 22), date(2027, 1, 22)),
]


@pytest.mark.parametrize(("n", "start", "due"), WORKING)
def test_working_days_end_where_the_vectors_say(n, start, due):
    found = deadlines.working_days_after(start, n, HOLIDAYS)
    assert (found.due, found.due_lenient, found.provisional) == (due, due, False)


@pytest.mark.parametrize(("n", "start", "strict", "lenient"), CALENDAR)
def test_calendar_days_have_two_readings(n, start, strict, lenient):
    found = deadlines.days_after(start, n, HOLIDAYS)
    assert (found.due, found.due_lenient) == (strict, lenient)


def test_how_it_was_counted_names_holidays_and_make_up_days():
    found = deadlines.working_days_after(date(2026, 9, 24), 7, HOLIDAYS)
    assert found.how == "自9月24日起7个工作日：9月25—27日、10月1—7日放假不计，10月10日调休上班计入，最迟10月12日"


def test_how_it_was_counted_stays_short_without_holidays():
    found = deadlines.working_days_after(date(2026, 11, 23), 7, HOLIDAYS)
    assert found.how == "自11月23日起7个工作日（当日和周末不计），最迟12月2日"


def test_how_calendar_days_were_counted_tells_of_a_last_day_in_a_holiday():
    found = deadlines.days_after(date(2026, 8, 2), 60, HOLIDAYS)
    assert found.how == "自8月2日起60日（当日不计），末日10月1日放假顺延，最迟10月8日"


def test_a_last_day_on_a_weekend_is_said_to_be_open_to_both_readings():
    found = deadlines.days_after(date(2026, 11, 25), 60, HOLIDAYS)
    assert "最迟2027年1月24日（末日是周末，也可能顺延到2027年1月25日）" in found.how


def test_a_year_without_an_arrangement_is_provisional_and_says_so():
    found = deadlines.working_days_after(date(2026, 12, 28), 7, HOLIDAYS)
    assert found.provisional
    assert found.how.endswith("最迟2027年1月7日，2027年放假安排未公布，暂估")


def test_statutory_days_count_before_the_arrangement_is_published():
    assert not HOLIDAYS.is_working(date(2027, 1, 1))
    assert 2027 not in HOLIDAYS.published


def test_our_own_table_takes_precedence_over_the_package(tmp_path):
    (tmp_path / "holidays.csv").write_text(
        "date,name,kind\n2026-11-24,停电,off\n2026-11-28,补班,work\n2026-10-10,不调休,off\n2027-05-04,劳动节,off\n",
        encoding="utf-8",
    )
    ours = reference.load_holidays(tmp_path)
    assert not ours.is_working(date(2026, 11, 24))
    assert ours.is_working(date(2026, 11, 28))
    assert not ours.is_working(date(2026, 10, 10))
    assert 2027 in ours.published


@given(start=STARTS, n=st.integers(1, 60))
@settings(max_examples=150, deadline=None)
def test_a_working_day_period_never_ends_on_a_day_off_and_grows_with_n(start, n):
    found = deadlines.working_days_after(start, n, HOLIDAYS)
    assert HOLIDAYS.is_working(found.due)
    assert found.due >= start + timedelta(days=n)
    assert deadlines.working_days_after(start, n + 1, HOLIDAYS).due > found.due
    assert deadlines.working_days_after(start + timedelta(days=1), n, HOLIDAYS).due >= found.due
    between = [start + timedelta(days=i) for i in range(1, (found.due - start).days + 1)]
    assert sum(HOLIDAYS.is_working(day) for day in between) == n


@given(start=STARTS, n=st.integers(1, 120))
@settings(max_examples=150, deadline=None)
def test_a_calendar_period_never_ends_in_a_holiday_and_the_lenient_reading_never_on_a_weekend(start, n):
    found = deadlines.days_after(start, n, HOLIDAYS)
    assert not HOLIDAYS.is_holiday(found.due)
    assert HOLIDAYS.is_working(found.due_lenient)
    assert start + timedelta(days=n) <= found.due <= found.due_lenient
    assert deadlines.days_after(start + timedelta(days=1), n, HOLIDAYS).due >= found.due


@pytest.mark.parametrize("count", [deadlines.working_days_after, deadlines.days_after])
def test_a_period_of_no_days_is_refused(count):
    with pytest.raises(ValueError, match="at least one day"):
        count(date(2026, 1, 5), 0, HOLIDAYS)


def test_the_date_is_that_of_shanghai_whatever_the_machine_thinks(monkeypatch):
    monkeypatch.setenv("TZ", "America/Los_Angeles")
    time.tzset()
    try:
        late = datetime(2026, 11, 23, 16, 30, tzinfo=timezone.utc)
        assert deadlines.local_date(late) == date(2026, 11, 24)
        assert deadlines.now().utcoffset() == timedelta(hours=8)
    finally:
        monkeypatch.undo()
        time.tzset()
    assert os.environ.get("TZ") != "America/Los_Angeles"


def test_a_time_without_its_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        deadlines.local_date(datetime(2026, 11, 23, 10, 0))


CLOCKS = [
    ("regulator", "complaint", "submit", "accept", date(2026, 12, 2), "《市场监督管理投诉举报处理办法》第十五条"),
    ("regulator", "report", "submit", "verify", date(2026, 12, 14), "《市场监督管理行政处罚程序规定》第十八条"),
    ("regulator", "complaint", "accept", "mediate", date(2027, 1, 22), "《市场监督管理投诉举报处理办法》第二十二条"),
    ("demo", "complaint", "submit", "accept", date(2026, 12, 2), "《市场监督管理投诉举报处理办法》第十五条"),
    ("bank", "complaint", "submit", "decide", date(2026, 12, 8), "《银行业保险业消费投诉处理管理办法》第十八条"),
]


@pytest.mark.parametrize(("office_id", "kind", "step", "name", "due", "law"), CLOCKS)
def test_the_clock_follows_the_kind_of_office(office_id, kind, step, name, due, law):
    office = an_office(office_id)
    (found,) = clock_rules.clocks(office, kind, step, date(2026, 11, 23), office.reference)
    assert (found.name, found.due, found.law, found.statutory) == (name, due, law, True)


def test_a_council_counts_its_own_target_and_calls_it_so():
    office = an_office("council")
    (found,) = clock_rules.clocks(office, "complaint", "submit", date(2026, 11, 23), office.reference)
    assert (found.law, found.statutory, found.name) == (None, False, "target")
    assert "本单位目标，非法定时限" in found.how


NO_CLOCK = [
    ("pbc", "complaint", "submit"),
    ("regulator", "suggestion", "submit"),
    ("council", "report", "submit"),
    ("bank", "complaint", "accept"),
    ("regulator", "complaint", "close"),
]


@pytest.mark.parametrize(("office_id", "kind", "step"), NO_CLOCK)
def test_no_clock_runs_where_no_verified_rule_binds_this_office(office_id, kind, step):
    office = an_office(office_id)
    assert clock_rules.clocks(office, kind, step, date(2026, 11, 23), office.reference) == []
