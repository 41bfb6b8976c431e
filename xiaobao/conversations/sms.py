"""What a gateway for texts reports: who may report, and the reports until the worker has read them.

Every function on a session leaves the commit to its caller.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from xiaobao.conversations.tables import SmsReport

FRESH_SECONDS = 300  # of a signed request; a repeated report changes nothing anyway
_REFERENCE, _STATUS = re.compile(r"[0-9a-f]{24}"), re.compile(r"[\w.:-]{1,40}", re.ASCII)


def signature(key: str, timestamp: str, body: bytes) -> str:
    """Hex HMAC-SHA256 over `timestamp.body`, for what we send and for what we are sent."""
    return hmac.new(key.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def signed(key: str, timestamp: str, given: str, body: bytes, now: float) -> bool:
    """Whether `given` is the signature of this body, and of these minutes."""
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12):
        return False
    if abs(now - int(timestamp)) > FRESH_SECONDS:
        return False
    return hmac.compare_digest(signature(key, timestamp, body).encode(), given.encode())


def keep(session: Session, reports: Iterable[object], now: datetime) -> int:
    """Keep reports `{"reference", "status"}` that could be of ours, each once; how many those were."""
    rows = []
    for one in reports:
        reference, status = (one.get(name) for name in ("reference", "status")) if isinstance(one, dict) else ("", "")
        if not (isinstance(reference, str) and isinstance(status, str)):
            continue
        if _REFERENCE.fullmatch(reference) and _STATUS.fullmatch(status):
            rows.append({"reference": reference, "status": status, "at": now})
    if rows:
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        session.execute(insert(SmsReport).values(rows).on_conflict_do_nothing())
    return len(rows)


def unread(session: Session, limit: int = 100) -> list[SmsReport]:
    """Reports nobody has read, oldest first."""
    query = select(SmsReport).order_by(SmsReport.id).limit(limit).with_for_update(skip_locked=True)
    return list(session.scalars(query))


def forget_older_than(session: Session, before: datetime) -> None:
    """Reports of texts that are none of ours."""
    session.execute(delete(SmsReport).where(SmsReport.at < before))
