"""Marks in the citizen's story."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaobao.desk.story import MARKED, Piece, pieces

STORY = "在乐动健身办卡2680元，又在乐动健身交了2680元"


def test_a_span_marks_its_own_place() -> None:
    found = pieces(STORY, {"merchant": {"start": 15, "end": 19, "source": "read"}}, {"merchant": "乐动健身"})
    assert [piece for piece in found if piece.slot] == [Piece("乐动健身", "merchant")]
    assert found[0].text == STORY[:15]


def test_a_span_whose_words_changed_is_looked_for_and_else_left_out() -> None:
    spans = {"merchant": {"start": 0, "end": 4}}
    assert pieces(STORY, spans, {"merchant": "乐动健身"})[1] == Piece("乐动健身", "merchant")
    assert pieces(STORY, spans, {"merchant": "别的店"}) == [Piece(STORY)]


def test_amount_and_date_are_marked_as_they_were_written() -> None:
    assert Piece("2680元", "amount") in pieces(STORY, {}, {"amount_text": "2680元"})


def test_numbers_between_the_marks_can_be_masked() -> None:
    found = pieces("打13912345678找我", {}, {}, masked=True)
    assert found == [Piece("打139****5678找我")]


@given(
    narrative=st.text(max_size=60),
    fields=st.dictionaries(st.sampled_from(MARKED), st.text(min_size=1, max_size=5)),
    spans=st.dictionaries(
        st.sampled_from(MARKED),
        st.one_of(
            st.none(), st.text(), st.fixed_dictionaries({"start": st.integers(-9, 99), "end": st.integers(-9, 99)})
        ),
    ),
)
@pytest.mark.slow
def test_no_word_of_the_story_is_lost_whatever_the_spans_say(
    narrative: str, fields: dict[str, str], spans: dict[str, Any]
) -> None:
    assert "".join(piece.text for piece in pieces(narrative, spans, fields)) == narrative
