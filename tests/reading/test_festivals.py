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
