from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.website import typed
from bot.channels.website.problems import Problem


@given(st.text(alphabet=st.sampled_from("/／ \n\u200b\ufeffEXTERNAL: x你"), min_size=1, max_size=30))
def test_no_typed_text_begins_like_a_command(text: str) -> None:
    try:
        _, told = typed.message(text)
    except Problem as refused:
        assert refused.code == "text_empty"
        return
    assert not told.strip().startswith("/")
    assert not told.startswith("EXTERNAL: ")
    assert typed.words_only(told) == told


@given(st.text(max_size=200))
def test_any_text_can_be_stored(text: str) -> None:
    cleaned = typed.clean(text)
    assert "\0" not in cleaned
    cleaned.encode("utf-8")
    assert typed.clean(cleaned) == cleaned


def test_a_story_keeps_its_lines_and_inner_slashes() -> None:
    story = "10/3 办卡\r\n2680元/年，见 http://x/y"
    assert typed.message(story) == ("10/3 办卡\n2680元/年，见 http://x/y",) * 2


@pytest.mark.parametrize("value", ["", " ", "a" * 65, "中文", 3, "a b"])
def test_a_wrong_client_message_id_is_refused(value: object) -> None:
    with pytest.raises(Problem):
        typed.client_message_id(value)
    assert typed.client_message_id(None) is None
    assert typed.client_message_id("3f2a-11.b:c_d") == "3f2a-11.b:c_d"


def test_a_card_becomes_the_command_of_its_own_kind_and_no_other_field_passes() -> None:
    assert typed.card({"merchant": "好味饭店", "amount": " 不知道 "}) == (
        "好味饭店，不知道",
        '/give_facts{"merchant": "好味饭店", "amount": "不知道"}',
    )
    assert typed.card({"contact_name": "王小明", "pass_on_to_merchant": "可以转给商家"})[1].startswith("/give_contact{")
    for wrong in (
        {"merchant": "好味饭店", "contact_name": "王小明"},
        {"confirmed": "yes"},
        {"merchant": 3},
        {},
        [],
        None,
    ):
        with pytest.raises(Problem):
            typed.card(wrong)
