"""Quiet hours: over midnight, at their edges, in Beijing time whatever the zone of the moment."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from xiaobao.conversations import quiet
from xiaobao.conversations.quiet import TIMEZONE


@pytest.mark.parametrize(
    ("hours", "at", "end"),
    [
        ("22:00-08:00", "26T21:59:59", None),
        ("22:00-08:00", "26T22:00", "27T08:00"),
        ("22:00-08:00", "26T23:59:59.999999", "27T08:00"),
        ("22:00-08:00", "27T00:00", "27T08:00"),
        ("22:00-08:00", "27T07:59:59.999999", "27T08:00"),
        ("22:00-08:00", "27T08:00", None),
        ("00:30-07:30", "27T00:29", None),
        ("00:30-07:30", "27T00:30", "27T07:30"),
        ("12:00-14:00", "27T13:00", "27T14:00"),
        ("00:00-00:00", "27T00:00", None),
        ("", "27T03:00", None),
    ],
)
def test_when_they_run_and_when_they_end(hours: str, at: str, end: str | None) -> None:
    now = datetime.fromisoformat(f"2026-11-{at}").replace(tzinfo=TIMEZONE)
    ends = datetime.fromisoformat(f"2026-11-{end}").replace(tzinfo=TIMEZONE) if end else None
    assert quiet.read(hours).until(now) == quiet.read(hours).until(now.astimezone(timezone.utc)) == ends


@pytest.mark.parametrize("wrong", ["22:00", "22-8", "24:00-08:00", "22:00-08:60", "22:00–08:00", "22:00-08:00 x"])
def test_what_is_no_period_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="22:00-08:00"):
        quiet.read(wrong)
