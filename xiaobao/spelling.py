"""What people meant who typed pinyin, an English word or a wrong character: woyaotousu is 我要投诉, 推款 is 退款.

Two tables of data/knowledge: spellings.csv is kept by hand and always holds; pinyin.csv holds the commonest word for
each pinyin (`python -m xiaobao.knowledge.teach_pinyin` makes it) and holds only where a whole run of letters can be
read in its words, so that iPhone and refund stay what they are.
"""

from __future__ import annotations

import csv
import functools
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

RUN = re.compile(r"[A-Za-z]+(?:[ '’]+[A-Za-z]+)*")
SPELLINGS, PINYIN = "spellings.csv", "pinyin.csv"
LONGEST = 30  # letters of one word's pinyin
FEWEST = 4  # letters: fewer are a brand, a size, an abbreviation
SINGLES = 4  # words of one character in a row that are believed to be words
RUN_AT_MOST = 400  # letters: a longer run is no message of a citizen


@dataclass(frozen=True)
class Spellings:
    """`meant` by hand; `pinyin` maps letters without blanks to the word and the logarithm of how common it is."""

    meant: Mapping[str, str] = field(default_factory=dict)
    pinyin: Mapping[str, tuple[str, float]] = field(default_factory=dict)

    def plain(self, text: str) -> str:
        """`text` as it is meant."""
        return "".join(piece for piece, _, _ in self.pieces(text))

    def pieces(self, text: str) -> list[tuple[str, int, int]]:
        """What is meant, piece by piece, with the place in `text` that each stands for."""
        found: list[tuple[str, int, int]] = []
        place = 0
        for start, end, word in sorted(self._replaced(text)):
            if start < place:
                continue
            found += [(text[place:start], place, start)] * (start > place)
            found.append((word, start, end))
            place = end
        return [*found, (text[place:], place, len(text))] if place < len(text) else found

    def _replaced(self, text: str) -> list[tuple[int, int, str]]:
        runs = [] if not self.pinyin else [run for found in RUN.finditer(text) for run in self._read(found)]
        taken = [(start, end) for start, end, _ in runs]
        by_hand = [] if not self.meant else list(self._typed.finditer(text))
        return runs + [
            (one.start(), one.end(), self.meant[one.group().lower()])
            for one in by_hand
            if not any(start < one.end() and one.start() < end for start, end in taken)
        ]

    def _read(self, run: re.Match[str]) -> list[tuple[int, int, str]]:
        """The whole run in words, else each of its parts between blanks that can be read alone."""
        if (whole := self._meaning(run.group())) is not None:
            return [(run.start(), run.end(), whole)]
        parts = [(run.start() + one.start(), one.group()) for one in re.finditer(r"[A-Za-z]+", run.group())]
        read = [(start, part, self._meaning(part)) for start, part in parts]
        return [(start, start + len(part), word) for start, part, word in read if word is not None]

    def _meaning(self, letters: str) -> str | None:
        """By hand first: bilibili is no pinyin."""
        return self.meant.get(letters.lower()) or self.of_letters(letters)

    def of_letters(self, run: str) -> str | None:
        """The likeliest words that are spelt by these letters; None when some are left over.

        Single characters alone are believed from four on: few English words are made of so many syllables.
        """
        letters = re.sub(r"[^a-z]", "", run.lower())
        if not FEWEST <= len(letters) <= RUN_AT_MOST:
            return None
        scores = [0.0] + [-math.inf] * len(letters)
        # Where the word that ends here begins, and the word.
        last: list[tuple[int, str]] = [(0, "")] * (len(letters) + 1)
        for end in range(1, len(letters) + 1):
            for start in range(max(0, end - LONGEST), end):
                word, likely = self.pinyin.get(letters[start:end], ("", -math.inf))
                if scores[start] + likely > scores[end]:
                    scores[end], last[end] = scores[start] + likely, (start, word)
        if scores[-1] == -math.inf:
            return None
        words: list[str] = []
        end = len(letters)
        while end:
            end, word = last[end]
            words.append(word)
        return "".join(reversed(words)) if len(words) >= SINGLES or any(len(word) > 1 for word in words) else None

    @functools.cached_property
    def _typed(self) -> re.Pattern[str]:
        typed = sorted(self.meant, key=len, reverse=True)
        latin, other = ([re.escape(one) for one in typed if one.isascii() == ascii_] for ascii_ in (True, False))
        alone = [rf"(?<![A-Za-z])(?:{'|'.join(latin)})(?![A-Za-z])"] if latin else []
        return re.compile("|".join(alone + other), re.IGNORECASE)


def load(folder: Path) -> Spellings:
    """Both tables of `folder`; a missing one is empty."""
    meant = {row["typed"].lower(): row["meant"] for row in _rows(folder / SPELLINGS)}
    counts = [(row["pinyin"].replace(" ", ""), row["word"], int(row["count"])) for row in _rows(folder / PINYIN)]
    total = sum(count for _, _, count in counts) or 1
    pinyin: dict[str, tuple[str, float]] = {}
    for letters, word, count in sorted(counts, key=lambda one: one[2]):
        pinyin[letters] = (word, math.log(count / total))
    return Spellings(meant, pinyin)


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
