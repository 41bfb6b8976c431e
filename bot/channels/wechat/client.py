"""What we ask of the platform: tokens, customer service messages, media, menus. Never blocks the event loop.

The platform answers HTTP 200 with an `errcode` for everything; the classes below say what each code means for us.
Source: developers.weixin.qq.com, global return codes.
"""

from __future__ import annotations

import asyncio
import json
import logging
from enum import Enum
from typing import Any

import aiohttp

from bot.channels.website.store import Store, now
from bot.channels.wechat.account import Account
from xiaobao.conversations import wechat

logger = logging.getLogger(__name__)

TIMEOUT = aiohttp.ClientTimeout(total=8, connect=3)
FILE_TIMEOUT = aiohttp.ClientTimeout(total=90, connect=3, sock_read=8)
BUSY_TRIES, BUSY_PAUSE = 3, 0.5
TOKEN_WAIT, TOKEN_LOOK = 10.0, 0.2  # seconds to wait for a token that another process fetches
BAD_TOKEN = frozenset({40001, 40014, 42001})
NO_WINDOW = frozenset({45015, 45047})
GONE_USER = frozenset({40003, 43004, 43101})
NOT_GRANTED = frozenset({48001, 48002, 48004, 50002, 45087})
OPERATOR = frozenset({40013, 40125, 40164, 40243, 61004, 89503, 89506, 89507, 45009})
MINUTE_QUOTA = 45011
BUSY = -1
UNREADABLE = -2  # ours: an answer that is no JSON, so nobody knows what became of the request
UNREACHED = -3  # ours: never sent
PASSING = BAD_TOKEN | OPERATOR | {MINUTE_QUOTA, BUSY, UNREACHED}
REMEDIES = {
    40013: "WECHAT_APP_ID is wrong: copy it from the platform's console.",
    40125: "WECHAT_APP_SECRET is wrong or was reset: copy the new one.",
    40164: "Add this machine's address to the IP list in the platform's console.",
    61004: "Add this machine's address to the IP list in the platform's console.",
    40243: "The secret is frozen: unfreeze it in the platform's console.",
    45009: "The day's quota of this interface is used up; it is renewed at midnight.",
}


class Outcome(Enum):
    """What became of a message."""

    SENT = "sent"
    NO_WINDOW = "no_window"  # the citizen was silent for too long, or the quota is used up
    NOT_GRANTED = "not_granted"  # the account has no right to send by itself
    GONE = "gone"  # the citizen does not follow any more
    NOT_SENT = "not_sent"  # certainly not sent, for a reason that passes: tried again later
    REFUSED = "refused"  # not taken as it is: it waits for the citizen
    UNKNOWN = "unknown"  # nobody knows; never repeated by itself


class Refused(Exception):
    """The platform answered with an error code."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code

    @property
    def passes(self) -> bool:
        """Whether the same may go well later."""
        return self.code in PASSING


class Client:
    """One account at the platform. Tokens are shared with other processes through the database."""

    def __init__(self, account: Account, store: Store) -> None:
        self.account, self._store = account, store
        self._http: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """End all connections."""
        if self._http is not None:
            await self._http.close()

    async def send_text(
        self, openid: str, text: str, choices: tuple[dict[str, Any], ...] = (), hint: str = ""
    ) -> Outcome:
        """Send a customer service message; with `choices` as a menu that can be tapped, `hint` above it says how."""
        body: dict[str, Any] = {"touser": openid, "msgtype": "text", "text": {"content": text}}
        if choices:
            items = [{"id": choice["menu_id"], "content": f"{choice['n']}. {choice['title']}"} for choice in choices]
            menu = {"head_content": f"{text}\n\n{hint}".strip(), "list": items, "tail_content": ""}
            body = {"touser": openid, "msgtype": "msgmenu", "msgmenu": menu}
        body["aimsgcontext"] = {"is_ai_msg": 1}
        return await self._deliver("/cgi-bin/message/custom/send", body)

    async def send_template(self, openid: str, template_id: str, values: dict[str, str], url: str, key: str) -> Outcome:
        """Send a template message; the platform takes the same `key` once within ten minutes."""
        data = {name: {"value": value} for name, value in values.items()}
        body = {"touser": openid, "template_id": template_id, "data": data, "url": url, "client_msg_id": key}
        return await self._deliver("/cgi-bin/message/template/send", body)

    async def send_subscribed(
        self, openid: str, template_id: str, scene: int, title: str, text: str, url: str
    ) -> Outcome:
        """Send the one message that a citizen agreed to under `scene`."""
        body = {"touser": openid, "template_id": template_id, "scene": str(scene), "title": title[:15], "url": url}
        return await self._deliver(
            "/cgi-bin/message/template/subscribe", {**body, "data": {"content": {"value": text}}}
        )

    async def typing(self, openid: str) -> None:
        """Show that somebody is at it; whatever comes of it, the answer does not depend on it."""
        try:
            await self.call("/cgi-bin/message/custom/typing", {"touser": openid, "command": "Typing"})
        except Refused as refused:
            logger.debug("Typing was refused (%d).", refused.code)

    async def _deliver(self, path: str, body: dict[str, Any]) -> Outcome:
        try:
            await self.call(path, body)
        except Refused as refused:
            return _outcome(refused.code)
        return Outcome.SENT

    async def call(self, path: str, body: dict[str, Any] | None = None, **query: str) -> dict[str, Any]:
        """POST `body`, or GET without one; the answer of the platform. Raises Refused.

        A refused token is renewed once; a busy platform is asked again twice. What may have been done is not repeated.
        """
        stale: str | None = None
        for turn in range(BUSY_TRIES):
            access = await self.token(stale)
            answer = await self._ask(path, body, {**query, "access_token": access})
            code = int(answer.get("errcode") or 0)
            if code in BAD_TOKEN:
                await self._store(wechat.forget_token, self.account.app_id, access)
                if stale is None:
                    stale = access
                    continue
            if code in (BUSY, UNREACHED) and turn + 1 < BUSY_TRIES:
                await asyncio.sleep(BUSY_PAUSE * 2**turn)
                continue
            if code in OPERATOR:
                logger.error("The platform refuses %s (%d). %s", path, code, REMEDIES.get(code, ""))
            if code:
                raise Refused(code)
            return answer
        raise Refused(BUSY)

    async def token(self, stale: str | None = None) -> str:
        """An access token that is good now; one process fetches, the others wait for it. Raises Refused."""
        app_id = self.account.app_id
        for _ in range(int(TOKEN_WAIT / TOKEN_LOOK)):
            value, fetch = await self._store(wechat.token, app_id, now(), stale)
            if value:
                return str(value)
            if fetch:
                return await self._fetch_token(app_id)
            await asyncio.sleep(TOKEN_LOOK)
        raise Refused(UNREACHED)

    async def _fetch_token(self, app_id: str) -> str:
        body = {"grant_type": "client_credential", "appid": app_id, "secret": self.account.app_secret}
        value, seconds, code = "", 0, UNREADABLE
        try:
            for turn in range(BUSY_TRIES):
                answer = await self._ask("/cgi-bin/stable_token", body, {})
                if answer.get("errcode") not in (BUSY, UNREACHED) or turn + 1 == BUSY_TRIES:
                    break
                await asyncio.sleep(BUSY_PAUSE * 2**turn)
            code = int(answer.get("errcode") or 0)
            value, seconds = str(answer.get("access_token") or ""), int(answer.get("expires_in") or 0)
        finally:
            await self._store(wechat.keep_token, app_id, value or None, seconds, now())
        if not value:
            logger.error("No access token (%d). %s", code, REMEDIES.get(code, ""))
            raise Refused(code if code > 0 else UNREACHED)  # without a token nothing was sent
        return value

    async def media(self, media_id: str) -> aiohttp.ClientResponse:
        """The open answer with the bytes of a file that a citizen sent; the caller closes it. Raises Refused.

        A video comes as an address inside JSON; the bytes behind it are fetched.
        """
        stale: str | None = None
        for _ in range(2):
            access = await self.token(stale)
            answer = await self._get("/cgi-bin/media/get", {"access_token": access, "media_id": media_id})
            if not _is_text(answer):
                return answer
            found = _as_object(await answer.read())
            answer.close()
            code = int(found.get("errcode") or 0)
            if code in BAD_TOKEN:
                await self._store(wechat.forget_token, self.account.app_id, access)
                if stale is None:
                    stale = access
                    continue
            if found.get("video_url"):
                return await self._get(str(found["video_url"]), {})
            raise Refused(code or UNREADABLE)
        raise Refused(UNREADABLE)

    async def _get(self, path: str, query: dict[str, str]) -> aiohttp.ClientResponse:
        url = path if path.startswith("http") else self.account.api_base + path
        try:
            return await self._session().get(url, params=query, timeout=FILE_TIMEOUT)
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            raise Refused(UNREACHED) from error

    async def _ask(self, path: str, body: dict[str, Any] | None, query: dict[str, str]) -> dict[str, Any]:
        """The platform's JSON; our own codes for what never left and for what nobody can tell."""
        url = self.account.api_base + path
        # Raw UTF-8: the platform shows \\u escapes to the citizen as they are.
        data = json.dumps(body, ensure_ascii=False).encode() if body is not None else None
        method = "GET" if data is None else "POST"
        headers = {"Content-Type": "application/json; charset=utf-8"}
        try:
            async with self._session().request(method, url, params=query, data=data, headers=headers) as answer:
                return _as_object(await answer.read())
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            return {"errcode": UNREACHED}
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError):
            return {"errcode": UNREADABLE}

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None or self._http.closed:
            self._http = aiohttp.ClientSession(timeout=TIMEOUT)
        return self._http


def _outcome(code: int) -> Outcome:
    if code in NO_WINDOW:
        return Outcome.NO_WINDOW
    if code in GONE_USER:
        return Outcome.GONE
    if code in NOT_GRANTED:
        return Outcome.NOT_GRANTED
    if code == UNREADABLE:
        return Outcome.UNKNOWN
    return Outcome.NOT_SENT if code in PASSING else Outcome.REFUSED


def _as_object(raw: bytes) -> dict[str, Any]:
    """The object in an answer; an answer that is none (a proxy's page) leaves the outcome unknown."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return {"errcode": UNREADABLE}
    return found if isinstance(found, dict) else {"errcode": UNREADABLE}


def _is_text(answer: aiohttp.ClientResponse) -> bool:
    return answer.content_type in ("application/json", "text/plain", "text/html")
