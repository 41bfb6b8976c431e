"""The pieces that reading hands back: what was found, where it stands, what it means."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Full-width digits and signs to their half-width twins, one character for one: offsets stay true.
_WIDTHS = str.maketrans("０１２３４５６７８９．＋－／％＊×￥¥：，", "0123456789.+-/%**¥¥：，")

Features = dict[str, float]  # what speaks for a reading, by name
CLAUSE_END = "，。！？；,;!?\n"
SENTENCE_END = "。！？；;!?\n"


@dataclass(frozen=True)
class Value:
    """One value of the form: `text` is `story[start:end]`, `normalised` what it stands for.

    `normalised` is cents for an amount, an ISO date or interval for a date, names of the taxonomy
    for categories, the full name for a known merchant and the text itself otherwise.
    """

    text: str
    start: int
    end: int
    normalised: str | int | None = None


def halve(text: str) -> str:
    """The same text with half-width digits and signs; never longer or shorter."""
    return text.translate(_WIDTHS)


def value(text: str, start: int, end: int, normalised: str | int | None = None) -> Value:
    """A Value over a span of the text, without blanks at its ends."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    written = text[start:end]
    return Value(written, start, end, written if normalised is None else normalised)


def clause_start(text: str, position: int, reach: int = 40, ends: str = CLAUSE_END) -> int:
    """Where the clause around `position` begins, at most `reach` characters back."""
    lowest = max(0, position - reach)
    return max([lowest, *(text.rfind(mark, lowest, position) + 1 for mark in ends)])


def clause_end(text: str, position: int, reach: int = 40, ends: str = CLAUSE_END) -> int:
    """Where the clause around `position` ends, at most `reach` characters on."""
    highest = min(len(text), position + reach)
    hits = [hit for mark in ends if (hit := text.find(mark, position, highest)) >= 0]
    return min(hits, default=highest)


def last_match(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """The last of all matches."""
    found = None
    for found in pattern.finditer(text):  # noqa: B007
        pass
    return found
