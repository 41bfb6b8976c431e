"""A citizen's words made comparable."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from xiaobao.knowledge import text

STORY = "我去年三月在小区门口的店里办了一张卡，花了三千八百块钱。店里一直说装修，叫我们再等等！这张卡现在能退钱吗？我真的很着急，家里等着用钱，麻烦您了"


def test_a_short_message_is_compared_whole():
    assert text.asking_part("卡能退吗") == "卡能退吗"


def test_of_a_long_story_the_sentence_that_asks_is_taken_with_what_stands_before():
    part = text.asking_part(STORY)
    assert part.endswith("这张卡现在能退钱吗？")
    assert "着急" not in part and len(part) <= text.LONG


@given(st.text(max_size=400))
def test_the_part_is_never_longer_than_asked_and_stands_in_the_message(message):
    part = text.asking_part(message)
    assert len(part) <= text.LONG
    assert part in message


def test_several_questions_are_told_apart():
    message = "网购拆封了还能退吗？运费该谁来出？另外不给开发票怎么办"
    assert text.questions(message) == ["网购拆封了还能退吗？", "运费该谁来出？", "另外不给开发票怎么办"]
    assert text.questions("我买的鞋开胶了，能退吗？") == ["我买的鞋开胶了，能退吗？"]


def test_scripts_and_punctuation_do_not_matter():
    assert text.normalise("退 貨？！ＡＢＣ") == text.normalise("退 货 abc")
