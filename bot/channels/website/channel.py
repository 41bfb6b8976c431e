"""The website channel, mounted at /chat. docs/website-channel.md describes the protocol."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse

from bot import process
from bot.channels.website.continuing import Continuing
from bot.channels.website.evidence import Evidence
from bot.channels.website.front import Front
from bot.channels.website.my_data import MyData
from bot.channels.website.notices import Notices
from bot.channels.website.papers import Papers
from bot.channels.website.parts import Parts
from bot.channels.website.talk import CHANNEL, Talk
from bot.channels.website.turns import Patience
from bot.channels.website.website import Handler, Website
from xiaobao.settings import Settings

logger = logging.getLogger(__name__)

LOOK_AGAIN = 30.0  # seconds between looks for what a dead process left owed


class WebsiteInput(InputChannel):
    """Rasa's entry for the website. In credentials.yml: `bot.channels.website.channel.WebsiteInput:`."""

    def __init__(self, settings: Settings, patience: Patience | None = None) -> None:
        """Opens no connection yet."""
        self.settings, self.patience = settings, patience or Patience()

    @classmethod
    def name(cls) -> str:
        """The name Rasa stores beside each message."""
        return CHANNEL

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> WebsiteInput:
        """Everything comes from the environment. Raises SettingsError."""
        return cls(Settings.from_env())

    def url_prefix(self) -> str:
        """Absolute, because Rasa owns `/` and puts relative prefixes below /webhooks."""
        return "/chat"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes. See InputChannel."""
        site = Website(self.settings, on_new_message, self.patience)
        blueprint = Blueprint("website")
        life = Life(site)
        blueprint.listener("after_server_start")(life.start)
        blueprint.listener("before_server_stop")(life.stop)
        blueprint.middleware("response")(site.secure)
        blueprint.exception(Exception)(site.refuse)
        evidence = Evidence(site)
        rest = (Parts(site, evidence.take), Papers(site), Notices(site), Continuing(site), MyData(site))
        for part in (Front(site), Talk(site), evidence, *rest):
            for path, handler, method, streamed in part.routes():
                blueprint.add_route(_plain(handler), path, methods=[method], name=handler.__name__, stream=streamed)
        return blueprint


def _plain(handler: Handler) -> Handler:
    """A function around a bound method: Sanic writes attributes on its handlers."""

    async def route(request: Request, **parts: str) -> HTTPResponse:
        answer: HTTPResponse = await handler(request, **parts)
        return answer

    return route


class Life:
    """What happens when the server starts and stops."""

    def __init__(self, site: Website) -> None:
        self.site = site

    async def start(self, app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
        """Take up what a former process left owed, without holding up the start."""
        process.prepare()
        self.site.app = app
        app.add_task(self._recover())

    async def _recover(self) -> None:
        """Again and again: with several processes, one may die while the others live on."""
        while True:
            try:
                count = await self.site.turns.recover()
                pause = LOOK_AGAIN
            except Exception as error:  # the database may still be starting
                logger.error("Owed turns cannot be read yet (%s).", type(error).__name__)
                count, pause = 0, 2.0
            if count:
                logger.info("Took up %d conversations with unanswered messages.", count)
            await asyncio.sleep(pause)

    async def stop(self, app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
        """End runners; what they were at stays owed in the database."""
        await self.site.turns.stop()
