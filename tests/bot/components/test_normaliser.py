"""The plain spelling, and where each of its characters came from."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.components import normaliser
from bot.components.normaliser import Normaliser, normalise
from xiaobao import spelling


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("ＸＢ２０２６１１２４－０００００１", "xb20261124-000001"),
        ("我 要 投 诉", "我要投诉"),
        ("退 款 300 元", "退款300元"),
        ("iPhone 15 Pro 坏了", "iphone 15 pro坏了"),
        ("我要投訴", "我要投诉"),
        ("網路買的軟體", "网络买的软件"),
        ("这个小程序扣了我的钱", "这个小程序扣了我的钱"),
        ("啊啊啊啊啊急急急急！！！！", "啊啊急急!!"),
        ("10000块", "10000块"),
        ("谢谢🙏🙏", "谢谢"),
        ("🙏", "🙏"),
        ("  你好\u200b  ", "你好"),
        ("", ""),
        ("   ", ""),
    ],
)
def test_many_ways_of_typing_have_one_spelling(typed: str, plain: str) -> None:
    assert normalise(typed).text == plain


def test_an_emoji_alone_can_still_be_recognised_and_beside_words_it_is_left_out() -> None:
    assert normalise(" 👍 ").text == "👍"
    assert normalise("可以👍").text == normalise("可以").text


def test_a_span_of_the_plain_spelling_points_into_the_typed_text() -> None:
    typed = "😡 单号 ＸＢ２０２６１１２４－０００００１ 催"
    plain = normalise(typed)
    start = plain.text.index("xb")
    assert slice(*plain.typed_span(start, start + 17)) == slice(5, 22)
    assert typed[5:22] == "ＸＢ２０２６１１２４－０００００１"


def test_a_word_that_changes_its_length_keeps_the_places_of_its_neighbours() -> None:
    typed = "我在網際網路買了手機"
    plain = normalise(typed)
    assert plain.text == "我在互联网买了手机"
    start = plain.text.index("手机")
    assert typed[slice(*plain.typed_span(start, start + 2))] == "手機"


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_any_text_has_a_spelling_whose_places_lie_in_the_text(typed: str) -> None:
    plain = normalise(typed)
    assert len(plain.text) == len(plain.origins)
    assert all(0 <= origin < len(typed) for origin in plain.origins)
    assert list(plain.origins) == sorted(plain.origins)


def test_the_message_keeps_its_text_as_typed() -> None:
    message = Message({TEXT: "我要投訴 ！！！"})
    Normaliser().process([message])
    assert message.get(TEXT) == "我要投訴 ！！！"
    assert message.get("normalised_text") == "我要投诉!!"
    assert normaliser.of_message(message) == normalise("我要投訴 ！！！")


def test_a_message_without_text_is_no_accident() -> None:
    message = Message({TEXT: None})
    Normaliser().process([message])
    assert message.get("normalised_text") == ""


def test_pinyin_is_read_and_points_into_the_typed_text():
    plain = normalise("我yao tousu！", spelling.load(Path("data/knowledge")))
    assert plain.text == "我要投诉!"
    start = plain.text.index("投")
    assert "我yao tousu！"[slice(*plain.typed_span(0, 4))] == "我yao tousu"
    assert plain.typed_span(start, start + 2)[1] == len("我yao tousu")
