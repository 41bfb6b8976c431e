"""The WeChat Official Account channel, mounted at /webhooks/wechat. docs/wechat.md describes it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, text
from sqlalchemy.orm import Session

from bot import process
from bot.channels.website import office
from bot.channels.website.store import now
from bot.channels.website.turns import Patience
from bot.channels.website.website import Website
from bot.channels.wechat import menu
from bot.channels.wechat.account import Account
from bot.channels.wechat.client import Client
from bot.channels.wechat.crypto import Forged
from bot.channels.wechat.delivery import Delivery
from bot.channels.wechat.door import Door
from bot.channels.wechat.incoming import LARGEST_BODY, Unreadable
from bot.channels.wechat.media import Media
from bot.channels.wechat.notices import Notices
from bot.channels.wechat.reception import Reception
from bot.channels.wechat.subscriptions import Subscriptions
from xiaobao.conversations import links, quiet, scenes
from xiaobao.conversations.quiet import Quiet
from xiaobao.conversations.scenes import Scene
from xiaobao.conversations.wechat import CHANNEL
from xiaobao.settings import Settings, SettingsError

logger = logging.getLogger(__name__)

NOTHING = "success"  # the platform's word for "no reply"
LOOK_AGAIN = 30.0  # seconds


class WechatInput(InputChannel):
    """Rasa's entry for WeChat. In credentials.yml: `bot.channels.wechat.channel.WechatInput:` with its options."""

    def __init__(
        self, settings: Settings, account: Account, patience: Patience | None = None, look_again: float = LOOK_AGAIN
    ) -> None:
        """Opens no connection yet. `look_again`: seconds between two looks at what is still owed."""
        self.settings, self.account, self.patience = settings, account, patience or Patience()
        self.look_again = look_again

    @classmethod
    def name(cls) -> str:
        """The name Rasa stores beside each message, and the path below /webhooks."""
        return CHANNEL

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> WechatInput:
        """Raises SettingsError with the variable and the remedy."""
        return cls(Settings.from_env(), Account.from_options(credentials or {}))

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes. See InputChannel."""
        desk = Wechat(self.settings, self.account, on_new_message, self.patience, self.look_again)
        blueprint = Blueprint("wechat")
        blueprint.listener("after_server_start")(desk.start)
        blueprint.listener("before_server_stop")(desk.stop)

        @blueprint.get("/webhook")
        async def verify(request: Request) -> HTTPResponse:
            return await desk.verify(request)

        @blueprint.post("/webhook", stream=True)
        async def push(request: Request) -> HTTPResponse:
            return await desk.push(request)

        @blueprint.get("/subscribed")
        async def subscribed(request: Request) -> HTTPResponse:
            return await desk.subscriptions.get(request)

        @blueprint.post("/internal/notices")
        async def notice(request: Request) -> HTTPResponse:
            return await desk.notices.post(request)

        @blueprint.post("/internal/ring")
        async def ring(request: Request) -> HTTPResponse:
            return await desk.notices.ring(request)

        return blueprint


class Wechat:
    """The parts, put together once per process."""

    def __init__(
        self,
        settings: Settings,
        account: Account,
        on_new_message: Callable[[UserMessage], Awaitable[Any]],
        patience: Patience,
        look_again: float = LOOK_AGAIN,
    ) -> None:
        self.settings = settings
        self.site = Website(settings, on_new_message, patience, channel=CHANNEL, finished=self._finished)
        self.door = Door(account)
        self.client = Client(account, self.site.store)
        self.subscriptions = Subscriptions(self.site, account)
        self.delivery = Delivery(
            self.site.store, self.site.reading, self.client, self.site.words, self._link, self.subscriptions.question,
            settings.public_url, _quiet(settings),
        )  # fmt: skip
        self.media = Media(self.site, self.client)
        commands = {entry.key: (entry.title, entry.payload) for entry in menu.read(settings.reference_dir)}
        codes = _scenes(settings)
        self.reception = Reception(self.site, self.client, self.delivery, self.media, commands.get, codes)
        self.notices = Notices(self.site, self.client, self.delivery)
        self._watch: asyncio.Task[None] | None = None
        self._look_again, self._stopping = look_again, False

    def _told(self, conversation_id: str) -> None:
        if not self._stopping:
            self.delivery.after_turn(conversation_id)

    def _link(self, session: Session, conversation_id: str) -> str:
        """A one-time address of this conversation; its token stands behind the #, which is sent to no server."""
        token = self.site.sessions.link(links.make(session, conversation_id, now()))
        return f"{self.settings.public_url}/chat#continue={token}"

    def _finished(self, conversation_id: str) -> None:
        self.delivery.after_turn(conversation_id)

    async def verify(self, request: Request) -> HTTPResponse:
        """GET: the console checks that the address is ours."""
        try:
            return text(self.door.verify(_query(request), time.time()))
        except Forged as forged:
            return _refuse(forged)

    async def push(self, request: Request) -> HTTPResponse:
        """POST: a message or an event. Forged ones get 403; what is signed is never answered with an error."""
        try:
            visit = self.door.open(_query(request), await _body(request), time.time())
        except Forged as forged:
            return _refuse(forged)
        except Unreadable as unreadable:
            logger.warning("A signed push could not be read (%s).", unreadable)
            return text(NOTHING)
        try:
            answer = await self.reception.answer(visit.push)
        except Exception as error:  # the platform would show its fault text; the push comes again, or is stored
            logger.error("A push could not be answered (%s).", type(error).__name__)
            return text(NOTHING)
        if answer is None:
            return text(NOTHING)
        sealed = self.door.answer(visit, answer, int(time.time()))
        return text(sealed, content_type="application/json" if visit.as_json else "text/xml; charset=utf-8")

    async def start(self, app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
        """Take up what a former process left, now and from time to time."""
        process.prepare()
        self.site.app = app
        self._watch = loop.create_task(self._keep_watch())

    async def _keep_watch(self) -> None:
        while True:
            try:
                await self.site.turns.recover()
                await self.media.recover(self._told)
                await self.delivery.recover()
            except Exception as error:  # the database may still be starting
                logger.error("What is owed on WeChat cannot be read yet (%s).", type(error).__name__)
                await asyncio.sleep(2)
                continue
            await asyncio.sleep(self._look_again)

    async def stop(self, app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
        """End everything; what was owed stays owed in the database."""
        if self._watch is not None:
            self._watch.cancel()
        self._stopping = True
        await self.site.turns.stop()
        await self.media.stop()
        await self.delivery.stop()
        await self.client.close()


def _scenes(settings: Settings) -> dict[str, Scene]:
    """The office's printed codes. Raises SettingsError with row and column of a table that is wrong."""
    try:
        return scenes.load(settings.reference_dir)
    except (OSError, ValueError) as error:
        raise SettingsError(f"data/reference/wechat_scenes.csv: {error}") from None


def _quiet(settings: Settings) -> Quiet:
    """The office's quiet hours. Raises SettingsError."""
    try:
        return quiet.read(office.read(settings.reference_dir, settings.office_id).quiet)
    except ValueError as error:
        raise SettingsError(f"data/reference/office.csv: {error}") from None


def _query(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in request.args.items() if values}


async def _body(request: Request) -> bytes:
    """The body, read up to the cap. Raises Forged beyond it."""
    whole = bytearray()
    async for chunk in request.stream:  # type: ignore[union-attr]
        whole += chunk
        if len(whole) > LARGEST_BODY:
            raise Forged("too large")
    return bytes(whole)


def _refuse(forged: Forged) -> HTTPResponse:
    logger.warning("A request to the WeChat address was refused (%s).", forged)
    return text("", status=403)
