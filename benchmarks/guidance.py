"""`make bench-guidance SET=rows.jsonl`: who puts the right topic first, ours or its peers, on the same rows in one run.

    python -m benchmarks.guidance [SET] [--no-stock] [--wrong FILE]

Rows are JSON lines with `text` and either `topic` (null: belongs elsewhere) or `faq` (acceptable topics) and `route`.
Peers index the same wordings: TF-IDF of characters, multilingual-e5-small, their plain sum (nearest wording each), and
stock Rasa with its LogisticRegressionClassifier, one intent a topic. Intervals hold 95 % of 2,000 bootstrap samples of
the rows. AUC: how well the best score tells questions with a topic from those that belong elsewhere.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from benchmarks.nlu_peers import measure
from xiaobao.encoder import student
from xiaobao.knowledge import library, search, signals
from xiaobao.knowledge.text import normalise
from xiaobao.settings import ROOT

SAMPLES = 2000
CACHE = ROOT / "var" / "cache"
HELD_OUT = ROOT / "tests" / "eval" / "questions_heldout.jsonl"


@dataclass(frozen=True)
class Row:
    """One question; `topics` are right answers, empty for one that belongs elsewhere or has no label."""

    text: str
    topics: frozenset[str]
    elsewhere: bool


@dataclass(frozen=True)
class Guess:
    """Topics, best first, the score of the best one, and whether to decline (None: the peer has no way to say so)."""

    topics: list[str]
    score: float
    declined: bool | None = None


def read(path: Path) -> list[Row]:
    """The rows of a set."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        topics = row["faq"] if "faq" in row else [row["topic"]] if row["topic"] else []
        outside = row["route"] == "out_of_scope" if "route" in row else not topics
        found.append(Row(row["text"], frozenset(topics), outside))
    return found


def ours(known: library.Library, rows: list[Row], semantic: bool) -> list[Guess]:
    """What the product's own search says."""
    searcher = search.Searcher(known, semantic=semantic, cache_dir=CACHE)
    found = []
    for row in rows:
        topics, out, fields = searcher.features(row.text)
        chances = searcher.weights.chances(topics[None], out[None])[0]
        order = np.argsort(-chances[: len(topics)], kind="stable")[:3]
        declined = searcher.judge(topics, out, fields).decision == "decline"
        found.append(Guess([searcher.names[i] for i in order], 1 - float(chances[-1]), declined))
    return found


def nearest(known: library.Library, rows: list[Row], words: bool, meaning: bool) -> list[Guess]:
    """The topics of the nearest wordings by characters, by embedding, or by the sum of both."""
    names = list(known.topics)
    groups = [(t.question, *t.wordings) for t in known.topics.values()]
    texts = [normalise(text) for group in groups for text in group]
    owner = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    likeness = np.zeros((len(rows), len(texts)))
    if words:
        vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True)
        indexed = vectorizer.fit_transform(texts)
        likeness += (vectorizer.transform([normalise(row.text) for row in rows]) @ indexed.T).toarray()
    if meaning:
        encoder = signals.Encoder(student.source())  # as the package brings it
        every, _ = search.all_texts(known)
        vectors = dict(zip(every, signals.kept(encoder, every, CACHE), strict=True))
        asked = np.stack([encoder.of(normalise(row.text)) for row in rows])
        likeness += asked @ np.stack([vectors[text] for text in texts]).T
    best = np.stack([likeness[:, owner == n].max(axis=1) for n in range(len(names))], axis=1)
    order = np.argsort(-best, axis=1)
    return [Guess([names[i] for i in order[n, :3]], float(best[n].max())) for n in range(len(rows))]


def stock(known: library.Library, rows: list[Row]) -> list[Guess]:
    """Stock Rasa, trained here: one intent a topic, one for all that belongs elsewhere."""
    wordings = [(text, name) for name, t in known.topics.items() for text in (t.question, *t.wordings)]
    wordings += [(text, "elsewhere") for field in known.elsewhere.values() for text in field.wordings]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        measure.write_project(folder, wordings, faq=False)
        measure.train("logistic", folder)
        rankings = measure.guess(folder, "logistic", [(row.text, "") for row in rows])["rankings"]
    found = []
    for ranking in rankings:
        topics = [name for name, _ in ranking if name in known.topics][:3]
        score = max((chance for name, chance in ranking if name in known.topics), default=0.0)
        found.append(Guess(topics, score, ranking[0][0] == "elsewhere"))
    return found


def hits(known: library.Library, rows: list[Row], guesses: list[Guess], among: int) -> np.ndarray:
    """1.0 where a right topic, or one that narrows it, is among the first `among`; only rows with a topic."""

    def right(row: Row, name: str) -> bool:
        return name in row.topics or known.topics[name].refines in row.topics

    return np.array(
        [any(right(r, t) for t in g.topics[:among]) for r, g in zip(rows, guesses, strict=True) if r.topics], float
    )


def auc(inside: np.ndarray, outside: np.ndarray) -> float:
    """The chance that a question with a topic scores higher than one that belongs elsewhere."""
    ranks = np.searchsorted(np.sort(outside), inside, side="left") + np.searchsorted(
        np.sort(outside), inside, side="right"
    )
    return float(ranks.mean() / 2 / len(outside))


def interval(values: np.ndarray, rng: np.random.Generator) -> str:
    """Mean and its 95 % interval."""
    if not len(values):
        return "-"
    means = values[rng.integers(0, len(values), (SAMPLES, len(values)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return f"{values.mean():.3f} ({low:.2f}-{high:.2f})"


def auc_interval(inside: np.ndarray, outside: np.ndarray, rng: np.random.Generator) -> str:
    """AUC and its 95 % interval."""
    if not len(inside) or not len(outside):
        return "-"
    drawn = [auc(rng.choice(inside, len(inside)), rng.choice(outside, len(outside))) for _ in range(SAMPLES // 4)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return f"{auc(inside, outside):.3f} ({low:.2f}-{high:.2f})"


def table(known: library.Library, rows: list[Row], found: dict[str, list[Guess]]) -> list[str]:
    """Markdown: one line for each system, then top-1 by group of topics."""
    rng = np.random.default_rng(1)
    lines = [
        "| system | top-1 | top-3 | AUC | elsewhere declined | answerable declined |",
        "|---|---|---|---|---|---|",
    ]
    for name, guesses in found.items():
        pairs = list(zip(rows, guesses, strict=True))
        inside = np.array([g.score for r, g in pairs if r.topics])
        outside = np.array([g.score for r, g in pairs if r.elsewhere])
        declined = [
            interval(np.array([float(bool(g.declined)) for r, g in pairs if keep(r) and g.declined is not None]), rng)
            for keep in (lambda r: r.elsewhere, lambda r: bool(r.topics))
        ]
        firsts = [interval(hits(known, rows, guesses, n), rng) for n in (1, 3)]
        lines.append(
            f"| {name} | {' | '.join(firsts)} | {auc_interval(inside, outside, rng)} | {' | '.join(declined)} |"
        )
    groups = sorted({topic.split("-")[0] for row in rows for topic in row.topics})
    lines += ["", "| top-1 by group | rows | " + " | ".join(found) + " |", "|---|---|" + "---|" * len(found)]
    for group in groups:
        chosen = [n for n, row in enumerate(rows) if any(t.startswith(group + "-") for t in row.topics)]
        part = [rows[n] for n in chosen]
        cells = [interval(hits(known, part, [guesses[n] for n in chosen], 1), rng) for guesses in found.values()]
        lines.append(f"| {group} | {len(part)} | {' | '.join(cells)} |")
    return lines


def wrong(known: library.Library, rows: list[Row], guesses: list[Guess]) -> list[dict[str, Any]]:
    """Every row that ours gets wrong: another topic first, an answerable one declined, a stranger answered."""
    found = []
    for row, guess in zip(rows, guesses, strict=True):
        first = bool(row.topics) and not hits(known, [row], [guess], 1)[0]
        if first or (row.topics and guess.declined) or (row.elsewhere and not guess.declined):
            found.append(
                {"text": row.text, "right": sorted(row.topics), "said": guess.topics, "declined": guess.declined}
            )
    return found


def main() -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", nargs="?", type=Path, default=HELD_OUT)
    parser.add_argument("--no-stock", action="store_true", help="leave out stock Rasa, which is trained for minutes")
    parser.add_argument("--wrong", type=Path, help="write every row that ours gets wrong, as JSON lines")
    given = parser.parse_args()
    known, rows = library.load(ROOT / "data" / "knowledge"), read(given.set)
    found: dict[str, list[Guess]] = {}
    for name, make in (
        ("ours", lambda: ours(known, rows, True)),
        ("ours, words alone", lambda: ours(known, rows, False)),
        ("TF-IDF", lambda: nearest(known, rows, True, False)),
        ("e5-small", lambda: nearest(known, rows, False, True)),
        ("TF-IDF + e5-small", lambda: nearest(known, rows, True, True)),
        ("stock Rasa", lambda: stock(known, rows)),
    ):
        if name == "stock Rasa" and given.no_stock:
            continue
        print(name, "...", file=sys.stderr, flush=True)
        found[name] = make()
    print("\n".join(table(known, rows, found)))
    misses = wrong(known, rows, found["ours"])
    print(f"\n{len(misses)} of {len(rows)} rows wrong in some way by ours.")
    if given.wrong:
        given.wrong.write_text("".join(json.dumps(miss, ensure_ascii=False) + "\n" for miss in misses), "utf-8")


if __name__ == "__main__":
    main()
