"""Collects what one run of the bot says: one dict of Rasa is one message."""

from __future__ import annotations

from typing import Any

from rasa.core.channels.channel import OutputChannel

from xiaobao.conversations.messages import Draft
from xiaobao.conversations.tables import BOT


class WebsiteOutput(OutputChannel):
    """Keeps the replies in memory; they are stored together when the turn has succeeded.

    So a run that breaks half-way shows nothing, and the next run cannot say half of it twice.
    """

    def __init__(self) -> None:
        self.replies: list[Draft] = []
        self.form: dict[str, Any] | bool | None = False
        self.wants_retry = False

    @classmethod
    def name(cls) -> str:
        """The name Rasa stores beside each message."""
        return "website"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Take one message; `custom.form` alone only moves the form strip.

        `custom.retry` says that the action could not do its work and the same turn may be run again.
        """
        custom = message.get("custom") or {}
        if "form" in custom:
            self.form = custom["form"] or None
        if custom.get("retry"):
            self.wants_retry = True
        reply = draft(message)
        if reply is not None:
            self.replies.append(reply)


class WechatOutput(WebsiteOutput):
    """The same for a follower: by its name Rasa finds the words that are meant for WeChat."""

    @classmethod
    def name(cls) -> str:
        """As in data/responses (`channel: wechat`)."""
        return "wechat"


def of_channel(channel: str) -> WebsiteOutput:
    """What collects the replies of a conversation of this channel."""
    return WechatOutput() if channel == WechatOutput.name() else WebsiteOutput()


def draft(message: dict[str, Any], speaker: str = BOT, **fields: Any) -> Draft | None:
    """A Draft of a message in Rasa's form, or None when there is nothing to show."""
    text = (message.get("text") or "").strip()
    card = (message.get("custom") or {}).get("card")
    buttons = [
        {"title": button["title"], "payload": button.get("payload") or button["title"]}
        for button in message.get("buttons") or []
        if button.get("title")
    ]
    if not text and not card and not buttons:
        return None
    return Draft(speaker=speaker, text=text, buttons=buttons, card=card, **fields)
