from __future__ import annotations

from bot.channels.website.output import WebsiteOutput, of_channel


async def test_one_dict_is_one_message_and_a_form_alone_is_none() -> None:
    output = WebsiteOutput()
    card = {"type": "citations", "items": []}
    await output.send_response(
        "c", {"text": "第一段\n\n第二段", "buttons": [{"title": "好"}], "custom": {"card": card}}
    )
    await output.send_response("c", {"custom": {"form": {"title": "草稿", "filled": 1, "missing": 2}}})
    await output.send_response("c", {"text": " "})
    (reply,) = output.replies
    assert (reply.text, reply.card) == ("第一段\n\n第二段", card)
    assert list(reply.buttons) == [{"title": "好", "payload": "好"}]
    assert output.form == {"title": "草稿", "filled": 1, "missing": 2}


async def test_the_form_is_left_taken_away_or_set() -> None:
    output = WebsiteOutput()
    assert output.form is False
    await output.send_response("c", {"custom": {"form": None}})
    assert output.form is None
    assert not output.wants_retry
    await output.send_response("c", {"text": "没成", "custom": {"retry": True}})
    assert output.wants_retry


def test_a_follower_hears_the_words_that_are_meant_for_wechat() -> None:
    assert [of_channel(channel).name() for channel in ("website", "wechat")] == ["website", "wechat"]
