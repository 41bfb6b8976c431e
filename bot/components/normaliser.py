"""One spelling for many ways of typing; what was typed stays as it is.

Full-width signs, traditional characters, blanks between Chinese characters, emoji, drawn-out signs, pinyin and
wrong characters differ between phones and hands, not between meanings. `Normaliser` puts the plain spelling beside
the message, in `normalised_text`; `text` stays as typed, because slots, tickets and the stored conversation quote the
citizen. Every normalised character knows where it came from, so tokens and entities found in the plain spelling point
into the typed text.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from opencc import OpenCC
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import get_text_hash

from xiaobao import spelling
from xiaobao.spelling import Spellings

NORMALISED = "normalised_text"
ORIGINS = "normalised_origins"

HAN = r"\u3400-\u9fff\uf900-\ufaff"
BLANK_BESIDE_HAN = re.compile(rf"(?<=[{HAN}，。！？、；：,.!?;:])\s+|\s+(?=[{HAN}，。！？、；：,.!?;:])")
# Three and more of one sign mean no more than two; digits and Latin letters count (10000, www).
DRAWN_OUT = re.compile(r"([^0-9A-Za-z])\1{2,}")
EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2300-\u23ff\u2b00-\u2bff\u20e3\u3030\u303d\ufe0f\u200d\U000e0020-\U000e007f]+"
)


@dataclass(frozen=True)
class Normalised:
    """The plain spelling; `origins[i]` is the index in the typed text from which `text[i]` came."""

    text: str
    origins: tuple[int, ...]

    def typed_span(self, start: int, end: int) -> tuple[int, int]:
        """Where a non-empty span of the plain spelling stands in the typed text."""
        return self.origins[start], self.origins[end - 1] + 1


@functools.lru_cache(maxsize=2)
def _converter(table: str) -> OpenCC:
    return OpenCC(table)


def normalise(text: str, spellings: Spellings | None = None) -> Normalised:
    """The plain spelling of a message; a message of nothing but emoji keeps them, so that it can be recognised."""
    pairs = _half_width(text)
    without = _dropped(pairs, EMOJI)
    pairs = without if any(char.strip() for char, _ in without) else pairs
    pairs = _dropped(pairs, BLANK_BESIDE_HAN)
    pairs = _shortened(pairs)
    pairs = _simplified(pairs)
    pairs = _meant(pairs, spellings) if spellings else pairs
    while pairs and pairs[0][0].isspace():
        pairs = pairs[1:]
    while pairs and pairs[-1][0].isspace():
        pairs = pairs[:-1]
    return Normalised("".join(char for char, _ in pairs), tuple(origin for _, origin in pairs))


Pairs = list[tuple[str, int]]


def _half_width(text: str) -> Pairs:
    """NFKC character by character, lower case, invisible characters left out."""
    pairs: Pairs = []
    for index, char in enumerate(text):
        if unicodedata.category(char) in ("Cf", "Cc", "Mn") and char not in "\n\t\u200d\ufe0f":
            continue
        pairs += [(plain, index) for plain in unicodedata.normalize("NFKC", char).lower()]
    return pairs


def _dropped(pairs: Pairs, pattern: re.Pattern[str]) -> Pairs:
    """Without everything the pattern finds."""
    text = "".join(char for char, _ in pairs)
    gone = {index for found in pattern.finditer(text) for index in range(*found.span())}
    return [pair for index, pair in enumerate(pairs) if index not in gone]


def _shortened(pairs: Pairs) -> Pairs:
    """啊啊啊啊啊 becomes 啊啊."""
    text = "".join(char for char, _ in pairs)
    gone = {index for found in DRAWN_OUT.finditer(text) for index in range(found.start() + 2, found.end())}
    return [pair for index, pair in enumerate(pairs) if index not in gone]


def _simplified(pairs: Pairs) -> Pairs:
    """Traditional to simplified with the mainland's words; simplified text is left alone.

    The table of words (tw2sp) also turns the mainland's 程序 into 进程, hence only where traditional characters are.
    """
    text = "".join(char for char, _ in pairs)
    if _converter("t2s").convert(text) == text:
        return pairs
    plain = _converter("tw2sp").convert(text)
    if len(plain) == len(text):
        return [(char, origin) for char, (_, origin) in zip(plain, pairs, strict=True)]
    converted: Pairs = []
    for _, start, end, first, last in SequenceMatcher(None, text, plain, autojunk=False).get_opcodes():
        for index in range(first, last):
            nearest = min(start + index - first, max(start, end - 1), len(pairs) - 1)
            converted.append((plain[index], pairs[nearest][1]))
    return converted


def _meant(pairs: Pairs, spellings: Spellings) -> Pairs:
    """With pinyin and wrong characters as they are meant, each new character from its share of the typed ones."""
    found: Pairs = []
    for word, start, end in spellings.pieces("".join(char for char, _ in pairs)):
        last = len(word) - 1
        places = [start + n * (end - start) // len(word) for n in range(last)] + [end - 1]
        found += [(char, pairs[place][1]) for char, place in zip(word, places, strict=True)]
    return found


def of_message(message: Message) -> Normalised:
    """What `Normaliser` left on a message; made anew where it did not run."""
    if message.get(NORMALISED) is None:
        return normalise(message.get(TEXT) or "")
    return Normalised(message.get(NORMALISED), tuple(message.get(ORIGINS)))


def source_fingerprint(*paths: str) -> str:
    """So that a change of a module trains again: Rasa itself only looks at the source of the class."""
    return get_text_hash("".join(Path(path).read_text(encoding="utf-8") for path in paths))


# Registered as a featurizer, because only those and tokenizers also run over the training data.
@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class Normaliser(GraphComponent):
    """Puts the plain spelling beside each message, in training and in conversation."""

    def __init__(self, spellings: Spellings | None = None) -> None:
        self._spellings = spellings

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`spellings`: folder with the tables of pinyin and wrong characters; without it they stay as typed."""
        return {"spellings": None}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Normaliser:
        """With the tables of spelling (see parent class)."""
        return cls(spelling.load(Path(config["spellings"])) if config.get("spellings") else None)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Train again when the spelling changes (see parent class)."""
        folder = config.get("spellings")
        tables = [Path(folder) / name for name in (spelling.SPELLINGS, spelling.PINYIN)] if folder else []
        return source_fingerprint(__file__, spelling.__file__, *(str(path) for path in tables if path.exists()))

    def process(self, messages: list[Message]) -> list[Message]:
        """Set `normalised_text` and its origins; `text` stays as typed."""
        for message in messages:
            plain = normalise(message.get(TEXT) or "", self._spellings)
            message.set(NORMALISED, plain.text)
            message.set(ORIGINS, list(plain.origins))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """The same for the examples."""
        self.process([example for example in training_data.training_examples if example.get(TEXT)])
        return training_data
