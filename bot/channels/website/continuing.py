"""POST /chat/continue: a WeChat conversation goes on here, for uploads and long texts.

The link's token stands behind the # of its address, which browsers send to nobody: it is in no log. It is signed,
works once and for half an hour; both sides of the conversation are told that it was opened.
"""

from __future__ import annotations

from typing import Any

from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as as_json_response

from bot.channels.website import limits
from bot.channels.website.problems import Problem
from bot.channels.website.store import now
from bot.channels.website.website import Route, Website, body_of
from xiaobao.conversations import links, messages
from xiaobao.conversations.links import LinkOver, LinkUsed
from xiaobao.conversations.messages import Draft
from xiaobao.conversations.tables import SYSTEM


class Continuing:
    """See the module."""

    def __init__(self, site: Website) -> None:
        self.site = site

    def routes(self) -> list[Route]:
        """See Route."""
        return [("/continue", self.post_continue, "POST", True)]

    async def post_continue(self, request: Request) -> HTTPResponse:
        """A session of the link's conversation. Raises Problem `link_used`, `link_over`, each with what to do."""
        body = await body_of(request)
        self.site.not_too_fast(request, "session", None, limits.SESSIONS)
        key = self.site.sessions.link_key(str(body.get("link") or ""))
        conversation_id = await self.site.store(self._open, key)
        self.site.bell.ring(conversation_id)
        issued = self.site.sessions.issue(conversation_id, now())
        return as_json_response(
            {"token": issued.token, "expires_at": issued.expires_at.isoformat(timespec="seconds"), "resumed": True}
        )

    def _open(self, session: Any, key: str) -> str:
        at = now()
        try:
            conversation_id = links.use(session, key, at)
        except LinkUsed:
            raise Problem("link_used") from None
        except LinkOver:
            raise Problem("link_over") from None
        messages.seen(session, conversation_id, at)
        told = Draft(speaker=SYSTEM, text=self.site.words.say("continued"))
        messages.append(session, conversation_id, told, at)
        return conversation_id
