"""The learned part of reading: which words name merchant and ware, which sum and which day the story is about.

Weights come from `make fit-reading` (fit.py) and lie in data/reading; without them the rules decide alone.
"""

from __future__ import annotations

import json
import math
import threading
from dataclasses import dataclass, field
from pathlib import Path

import pycrfsuite

from xiaobao.reading.values import Features, Value, value

NAMES, CHOICES = "names.crfsuite", "choices.json"
TAGS = {"merchant": "M", "item": "I"}
LEAST = {"M": 0.15, "I": 0.05}  # a name less likely than this is left to be asked
LETTER = 40  # characters: who writes that much names merchant and ware somewhere
# So in a letter as much as this is enough, even where the chain as a whole sees no name.
NEARLY = {"M": 0.02, "I": 0.01}
READ_AT_MOST = 700  # characters: names come early, and time grows with length
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
    """Weights of the three questions."""

    tagger: pycrfsuite.Tagger
    amount: dict[str, float]
    event_date: dict[str, float]
    lock: threading.Lock = field(default_factory=threading.Lock, compare=False)  # a tagger holds one text at a time


def load(folder: Path) -> Learned | None:
    """The weights in `folder`, or None when there are none."""
    if not (folder / NAMES).exists() or not (folder / CHOICES).exists():
        return None
    tagger = pycrfsuite.Tagger()
    tagger.open(str(folder / NAMES))
    choices = json.loads((folder / CHOICES).read_text(encoding="utf-8"))
    return Learned(tagger, choices["amount"], choices["event_date"])


def spans(learned: Learned, rows: list[list[str]], text: str, ruled: dict[str, Value | None]) -> dict[str, Value]:
    """Merchant and item of a text: the likeliest of what the chain finds and what the rules found.

    What stands several times counts more; a slot that nothing speaks for is absent.
    """
    with learned.lock:
        learned.tagger.set(rows)
        tags = learned.tagger.tag()
        found = {slot: _best(learned.tagger, tags, text, tag, ruled.get(slot)) for slot, tag in TAGS.items()}
    return {slot: best for slot, best in found.items() if best is not None}


def _best(tagger: pycrfsuite.Tagger, tags: list[str], text: str, tag: str, ruled: Value | None) -> Value | None:
    places = _told(tags, tag)
    if ruled is not None and ruled.end <= len(tags):
        places.append((ruled.start, ruled.end))
    letter = len(tags) >= LETTER
    if letter and not places:
        places = _likeliest(tagger, len(tags), tag)
    weights: dict[str, float] = {}
    first: dict[str, tuple[int, int]] = {}
    for start, end in dict.fromkeys(places):
        name = text[start:end]
        inside = [tagger.marginal(f"B-{tag}", start), *(tagger.marginal(f"I-{tag}", n) for n in range(start + 1, end))]
        weights[name] = weights.get(name, 0.0) + min(inside)
        first.setdefault(name, (start, end))
    best = max(weights, key=lambda name: (weights[name], -first[name][0]), default=None)
    return (
        value(text, *first[best]) if best is not None and weights[best] >= (NEARLY if letter else LEAST)[tag] else None
    )


def _likeliest(tagger: pycrfsuite.Tagger, length: int, tag: str) -> list[tuple[int, int]]:
    """Where the whole chain says no name, the one that it was nearest to; [] when it was far from any."""
    start = max(range(length), key=lambda n: tagger.marginal(f"B-{tag}", n))
    chance = tagger.marginal(f"B-{tag}", start)
    if chance < NEARLY[tag]:
        return []
    end = start + 1
    while end < length and tagger.marginal(f"I-{tag}", end) >= chance / 2:
        end += 1
    return [(start, end)]


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


def choose(weights: dict[str, float], rows: list[Features], none: Features) -> Choice:
    """The best row by a softmax over all of them and none."""
    scores = [sum(weights.get(name, 0.0) * amount for name, amount in row.items()) for row in (*rows, none)]
    highest = max(scores)
    shares = [math.exp(score - highest) for score in scores]
    chances = [share / sum(shares) for share in shares]
    best = max(range(len(scores)), key=lambda n: chances[n])
    others = sorted((n for n in range(len(rows)) if chances[n] >= POSSIBLE), key=lambda n: -chances[n])
    return Choice(None if best == len(rows) else best, chances[best], tuple(others))
