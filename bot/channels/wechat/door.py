"""Who may come in: signature, freshness, encryption. Everything else is refused before it is read."""

from __future__ import annotations

import json
import logging
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from bot.channels.wechat import crypto, incoming, outgoing
from bot.channels.wechat.account import PLAIN, Account
from bot.channels.wechat.crypto import Forged
from bot.channels.wechat.incoming import Push, Unreadable

logger = logging.getLogger(__name__)

WINDOW = 600  # seconds that a request may be old or ahead
ENOUGH = 10  # signed requests that agree before our own clock is doubted


@dataclass(frozen=True)
class Visit:
    """A push that may be answered; `nonce` and `as_json` belong to the answer."""

    push: Push
    nonce: str
    as_json: bool


class Door:
    """Checks requests for one account."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self._offsets: deque[float] = deque(maxlen=ENOUGH)
        self._said = False

    def verify(self, asked: Mapping[str, str], now: float) -> str:
        """The echo string of the console's check. Raises Forged."""
        self._signed(asked, asked.get("signature"))
        self._fresh(asked, now)
        echo = asked.get("echostr", "")
        if not echo:
            raise Forged("no echostr")
        return echo

    def open(self, asked: Mapping[str, str], body: bytes, now: float) -> Visit:
        """The push of a request. Raises Forged, or Unreadable for a signed body that is no push.

        In safe and compatible mode only what was encrypted counts, and only `msg_signature`, which covers it; a plain
        body never comes in, whatever it says beside.
        """
        if self.account.mode == PLAIN:
            self._signed(asked, asked.get("signature"))
            self._fresh(asked, now)
            fields = incoming.fields_of(body)
        else:
            outer = self._outer(body)
            self._signed(asked, asked.get("msg_signature"), outer)
            self._fresh(asked, now)
            assert self.account.key is not None
            body = crypto.decrypt(outer, self.account.key, self.account.app_id)
            fields = incoming.fields_of(body)
        push = incoming.read(fields)
        return Visit(push, asked.get("nonce", ""), body.lstrip()[:1] == b"{")

    def answer(self, visit: Visit, text: str, now: int) -> str:
        """The body of the response that shows `text`, sealed as the mode demands."""
        push = visit.push
        if visit.as_json:
            plain = json.dumps(
                {
                    "ToUserName": push.sender,
                    "FromUserName": push.account,
                    "CreateTime": now,
                    "MsgType": "text",
                    "Content": text,
                },
                ensure_ascii=False,
            )
        else:
            plain = outgoing.text_reply(citizen=push.sender, account=push.account, text=text, now=now)
        if self.account.key is None:
            return plain
        sealed = crypto.encrypt(plain.encode(), self.account.key, self.account.app_id)
        signature = crypto.sign(self.account.token, str(now), visit.nonce, sealed)
        if visit.as_json:
            envelope = {"Encrypt": sealed, "MsgSignature": signature, "TimeStamp": now, "Nonce": visit.nonce}
            return json.dumps(envelope)
        return outgoing.sealed_reply(sealed=sealed, signature=signature, timestamp=str(now), nonce=visit.nonce)

    def _outer(self, body: bytes) -> str:
        try:
            sealed = incoming.fields_of(body).get("Encrypt", "")
        except Unreadable as error:
            raise Forged(f"outer body: {error}") from None
        if not sealed:
            raise Forged("nothing encrypted")
        return sealed

    def _signed(self, asked: Mapping[str, str], signature: str | None, *more: str) -> None:
        parts = (self.account.token, asked.get("timestamp"), asked.get("nonce"), *more)
        if not crypto.signed(signature, *parts):
            raise Forged("signature")

    def _fresh(self, asked: Mapping[str, str], now: float) -> None:
        """Refuse a signed request that is too old: it may be a recording.

        When many signed requests agree that our own clock is wrong, the window moves with them; the database still
        takes each push once.
        """
        stamp = asked.get("timestamp", "")
        if not (stamp.isascii() and stamp.isdecimal() and len(stamp) < 13):
            raise Forged("timestamp")
        offset = int(stamp) - now
        self._offsets.append(offset)
        if abs(offset) <= WINDOW:
            return
        if self._clock_is_wrong() and abs(offset - median(self._offsets)) <= WINDOW:
            return
        raise Forged("stale")

    def _clock_is_wrong(self) -> bool:
        if len(self._offsets) < ENOUGH or min(abs(offset) for offset in self._offsets) <= WINDOW:
            self._said = self._said and len(self._offsets) < ENOUGH
            return False
        if max(self._offsets) - min(self._offsets) > WINDOW:
            return False
        if not self._said:
            self._said = True
            logger.error(
                "The clock of this machine differs from the platform's by %d s. Set it (NTP); requests are let in "
                "meanwhile.",
                round(median(self._offsets)),
            )
        return True
