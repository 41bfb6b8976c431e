"""Quiet hours of an office: when nobody's telephone is made to sound (pure). Bot and worker read them alike."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

TIMEZONE = ZoneInfo("Asia/Shanghai")
WRITES = timedelta(minutes=30)  # who wrote so lately is awake: an answer to them is never held
_PERIOD = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True)
class Quiet:
    """From `start` to `end`, over midnight when `end` is the earlier one. Equal ones: there are no quiet hours."""

    start: time
    end: time

    def until(self, now: datetime) -> datetime | None:
        """When the quiet hours that run at `now` end; None when none run."""
        local = now.astimezone(TIMEZONE)
        clock = local.time()
        begun, lasts = clock >= self.start, clock < self.end
        if not (begun and lasts if self.start <= self.end else begun or lasts):
            return None
        day = local.date() + timedelta(days=1 if clock >= self.end else 0)
        return datetime.combine(day, self.end, TIMEZONE)


NEVER = Quiet(time(0), time(0))


def read(text: str) -> Quiet:
    """`22:00-08:00` of office.csv; NEVER for an empty cell. Raises ValueError."""
    if not text.strip():
        return NEVER
    found = _PERIOD.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"quiet: {text!r} is no period like 22:00-08:00")
    start, end = (time(int(found[n]), int(found[n + 1])) for n in (1, 3))
    return Quiet(start, end)
