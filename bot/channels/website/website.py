"""What all routes of the website share: the store, the words, who is asking and how fast."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import UserMessage
from sanic import Sanic
from sanic.exceptions import SanicException, ServiceUnavailable
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as as_json_response

from bot.channels.website import limits, office, typed
from bot.channels.website.bell import Bell
from bot.channels.website.consents import Consents
from bot.channels.website.health import Health
from bot.channels.website.limits import Limits, Rate
from bot.channels.website.pages import Pages
from bot.channels.website.problems import STATUS, Problem
from bot.channels.website.sessions import Sessions, address_of, bearer
from bot.channels.website.store import Store
from bot.channels.website.turns import Patience, Turns
from bot.channels.website.words import Words
from xiaobao.conversations import messages, sensitive
from xiaobao.conversations.messages import UnknownConversation
from xiaobao.database import make_engine, make_sessions
from xiaobao.settings import Settings

logger = logging.getLogger(__name__)

MOST_BODY_BYTES = 256 * 1024
Handler = Callable[..., Any]
Route = tuple[str, Handler, str, bool]  # path, handler, method, whether the handler reads the body itself


class Website:
    """The parts, put together once per process."""

    def __init__(
        self,
        settings: Settings,
        on_new_message: Callable[[UserMessage], Awaitable[Any]],
        patience: Patience,
        channel: str = "website",
        finished: Callable[[str], None] = lambda conversation_id: None,
    ) -> None:
        """Reads pages and words; opens no connection yet. For `channel` and `finished` see Turns."""
        self.settings = settings
        self.app: Sanic | None = None
        engine = make_engine(settings.database_url)
        self.sessions_made = make_sessions(engine)
        self.store = Store(self.sessions_made)
        self.reading = Store(make_sessions(engine, read_only=True))
        self.bell = Bell()
        self.words = Words(self._responses)
        self.sessions = Sessions(settings.secret_key)
        self.limits = Limits()
        self.health = Health(settings.actions_url, engine, self.store, self._agent)
        self.turns = Turns(
            self.store,
            self.reading,
            self.bell,
            self.words,
            on_new_message,
            self.health.actions_answer,
            patience,
            channel=channel,
            finished=finished,
        )
        self.consents = Consents(sensitive.load(settings.reference_dir), self.words, settings.evidence_dir)
        self.pages = Pages(settings, office.read(settings.reference_dir, settings.office_id))

    def _agent(self) -> Any:
        return getattr(self.app.ctx, "agent", None) if self.app else None

    def _responses(self) -> Any:
        domain = getattr(self._agent(), "domain", None)
        return domain.responses if domain is not None else {}

    async def secure(self, request: Request, response: HTTPResponse) -> None:
        """Put the security headers on every answer; what is not a page or a part is never cached."""
        for name, value in self.pages.headers.items():
            response.headers[name] = value
        response.headers.setdefault("Cache-Control", "no-store")

    async def refuse(self, request: Request, error: Exception) -> HTTPResponse:
        """Every refusal and every breakdown in one form: a code and a sentence."""
        if isinstance(error, Problem):
            problem, status = error, error.status
        elif isinstance(error, SanicException) and error.status_code < 500:
            problem, status = Problem("not_found" if error.status_code == 404 else "body_unreadable"), error.status_code
        elif isinstance(error, ServiceUnavailable):  # the client went away while we waited for news
            problem, status = Problem("broken"), error.status_code
        else:
            logger.error("%s %s broke (%s).", request.method, request.path, type(error).__name__)
            problem, status = Problem("broken"), STATUS["broken"]
        said = self.words.say(f"error_{problem.code}", **problem.params)
        return as_json_response(
            {"code": problem.code, "message": said}, status=status, headers=problem.headers, ensure_ascii=False
        )

    async def conversation_of(self, request: Request) -> str:
        """The conversation of this request's token. Raises Problem with status 401."""
        token = bearer(request)
        if token is None:
            raise Problem("session_missing")
        conversation_id = self.sessions.conversation_of(token)
        if not await self.reading(_exists, conversation_id):
            raise Problem("session_unknown")
        return conversation_id

    def address_key(self, request: Request) -> str:
        return self.sessions.address_key(address_of(request, self.settings.trusted_proxies))

    def not_too_fast(self, request: Request, kind: str, conversation_id: str | None, rate: Rate) -> None:
        """Raises Problem `too_fast`. Our own machine without a proxy in between is not held back."""
        address = address_of(request, self.settings.trusted_proxies)
        local = address in limits.LOOPBACK
        if local and "x-forwarded-for" not in request.headers:
            return
        if conversation_id is not None:
            self.limits.spend(kind, conversation_id, rate)
        if not local:
            key = hashlib.sha256(address.encode()).hexdigest()
            self.limits.spend(f"{kind}-address", key, rate if conversation_id is None else limits.ADDRESS)


async def body_of(request: Request) -> dict[str, Any]:
    """The JSON object of a body, read up to 256 KB. Raises Problem `body_unreadable`, `text_too_long`."""
    whole = bytearray()
    if request.stream is not None and request.stream.request_body:
        async for chunk in request.stream:
            whole += chunk
            if len(whole) > MOST_BODY_BYTES:
                raise Problem("text_too_long", most=typed.MOST_CHARACTERS, length=len(whole))
    if not whole:
        return {}
    try:
        body = json.loads(whole)
    except (ValueError, RecursionError):
        raise Problem("body_unreadable") from None
    if not isinstance(body, dict):
        raise Problem("body_unreadable")
    return body


def _exists(session: Any, conversation_id: str) -> bool:
    try:
        messages.conversation(session, conversation_id)
    except UnknownConversation:
        return False
    return True
