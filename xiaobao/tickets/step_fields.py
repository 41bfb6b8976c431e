"""The fields of a step, read from what was typed or posted into plain values that JSON can keep."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from xiaobao.tickets import workflow
from xiaobao.tickets.deadlines import TIMEZONE
from xiaobao.tickets.errors import InvalidField
from xiaobao.tickets.workflow import Field

LONGEST_TEXT = 20_000  # characters
LONGEST_LINE = 200
YES = ("on", "yes", "true", "1")


def read(fields: tuple[Field, ...], typed: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Every field of the step, "" (or False, or an empty list) for what was left out. Raises InvalidField."""
    return {field.name: _value(field, typed.get(field.name), now) for field in fields if field.type != "evidence"}


def required(name: str, value: str | None) -> str:
    """The text without its margins. Raises InvalidField when nothing is left."""
    found = optional(name, value)
    if not found:
        raise InvalidField(name, "empty")
    return found


def optional(name: str, value: str | None, longest: int = LONGEST_TEXT) -> str:
    """The text without its margins and NUL, which PostgreSQL keeps in no text. Raises InvalidField when too long."""
    found = (value or "").replace("\0", "").strip()
    if len(found) > longest:
        raise InvalidField(name, f"longer than {longest} characters")
    return found


def _value(field: Field, given: Any, now: datetime) -> Any:
    if field.type == "checkbox":
        return given is True or str(given or "").lower() in YES
    said = optional(field.name, "" if given is None else str(given), _longest(field))
    if field.type == "accounts":
        return [part.strip() for part in said.split(",") if part.strip()]
    if not said:
        if field.required:
            raise InvalidField(field.name, "empty")
        return ""
    if field.type == "choice" and said not in workflow.CHOICES[field.choices]:
        raise InvalidField(field.name, "not one of the choices")
    if field.type == "number" and not (said.isascii() and said.isdecimal() and len(said) < 10):
        raise InvalidField(field.name, "not a number")
    if field.type == "date":
        return _day(field.name, said, now)
    return _moment(field.name, said).isoformat() if field.type == "datetime" else said


def _longest(field: Field) -> int:
    return LONGEST_LINE if field.type in ("line", "date", "datetime", "choice", "number") else LONGEST_TEXT


def _day(name: str, said: str, now: datetime) -> str:
    """A limit: today or later."""
    try:
        found = date.fromisoformat(said)
    except ValueError as wrong:
        raise InvalidField(name, "no date") from wrong
    if found < now.astimezone(TIMEZONE).date():
        raise InvalidField(name, "in the past")
    return found.isoformat()


def _moment(name: str, said: str) -> datetime:
    """Without a zone it is the office's time."""
    try:
        found = datetime.fromisoformat(said)
    except ValueError as wrong:
        raise InvalidField(name, "no date and time") from wrong
    return found if found.tzinfo else found.replace(tzinfo=TIMEZONE)
