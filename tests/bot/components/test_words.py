"""Words of the plain spelling with their places in the typed text."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.components.words import Words


def words(text: str) -> list[Any]:
    tokenizer = Words({**Words.get_default_config()}, None, None)  # type: ignore[arg-type]
    return tokenizer.tokenize(Message({TEXT: text}), TEXT)


@pytest.mark.parametrize("typed", ["我要投訴這家店", "我 要 投诉 这家店", "我要投诉😡这家店", "ｗｗｗ网站买的手机"])
def test_every_token_stands_where_it_was_typed(typed: str) -> None:
    tokens = words(typed)
    assert tokens
    for token, following in pairwise(tokens):
        assert 0 <= token.start < token.end <= following.start <= len(typed)
    assert "".join(typed[token.start : token.end] for token in tokens)


def test_the_word_is_plain_and_its_place_is_the_typed_one() -> None:
    typed = "我要投訴 這家店"
    token = next(token for token in words(typed) if token.text == "投诉")
    assert typed[token.start : token.end] == "投訴"


def test_words_are_the_same_however_they_were_typed() -> None:
    assert [t.text for t in words("我 要 投 訴 ！")] == [t.text for t in words("我要投诉!")]


def test_a_changed_dictionary_trains_again(tmp_path: Path) -> None:
    (tmp_path / "terms.txt").write_text("退一赔三 100 n\n", encoding="utf-8")
    before = Words.fingerprint_addon({"dictionary_path": str(tmp_path)})
    assert before == Words.fingerprint_addon({"dictionary_path": str(tmp_path)})
    (tmp_path / "terms.txt").write_text("退一赔十 100 n\n", encoding="utf-8")
    assert before != Words.fingerprint_addon({"dictionary_path": str(tmp_path)})
