"""Large type that the bot switches on, and what becomes of a recording, in a real browser."""

from __future__ import annotations

import pytest

from tests.journeys.browser import Chat

pytestmark = [pytest.mark.browser, pytest.mark.model, pytest.mark.slow]
LARGE = "document.documentElement.dataset.large"


def test_large_type_comes_by_a_word_and_whoever_switches_it_off_keeps_it_off(chat: Chat) -> None:
    assert chat.page.evaluate(LARGE) == "false"
    assert "大字" in chat.say("字太小了看不清")
    assert chat.page.evaluate(LARGE) == "true"
    chat.page.click("#large")
    chat.page.reload()
    chat.page.locator(".message.bot").nth(1).wait_for()
    chat.page.wait_for_timeout(500)
    assert chat.page.evaluate(LARGE) == "false", "an old message must not switch it on again"
    chat.say("我还是看不清")
    assert chat.page.evaluate(LARGE) == "true"


def test_a_recording_is_asked_about_and_deleted_on_demand(chat: Chat) -> None:
    before = chat.theirs
    recording = {"name": "电话.mp3", "mimeType": "audio/mpeg", "buffer": b"ID3\x03" + b"\0" * 400}
    chat.page.set_input_files("#file", recording)
    assert "听不了录音" in chat.replied(before)
    assert "没有留底" in chat.press("删掉")
