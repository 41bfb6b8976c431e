"""Words and their parts of speech for a short stretch of text; jieba with our own dictionaries.

Each Tagger has a tokenizer of its own, so nobody else's jieba is changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import jieba
import jieba.posseg


@dataclass(frozen=True)
class Token:
    """One word; `start` and `end` count in the text that the window was cut from."""

    word: str
    flag: str
    start: int
    end: int


class Tagger:
    """Cuts windows of text into tagged words."""

    def __init__(self, dictionaries: Iterable[Path]) -> None:
        self._tokenizer = jieba.Tokenizer()
        for path in dictionaries:
            with path.open("rb") as words:
                self._tokenizer.load_userdict(words)
        self._tagger = jieba.posseg.POSTokenizer(self._tokenizer)

    def tag(self, text: str, start: int, end: int) -> list[Token]:
        """The words of `text[start:end]` with their places in the whole text."""
        tokens, position = [], start
        for pair in self._tagger.cut(text[start:end], HMM=False):
            tokens.append(Token(pair.word, pair.flag, position, position + len(pair.word)))
            position += len(pair.word)
        return tokens
