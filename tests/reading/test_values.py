from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from xiaobao.reading import values


def test_a_value_drops_blanks_at_its_ends_and_keeps_its_place() -> None:
    found = values.value("在 乐动健身 办卡", 1, 7)
    assert (found.text, found.start, found.end) == ("乐动健身", 2, 6)


def test_a_clause_ends_at_the_comma_and_at_the_reach() -> None:
    text = "买了鞋，花了三百。"
    assert text[values.clause_start(text, 5) : values.clause_end(text, 5)] == "花了三百"
    assert values.clause_start("字" * 100, 90, reach=10) == 80


@given(st.text(max_size=200))
def test_halving_never_moves_a_character(text: str) -> None:
    assert len(values.halve(text)) == len(text)


def test_full_width_digits_are_halved() -> None:
    assert values.halve("１２００元￥") == "1200元¥"
