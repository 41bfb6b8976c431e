"""`make fit-reading`: learn the weights of data/reading from labelled stories (some minutes).

Rows are JSON lines with `text`, `slots` (merchant, item, amount, date as written) and `accept` (what else is right).
What the rules say is a feature, so after a change of the rules the weights are fitted anew.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pycrfsuite
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from sklearn.feature_extraction import DictVectorizer

from xiaobao.reading import features, learned, reference, story
from xiaobao.reading.reference import Reference
from xiaobao.reading.values import Features, halve

TODAY = date(2026, 11, 25)  # the day on which the stories are told
STRENGTH = {"amount": 0.3, "event_date": 0.3}  # variance of the weights
SMALLEST = 0.02  # smaller weights change nothing
CHAIN = {"c1": 0.8, "c2": 0.8, "max_iterations": 90, "feature.minfreq": 2}
Row = dict[str, Any]


def main(folder: str, *sources: str) -> None:
    """Fit on all `sources` and write to `folder`."""
    known = reference.load(Path("data/reference"))
    rows = [row for source in sources for row in load(Path(source))]
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    print(f"{len(rows)} stories from {len(sources)} files")
    fit(rows, known, target)


def load(path: Path) -> list[Row]:
    """Labelled rows of a file."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [row for row in rows if row.get("slots")]


def fit(rows: Sequence[Row], known: Reference, target: Path) -> None:
    """Learn all three and write them."""
    seen = looks(rows, known)
    _fit_names(rows, seen, known, target / learned.NAMES)
    weights = choices(rows, seen)
    text = json.dumps(weights, ensure_ascii=False, sort_keys=True, indent=0)
    (target / learned.CHOICES).write_text(text + "\n", encoding="utf-8")


def looks(rows: Sequence[Row], known: Reference) -> list[story.Look]:
    """What the rules make of each row."""
    return [story.look(row["text"][: learned.READ_AT_MOST], TODAY, known) for row in rows]


def choices(rows: Sequence[Row], looks: Sequence[story.Look]) -> dict[str, dict[str, float]]:
    """The weights for sums and for days; days are seen beside the sum that was chosen, as when a story is read."""
    amount = _fit_choice(rows, looks, "amount", "amount")
    beside = [look.with_sum(story.chosen(look, "amount", amount)) for look in looks]
    return {"amount": amount, "event_date": _fit_choice(rows, beside, "event_date", "date")}


def _fit_names(rows: Sequence[Row], looks: Sequence[story.Look], known: Reference, target: Path) -> None:
    trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
    for row, look in zip(rows, looks, strict=True):
        trainer.append(features.of_characters(look.found, known), tags(row, look.found.text))
    trainer.set_params(CHAIN)
    trainer.train(str(target))


def tags(row: Row, text: str) -> list[str]:
    """Every place where the label stands."""
    told = ["O"] * len(text)
    for slot in ("item", "merchant"):
        name = row["slots"].get(slot)
        place = text.find(name) if name else -1
        while place >= 0:
            told[place : place + len(name)] = [f"B-{learned.TAGS[slot]}"] + [f"I-{learned.TAGS[slot]}"] * (
                len(name) - 1
            )
            place = text.find(name, place + len(name))
    return told


def _fit_choice(rows: Sequence[Row], looks: Sequence[story.Look], slot: str, label: str) -> dict[str, float]:
    told: list[Features] = []
    sizes: list[int] = []
    wanted: list[np.ndarray[Any, Any]] = []
    for row, look in zip(rows, looks, strict=True):
        texts, marks = look.choices(slot)
        wish = goal(row, label, texts)
        if not marks or wish is None:
            continue
        told += [*marks, features.of_none(look.found, len(marks))]
        sizes.append(len(marks) + 1)
        wanted.append(wish)
    vectors = DictVectorizer()
    matrix = csr_matrix(vectors.fit_transform(told))
    weights = _softmax(matrix, np.array(sizes), np.concatenate(wanted), STRENGTH[slot])
    names = vectors.get_feature_names_out()
    return {name: round(float(w), 3) for name, w in zip(names, weights, strict=True) if abs(w) >= SMALLEST}


def goal(row: Row, label: str, texts: Sequence[str]) -> np.ndarray[Any, Any] | None:
    """How the probability should be shared: the label, a little for what is also right, the last place for none."""
    right, also = row["slots"].get(label), row.get("accept", {}).get(label, [])
    share = [1.0 if same(right, text) else 0.0 for text in texts]
    share = [
        s or (0.15 if any(same(other, text) for other in also) else 0.0) for s, text in zip(share, texts, strict=True)
    ]
    found = max(share, default=0.0)
    none = 1.0 if not right else 0.5 if None in also else 0.0 if found else 0.3
    shared = np.array([*(s if found == 1.0 or s == 0.0 else 1.0 for s in share), none])
    return shared / shared.sum() if shared.sum() else None


def same(label: str | None, text: str) -> bool:
    """Whether a span is the label: inside it or around it, hardly longer."""
    a, b = "".join(halve(label or "").split()), "".join(halve(text).split())
    return bool(a and b) and (a in b or b in a) and abs(len(a) - len(b)) <= 2


def _softmax(
    matrix: csr_matrix, sizes: np.ndarray[Any, Any], goal: np.ndarray[Any, Any], strength: float
) -> np.ndarray[Any, Any]:
    """Weights that make the wanted rows likely among their own; normal prior of variance `strength`."""
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    group = np.repeat(np.arange(len(sizes)), sizes)

    def loss(weights: np.ndarray[Any, Any]) -> tuple[float, np.ndarray[Any, Any]]:
        scores = matrix @ weights
        scores = scores - np.maximum.reduceat(scores, starts)[group]
        shares = np.exp(scores)
        totals = np.add.reduceat(shares, starts)
        missed = -(goal * (scores - np.log(totals)[group])).sum()
        slope = matrix.T @ (shares / totals[group] - goal)
        return float(missed + weights @ weights / (2 * strength)), slope + weights / strength

    optimise: Callable[..., Any] = minimize
    found = optimise(loss, np.zeros(matrix.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 300})
    return np.asarray(found.x)


if __name__ == "__main__":
    main(*sys.argv[1:])
