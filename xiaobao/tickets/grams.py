"""Words of a text as the search index keeps them (pure).

Chinese is written without spaces, so a run of characters becomes its pairs: 电水壶 is 电水 水壶 壶. A phrase of pairs
finds any stretch of two characters and more; the last character alone lets one character be found by its beginning.
Letters and digits stay whole words, found by their beginning.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

LONGEST_TEXT = 12_000  # characters of one field; PostgreSQL knows 16,383 places
LONGEST_WORD = 64  # characters of letters and digits without a break
MOST_WORDS = 8  # of a question
TAILS = (4, 6)  # people remember the last digits of an order
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"[{_HAN}]+|(?:(?![{_HAN}])[^\W_])+")
_IS_HAN = re.compile(rf"[{_HAN}]")


@dataclass(frozen=True)
class Phrase:
    """Words that stand one after the other; with `open_end` the last is only the beginning of one."""

    words: tuple[str, ...]
    open_end: bool


def words(text: str) -> list[str]:
    """The words of a text in their order."""
    return [word for run in _runs(text[:LONGEST_TEXT]) for word in _whole(run)]


def document(texts: Iterable[str | None], numbers: Iterable[str | None] = ()) -> list[str]:
    """The words of all fields of a ticket; of `numbers` also their last digits."""
    found = [word for text in texts for word in words(text or "")]
    for number in numbers:
        whole = "".join(_runs(number or ""))
        found += [*words(number or ""), *(whole[-tail:] for tail in TAILS if len(whole) > tail)]
    return found


def asked(text: str) -> list[Phrase]:
    """What is asked for: a phrase for each word between blanks; all of them must occur.

    Empty when there is no letter, digit or character in it: then nothing can be found.
    """
    return [phrase for part in text.split()[:MOST_WORDS] if (phrase := _phrase(part))]


def _phrase(part: str) -> Phrase | None:
    runs = list(_runs(part[:200]))
    if not runs:
        return None
    *before, last = runs
    found = [word for run in before for word in _whole(run)]
    pairs = len(last) > 1 and _IS_HAN.match(last) is not None
    found += _pairs(last) if pairs else [last[:LONGEST_WORD]]
    return Phrase(tuple(found), open_end=not pairs)


def _runs(text: str) -> Iterator[str]:
    return (found[0] for found in _RUN.finditer(unicodedata.normalize("NFKC", text).casefold()))


def _whole(run: str) -> list[str]:
    return [*_pairs(run), run[-1]] if _IS_HAN.match(run) else [run[:LONGEST_WORD]]


def _pairs(run: str) -> list[str]:
    return [run[place : place + 2] for place in range(len(run) - 1)]
