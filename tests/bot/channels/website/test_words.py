from __future__ import annotations

import pytest

from bot.channels.website.problems import STATUS
from bot.channels.website.words import UnknownResponse, Words


def test_every_refusal_has_its_words() -> None:
    words = Words(dict)
    for code in STATUS:
        assert len(words.say(f"error_{code}", most=1, seconds=1, field="x", name="x")) > 8


def test_the_domain_may_reword_what_the_channel_says() -> None:
    words = Words(lambda: {"utter_channel_saved": [{"text": "存好了，{hint}"}]})
    assert words.say("saved", hint="放心") == "存好了，放心"
    assert "没能处理好" in words.say("stuck")


def test_filling_one_response_does_not_change_the_next() -> None:
    responses = {"utter_x": [{"text": "{n}", "buttons": [{"title": "{n}", "payload": "/x"}]}]}
    words = Words(lambda: responses)
    assert words.response("utter_x", {"n": "1"})["buttons"][0]["title"] == "1"
    assert words.response("utter_x", {"n": "2"})["buttons"][0]["title"] == "2"
    with pytest.raises(UnknownResponse):
        words.response("utter_nowhere")
