"""Days of a form (pure)."""

from __future__ import annotations

import re
from datetime import date

# Weeks and days without strokes are ISO, too; a form never sends them.
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def day(text: str) -> date | None:
    """2026-11-25 as a day, None for what is none."""
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
