"""A citizen's words made comparable: one script, no punctuation, whole or only the sentence that asks (pure)."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

LONG = 60  # characters; longer messages tell a story before they ask
_NOT_WORDS = re.compile(r"[^\w]+")
_SENTENCES = re.compile(r"[^。！？!?；;\n]+[。！？!?；;\n]?")
_CLAUSES = re.compile(r"[^。！？!?；;\n，,、\s]+[。！？!?；;\n，,、\s]?")
ASKS = re.compile(
    r"[?？]|吗|呢[。\s]*$|怎么|怎样|如何|能不能|可不可以|可以|合法|犯法|合理|多少|咋|什么|哪|谁|是否|有没有|该不该|应该|算不算|求助|请问|咨询|想问|行不行"
)


def simplified(text: str) -> str:
    """Full-width to half-width, traditional to simplified characters; nothing else is touched."""
    return _converter().convert(unicodedata.normalize("NFKC", text))


def normalise(text: str) -> str:
    """Simplified, lower case, punctuation to blanks: what is compared."""
    return _NOT_WORDS.sub(" ", simplified(text).lower()).strip()


def asking_part(text: str, longest: int = LONG) -> str:
    """The sentence of a long story that asks, with what stands before it up to `longest` characters.

    A short message is returned as it is.
    """
    if len(text) <= longest:
        return text
    sentences = [s for s in _SENTENCES.findall(text) if len(s.strip()) > 3] or [text]
    asking = [n for n, sentence in enumerate(sentences) if ASKS.search(sentence)]
    at = asking[-1] if asking else len(sentences) - 1
    part = sentences[at]
    while at > 0 and len(sentences[at - 1]) + len(part) <= longest:
        at -= 1
        part = sentences[at] + part
    return part if len(part) <= longest else _end(part, longest)


def questions(text: str) -> list[str]:
    """The questions of a message that asks several (at most three), else the message alone."""
    asking = [s.strip() for s in _SENTENCES.findall(text) if re.search(r"[?？]|吗[。\s]*$|呢[。\s]*$|怎么办", s)]
    found = [s for s in asking if len(s) >= 6]
    return found[:3] if len(found) > 1 else [text]


def _end(sentence: str, longest: int) -> str:
    """The last clauses of a sentence without full stops."""
    part = ""
    for clause in reversed(_CLAUSES.findall(sentence)):
        if part and len(clause) + len(part) > longest:
            break
        part = clause + part
    return part[-longest:]


@lru_cache(maxsize=1)
def _converter() -> Any:
    """Reading the conversion tables takes 15 ms, far more than using them."""
    from opencc import OpenCC

    return OpenCC("t2s")
