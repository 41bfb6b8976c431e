"""What became of a line (pure)."""

from __future__ import annotations

from dataclasses import dataclass

GOOD, KNOWN, WRONG = "good", "known", "wrong"
OUTCOMES = (GOOD, KNOWN, WRONG)
LONGEST_KEY = 64  # characters


@dataclass(frozen=True)
class Outcome:
    """`key` is the number or login in the file, `result` the number of the ticket; each fault names its column."""

    line: int
    outcome: str
    key: str = ""
    result: str | None = None
    faults: tuple[tuple[str, str], ...] = ()


def wrong(line: int, key: str, *faults: tuple[str, str]) -> Outcome:
    """A line that was left out."""
    return Outcome(line, WRONG, key[:LONGEST_KEY], None, faults)
