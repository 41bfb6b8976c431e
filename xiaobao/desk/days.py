"""Days of a form (pure)."""

from __future__ import annotations

from datetime import date


def day(text: str) -> date | None:
    """2026-11-25 as a day, None for what is none."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
