"""Marks in the citizen's story."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaobao import privacy
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


def test_a_place_that_moved_by_masking_is_found_nearby() -> None:
    told = "欧**打电话给乐动健身，后来去了乐动健身"  # one letter less than when it was read
    found = pieces(told, {"merchant": {"start": 17, "end": 21}}, {"merchant": "乐动健身"})
    assert "".join(piece.text for piece in found[:-1]) == told[:-4] and found[-1] == Piece("乐动健身", "merchant")


def test_only_what_was_read_from_the_story_is_marked() -> None:
    told, spans = {"merchant": "乐动健身"}, {"merchant": {"start": 1, "end": 5}}
    for source, marked in (("read", True), ("said", False), ("staff", False), ("inferred", False)):
        found = pieces(STORY, spans, told, {"merchant": source})
        assert any(piece.slot for piece in found) == marked, source


def test_a_value_in_other_words_is_marked_by_the_words_that_were_read() -> None:
    story, spans = "在店里买的水壶", {"purchase_mode": {"start": 1, "end": 3, "words": "店里", "source": "read"}}
    assert Piece("店里", "purchase_mode") in pieces(story, spans, {"purchase_mode": "线下"})
    assert pieces("线下 no", {}, {"purchase_mode": "线下", "own_use": "no"}) == [Piece("线下 no")]


def test_amount_and_date_are_marked_as_they_were_written() -> None:
    assert Piece("2680元", "amount") in pieces(STORY, {}, {"amount_text": "2680元"})


def test_numbers_between_the_marks_can_be_masked() -> None:
    found = pieces("打13912345678找我", {}, {}, masked=True)
    assert found == [Piece("打139****5678找我")]


def test_a_mark_inside_a_number_lets_nothing_of_it_through() -> None:
    spans = {"amount": {"start": 1, "end": 7}}
    found = pieces("打13912345678找我", spans, {"amount_text": "139123"}, masked=True)
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


digits = st.text(alphabet="0123456789X@.一电话 -", max_size=60)


@given(
    narrative=digits,
    fields=st.dictionaries(st.sampled_from(MARKED), st.text(alphabet="0123456789@.", min_size=1, max_size=12)),
    start=st.integers(0, 60),
)
def test_the_marks_never_show_more_than_the_masked_story(narrative: str, fields: dict[str, str], start: int) -> None:
    spans = {slot: {"start": start, "end": start + len(value), "words": value} for slot, value in fields.items()}
    told = "".join(piece.text for piece in pieces(narrative, spans, fields, masked=True))
    assert told == privacy.mask_pii(narrative)
