"""A citizen's consent to one reminder outside of the conversation (一次性订阅消息), with how often it may still be used.

Each consent has a scene number of its own: the platform does not add up two under one number. Every function takes an
open session and leaves the commit to its caller.
Source: developers.weixin.qq.com, service account, one-time subscription messages.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from xiaobao.conversations.tables import WechatCitizen, WechatSubscription

MOST_SCENE = 10_000
USES = 1  # one consent, one message


def ask(session: Session, openid: str, now: datetime) -> tuple[int, str]:
    """(scene number, what the platform has to bring back) of a consent that is about to be asked for."""
    taken = set(session.scalars(select(WechatSubscription.scene).where(WechatSubscription.openid == openid)))
    scene = next(n for n in iter(lambda: 1 + secrets.randbelow(MOST_SCENE), 0) if n not in taken)
    key = secrets.token_hex(24)  # the platform takes letters and digits only
    session.add(WechatSubscription(key=_digest(key), openid=openid, scene=scene, left=0, asked_at=now))
    session.flush()
    return scene, key


def grant(session: Session, key: str, openid: str, now: datetime) -> bool:
    """The citizen agreed; False for a key that was never asked with, or of somebody else. Twice counts once."""
    row = session.get(WechatSubscription, _digest(key), with_for_update=True, populate_existing=True)
    if row is None or row.openid != openid:
        return False
    if row.granted_at is None:
        row.granted_at, row.left = now, USES
    return True


def take(session: Session, openid: str) -> int | None:
    """The scene number of a consent that may be used now, counted as used; None when there is none.

    The follower is locked, so that two notices at once do not use one consent.
    """
    session.get(WechatCitizen, openid, with_for_update=True, populate_existing=True)
    mine = select(WechatSubscription).where(WechatSubscription.openid == openid, WechatSubscription.left > 0)
    row = session.scalars(mine.order_by(WechatSubscription.granted_at).limit(1).with_for_update()).first()
    if row is None:
        return None
    row.left -= 1
    return row.scene


def give_back(session: Session, openid: str, scene: int) -> None:
    """The message was certainly not sent: the consent still stands."""
    mine = (WechatSubscription.openid == openid, WechatSubscription.scene == scene)
    session.execute(update(WechatSubscription).where(*mine).values(left=WechatSubscription.left + 1))


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
