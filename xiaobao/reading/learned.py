"""The learned part of reading: which words name merchant and ware, which sum and which day the story is about.

Weights come from `make fit-reading` (fit.py) and lie in data/reading; without them the rules decide alone.
"""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pycrfsuite

from xiaobao.reading import transformer
from xiaobao.reading.transformer import COLUMNS, Numbers, Transformer
from xiaobao.reading.values import Features, Value, value

NAMES, CHOICES = "names.crfsuite", "choices.json"
TAGS = {"merchant": "M", "item": "I"}
LEAST = {"M": 0.15, "I": 0.05}  # a name less likely than this is left to be asked
LETTER = 40  # characters: who writes that much names merchant and ware somewhere
# So in a letter as much as this is enough, even where the chain as a whole sees no name.
NEARLY = {"M": 0.02, "I": 0.01}
READ_AT_MOST = 700  # characters: names come early, and time grows with length
# Found on the stories of three writers that neither had learned from (docs/intake.md):
BESIDE = {"M": 0.5, "I": 0.3}  # the transformer's share in the chance of a name
OWN, OTHER = 0.5, 0.33  # what the softmax and the transformer count for sums and days
SURE = 0.5  # below it the best of several sums is asked for, not taken as known
POSSIBLE = 0.12  # what is offered beside it


@dataclass(frozen=True)
class Choice:
    """The best of several: `index` is None for none of them, `others` are worth asking about, best first."""

    index: int | None
    probability: float
    others: tuple[int, ...] = ()


@dataclass(frozen=True)
class Learned:
    """Weights of the three questions, and the transformer that is asked beside them."""

    tagger: pycrfsuite.Tagger
    amount: dict[str, float]
    event_date: dict[str, float]
    reader: Transformer | None = None
    lock: threading.Lock = field(default_factory=threading.Lock, compare=False)  # a tagger holds one text at a time

    def reader_of(self, text: str) -> Transformer | None:
        """The transformer where there is one and the text is a letter: it learned from letters, and takes time."""
        return self.reader if len(text) >= LETTER else None


def load(folder: Path) -> Learned | None:
    """The weights in `folder`, or None when there are none."""
    if not (folder / NAMES).exists() or not (folder / CHOICES).exists():
        return None
    tagger = pycrfsuite.Tagger()
    tagger.open(str(folder / NAMES))
    choices = json.loads((folder / CHOICES).read_text(encoding="utf-8"))
    return Learned(tagger, choices["amount"], choices["event_date"], transformer.load(folder))


def spans(learned: Learned, rows: list[list[str]], text: str, ruled: dict[str, Value | None]) -> dict[str, Value]:
    """Merchant and item of a text: the likeliest of what the chain, the transformer and the rules found.

    What stands several times counts more; a slot that nothing speaks for is absent.
    """
    names = [f"{part}-{tag}" for tag in TAGS.values() for part in "BI"]
    with learned.lock:
        learned.tagger.set(rows)
        told = [learned.tagger.tag()]
        chances = {name: np.array([learned.tagger.marginal(name, n) for n in range(len(rows))]) for name in names}
    reader = learned.reader_of(text)
    if reader is not None:
        seen = reader.tags(text)
        told.append(_likely(seen))
        for name in names:
            share = BESIDE[name[-1]]
            chances[name] = (1 - share) * chances[name] + share * seen[:, COLUMNS[name]]
    found = {slot: _best(chances, told, text, tag, ruled.get(slot)) for slot, tag in TAGS.items()}
    return {slot: best for slot, best in found.items() if best is not None}


def _best(chances: dict[str, Numbers], told: list[list[str]], text: str, tag: str, ruled: Value | None) -> Value | None:
    first_of, further_of = chances[f"B-{tag}"], chances[f"I-{tag}"]
    places = [place for tags in told for place in _told(tags, tag)]
    if ruled is not None and ruled.end <= len(first_of):
        places.append((ruled.start, ruled.end))
    letter = len(first_of) >= LETTER
    if letter and not places:
        places = _likeliest(first_of, further_of, NEARLY[tag])
    weights: dict[str, float] = {}
    first: dict[str, tuple[int, int]] = {}
    for start, end in dict.fromkeys(places):
        name = text[start:end]
        weights[name] = weights.get(name, 0.0) + float(min(first_of[start], *further_of[start + 1 : end], 1.0))
        first[name] = min(first.get(name, (start, end)), (start, end))
    best = max(weights, key=lambda name: (weights[name], -first[name][0]), default=None)
    return (
        value(text, *first[best]) if best is not None and weights[best] >= (NEARLY if letter else LEAST)[tag] else None
    )


def _likeliest(first_of: Numbers, further_of: Numbers, least: float) -> list[tuple[int, int]]:
    """Where nothing says a name, the one that the chances are nearest to; [] when they are far from any."""
    start = int(first_of.argmax())
    chance = first_of[start]
    if chance < least:
        return []
    end = start + 1
    while end < len(first_of) and further_of[end] >= chance / 2:
        end += 1
    return [(start, end)]


def _likely(chances: Numbers) -> list[str]:
    """The likeliest tag of each character; what goes on without having begun begins there."""
    names, tags = list(COLUMNS), ["O"]
    for column in chances.argmax(axis=1).tolist():
        tag = names[column]
        begun = tags[-1].endswith(tag[1:]) and tag != "O"
        tags.append(f"B{tag[1:]}" if tag.startswith("I") and not begun else tag)
    return tags[1:]


def _told(tags: list[str], tag: str) -> list[tuple[int, int]]:
    """The spans with this tag."""
    found, place = [], 0
    while place < len(tags):
        end = place + 1
        if tags[place] == f"B-{tag}":
            while end < len(tags) and tags[end] == f"I-{tag}":
                end += 1
            found.append((place, end))
        place = end
    return found


def choose(
    weights: dict[str, float], rows: list[Features], none: Features, beside: Sequence[float] | None = None
) -> Choice:
    """The best row by a softmax over all of them and none; `beside` are the transformer's logarithms of chances."""
    scores = [sum(weights.get(name, 0.0) * amount for name, amount in row.items()) for row in (*rows, none)]
    if beside is not None:
        scores = [OWN * score + OTHER * other for score, other in zip(scores, beside, strict=True)]
    highest = max(scores)
    shares = [math.exp(score - highest) for score in scores]
    chances = [share / sum(shares) for share in shares]
    best = max(range(len(scores)), key=lambda n: chances[n])
    others = sorted((n for n in range(len(rows)) if chances[n] >= POSSIBLE), key=lambda n: -chances[n])
    return Choice(None if best == len(rows) else best, chances[best], tuple(others))
