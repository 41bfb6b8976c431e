"""Numerals of articles."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from xiaobao.knowledge import numerals


@given(st.integers(1, 9999))
def test_a_number_survives_the_way_to_chinese_and_back(value):
    assert numerals.number(numerals.chinese(value)) == value


def test_the_ways_people_write():
    written = {"148": 148, "一百四十八": 148, "十": 10, "一四八": 148, "二十": 20, "一千零四": 1004, "百四十八": 148}
    assert {text: numerals.number(text) for text in written} == written
    assert numerals.chinese(1204) == "一千二百零四"
