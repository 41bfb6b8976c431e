"""The door for delivery reports of texts, mounted at /webhooks/sms. Nobody talks to us this way; docs/notices.md."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as as_json_response

from bot.channels.website.store import Store, now
from xiaobao.conversations import sms
from xiaobao.database import make_engine, make_sessions
from xiaobao.settings import Settings

logger = logging.getLogger(__name__)

LARGEST_BODY = 64_000  # bytes
MOST_REPORTS = 500


class SmsReports(InputChannel):
    """Rasa's entry for the door. In credentials.yml: `bot.channels.sms.channel.SmsReports:` with `report_key`."""

    def __init__(self, settings: Settings, report_key: str) -> None:
        """Opens no connection yet."""
        self._key, self._url = report_key, settings.database_url

    @classmethod
    def name(cls) -> str:
        """The path below /webhooks."""
        return "sms"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> SmsReports:
        """Raises SettingsError with the variable and the remedy; Settings checks the key."""
        return cls(Settings.from_env(), str((credentials or {})["report_key"]))

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The one route. See InputChannel."""
        blueprint, store = Blueprint("sms"), Store(make_sessions(make_engine(self._url)), threads=1)

        @blueprint.post("/reports")
        async def reports(request: Request) -> HTTPResponse:
            return await self._take(request, store)

        return blueprint

    async def _take(self, request: Request, store: Store) -> HTTPResponse:
        body = request.body or b""
        stamp, given = (request.headers.get(name, "") for name in ("X-Timestamp", "X-Signature"))
        if len(body) > LARGEST_BODY or not sms.signed(self._key, stamp, given, body, time.time()):
            logger.warning("A delivery report without its signature was refused.")
            return as_json_response({"code": "signature_wrong"}, status=401)
        try:
            found = json.loads(body).get("reports")
        except (ValueError, AttributeError, RecursionError):
            found = None
        if not isinstance(found, list) or len(found) > MOST_REPORTS:
            return as_json_response({"code": "body_unreadable"}, status=400)
        return as_json_response({"code": "ok", "taken": await store(sms.keep, found, now())})
