"""The same key twice: the same body gets the first answer again, another body is refused.

After the IETF draft "The Idempotency-Key HTTP Header Field" (draft-ietf-httpapi-idempotency-key-header), 2.7.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from xiaobao.tickets.api_tables import FirstAnswer
from xiaobao.tickets.errors import InvalidField

KEY = "Idempotency-Key"
_KEEP = insert(FirstAnswer.__table__)  # type: ignore[arg-type]


def digest(body: Mapping[str, Any]) -> str:
    """What was sent, whatever the order of its fields and the blanks between them."""
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def known(session: Session, draft_id: str, body_digest: str) -> dict[str, Any] | None:
    """The first answer to this draft, None when it was not given yet. Raises InvalidField for another body."""
    row = session.get(FirstAnswer, draft_id)
    if row is None:
        return None
    if row.digest != body_digest:
        raise InvalidField(KEY, "was used with another body")
    return row.answer


def keep(
    session: Session, draft_id: str, body_digest: str, ticket_id: int, answer: Mapping[str, Any], now: datetime
) -> None:
    """Remember what was answered, in the transaction that files the ticket."""
    values = {"draft_id": draft_id, "ticket_id": ticket_id, "digest": body_digest, "answer": dict(answer), "at": now}
    session.connection().execute(_KEEP, values)
