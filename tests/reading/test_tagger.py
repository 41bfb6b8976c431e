from __future__ import annotations

import jieba
from hypothesis import given, settings
from hypothesis import strategies as st

from xiaobao.reading.reference import Reference


def test_tokens_stand_where_they_say(reference: Reference) -> None:
    text = "我在拼多多买了扫地机器人"
    tokens = reference.tagger.tag(text, 2, len(text))
    assert [t.word for t in tokens] == ["拼多多", "买", "了", "扫地机器人"]
    assert all(text[t.start : t.end] == t.word for t in tokens)


def test_our_words_do_not_leak_into_the_shared_jieba(reference: Reference) -> None:
    assert reference.tagger.tag("退一赔三", 0, 4)[0].word == "退一赔三"
    assert jieba.dt is not reference.tagger._tokenizer


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_no_character_is_lost(reference: Reference, text: str) -> None:
    assert "".join(token.word for token in reference.tagger.tag(text, 0, len(text))) == text
