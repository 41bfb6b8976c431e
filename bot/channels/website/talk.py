"""Sessions and messages: what the page and every other client speak (docs/website-channel.md)."""

from __future__ import annotations

import time
from typing import Any

from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as as_json_response

from bot.channels.website import bell as bells
from bot.channels.website import consents, limits, typed
from bot.channels.website.consents import Consents
from bot.channels.website.problems import Problem
from bot.channels.website.sessions import bearer
from bot.channels.website.store import now
from bot.channels.website.turns import GREETING
from bot.channels.website.website import Route, Website, body_of
from xiaobao.conversations import messages, turns, wechat
from xiaobao.conversations.messages import Draft, UnknownButton, UsedButton
from xiaobao.conversations.tables import CITIZEN, Message

CHANNEL = "website"
LONGEST_WAIT = 25.0


class Talk:
    """POST /sessions, POST and GET /messages."""

    def __init__(self, site: Website) -> None:
        self.site = site

    def routes(self) -> list[Route]:
        """See Route."""
        return [
            ("/sessions", self.post_session, "POST", True),
            ("/messages", self.post_message, "POST", True),
            ("/messages", self.get_messages, "GET", False),
        ]

    async def post_session(self, request: Request) -> HTTPResponse:
        """POST /chat/sessions: go on with the conversation of a good token, else begin one and have it greeted."""
        await body_of(request)
        self.site.not_too_fast(request, "session", None, limits.SESSIONS)
        conversation_id = await self._resumed(request)
        resumed = conversation_id is not None
        if conversation_id is None:
            conversation_id = await self.site.store(_open_and_greet)
            self.site.turns.wake(conversation_id, self.site.address_key(request))
        issued = self.site.sessions.issue(conversation_id, now())
        return as_json_response(
            {"token": issued.token, "expires_at": issued.expires_at.isoformat(timespec="seconds"), "resumed": resumed}
        )

    async def _resumed(self, request: Request) -> str | None:
        token = bearer(request)
        if token is None:
            return None
        try:
            conversation_id = self.site.sessions.conversation_of(token)
        except Problem:
            return None
        return conversation_id if await self.site.store(messages.seen, conversation_id, now()) else None

    async def post_message(self, request: Request) -> HTTPResponse:
        """POST /chat/messages: store, run or join a turn, return its replies."""
        conversation_id = await self.site.conversation_of(request)
        body = await body_of(request)
        self.site.not_too_fast(request, "message", conversation_id, limits.MESSAGES)
        if (answered := await self._consent(conversation_id, body)) is not None:
            sent, replies = answered
            self.site.bell.ring(conversation_id)
            shown = await self._listing(conversation_id, replies, default_seq=sent.seq)
            return as_json_response({**shown, "sent": self._shown(sent)}, ensure_ascii=False)
        sent = await self._stored(conversation_id, body)
        self.site.turns.wake(conversation_id, self.site.address_key(request))
        replies = await self.site.turns.answer(conversation_id, sent.seq)
        shown = await self._listing(conversation_id, replies, default_seq=sent.seq)
        return as_json_response({**shown, "sent": self._shown(sent)}, ensure_ascii=False)

    async def _consent(self, conversation_id: str, body: dict[str, Any]) -> tuple[Message, list[Message]] | None:
        """The answer to the question about a sensitive file, which is no turn of the bot; None for all else."""
        button, text = body.get("button"), body.get("text")
        if button is None and isinstance(text, str) and consents.typed(text):
            button = await self.site.reading(self.site.consents.button_for, conversation_id, text)
        if not isinstance(button, str):
            return None
        payload = await self.site.reading(messages.payload_of, conversation_id, button)
        if payload is None or not payload.startswith(consents.PREFIX):
            return None
        key = typed.client_message_id(body.get("client_message_id"))
        try:
            return await self.site.store(_answer, self.site.consents, conversation_id, button, key)
        except UsedButton:
            raise Problem("button_used") from None

    async def _stored(self, conversation_id: str, body: dict[str, Any]) -> Message:
        key = typed.client_message_id(body.get("client_message_id"))
        if body.get("button") is not None:
            if not isinstance(body["button"], str):
                raise Problem("field_wrong", field="button")
            try:
                return await self.site.store(messages.press, conversation_id, body["button"], key, now())
            except UnknownButton:
                raise Problem("button_unknown") from None
            except UsedButton:
                raise Problem("button_used") from None
        text, told = typed.card(body["card"]) if body.get("card") is not None else typed.message(body.get("text"))
        said = Draft(speaker=CITIZEN, text=text, payload=told, client_message_id=key)
        message: Message = await self.site.store(_said, self.site.consents, conversation_id, said)
        return message

    async def get_messages(self, request: Request) -> HTTPResponse:
        """GET /chat/messages?after=&wait=: what came since, waiting up to 25 s for something to come."""
        conversation_id = await self.site.conversation_of(request)
        seq = int(_number(request, "after", 2**31 - 1))
        until = time.monotonic() + _number(request, "wait", LONGEST_WAIT)
        if seq and await self.site.reading(_to_note, conversation_id, seq):
            await self.site.store(_note_shown, conversation_id, seq)
        with self.site.bell.listen(conversation_id) as heard:
            found = await self.site.reading(messages.after, conversation_id, seq)
            while not found and (left := until - time.monotonic()) > 0:
                await bells.wait(heard, left)
                heard.clear()
                found = await self.site.reading(messages.after, conversation_id, seq)
        return as_json_response(await self._listing(conversation_id, found, default_seq=seq), ensure_ascii=False)

    async def _listing(self, conversation_id: str, found: list[Message], default_seq: int) -> dict[str, Any]:
        return {
            "messages": [self._shown(message) for message in found],
            "last_seq": max([default_seq, *(message.seq for message in found)]),
            "form": await self.site.reading(_form, conversation_id),
        }

    def _shown(self, message: Message) -> dict[str, Any]:
        return messages.as_json(message, self.site.words.label(message))


def _to_note(session: Any, conversation_id: str, seq: int) -> bool:
    return wechat.behind(session, conversation_id, seq) or messages.unshown(session, conversation_id, seq)


def _note_shown(session: Any, conversation_id: str, seq: int) -> None:
    """The page has everything up to `seq`."""
    if wechat.behind(session, conversation_id, seq):
        wechat.shown_elsewhere(session, conversation_id, seq)  # a WeChat conversation, read here
    messages.shown(session, conversation_id, seq, now())


def _open_and_greet(session: Any) -> str:
    at = now()
    conversation_id = messages.open_conversation(session, channel=CHANNEL, now=at)
    turns.begin(session, conversation_id, GREETING, at)
    return conversation_id


def _said(session: Any, files: Consents, conversation_id: str, said: Draft) -> Message:
    """Store what was typed; when it tells what the file just sent is, the question follows it."""
    message, new = messages.append(session, conversation_id, said, now())
    if new:
        files.told(session, conversation_id, said.text, now())
    return message


def _answer(
    session: Any, files: Consents, conversation_id: str, button: str, key: str | None
) -> tuple[Message, list[Message]]:
    return files.answer(session, conversation_id, button, key, now())


def _form(session: Any, conversation_id: str) -> dict[str, Any] | None:
    return messages.conversation(session, conversation_id).form


def _number(request: Request, name: str, most: float) -> float:
    """A query parameter from 0 to `most`; nonsense counts as 0."""
    try:
        value = float(request.args.get(name, "0"))
    except ValueError:
        return 0.0
    return min(max(value, 0.0), most) if value == value else 0.0
