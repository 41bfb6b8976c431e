"""`make teach-reading`: teach the transformer to read stories, and write data/reading/reader.bin.

    python -m xiaobao.reading.teach [--epochs 4] [--further] [--aside everyday_letters ...]

Begins with the lowest layers of the search's encoder (or, with --further, with the reader that stands). A story is told
again each time, often with other names, wares, sums and days out of other stories. Writers named by --aside are not
learned from; how often their sums and days are chosen rightly is printed. Two to five minutes an epoch on two cores.
"""

from __future__ import annotations

import argparse
import random
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from xiaobao.encoder import packed, student
from xiaobao.reading import fit, learned, reference, story, transformer
from xiaobao.reading.reference import Reference
from xiaobao.reading.transformer import COLUMNS, SLOTS, Numbers

START = Path("data/knowledge/encoder.bin")
LAYERS = 6
PIECES_AT_ONCE = 2048
RATE, HEAD_RATE = 2e-4, 3e-3  # of learning, at their highest
WARMING = 0.1  # of all steps, until the rate is at its highest
DROPPED, UNREAD = 0.1, 0.06  # of states; of pieces, which are then unknown
OF_TAGS = 0.05  # what a character's part counts beside a sum or a day
AGAIN = 0.6  # of the stories are told again with other facts
OTHER = {"merchant": 0.5, "item": 0.25, "amount": 0.35, "event_date": 0.25}  # of those, these facts
OF_SPANS = 0.6  # of the sums or days of such a story are others

Span = tuple[int, int]


@dataclass(frozen=True)
class Told:
    """A story, its names, and for sums and days where they stand and how likely each should be (the last: none)."""

    text: str
    names: Mapping[str, str | None]
    spans: Mapping[str, tuple[Span, ...]]
    goals: Mapping[str, Numbers | None]


@dataclass(frozen=True)
class Cut:
    """A story in pieces."""

    told: Told
    ids: list[int]
    holder: Numbers
    before: Numbers
    tags: Numbers


def tellings(rows: Sequence[fit.Row], known: Reference) -> list[Told]:
    """Labelled rows as the rules see them."""
    return [_told(row, look) for row, look in zip(rows, fit.looks(rows, known), strict=True)]


def _told(row: fit.Row, look: story.Look) -> Told:
    spans: dict[str, tuple[Span, ...]] = {}
    goals: dict[str, Numbers | None] = {}
    for slot, label in (("amount", "amount"), ("event_date", "date")):
        spans[slot] = look.spans(slot)
        texts = [look.found.text[start:end] for start, end in spans[slot]]
        goals[slot] = fit.goal(row, label, texts) if texts else None
    return Told(look.found.text, {slot: row["slots"].get(slot) for slot in learned.TAGS}, spans, goals)


def cut(told: Told, pieces: packed.Pieces) -> Cut:
    """The story in pieces, with what each of its characters is part of."""
    ids, holder, before = pieces.places(told.text)
    ids = transformer.shortened(ids)
    tags = [COLUMNS[tag] for tag in fit.tags({"slots": told.names}, told.text)]
    return Cut(told, ids, np.minimum(holder, len(ids) - 1), np.minimum(before, transformer.BEFORE - 1), np.array(tags))


class Others:
    """What may stand in place of a story's names, sums and days: those of all stories."""

    def __init__(self, stories: Sequence[Told]) -> None:
        self._known: dict[tuple[str, str], list[str]] = {}
        for told in stories:
            for slot, name in told.names.items():
                if name:
                    self._known.setdefault((slot, ""), []).append(name)
            for slot, spans in told.spans.items():
                for start, end in spans:
                    written = told.text[start:end]
                    self._known.setdefault((slot, _manner(written)), []).append(written)

    def retold(self, told: Told, draw: random.Random) -> Told:
        """The story with some other facts; the same when none fits."""
        fixed = {span for spans in told.spans.values() for span in spans}
        swaps: dict[Span, str] = {}
        names = dict(told.names)
        for slot, name in told.names.items():
            places = _places(told.text, name) if name and draw.random() < OTHER[slot] else []
            other = told.names["item" if slot == "merchant" else "merchant"] or ""
            if not name or not places or name in other or (other and other in name):
                continue
            if any(_meet(place, taken) for place in places for taken in fixed | swaps.keys()):
                continue
            names[slot] = draw.choice(self._known[slot, ""])
            swaps |= dict.fromkeys(places, names[slot] or "")
        for slot in SLOTS:
            if draw.random() < OTHER[slot]:
                swaps |= self._of_spans(told, slot, fixed | swaps.keys(), draw)
        return _with(told, names, swaps)

    def _of_spans(self, told: Told, slot: str, taken: set[Span], draw: random.Random) -> dict[Span, str]:
        """The same words are the same in their new telling, too."""
        new: dict[str, str] = {}
        swaps = {}
        for start, end in told.spans[slot]:
            if draw.random() >= OF_SPANS or any(_meet((start, end), each) for each in taken if each != (start, end)):
                continue
            old = told.text[start:end]
            swaps[start, end] = new.setdefault(old, draw.choice(self._known[slot, _manner(old)]))
        return swaps


def _manner(written: str) -> str:
    return re.sub("[一二两三四五六七八九十百千万零]+", "一", re.sub(r"\d+", "9", written))


def _places(text: str, name: str) -> list[Span]:
    return [(found.start(), found.end()) for found in re.finditer(re.escape(name), text)]


def _meet(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _with(told: Told, names: Mapping[str, str | None], swaps: Mapping[Span, str]) -> Told:
    parts, last = [], 0
    for (start, end), new in sorted(swaps.items()):
        parts += [told.text[last:start], new]
        last = end

    def moved(span: Span) -> Span:
        longer = sum(len(new) - (end - start) for (start, end), new in swaps.items() if end <= span[0])
        return span[0] + longer, span[0] + longer + len(swaps.get(span, told.text[slice(*span)]))

    spans = {slot: tuple(map(moved, each)) for slot, each in told.spans.items()}
    return replace(told, text="".join(parts) + told.text[last:], names=names, spans=spans)


def batch(stories: Sequence[Cut], padding: int) -> list[Numbers]:
    """The stories as matrices, in the order of `signature`."""
    ids, mask = student.filled([one.ids for one in stories], range(len(stories)), padding)
    longest = ids.shape[1]
    found = [ids, mask]
    found.append(np.concatenate([n * longest + one.holder for n, one in enumerate(stories)]).astype(np.int32))
    found += [np.concatenate([getattr(one, what) for one in stories]).astype(np.int32) for what in ("before", "tags")]
    for slot in SLOTS:
        places: list[tuple[int, int]] = []
        held: list[Numbers] = []
        most = max(1, *(len(one.told.spans[slot]) for one in stories))
        open_, goals = (np.zeros((len(stories), most + 1), np.float32) for _ in range(2))
        open_[:, -1] = 1
        for row, one in enumerate(stories):
            spans, goal = one.told.spans[slot], one.told.goals[slot]
            open_[row, : len(spans)] = 1
            places += [(row, column) for column in range(len(spans))]
            held += [row * longest + np.unique(one.holder[start:end]) for start, end in spans]
            if goal is not None:
                goals[row, : len(spans)], goals[row, -1] = goal[:-1], goal[-1]
        if not places:  # something must stand there; it is closed
            places, held = [(0, 0)], [np.array([0])]
        of = np.repeat(np.arange(len(held)), [len(each) for each in held])
        found += [np.concatenate(held).astype(np.int32), of.astype(np.int32), np.array(places, np.int32), open_, goals]
    return found


def signature() -> list[Any]:
    """Kinds of what `batch` gives."""
    import tensorflow as tf

    whole, real = tf.int32, tf.float32
    table = tf.TensorSpec((None, None), real)
    rows = tf.TensorSpec((None,), whole)
    of_slot = [rows, rows, tf.TensorSpec((None, 2), whole), table, table]
    return [tf.TensorSpec((None, None), whole), table, rows, rows, rows, *of_slot * len(SLOTS)]


class Student(student.Student):
    """The encoder with the matrices of the three questions."""

    def __init__(self, given: packed.Packed) -> None:
        super().__init__(given, free=True)
        rng, tf = np.random.default_rng(3), self._tf
        self.heads = {}
        for name, shape in transformer.shapes(given.width).items():
            if name in given.tensors:
                first = given.tensors[name][1].reshape(shape)
            elif name.endswith(".b"):
                first = np.zeros(shape)
            else:
                first = rng.normal(size=shape) * (0.001 if name == "tag.w" else 0.1 if ".2." in name else 0.02)
            self.heads[name] = tf.Variable(first.astype(np.float32))

    def read(self, stories: Sequence[Any], dropped: float = 0.0) -> tuple[Any, dict[str, Any]]:
        """Scores of what each character may be, and of all sums and days (the last column: none); takes a `batch`."""
        tf = self._tf
        ids, mask, holder, before, _, *rest = stories
        state, texts = self.states(ids, mask, dropped), tf.shape(ids)[0]
        of_pieces = tf.einsum("pw,bwt->pbt", state, self.heads["tag.w"]) + self.heads["tag.b"]
        tags = tf.gather_nd(of_pieces, tf.stack([holder, before], 1))
        first = tf.gather(state, tf.range(texts) * tf.shape(ids)[1])
        found = {}
        for n, slot in enumerate(SLOTS):
            held, of, places, open_, _ = rest[5 * n : 5 * n + 5]
            means = tf.math.segment_mean(tf.gather(state, held), of)
            rows = tf.concat([means, tf.gather(first, places[:, 0])], 1)
            some = self._scored(tf.nn.dropout(rows, dropped) if dropped else rows, f"{slot}.some")
            table = tf.scatter_nd(places, some[:, 0], tf.stack([texts, tf.shape(open_)[1] - 1]))
            found[slot] = tf.concat([table, self._scored(first, f"{slot}.none")], 1) + (open_ - 1) * 1e9
        return tags, found

    def _scored(self, rows: Any, name: str) -> Any:
        tf = self._tf
        inner = tf.nn.tanh(tf.matmul(rows, self.heads[f"{name}.1.w"]) + self.heads[f"{name}.1.b"])
        return tf.matmul(inner, self.heads[f"{name}.2.w"])

    def packed(self) -> packed.Packed:
        """What was learned, in the file's form."""
        found = super().packed()
        heads = {name: (0, told.numpy().ravel()) for name, told in self.heads.items()}
        return replace(found, tensors=found.tensors | heads)


def teach(taught: Student, stories: Sequence[Told], pieces: packed.Pieces, epochs: int) -> Iterator[float]:
    """Cross-entropy of all questions together; yields the mean loss after each epoch."""
    import tensorflow as tf

    tf.random.set_seed(7)
    draw, rng, others = random.Random(5), np.random.default_rng(5), Others(stories)
    rates = [tf.Variable(0.0), tf.Variable(0.0)]  # of the optimizers, set before each step
    of_encoder, of_heads = (tf.keras.optimizers.Adam(rate) for rate in rates)
    inside, heads = taught.variables, list(taught.heads.values())

    @tf.function(input_signature=signature(), autograph=False)
    def step(*given: Any) -> Any:
        with tf.GradientTape() as tape:
            tags, found = taught.read(given, DROPPED)
            count = tf.cast(tf.shape(given[0])[0], tf.float32)
            of_tags = tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits(given[4], tags))
            chosen = [tf.reduce_sum(given[9 + 5 * n] * tf.nn.log_softmax(found[slot])) for n, slot in enumerate(SLOTS)]
            loss = (OF_TAGS * of_tags - tf.add_n(chosen)) / count
        slopes, _ = tf.clip_by_global_norm(tape.gradient(loss, [*inside, *heads]), 1.0)
        of_encoder.apply_gradients(zip(slopes[: len(inside)], inside, strict=True))
        of_heads.apply_gradients(zip(slopes[len(inside) :], heads, strict=True))
        return loss

    began, done = time.monotonic(), 0
    for epoch in range(epochs):
        now = [cut(others.retold(one, draw) if draw.random() < AGAIN else one, pieces) for one in stories]
        plan = student.batches([one.ids for one in now], PIECES_AT_ONCE, rng)
        losses = []
        for n, rows in enumerate(plan):
            past = (epoch + n / len(plan)) / epochs
            share = min((past + 0.001) / WARMING, (1 - past) / (1 - WARMING))
            of_encoder.learning_rate.assign(RATE * share)
            of_heads.learning_rate.assign(HEAD_RATE * share)
            given = batch([now[row] for row in rows], pieces.padding)
            given[0] = np.where(rng.random(given[0].shape) < UNREAD, pieces.unknown, given[0]).astype(np.int32)
            losses.append(float(step(*given)))
            done += 1
            if done % 20 == 0:
                minutes = (time.monotonic() - began) / 60
                print(
                    f"step {done}, {past:.0%} of all, {minutes:.0f} min, loss {np.mean(losses[-20:]):.2f}", flush=True
                )
        yield float(np.mean(losses))


def right(taught: transformer.Transformer, stories: Sequence[Told]) -> dict[str, float]:
    """How often the likeliest sum and day is one that should be."""
    hits: dict[str, list[bool]] = {slot: [] for slot in SLOTS}
    for one in stories:
        for slot in SLOTS:
            if (goal := one.goals[slot]) is not None:
                hits[slot].append(bool(goal[taught.log_chances(one.text, slot, one.spans[slot]).argmax()] > 0))
    return {slot: float(np.mean(found)) for slot, found in hits.items()}


def main() -> None:
    """Teach, and write what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("sources", type=Path, nargs="+")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--further", action="store_true", help="go on from the reader that stands")
    parser.add_argument("--aside", nargs="*", default=[], help="files (without .jsonl) that are not learned from")
    asked = parser.parse_args()
    known, path = reference.load(Path("data/reference")), asked.folder / transformer.FILE
    learn, aside = (
        tellings([row for source in asked.sources if (source.stem in asked.aside) is apart for row in fit.load(source)], known)
        for apart in (False, True)
    )  # fmt: skip
    given = packed.read(path) if asked.further else student.lower(packed.read(START), LAYERS)
    taught, pieces = Student(given), packed.Pieces(given)
    print(f"{len(learn)} stories, {len(aside)} aside", flush=True)
    for loss in teach(taught, learn, pieces, asked.epochs):
        packed.write(path, taught.packed())
        print(f"{path} is written, loss {loss:.2f}", flush=True)
    if aside:
        print(right(transformer.Transformer(path), aside))


if __name__ == "__main__":
    main()
