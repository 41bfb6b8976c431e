"""What stands in one cell."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from tests.factories import NOW
from xiaobao.imports import cells
from xiaobao.imports.cells import Fault
from xiaobao.tickets.deadlines import TIMEZONE


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2024-03-05", (2024, 3, 5, 9, 0)),
        ("2024/3/5 8:05", (2024, 3, 5, 8, 5)),
        ("2024年3月5日14时30分", (2024, 3, 5, 14, 30)),
        ("20240305", (2024, 3, 5, 9, 0)),
        ("2024-03-05T08:05:09.120", (2024, 3, 5, 8, 5, 9)),
        ("２０２４．３．５", (2024, 3, 5, 9, 0)),
    ],
)
def test_moments(text: str, wanted: tuple[int, ...]) -> None:
    assert cells.moment(text, NOW) == datetime(*wanted, tzinfo=TIMEZONE)


def test_today_is_not_in_the_future() -> None:
    assert cells.moment("2026-11-23", NOW.replace(hour=8)) == NOW.replace(hour=8)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("去年夏天", "no_date"), ("2024-13-01", "no_date"), ("2024-02-30", "no_date"), ("3月5日", "no_date"),
        ("2024-03-05 25:00", "no_date"), ("2024-03-05 后来", "no_date"), ("1990-01-01", "too_early"),
        ("2026-11-24", "in_future"), ("45356", "no_date"), ("=NOW()", "no_date"),
    ],
)  # fmt: skip
def test_no_moments(text: str, code: str) -> None:
    with pytest.raises(Fault) as found:
        cells.moment(text, NOW)
    assert found.value.code == code


@pytest.mark.parametrize(
    ("text", "cents"),
    [("129", 12900), ("129.5", 12950), ("￥2,680.00元", 268000), ("1.2万", 1200000), ("０", None), ("0.00", None),
     ("两千块", 200000), ("不知道", None)],
)  # fmt: skip
def test_sums(text: str, cents: int | None) -> None:
    assert cells.cents(text) == cents


@pytest.mark.parametrize("text", ["abc", "-5", "=1+1", "9" * 30])
def test_no_sums(text: str) -> None:
    with pytest.raises(Fault, match="no_sum"):
        cells.cents(text)


def test_loose_days() -> None:
    assert cells.loose_day("2024-3-5", NOW) == date(2024, 3, 5)
    assert cells.loose_day("去年夏天", NOW) is None and cells.loose_day("说不清", NOW) is None
    with pytest.raises(Fault, match="in_future"):
        cells.loose_day("2027-01-01", NOW)


def test_telephone_numbers() -> None:
    assert cells.phone("138 0000 1234") == "13800001234"
    with pytest.raises(Fault, match="no_phone"):
        cells.phone("没有")
