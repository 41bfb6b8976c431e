"""What a browser fetches without a session: pages, their parts, the embed script, health."""

from __future__ import annotations

from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as as_json_response

from bot.channels.website.problems import Problem
from bot.channels.website.website import Route, Website


class Front:
    """GET only."""

    def __init__(self, site: Website) -> None:
        self.site = site

    def routes(self) -> list[Route]:
        """See Route."""
        return [
            ("/", self.chat_page, "GET", False),
            ("/privacy", self.privacy_page, "GET", False),
            ("/about", self.about_page, "GET", False),
            ("/print", self.print_page, "GET", False),
            ("/static/<name>", self.part, "GET", False),
            ("/embed.js", self.embed, "GET", False),
            ("/health", self.get_health, "GET", False),
            ("/<anything:path>", self.nothing, "GET", False),
        ]

    async def chat_page(self, request: Request) -> HTTPResponse:
        """GET /chat."""
        return self.site.pages.page(request, "chat")

    async def privacy_page(self, request: Request) -> HTTPResponse:
        """GET /chat/privacy."""
        return self.site.pages.page(request, "privacy")

    async def about_page(self, request: Request) -> HTTPResponse:
        """GET /chat/about."""
        return self.site.pages.page(request, "about")

    async def print_page(self, request: Request) -> HTTPResponse:
        """GET /chat/print: holds no data, the browser fetches its own receipt with its token."""
        return self.site.pages.page(request, "print")

    async def part(self, request: Request, name: str) -> HTTPResponse:
        """GET /chat/static/<name>."""
        return self.site.pages.part(request, name)

    async def embed(self, request: Request) -> HTTPResponse:
        """GET /chat/embed.js."""
        return self.site.pages.embed(request)

    async def get_health(self, request: Request) -> HTTPResponse:
        """GET /chat/health."""
        failed = await self.site.health.failed()
        return as_json_response({"ok": not failed, "failed": failed}, status=503 if failed else 200)

    async def nothing(self, request: Request, anything: str) -> HTTPResponse:
        """Any other address below /chat: a sentence instead of the server's own page."""
        if not anything:  # /chat/ with its slash
            return await self.chat_page(request)
        raise Problem("not_found")
