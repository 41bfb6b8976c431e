"""The copy of what is stored about a citizen, as JSON and as a page to read; for the token's own conversation only.

The actions make the copy after the citizen has proven who they are (actions/my_data.py); it lies here for an hour.
"""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from sanic.request import Request
from sanic.response import HTTPResponse, raw
from sanic.response import json as as_json_response

from bot.channels.website import limits
from bot.channels.website.pages import STATIC
from bot.channels.website.problems import Problem
from bot.channels.website.store import now
from bot.channels.website.website import Route, Website
from xiaobao.conversations import copies

TEMPLATE = "my-data.html"


class MyData:
    """GET /my-data/<id>/json, GET /my-data/<id>/html."""

    def __init__(self, site: Website) -> None:
        self.site = site
        loader = FileSystemLoader(STATIC / "pages")
        environment = Environment(loader=loader, autoescape=select_autoescape(), undefined=StrictUndefined)
        self._page = environment.get_template(TEMPLATE)

    def routes(self) -> list[Route]:
        """See Route."""
        return [
            ("/my-data/<copy_id>/json", self.get_copy_json, "GET", False),
            ("/my-data/<copy_id>/html", self.get_copy_html, "GET", False),
        ]

    async def get_copy_json(self, request: Request, copy_id: str) -> HTTPResponse:
        """GET /chat/my-data/<id>/json: everything, for a program."""
        content = await self._own(request, copy_id)
        return as_json_response(content, headers=_named("json"), ensure_ascii=False)

    async def get_copy_html(self, request: Request, copy_id: str) -> HTTPResponse:
        """GET /chat/my-data/<id>/html: the same, to read; needs nothing else to be looked at."""
        page = self._page.render(copy=await self._own(request, copy_id))
        return raw(page.encode(), content_type="text/html; charset=utf-8", headers=_named("html"))

    async def _own(self, request: Request, copy_id: str) -> dict[str, Any]:
        """Raises Problem `not_found` for a copy of another conversation, or one that is too old."""
        conversation_id = await self.site.conversation_of(request)
        self.site.not_too_fast(request, "my-data", conversation_id, limits.MESSAGES)
        found = await self.site.reading(copies.own, conversation_id, copy_id, now())
        if found is None:
            raise Problem("not_found")
        content: dict[str, Any] = found
        return content


def _named(ending: str) -> dict[str, str]:
    return {"Content-Disposition": f"attachment; filename=my-data.{ending}"}
