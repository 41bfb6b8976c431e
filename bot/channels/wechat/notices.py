"""Pushes of our own processes: what staff did, told by the first right the account has."""

from __future__ import annotations

import json
from typing import Any

from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as as_json_response
from sqlalchemy.orm import Session

from bot.channels.website.output import draft
from bot.channels.website.sessions import knows_secret
from bot.channels.website.store import now
from bot.channels.website.website import Website
from bot.channels.website.words import UnknownResponse
from bot.channels.wechat.client import Client, Outcome
from bot.channels.wechat.delivery import Delivery
from xiaobao.conversations import messages, subscriptions, wechat
from xiaobao.conversations.messages import Draft, UnknownConversation
from xiaobao.conversations.tables import BOT, STAFF, SYSTEM

NEWS_FIELDS = ("character_string1", "thing2")  # of the template: the number, and that there is news
REACHED = (Outcome.SENT, Outcome.UNKNOWN)  # one that may have arrived is not sent by another way again
DELIVERED, SENT, UNDELIVERED, LEFT, HELD = "delivered", "sent", "undelivered", "left", "held"


class Notices:
    """POST /webhooks/wechat/internal/notices and /ring."""

    def __init__(self, site: Website, client: Client, delivery: Delivery) -> None:
        self.site, self._client, self._delivery = site, client, delivery

    async def post(self, request: Request) -> HTTPResponse:
        """A notice of the worker: appended once, then sent. Answers what became of it.

        `delivery`: delivered (the platform took it in the conversation), sent (outside of it, with number and
        有新进展 only), undelivered (it waits for the citizen's next visit; somebody should call), left (unfollowed),
        held (`hold` was asked for: it stands in the conversation, nothing was sent).
        """
        if not knows_secret(request, self.site.settings.internal_secret):
            return as_json_response({"code": "secret_wrong"}, status=401)
        try:
            body = json.loads(request.body or b"{}")
        except ValueError:
            body = None
        if not isinstance(body, dict) or not isinstance(body.get("conversation_id"), str):
            return as_json_response({"code": "body_unreadable"}, status=400)
        try:
            said = self._draft(body)
        except UnknownResponse:
            return as_json_response({"code": "response_unknown"}, status=404)
        try:
            message, fresh = await self.site.store(messages.append, body["conversation_id"], said, now())
        except UnknownConversation:
            return as_json_response({"code": "conversation_unknown"}, status=404)
        delivery = await self._deliver(body, message.seq)
        return as_json_response({"seq": message.seq, "already": not fresh, "delivery": delivery})

    async def ring(self, request: Request) -> HTTPResponse:
        """A clerk spoke, came or left: run what is owed and send what waits, as far as the quota reaches."""
        if not knows_secret(request, self.site.settings.internal_secret):
            return as_json_response({"code": "secret_wrong"}, status=401)
        try:
            conversation_id = json.loads(request.body or b"{}").get("conversation_id")
        except (ValueError, AttributeError):
            conversation_id = None
        if not isinstance(conversation_id, str):
            return as_json_response({"code": "body_unreadable"}, status=400)
        self.site.turns.wake(conversation_id)
        self.site.bell.ring(conversation_id)
        self._delivery.after_turn(conversation_id)
        return as_json_response({"rung": True})

    def _draft(self, body: dict[str, Any]) -> Draft:
        """Raises UnknownResponse."""
        speaker = next((one for one in (BOT, STAFF, SYSTEM) if body.get("speaker") == one), BOT)
        said = draft(self.site.words.response(str(body.get("response")), body.get("params") or {}), speaker=speaker)
        if said is None:
            raise UnknownResponse(str(body.get("response")))
        notice_id = str(body.get("notice_id"))[:64]
        return Draft(
            said.speaker, said.text, said.buttons, said.card, staff_name=body.get("staff_name"), notice_id=notice_id
        )

    async def _deliver(self, body: dict[str, Any], seq: int) -> str:
        conversation_id = body["conversation_id"]
        openid: str | None = await self.site.reading(_openid, conversation_id)
        if openid is None:
            return LEFT
        if body.get("hold") is True:
            shown = not await self.site.reading(wechat.behind, conversation_id, seq)
            return DELIVERED if shown else HELD
        outcome = await self._delivery.send(openid)
        if outcome in (None, Outcome.SENT):
            return DELIVERED
        if outcome == Outcome.GONE:
            return LEFT
        if outcome == Outcome.UNKNOWN:
            return SENT
        return await self._outside(openid, str(body.get("notice_id"))[:64], body.get("params") or {})

    async def _outside(self, openid: str, notice_id: str, params: dict[str, Any]) -> str:
        """By the first right there is: a template message, else a consent to one reminder.

        Outside the conversation others may read along: the number and 有新进展, nothing else.
        """
        if await self.site.store(messages.begin_outside, notice_id, now()):
            return SENT  # a process died over it: whether the reminder went out nobody knows, it is not sent twice
        outcome = await self._remind(openid, notice_id, str(params.get("number") or ""))
        if outcome in REACHED:
            return SENT
        await self.site.store(messages.not_outside, notice_id)
        return UNDELIVERED

    async def _remind(self, openid: str, notice_id: str, number: str) -> Outcome:
        news = self.site.words.say("wechat_news")
        url = f"{self.site.settings.public_url}/chat" if self.site.settings.public_url else ""
        account, outcome = self._client.account, Outcome.NOT_GRANTED
        if account.template_id:
            values = dict(zip(NEWS_FIELDS, (number, news), strict=True))
            key = f"notice-{notice_id}"[:32]
            outcome = await self._client.send_template(openid, account.template_id, values, url, key)
        if outcome not in REACHED and account.subscribe_id:
            outcome = await self._subscribed(openid, f"{number} {news}".strip(), news, url)
        return outcome

    async def _subscribed(self, openid: str, text: str, title: str, url: str) -> Outcome:
        """Use a consent; it is given back when the message was certainly not sent for another reason than itself."""
        scene: int | None = await self.site.store(subscriptions.take, openid)
        if scene is None:
            return Outcome.NOT_GRANTED
        outcome = await self._client.send_subscribed(openid, self._client.account.subscribe_id, scene, title, text, url)
        if outcome in (Outcome.NOT_SENT, Outcome.NOT_GRANTED):
            await self.site.store(subscriptions.give_back, openid, scene)
        return outcome


def _openid(session: Session, conversation_id: str) -> str | None:
    row = wechat.of_conversation(session, conversation_id)
    return row.openid if row is not None and row.followed else None
