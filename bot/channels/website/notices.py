"""Pushes of our own processes: the worker tells what staff did, and rings when a clerk spoke, came or left."""

from __future__ import annotations

from typing import Any

from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as as_json_response

from bot.channels.website.output import draft
from bot.channels.website.problems import Problem
from bot.channels.website.sessions import knows_secret
from bot.channels.website.store import now
from bot.channels.website.talk import CHANNEL
from bot.channels.website.website import Route, Website, body_of
from bot.channels.website.words import UnknownResponse
from xiaobao.conversations import messages
from xiaobao.conversations.messages import Draft, UnknownConversation
from xiaobao.conversations.tables import BOT, STAFF, SYSTEM


class Notices:
    """POST /internal/notices and /internal/ring."""

    def __init__(self, site: Website) -> None:
        self.site = site

    def routes(self) -> list[Route]:
        """See Route."""
        return [
            ("/internal/notices", self.post_notice, "POST", True),
            ("/internal/ring", self.post_ring, "POST", True),
        ]

    async def post_ring(self, request: Request) -> HTTPResponse:
        """POST /chat/internal/ring: something was said or is owed in a conversation; whoever listens looks now."""
        if not knows_secret(request, self.site.settings.internal_secret):
            raise Problem("secret_wrong")
        conversation_id = (await body_of(request)).get("conversation_id")
        if not isinstance(conversation_id, str):
            raise Problem("field_wrong", field="conversation_id")
        try:
            channel = await self.site.reading(_channel, conversation_id)
        except UnknownConversation:
            raise Problem("conversation_unknown") from None
        if channel == CHANNEL:  # turns of another channel are run there, but its page may be open here
            self.site.turns.wake(conversation_id)
        self.site.bell.ring(conversation_id)
        return as_json_response({"rung": True})

    async def post_notice(self, request: Request) -> HTTPResponse:
        """POST /chat/internal/notices: a push from the worker, appended once per notice_id."""
        if not knows_secret(request, self.site.settings.internal_secret):
            raise Problem("secret_wrong")
        body = await body_of(request)
        notice_id, conversation_id, name = (body.get(k) for k in ("notice_id", "conversation_id", "response"))
        if not (isinstance(notice_id, (str, int)) and isinstance(conversation_id, str) and isinstance(name, str)):
            raise Problem("field_wrong", field="notice_id")
        speaker = body.get("speaker") or BOT
        if speaker not in (BOT, STAFF, SYSTEM) or not isinstance(body.get("params") or {}, dict):
            raise Problem("field_wrong", field="speaker")
        try:
            said = draft(self.site.words.response(name, body.get("params")), speaker=speaker)
        except UnknownResponse:
            raise Problem("response_unknown", name=name) from None
        if said is None:
            raise Problem("response_unknown", name=name)
        return await self._append_notice(conversation_id, str(notice_id), said, body.get("staff_name"))

    async def _append_notice(
        self, conversation_id: str, notice_id: str, said: Draft, staff_name: str | None
    ) -> HTTPResponse:
        pushed = Draft(
            said.speaker, said.text, said.buttons, said.card, staff_name=staff_name, notice_id=notice_id[:64]
        )
        try:
            message, fresh = await self.site.store(messages.append, conversation_id, pushed, now())
        except UnknownConversation:
            raise Problem("conversation_unknown") from None
        self.site.bell.ring(conversation_id)
        return as_json_response({"seq": message.seq, "already": not fresh})


def _channel(session: Any, conversation_id: str) -> str:
    return messages.conversation(session, conversation_id).channel
