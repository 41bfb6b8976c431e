"""One turn, one message: merged, cut on sentence ends, never inside a character."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.wechat import incoming, outgoing


def test_bubbles_become_one_text_and_empty_ones_leave_no_gap() -> None:
    assert outgoing.merge(["可以退。", " ", "依据：消法第二十五条"]) == "可以退。\n\n依据：消法第二十五条"


def test_a_long_text_is_cut_after_a_sentence() -> None:
    text = "这是一句话。" * 200
    parts = outgoing.split(text)
    assert len(parts) == 2
    assert all(part.endswith("。") for part in parts)
    assert "".join(parts) == text


@given(st.text(alphabet="甲乙。，！\n a😀é", max_size=3000), st.integers(20, 200))
def test_no_part_is_too_long_and_nothing_is_lost(text: str, longest: int) -> None:
    parts = outgoing.split(text, longest)
    assert all(0 < len(part.encode()) <= longest for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_choices_are_lines_with_their_number() -> None:
    assert outgoing.numbered(["退款", "换货"]) == "1. 退款\n2. 换货"


@pytest.mark.parametrize("text", ["你好", "a]]>b", "]]>", "<a href='x'>&amp;</a>", "😀\n第二行"])
def test_a_reply_is_well_formed_and_says_what_it_should(text: str) -> None:
    reply = outgoing.text_reply(citizen="o1", account="gh_1", text=text, now=1714037059)
    root = ElementTree.fromstring(reply)
    assert root.findtext("Content") == text
    assert (root.findtext("ToUserName"), root.findtext("FromUserName"), root.findtext("MsgType")) == (
        "o1",
        "gh_1",
        "text",
    )
    assert incoming.fields_of(reply.encode())["Content"] == text


def test_a_sealed_reply_has_its_elements_in_the_platforms_order() -> None:
    reply = outgoing.sealed_reply(sealed="c2VhbGVk", signature="5f", timestamp="1714037059", nonce="n]]>")
    root = ElementTree.fromstring(reply)
    assert [child.tag for child in root] == ["Encrypt", "MsgSignature", "TimeStamp", "Nonce"]
    assert root.findtext("Nonce") == "n]]>"
