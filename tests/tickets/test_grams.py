"""Words of a text: pairs of characters, whole words of letters and digits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaobao.tickets import grams
from xiaobao.tickets.grams import Phrase


@pytest.mark.parametrize(("text", "found"), [
    ("电水壶漏电", ["电水", "水壶", "壶漏", "漏电", "电"]),
    ("付了2680元", ["付了", "了", "2680", "元"]),
    ("ＡＰＰＬＥ专卖店", ["apple", "专卖", "卖店", "店"]),
    ("100%_off", ["100", "off"]),
    ("，。！", []),
])  # fmt: skip
def test_a_text_becomes_pairs_and_words(text: str, found: list[str]) -> None:
    assert grams.words(text) == found


@pytest.mark.parametrize(("text", "found"), [
    ("退款", [Phrase(("退款",), False)]),
    ("漏", [Phrase(("漏",), True)]),
    ("电水壶 apple", [Phrase(("电水", "水壶"), False), Phrase(("apple",), True)]),
    ("iphone手机", [Phrase(("iphone", "手机"), False)]),
    ("手机iph", [Phrase(("手机", "机", "iph"), True)]),
    ("% \" ' --", []),
])  # fmt: skip
def test_a_question_becomes_phrases(text: str, found: list[Phrase]) -> None:
    assert grams.asked(text) == found


def test_the_last_digits_of_a_number_are_words_of_their_own() -> None:
    found = grams.document(["商家"], ["2026-1122-334455"])
    assert found[-2:] == ["4455", "334455"] and "2026" in found


@given(st.text(max_size=60))
def test_words_hold_nothing_that_a_query_language_knows(text: str) -> None:
    told = [*grams.words(text), *(word for phrase in grams.asked(text) for word in phrase.words)]
    assert all(word and not set(word) & set("\"'*():&|!<>-\\ \t\n%_") for word in told)
