"""What stands in one cell: days, moments, sums, choices (pure). A fault is a code; report.py has its words."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time

from xiaobao.reading import answers
from xiaobao.tickets.deadlines import TIMEZONE

EARLIEST = date(1994, 1, 1)  # the year in which 消费者权益保护法 came into force
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?|(\d{4})(\d{2})(\d{2})(?!\d)")
_CLOCK = re.compile(r"[T\s]*(\d{1,2})\s*[:时点]\s*(\d{1,2})?(?:\s*[:分]\s*(\d{1,2})(?:\.\d+)?)?\s*[秒分]?")
_SUM = re.compile(r"[¥￥]?\s*(\d{1,12})(?:\.(\d{1,2})0*)?\s*元?")


class Fault(ValueError):
    """A cell that cannot be taken; `code` names why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def moment(text: str, now: datetime, default: time = time(9)) -> datetime:
    """A full date, with or without the time of day, not after `now`. Raises Fault."""
    said = _half(text)
    found = _DAY.match(said)
    if not found:
        raise Fault("no_date")
    rest = said[found.end() :].strip()
    try:
        day = date(*(int(part) for part in found.groups() if part))
        at = _time(rest) if rest else default
    except ValueError as wrong:
        raise Fault("no_date") from wrong
    at_once = datetime.combine(day, at, TIMEZONE)
    if day < EARLIEST:
        raise Fault("too_early")
    if day > now.astimezone(TIMEZONE).date():
        raise Fault("in_future")
    return min(at_once, now)


def _time(text: str) -> time:
    found = _CLOCK.fullmatch(text)
    if not found:
        raise ValueError(text)
    hour, minute, second = (int(part or 0) for part in found.groups())
    return time(hour, minute, second)


def day(text: str, now: datetime) -> date:
    """Raises Fault."""
    return moment(text, now).astimezone(TIMEZONE).date()


def loose_day(text: str, now: datetime) -> date | None:
    """A day as a citizen tells it: None when the words name no single one. Raises Fault for one in the future."""
    if _DAY.match(_half(text)):
        return day(text, now)
    found = answers.date(text, now.astimezone(TIMEZONE).date())
    if found.error == "date_in_future":
        raise Fault("in_future")
    said = found.normalised
    return date.fromisoformat(said) if isinstance(said, str) and len(said) == 10 else None


def cents(text: str) -> int | None:
    """A sum in fen; None for nothing and for zero. Raises Fault."""
    said = _half(text).replace(",", "")
    if found := _SUM.fullmatch(said):
        whole, part = found.groups()
        value = int(whole) * 100 + int((part or "0").ljust(2, "0"))
    else:
        answer = answers.amount(said)
        if answer.error in ("amount_zero", "empty") or answer.unknown:
            return None
        if answer.error or not isinstance(answer.normalised, int):
            raise Fault("no_sum")
        value = answer.normalised
    if value > 10**13:
        raise Fault("no_sum")
    return value or None


def phone(text: str) -> str:
    """A telephone number as it is kept. Raises Fault."""
    answer = answers.phone(text)
    if answer.error:
        raise Fault("no_phone")
    return str(answer.normalised or text.strip())


def _half(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()
