"""What went over the wire, readable: each request with its answer, in the order in which it began."""

from __future__ import annotations

import json
import re
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any

from aiohttp import web
from wechatpy.crypto import WeChatCrypto

from tests.simulators.wechat.push import Pusher

KEPT = 200  # entries; older ones are forgotten
LONGEST = 6000  # characters of one body
TOKEN = re.compile(r'("access_token":\s*")[^"]+|("secret":\s*")[^"]+')
PUSH, CALL = "push", "call"


@dataclass
class Entry:
    """One exchange. `version` grows whenever something about it changes; `seconds` is None while it is under way."""

    number: int
    version: int
    kind: str
    title: str
    at: float
    sealed: str
    sent: str
    attempt: int = 1
    seconds: float | None = None
    received: str | None = None  # as it came, None when nothing came
    opened: str = ""


class Wire:
    """The last exchanges of platform and product."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._number = self.version = 0

    def begin(self, kind: str, title: str, sealed: str, sent: str) -> Entry:
        """An exchange that has just begun."""
        self._number += 1
        self.version += 1
        attempt = 1 + sum(one.kind == PUSH == kind and one.sent == sent for one in self._entries)
        entry = Entry(self._number, self.version, kind, title, time.time(), sealed[:LONGEST], sent[:LONGEST], attempt)
        self._entries.append(entry)
        return entry

    def end(self, entry: Entry, received: str | None, opened: str) -> None:
        """The answer is there; None: the line was cut, or the status was not 200."""
        self.version += 1
        entry.version, entry.seconds = self.version, round(time.time() - entry.at, 2)
        entry.received, entry.opened = received if received is None else received[:LONGEST], opened[:LONGEST]

    def after(self, version: int) -> list[dict[str, Any]]:
        """What is new or has changed since `version`."""
        return [asdict(entry) for entry in self._entries if entry.version > version]

    @web.middleware
    async def calls(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Every call of the platform's interface, tokens and secret left out."""
        if not request.path.startswith("/cgi-bin/"):
            return await handler(request)
        body = (await request.read()).decode("utf-8", "replace")
        query = "&".join(f"{name}={value}" for name, value in request.query.items() if name != "access_token")
        entry = self.begin(CALL, request.path, query, _pretty(body))
        answer: web.StreamResponse | None = None
        try:
            answer = await handler(request)
        finally:
            text = _body(answer)
            self.end(entry, text, _pretty(text or ""))
        return answer


class WatchedPusher(Pusher):
    """The platform's push with a look at every try."""

    wire: Wire

    async def _post(self, query: dict[str, str], data: bytes, n: int = 0) -> str | None:
        sealed = data.decode("utf-8", "replace")
        plain = self._plain(query, sealed)
        kind = re.search(r"<Event><!\[CDATA\[(\w+)|<MsgType><!\[CDATA\[(?!event)(\w+)", plain)
        title = next((found for found in kind.groups() if found), "") if kind else ""
        entry = self.wire.begin(PUSH, title, sealed, plain)
        answer, opened = None, ""
        try:
            answer = await super()._post(query, data, n)
            if answer not in (None, "", "success"):
                opened = self._readable(answer or "", query)
        finally:
            self.wire.end(entry, answer, opened)
        return answer

    def _plain(self, query: dict[str, str], sealed: str) -> str:
        if self.console.mode == "plain":
            return sealed
        crypto = WeChatCrypto(self.console.token, self.console.aes_key, self.platform.app_id)
        return str(crypto.decrypt_message(sealed, query["msg_signature"], query["timestamp"], query["nonce"]))

    def _readable(self, answer: str, query: dict[str, str]) -> str:
        if self.console.mode == "plain":
            return answer
        try:
            return self._opened(answer, query)
        except Exception as error:  # the judge says so on the screen; here it is only shown
            return f"({type(error).__name__})"


def _body(answer: web.StreamResponse | None) -> str | None:
    if not isinstance(answer, web.Response):
        return None
    if answer.content_type.startswith(("text/", "application/json")):
        return answer.text or ""
    body = answer.body
    return f"({len(body) if isinstance(body, (bytes, bytearray)) else '?'} bytes, {answer.content_type})"


def _pretty(text: str) -> str:
    text = TOKEN.sub(lambda found: f"{found.group(1) or found.group(2)}…", text)
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=1)
    except ValueError:
        return text
