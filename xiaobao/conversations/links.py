"""One-time links from WeChat to the same conversation on the website. Only a digest of each is kept.

Every function takes an open session and leaves the commit to its caller.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from xiaobao.conversations.tables import WechatLink

LIFE = timedelta(minutes=30)
REMEMBERED = timedelta(days=1)  # so long a second opening is told that the link was used


class LinkUsed(LookupError):
    """Somebody opened this link before."""


class LinkOver(LookupError):
    """The link is too old, or never was one."""


def make(session: Session, conversation_id: str, now: datetime) -> str:
    """A new key to the conversation, good for LIFE and one use. Old ones that were not used end with it."""
    session.execute(delete(WechatLink).where(WechatLink.until < now - REMEMBERED))
    session.execute(
        delete(WechatLink).where(WechatLink.conversation_id == conversation_id, WechatLink.used_at.is_(None))
    )
    key = secrets.token_urlsafe(24)
    session.add(WechatLink(key=_digest(key), conversation_id=conversation_id, until=now + LIFE))
    session.flush()
    return key


def use(session: Session, key: str, now: datetime) -> str:
    """The conversation of a key, which is worth nothing from now on. Raises LinkUsed, LinkOver."""
    mine = WechatLink.key == _digest(key)
    taken = update(WechatLink).where(mine, WechatLink.used_at.is_(None), WechatLink.until > now).values(used_at=now)
    first = session.execute(taken.execution_options(synchronize_session=False)).rowcount == 1  # type: ignore[attr-defined]
    row = session.scalar(select(WechatLink).where(mine).execution_options(populate_existing=True))
    if row is None or (row.used_at is None and not first):
        raise LinkOver
    if not first:
        raise LinkUsed
    return row.conversation_id


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
