"""Which files are sensitive personal information and may be kept only after a consent of their own.

《个人信息保护法》 articles 28 (what is sensitive), 29 (separate consent), 30 (tell why it is needed and what it may do
to the person). The kinds and their words are data/reference/sensitive.csv; the question is data/responses/channel.yml.
"""

from __future__ import annotations

import csv
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

ORDINARY = "other"  # what a citizen says of a file that only looks sensitive
SHORT = 60  # characters: who tells what a file is says it in a sentence
# 这是…, 我把…发来, 上传了…: words that tell of a file, not of the matter.
_TELLS = re.compile(
    r"这[张份个些两页几]*是|(?:下面|上面|刚才|前面)[^，,。]{0,4}是|[发传](?:给)?[您你]|[发传](?:上|来|过|了)|上传|附(?:上|件)|补(?:上|传|交)"
)
_TELLS_NOT = re.compile(r"没有?[^，,。]{0,4}[发传补]|[吗么呢?？]|不[想能会要愿]|怎么|为什么|让我|要我|叫我|要求我")


@dataclass(frozen=True)
class Kind:
    """A row of sensitive.csv. `why` ends 只用来…, `risk` says what may come of a leak."""

    id: str
    title: str
    words: re.Pattern[str]
    unless: re.Pattern[str] | None
    why: str
    risk: str
    law: str
    article: str


Kinds = dict[str, Kind]


def load(reference_dir: Path) -> Kinds:
    """The kinds by id, in the order of the file. Raises KeyError or re.error for a wrong file."""
    with (Path(reference_dir) / "sensitive.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["id"]: _kind(row) for row in csv.DictReader(file)}


def _kind(row: dict[str, str]) -> Kind:
    words, unless = ("|".join(row[name].split()) for name in ("words", "unless"))
    compiled = re.compile(unless) if unless else None
    return Kind(
        row["id"], row["title"], re.compile(words), compiled, *(row[n] for n in ("why", "risk", "law", "article"))
    )


def named(text: str, kinds: Kinds) -> Kind | None:
    """The kind that a file name or caption names."""
    for kind in kinds.values():
        if kind.words.search(text) and not (kind.unless and kind.unless.search(text)):
            return kind
    return None


def told(text: str, kinds: Kinds) -> Kind | None:
    """The kind of a file that a short message tells of: 这是我的身份证照片; not 商家要我发身份证."""
    if len(text) > SHORT or not _TELLS.search(text) or _TELLS_NOT.search(text):
        return None
    return named(text, kinds)


def version(question: str) -> str:
    """The version of a wording: it changes with every letter of the question."""
    return hashlib.sha256(question.encode()).hexdigest()[:12]
