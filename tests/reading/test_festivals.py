from __future__ import annotations

from datetime import date

from xiaobao.reading import festivals


def test_a_fixed_festival_has_its_days_every_year() -> None:
    assert festivals.days("国庆", 2035) == (date(2035, 10, 1), date(2035, 10, 7))
    assert festivals.days("双十一", 2025) == (date(2025, 11, 11), date(2025, 11, 11))


def test_a_lunar_festival_is_looked_up() -> None:
    assert festivals.days("中秋节", 2025) == (date(2025, 10, 6), date(2025, 10, 6))
    assert festivals.days("除夕", 2026) == (date(2026, 2, 16), date(2026, 2, 16))


def test_a_lunar_festival_outside_the_table_is_unknown() -> None:
    assert festivals.days("春节", 1999) is None


def test_longer_names_come_first_so_that_they_win() -> None:
    assert festivals.NAMES.index("国庆节") < festivals.NAMES.index("国庆")


def test_a_day_of_a_lunar_month_is_reckoned_from_the_festival_nearest_to_it() -> None:
    assert festivals.lunar_day(9, 9, 2026) == festivals.days("重阳", 2026)
    assert festivals.lunar_day(5, 5, 2025) == festivals.days("端午", 2025)
    assert festivals.lunar_day(8, 1, 2026) == (date(2026, 9, 11), date(2026, 9, 11))


def test_where_the_length_of_a_month_is_not_known_a_lunar_day_is_a_span() -> None:
    first, last = festivals.lunar_day(10, 1, 2026) or (None, None)
    assert first is not None and last is not None and first <= date(2026, 11, 9) <= last


def test_no_lunar_day_outside_table_and_month() -> None:
    assert festivals.lunar_day(9, 31, 2026) is None and festivals.lunar_day(13, 1, 2026) is None
    assert festivals.lunar_day(9, 9, 1999) is None and festivals.lunar_month(9, 1999) is None
