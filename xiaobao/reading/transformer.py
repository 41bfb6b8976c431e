"""A small transformer over a whole story: what each character is part of, and which sum and which day the story is about.

Taught by `make teach-reading` (teach.py); here in numpy, so that no process at work needs TensorFlow. The file is that
of an encoder (packed.py) with the matrices of the three questions beside it.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import erf

from xiaobao.encoder import packed

FILE = "reader.bin"
LONGEST = 500  # pieces; the encoder knows 512 places
BEFORE = 4  # a piece tells its first three characters apart from all further ones
COLUMNS = {"O": 0, "B-M": 1, "I-M": 2, "B-I": 3, "I-I": 4}  # what a character may be, as learned.TAGS has it
SLOTS = ("amount", "event_date")
KEPT = 16  # texts, with their parts: the turns of a few conversations read the same story again
Numbers = np.ndarray[Any, Any]


def load(folder: Path) -> Transformer | None:
    """The transformer in `folder`, or None when there is none."""
    return Transformer(folder / FILE) if (folder / FILE).exists() else None


class Transformer:
    """Safe for threads: after it is made nothing changes but what is remembered of the last texts."""

    def __init__(self, path: Path) -> None:
        """Raises ValueError when `path` holds something else or is cut short."""
        try:
            self._take(packed.read(path))
        except (struct.error, KeyError, ValueError) as wrong:
            raise ValueError(
                f"{path} is broken: make it with `make teach-reading`, or read without it by taking it away."
            ) from wrong
        self._seen = lru_cache(KEPT)(self._look)

    def tags(self, text: str) -> Numbers:
        """For each character the chances of `COLUMNS`."""
        states, holder, before = self._seen(text)
        scores = np.einsum("cw,cwt->ct", states[holder], self._read["tag.w"][before]) + self._read["tag.b"][before]
        return np.exp(_log_softmax(scores))

    def log_chances(self, text: str, slot: str, spans: Sequence[tuple[int, int]]) -> Numbers:
        """Of each span (a sum or a day) that the story is about it; the last number is for none of them."""
        states, holder, _ = self._seen(text)
        means = [states[np.unique(holder[start:end])].mean(axis=0) for start, end in spans]
        rows = np.stack([np.concatenate([mean, states[0]]) for mean in means])
        scores = self._scored(rows, f"{slot}.some")
        return _log_softmax(np.append(scores, self._scored(states[:1], f"{slot}.none")))

    def _scored(self, rows: Numbers, name: str) -> Numbers:
        inner = np.tanh(rows @ self._read[f"{name}.1.w"] + self._read[f"{name}.1.b"])
        scores: Numbers = inner @ self._read[f"{name}.2.w"][:, 0]
        return scores

    def _look(self, text: str) -> tuple[Numbers, Numbers, Numbers]:
        """The last states of the pieces, and for each character its piece and how many characters come before it there."""
        ids, holder, before = self._pieces.places(text)
        ids = shortened(ids)
        return self._states(ids), np.minimum(holder, len(ids) - 1), np.minimum(before, BEFORE - 1)

    def _states(self, ids: Sequence[int]) -> Numbers:
        length, width, heads = len(ids), self._width, self._heads
        words = packed.numbers(self._words[list(ids)].ravel(), width)
        state = self._normed(words + self._places[:length], "emb.ln")
        for layer in range(self._layers):
            three = (self._times(state, f"l{layer}.{name}") for name in "qkv")
            query, key, value = (each.reshape(length, heads, -1).transpose(1, 0, 2) for each in three)
            looks = np.matmul(query, key.transpose(0, 2, 1)) / np.float32((width // heads) ** 0.5)
            looks = np.exp(looks - looks.max(axis=-1, keepdims=True))
            looks /= looks.sum(axis=-1, keepdims=True)
            heard = np.matmul(looks, value).transpose(1, 0, 2).reshape(length, width)
            state = self._normed(state + self._times(heard, f"l{layer}.ao"), f"l{layer}.aln")
            inner = self._times(state, f"l{layer}.fi")
            inner *= 0.5 * (1 + erf(inner * np.float32(0.5**0.5)))
            state = self._normed(state + self._times(inner, f"l{layer}.fo"), f"l{layer}.oln")
        return state

    def _times(self, state: Numbers, name: str) -> Numbers:
        product: Numbers = state @ self._read[f"{name}.w"] + self._read[f"{name}.b"]
        return product

    def _normed(self, state: Numbers, name: str) -> Numbers:
        apart = state - state.mean(axis=-1, keepdims=True)
        spread = (apart * apart).mean(axis=-1, keepdims=True)
        normed: Numbers = apart / np.sqrt(spread + self._eps) * self._read[f"{name}.w"] + self._read[f"{name}.b"]
        return normed

    def _take(self, given: packed.Packed) -> None:
        self._width, self._layers, self._heads, inner = given.width, given.layers, given.heads, given.sizes[3]
        self._eps = np.float32(given.eps)
        self._pieces = packed.Pieces(given)
        self._words = given.tensors["emb.word"][1].reshape(len(given.pieces), -1)
        self._read: dict[str, Numbers] = {}
        for name, (kind, numbers) in given.tensors.items():
            if kind == 0:
                self._read[name] = numbers
            elif name != "emb.word":
                matrix = packed.numbers(numbers, inner if ".fo." in name else self._width)
                self._read[name] = np.ascontiguousarray(matrix.T)
        self._places = self._read["emb.pos"].reshape(-1, self._width) + self._read["emb.type"][: self._width]
        for name, columns in shapes(self._width).items():
            self._read[name] = self._read[name].reshape(columns)
        self._states([given.special[0]])  # what is missing is missed here


def shapes(width: int) -> dict[str, tuple[int, ...]]:
    """The arrays of the three questions, beside those of the encoder."""
    found: dict[str, tuple[int, ...]] = {"tag.w": (BEFORE, width, len(COLUMNS)), "tag.b": (BEFORE, len(COLUMNS))}
    for slot in SLOTS:
        for name, rows in (("some", 2 * width), ("none", width)):
            found |= {f"{slot}.{name}.1.w": (rows, 128), f"{slot}.{name}.1.b": (128,), f"{slot}.{name}.2.w": (128, 1)}
    return found


def shortened(ids: Sequence[int]) -> list[int]:
    """At most `LONGEST` pieces, the last of all among them."""
    return [*ids[: LONGEST - 1], ids[-1]] if len(ids) > LONGEST else list(ids)


def _log_softmax(scores: Numbers) -> Numbers:
    scores = scores - scores.max(axis=-1, keepdims=True)
    told: Numbers = scores - np.log(np.exp(scores).sum(axis=-1, keepdims=True))
    return told
