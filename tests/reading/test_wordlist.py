from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from xiaobao.reading.wordlist import WordList


def found(words: list[str], text: str) -> list[str]:
    return [text[start:end] for start, end in WordList(words).find(text)]


def test_the_longest_word_wins() -> None:
    assert found(["会员", "会员卡"], "办会员卡") == ["会员卡"]


def test_case_does_not_matter_but_latin_words_stand_alone() -> None:
    assert found(["PDD", "jd"], "在pdd买，xpddx不算，JD算") == ["pdd", "JD"]


def test_search_may_begin_later() -> None:
    assert list(WordList(["鞋"]).find("鞋和鞋", 1)) == [(2, 3)]
    assert not WordList([]).within("鞋")


@given(
    st.lists(st.text(alphabet="ab鞋卡", min_size=1, max_size=3), max_size=5), st.text(alphabet="abAB鞋卡 ", max_size=30)
)
def test_hits_are_words_and_never_overlap(words: list[str], text: str) -> None:
    last = 0
    for start, end in WordList(words).find(text):
        assert start >= last and text[start:end].lower() in words
        last = end
