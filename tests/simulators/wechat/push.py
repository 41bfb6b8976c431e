"""The platform's side of the message push: five seconds, three tries, and a judge of what comes back.

Signatures and encryption are wechatpy's, not ours, so that the two sides cannot share a mistake.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import secrets
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from typing import Any

import aiohttp
from wechatpy.crypto import WeChatCrypto

from tests.simulators.wechat.ledger import ACTION, MESSAGE, repetition_faults
from tests.simulators.wechat.platform import LONGEST_TEXT, Platform

DEADLINE, TRIES = 5.0, 3
FAULT = "该公众号提供的服务出现故障，请稍后再试"
OPENS = {"subscribe": ACTION, "SCAN": ACTION, "CLICK": ACTION}


@dataclass
class Console:
    """What the account has set in the platform's console, and switches for what is not known of the platform."""

    url: str
    token: str
    aes_key: str
    mode: str = "safe"
    as_json: bool = False
    new_nonce_on_retry: bool = True
    tap_is_a_click: bool = False  # whether a tap on a menu message opens the short window only
    deadline: float = DEADLINE
    others: tuple[str, ...] = ()  # more addresses of the account behind one door; tries go round


class Pusher:
    """Pushes to one account and writes on the users' screens."""

    def __init__(self, platform: Platform, console: Console) -> None:
        self.platform, self.console = platform, console
        self._number = 10**15
        self.log: list[dict[str, Any]] = []

    def next_id(self) -> str:
        """A message id beyond 53 bits, as the platform's are."""
        self._number += 1
        return str(9007199254740993 + self._number)

    async def say(self, openid: str, text: str, **fields: str) -> str:
        """The user types, or taps a menu message (`bizmsgmenuid`). Returns what the response showed, "" for nothing."""
        return await self.send(openid, {"MsgType": "text", "Content": text, **fields})

    async def event(self, openid: str, name: str, key: str = "", **fields: str) -> str:
        """An event; `follow` and `unsubscribe` change whether the user follows."""
        follower = self.platform.follower(openid)
        follower.follows = name != "unsubscribe"
        return await self.send(openid, {"MsgType": "event", "Event": name, "EventKey": key, **fields})

    async def send(self, openid: str, fields: dict[str, str], message_id: str | None = None) -> str:
        """Push until it is answered or three tries are over."""
        return await self._tries(openid, self._done(openid, fields, message_id))

    def _done(self, openid: str, fields: dict[str, str], message_id: str | None) -> dict[str, str]:
        """The user acts: the body to push. Screen and quota know of it."""
        follower = self.platform.follower(openid)
        at = self.platform.clock()
        body = {"ToUserName": "gh_simulator", "FromUserName": openid, "CreateTime": str(int(at)), **fields}
        if fields["MsgType"] != "event":
            body["MsgId"] = message_id or self.next_id()
            short = self.console.tap_is_a_click and "bizmsgmenuid" in fields
            follower.ledger.act(ACTION if short else MESSAGE, at)
            follower.screen.append(
                {
                    "from": "user",
                    "text": fields.get("Content") or f"[{fields['MsgType']}]",
                    "menu": [],
                    "media": fields.get("MediaId", ""),
                }
            )
        elif fields["Event"] in OPENS:
            follower.ledger.act(OPENS[fields["Event"]], at)
            follower.screen.append(
                {"from": "act", "text": f"{fields['Event']} {fields.get('EventKey', '')}", "menu": []}
            )
        return body

    async def repeat(
        self, openid: str, fields: dict[str, str], times: int = 3, at_once: bool = False, apart: float = 0.0
    ) -> list[str]:
        """One message whose line breaks each time: pushed anew, after the answer before or `at_once`, `apart` in seconds.

        The user sees one answer; the platform minds when they differ.
        """
        body = self._done(openid, fields, None)
        if at_once:
            answers = await asyncio.gather(*(self._once(body, n, apart * n) for n in range(times)))
        else:
            answers = [await self._once(body, n) for n in range(times)]
        texts = [self.read(openid, answer or "", query) for answer, query in answers]
        self.platform.violations += repetition_faults(texts)
        if texts[0]:
            self._show(openid, texts[0])
        return texts

    async def broken(self, openid: str, fields: dict[str, str], after: float) -> str:
        """A message whose line breaks `after` seconds; then it is pushed again as after any failure."""
        body = self._done(openid, fields, None)
        query, data = self.sealed(body)
        with contextlib.suppress(aiohttp.ClientError, asyncio.TimeoutError, OSError):
            await asyncio.wait_for(self._asked(self.console.url, query, data), after)
        return await self._tries(openid, body)

    async def forged(self, openid: str) -> None:
        """Somebody else's request in the name of a user; to let it in is a violation."""
        query, data = self.sealed({"FromUserName": openid, "ToUserName": "gh_simulator", "MsgType": "text"})
        query["msg_signature"] = secrets.token_hex(20)
        if await self._post(query, data) is not None:
            self.platform.violations.append("a forged request was let in")

    async def _once(self, body: dict[str, str], n: int, wait: float = 0.0) -> tuple[str | None, dict[str, str]]:
        await asyncio.sleep(wait)
        query, data = self.sealed(body)
        return await self._post(query, data, n), query

    async def _tries(self, openid: str, body: dict[str, str]) -> str:
        query, data = self.sealed(body)
        for n in range(TRIES):
            if n and self.console.new_nonce_on_retry:
                query, data = self.sealed(body)
            answer = await self._post(query, data, n)
            self.log.append({"openid": openid, "try": n + 1, "answer": answer})
            if answer is None:
                continue
            return self._shown(openid, answer, query)
        return self._fault(openid, "three tries without an answer")

    async def _post(self, query: dict[str, str], data: bytes, n: int = 0) -> str | None:
        """The body of a response with status 200 in time, else None."""
        addresses = (self.console.url, *self.console.others)
        url = addresses[(self._number + n) % len(addresses)]
        try:  # not aiohttp's own timeout: that one rounds five seconds up to as many as six
            return await asyncio.wait_for(self._asked(url, query, data), self.console.deadline)
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError):
            return None

    async def _asked(self, url: str, query: dict[str, str], data: bytes) -> str | None:
        sent: Any = {"params": query, "data": data, "headers": {"Content-Type": "text/xml"}}
        async with aiohttp.ClientSession() as client, client.post(url, **sent) as answer:
            body = await answer.text()
            return body if answer.status == 200 else None

    def sealed(self, body: dict[str, str]) -> tuple[dict[str, str], bytes]:
        """Query and body of a push in the console's mode."""
        console, nonce = self.console, secrets.token_hex(5)
        timestamp = str(int(self.platform.clock()))
        plain = as_json(body) if console.as_json else as_xml(body)
        query = {"timestamp": timestamp, "nonce": nonce, "openid": body["FromUserName"]}
        query["signature"] = sign(console.token, timestamp, nonce)
        if console.mode == "plain":
            return query, plain.encode()
        crypto = WeChatCrypto(console.token, console.aes_key, self.platform.app_id)
        envelope = ElementTree.fromstring(crypto.encrypt_message(plain, nonce, timestamp))
        sealed = envelope.findtext("Encrypt") or ""
        query |= {"encrypt_type": "aes", "msg_signature": sign(console.token, timestamp, nonce, sealed)}
        outer = {"ToUserName": body["ToUserName"], "Encrypt": sealed}
        outer = {**body, **outer} if console.mode == "compatible" else outer
        return query, (as_json(outer) if console.as_json else as_xml(outer)).encode()

    def _shown(self, openid: str, answer: str, query: dict[str, str]) -> str:
        """Show what a response says, as the platform does."""
        text = self.read(openid, answer, query)
        if text and text != FAULT:
            self._show(openid, text)
        return text

    def _show(self, openid: str, text: str) -> None:
        self.platform.follower(openid).screen.append({"from": "account", "text": text, "menu": []})

    def read(self, openid: str, answer: str, query: dict[str, str]) -> str:
        """Judge a response as the platform does; "" for nothing."""
        if answer in ("", "success"):
            return ""
        if self.console.mode != "plain":
            try:
                answer = self._opened(answer, query)
            except Exception as error:
                return self._fault(openid, f"the response cannot be opened ({type(error).__name__})")
        try:
            told = self._fields(answer)
        except (ElementTree.ParseError, ValueError):
            return self._fault(openid, "neither XML nor JSON")
        if told.get("ToUserName") != openid or told.get("FromUserName") != "gh_simulator":
            return self._fault(openid, "to and from")
        if told.get("MsgType") != "text" or not told.get("Content", "").strip():
            return self._fault(openid, "kind or content")
        if len(told["Content"].encode()) > LONGEST_TEXT:
            return self._fault(openid, "more than 2,048 bytes")
        return str(told["Content"])

    def _opened(self, answer: str, query: dict[str, str]) -> str:
        envelope = self._fields(answer)
        sealed, nonce, signature = (envelope[name] for name in ("Encrypt", "Nonce", "MsgSignature"))
        timestamp = str(envelope["TimeStamp"])
        if nonce != query["nonce"]:
            raise ValueError("nonce")
        crypto = WeChatCrypto(self.console.token, self.console.aes_key, self.platform.app_id)
        return str(crypto.decrypt_message(f"<xml><Encrypt>{sealed}</Encrypt></xml>", signature, timestamp, nonce))

    def _fields(self, text: str) -> dict[str, Any]:
        if self.console.as_json:
            return dict(json.loads(text))
        return {child.tag: child.text or "" for child in ElementTree.fromstring(text)}

    def _fault(self, openid: str, why: str) -> str:
        self.platform.violations.append(why)
        self.platform.follower(openid).screen.append({"from": "platform", "text": FAULT, "menu": []})
        return FAULT


def sign(*parts: str) -> str:
    """As the platform's pages say; written here once more so that nothing of ours is used."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def as_json(fields: dict[str, str]) -> str:
    """As the platform writes it: times and ids of messages are numbers."""
    numbers = ("CreateTime", "MsgId")
    given = {name: int(v) if name in numbers and v.isdecimal() else v for name, v in fields.items()}
    return json.dumps(given, ensure_ascii=False)


def as_xml(fields: dict[str, str]) -> str:
    """Flat XML with CDATA."""
    inner = "".join(
        f"<{name}><![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]></{name}>" for name, text in fields.items()
    )
    return f"<xml>{inner}</xml>"
