"""Working days and calendar days: vectors that were worked out by hand, and properties."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import REFERENCE, an_office
from xiaobao.tickets import clock_rules, deadlines, reference
from xiaobao.tickets.deadlines import Pause
from xiaobao.tickets.office import Office

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


PERIODS = reference.load(REFERENCE).periods
TEN_O_CLOCK = datetime(2026, 11, 23, 10, 0, tzinfo=deadlines.TIMEZONE)


def end(rule: str, start: date | datetime, granted: int = 0, pauses: tuple[Pause, ...] = ()) -> deadlines.Reckoning:
    """The end of a rule's period with so many of its extensions."""
    period = PERIODS[rule]
    return deadlines.period_end(period, start, HOLIDAYS, extensions=period.extensions[:granted], pauses=pauses)


@pytest.mark.parametrize("rule", [p for p in PERIODS.values() if p.verified and p.amount], ids=lambda p: p.id)
def test_every_verified_rule_has_an_end_that_tells_its_days(rule):
    found = deadlines.period_end(rule, TEN_O_CLOCK, HOLIDAYS)
    day = date(2026, 11, 23)
    assert found.due < day if rule.backwards else found.due > day
    assert found.due <= found.due_lenient
    assert f"{rule.amount}" in found.how
    assert "最迟" in found.how


@pytest.mark.parametrize("rule", [p for p in PERIODS.values() if not p.amount], ids=lambda p: p.id)
def test_a_rule_without_a_verified_number_has_none(rule):
    with pytest.raises(deadlines.NoPeriod):
        deadlines.period_end(rule, TEN_O_CLOCK, HOLIDAYS)


MONTHS_AND_YEARS = [
    ("biz.durable", date(2026, 8, 31), date(2027, 2, 28), date(2027, 3, 1)),  # no 31st: the last day; a Sunday
    ("house.cure", date(2026, 3, 17), date(2026, 6, 17), date(2026, 6, 17)),
    ("court.limit", date(2024, 2, 29), date(2027, 2, 28), date(2027, 3, 1)),  # no leap day in 2027
    ("tel.other", date(2024, 10, 3), date(2026, 10, 8), date(2026, 10, 8)),  # ends in the national holidays
    ("tel.fee", date(2026, 9, 30), date(2027, 2, 28), date(2027, 3, 1)),
]


@pytest.mark.parametrize(("rule", "start", "due", "lenient"), MONTHS_AND_YEARS)
def test_months_and_years_end_on_the_same_day_or_the_last_of_the_month(rule, start, due, lenient):
    found = end(rule, start)
    assert (found.due, found.due_lenient) == (due, lenient)


def test_a_month_that_has_no_such_day_says_so():
    assert "没有对应日，以月末日为准" in end("biz.durable", date(2026, 8, 31)).how


def test_hours_run_through_nights_and_holidays_from_the_very_hour():
    begun = datetime(2026, 9, 30, 22, 15, tzinfo=deadlines.TIMEZONE)
    found = end("tel.fault", begun)
    assert (found.at, found.due) == (datetime(2026, 10, 2, 22, 15, tzinfo=deadlines.TIMEZONE), date(2026, 10, 2))
    assert found.how == "自9月30日22:15起48小时，最迟10月2日22:15"


def test_hours_without_an_hour_are_refused():
    with pytest.raises(ValueError, match="time"):
        end("tel.fault", date(2026, 9, 30))


def test_notice_beforehand_counts_backwards_and_no_holiday_cuts_it_short():
    assert end("biz.close30", date(2026, 12, 31)).due == date(2026, 12, 1)
    found = end("tour.group7", date(2026, 10, 10))
    assert (found.due, found.due_lenient) == (date(2026, 10, 3), date(2026, 10, 3))  # in the national holidays


EXTENDED = [
    ("report.check", 1, date(2026, 11, 23), date(2027, 1, 5)),
    ("report.case", 1, date(2026, 11, 23), date(2027, 3, 23)),
    ("bank.simple", 1, date(2026, 11, 23), date(2026, 12, 23)),
    ("bank.simple", 2, date(2026, 11, 23), date(2027, 1, 22)),
    ("pbc.reply", 1, date(2026, 11, 23), date(2027, 1, 22)),
    ("court.small", 1, date(2026, 11, 30), date(2027, 2, 28)),
]


@pytest.mark.parametrize(("rule", "granted", "start", "due"), EXTENDED)
def test_an_extension_is_counted_from_the_start_with_its_article(rule, granted, start, due):
    found = end(rule, start, granted)
    assert found.due == due
    assert found.how.count("，延长") == granted
    assert PERIODS[rule].extension_law in found.how


def test_an_extension_or_a_pause_that_the_rule_does_not_name_is_refused():
    with pytest.raises(ValueError, match="names no such"):
        deadlines.period_end(PERIODS["samr.accept"], date(2026, 11, 23), HOLIDAYS, extensions=(7,))
    with pytest.raises(ValueError, match="names no such"):
        end("samr.mediate", date(2026, 11, 23), 0, (Pause(date(2026, 11, 24), date(2026, 11, 25), "mediation"),))


def test_the_days_of_a_pause_are_left_out_after_its_first():
    paused = (Pause(date(2026, 12, 1), date(2026, 12, 11), "appraisal"),)
    plain, longer = (end("samr.mediate", date(2026, 11, 23), 0, pauses) for pauses in ((), paused))
    assert (plain.due, longer.due) == (date(2027, 1, 22), date(2027, 2, 1))
    assert "12月2—11日鉴定不计" in longer.how


def test_working_days_in_a_pause_are_not_counted():
    paused = (Pause(date(2026, 11, 25), date(2026, 11, 30), "testing"),)
    assert end("report.check", date(2026, 11, 23)).due == date(2026, 12, 14)
    assert end("report.check", date(2026, 11, 23), 0, paused).due == date(2026, 12, 17)  # 26, 27 and 30 November


def test_two_pauses_at_once_are_left_out_once_and_one_after_the_end_changes_nothing():
    both = (
        Pause(date(2026, 11, 25), date(2026, 11, 30), "testing"),
        Pause(date(2026, 11, 26), date(2026, 11, 30), "mediation"),
    )
    assert end("bank.simple", date(2026, 11, 23), 0, both).due == date(2026, 12, 13)
    late = (Pause(date(2026, 12, 20), date(2026, 12, 30), "testing"),)
    assert end("bank.simple", date(2026, 11, 23), 0, late).due == date(2026, 12, 8)


PAUSED = st.lists(st.tuples(st.integers(-5, 150), st.integers(0, 40)), max_size=4)


@given(start=STARTS, rule=st.sampled_from(["samr.mediate", "report.check", "bank.simple"]), drawn=PAUSED)
@settings(max_examples=150, deadline=None)
def test_more_pauses_or_extensions_never_move_a_day_backwards(start, rule, drawn):
    spans = [(start + timedelta(days=after), length) for after, length in drawn]
    pauses = tuple(Pause(day, day + timedelta(days=length), "testing") for day, length in spans)
    before = end(rule, start)
    for more in range(1, len(pauses) + 1):
        after = end(rule, start, 0, pauses[:more])
        assert after.due >= before.due and after.due_lenient >= before.due_lenient
        before = after
    for granted in range(1, len(PERIODS[rule].extensions) + 1):
        after = end(rule, start, granted, pauses)
        assert after.due >= before.due
        before = after


def test_an_office_counts_its_own_shorter_target_beside_the_law():
    office = an_office("demo")
    (found,) = clock_rules.clocks(office, "complaint", "submit", date(2026, 11, 23), office.reference)
    assert (found.target_due, found.due) == (date(2026, 11, 30), date(2026, 12, 2))
    assert "目标" not in found.how


def test_a_life_insurer_and_a_complaint_from_the_central_bank_have_clocks_of_their_own():
    bank = an_office("bank")

    def names(office: Office, intake: str) -> list[str]:
        found = clock_rules.clocks(office, "complaint", "submit", TEN_O_CLOCK, office.reference, intake)
        return [one.name for one in found]

    assert names(bank, "") == ["decide"]
    assert names(bank, "transfer_12363") == ["decide", "pbc_reply"]
    assert names(replace(bank, sector="life"), "") == ["decide", "life_reply"]
