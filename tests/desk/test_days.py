"""Days of a form."""

from __future__ import annotations

from datetime import date

import pytest

from xiaobao.desk.days import day


def test_a_day_is_read() -> None:
    assert day("2026-11-25") == date(2026, 11, 25)


@pytest.mark.parametrize("text", ["", "2026-13-01", "25.11.2026", "20261125", "2026-W48-3", "x" * 10])
def test_what_is_no_day_is_none(text: str) -> None:
    assert day(text) is None
