"""Signed sessions: the server chooses the conversation, the client holds a token for it."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer
from sanic.request import Request

from bot.channels.website.problems import Problem
from xiaobao.conversations import links

LIFE = timedelta(days=30)
PURPOSE = "xiaobao-website-session"
LINK_PURPOSE = "xiaobao-wechat-link"
SECRET_HEADER = "x-xiaobao-secret"


@dataclass(frozen=True)
class Issued:
    """A token and when it stops working."""

    token: str
    expires_at: datetime


class Sessions:
    """Issues and reads tokens; knows nothing of the database."""

    def __init__(self, secret_key: str) -> None:
        """`secret_key` signs; a new key ends all sessions."""
        self._secret = secret_key.encode()
        strong = {"digest_method": hashlib.sha256}
        self._signer = URLSafeTimedSerializer(secret_key, salt=PURPOSE, signer_kwargs=strong)
        self._links = URLSafeTimedSerializer(secret_key, salt=LINK_PURPOSE, signer_kwargs=strong)

    def issue(self, conversation_id: str, now: datetime) -> Issued:
        """A token for this conversation, good for 30 days."""
        return Issued(self._signer.dumps(conversation_id), now + LIFE)

    def conversation_of(self, token: str) -> str:
        """The conversation a token stands for. Raises Problem `session_expired` or `session_forged`."""
        try:
            found = self._signer.loads(token, max_age=int(LIFE.total_seconds()))
        except SignatureExpired:
            raise Problem("session_expired") from None
        except BadSignature:
            raise Problem("session_forged") from None
        if not isinstance(found, str):
            raise Problem("session_forged")
        return found

    def link(self, key: str) -> str:
        """The token of a one-time link (conversations.links)."""
        return str(self._links.dumps(key))

    def link_key(self, token: str) -> str:
        """The key that a link's token holds. Raises Problem `link_over` for one that is forged or too old."""
        try:
            found = self._links.loads(token, max_age=int(links.LIFE.total_seconds()) + 60)
        except BadSignature:
            raise Problem("link_over") from None
        return str(found)

    def address_key(self, address: str) -> str:
        """A keyed digest of an address: tells two citizens apart without keeping where they are."""
        return hmac.new(self._secret, address.encode(), hashlib.sha256).hexdigest()[:24]


def bearer(request: Request) -> str | None:
    """The token of the Authorization header, if there is one."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def knows_secret(request: Request, secret: str) -> bool:
    """Whether the caller is one of our own processes; compared in constant time."""
    given = request.headers.get(SECRET_HEADER, "")
    return hmac.compare_digest(given.encode(), secret.encode())


def address_of(request: Request, trusted_proxies: int) -> str:
    """The caller's address; behind proxies, the one that the outermost trusted proxy saw."""
    if trusted_proxies > 0:
        hops = [hop.strip() for hop in request.headers.get("x-forwarded-for", "").split(",") if hop.strip()]
        if len(hops) >= trusted_proxies:
            return hops[-trusted_proxies]
    return request.ip or "unknown"
