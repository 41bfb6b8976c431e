"""What staff and programs hand in, as the tickets room takes it: by telephone, letter, at the counter, through the API."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any

from xiaobao.reading import answers
from xiaobao.tickets import service, step_fields
from xiaobao.tickets.errors import InvalidField
from xiaobao.tickets.workflow import Kind

FIELDS = (*service.SUBMITTED_TEXTS, "amount", "event_date", "discovered_date", "consent_version")
REQUIRED = ("ticket_kind", "narrative")
CHANNEL = "api"
LONGEST_KEY = 200  # characters


def draft_id(channel: str, account_id: int, key: str) -> str:
    """The draft of a key: the same key of the same account is the same ticket."""
    return f"{channel}-" + hashlib.sha256(f"{account_id}:{key}".encode()).hexdigest()[:48]


def submission(
    given: Mapping[str, Any], key: str, account_id: int, today: date, channel: str = CHANNEL
) -> service.Submission:
    """What was sent, as the tickets room takes it; the same key of the same account is the same ticket.

    Raises InvalidField with the name of the field that is missing, unknown or unreadable.
    """
    if not 0 < len(key) <= LONGEST_KEY:
        raise InvalidField("Idempotency-Key", "missing or too long")
    texts = {name: _text(name, value) for name, value in given.items() if value is not None}
    for name in REQUIRED:
        if not texts.get(name):
            raise InvalidField(name, "missing")
    if texts["ticket_kind"] not in tuple(Kind):
        raise InvalidField("ticket_kind", "complaint, report or suggestion")
    amount, event = texts.pop("amount", None), texts.pop("event_date", None)
    discovered = texts.pop("discovered_date", None)
    return service.Submission(
        draft_id=draft_id(channel, account_id, key),
        conversation_id=None,
        channel=channel,
        amount_text=amount,
        amount_cents=_read("amount", answers.amount(amount)) if amount else None,
        event_date_text=event,
        event_date=_day("event_date", event, today),
        discovered_date=_day("discovered_date", discovered, today),
        **texts,  # type: ignore[arg-type]
    )


def _text(name: str, value: Any) -> str:
    if name not in FIELDS:
        raise InvalidField(str(name), "not a field of intake")
    if not isinstance(value, str) or len(value) > step_fields.LONGEST_TEXT:
        raise InvalidField(name, f"text of at most {step_fields.LONGEST_TEXT} characters")
    return value.replace("\0", "").strip()  # PostgreSQL keeps NUL in no text


def _day(name: str, text: str | None, today: date) -> date | None:
    """The day, None when the words name no single one (last summer)."""
    found = _read(name, answers.date(text, today)) if text else None
    return date.fromisoformat(found) if isinstance(found, str) and len(found) == 10 else None


def _read(name: str, answer: answers.Answer) -> Any:
    if answer.error:
        raise InvalidField(name, answer.error)
    return answer.normalised
