"""消法55条, 食品安全法一百四十八条怎么说, 最新的投诉举报办法: which statute and article a citizen names (pure)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from xiaobao.knowledge import numerals
from xiaobao.knowledge.library import Law, Library

MOST_ARTICLES = 3
LONGEST_QUESTION = 30  # characters; a longer message tells a story and only mentions a law
Found = Literal["article", "no_such_article", "no_text", "law", "repealed"]

_NUMERAL = rf"(?:\d{{1,4}}|[{numerals.CHARACTERS}]{{1,9}})"
_ARTICLES = re.compile(rf"第?\s*({_NUMERAL})\s*条(?:之([一二三四五六七八九]))?")
_LIST = re.compile(rf"第?\s*({_NUMERAL})\s*条?\s*[、，,和及与]\s*(?=第?\s*{_NUMERAL}\s*条)")
_ABOUT_THE_LAW = re.compile(
    "最新|现行|全文|原文|条文|法条|施行|实施|生效|废止|废除|作废|失效|有效|修改|修订|修正|新版|旧版|版本|哪年|哪一年"
    "|什么时候的|是什么法|什么法律|还能用|还管用|改了|替代|代替|在哪看|在哪里看|哪里能看|查一下"
)
_NOT_THE_LAW = re.compile("(?<!最新)的?(?:申请|投诉|期|合同|协议|证)有效|原文件")


@dataclass(frozen=True)
class Reference:
    """A statute as the citizen named it. `articles` are names as in the law file; `last` is its last article."""

    found: Found
    law: Law
    articles: tuple[str, ...] = ()
    last: str = ""


def find(text: str, library: Library) -> Reference | None:
    """The statute that `text` asks to see, or None when it asks something else.

    `no_such_article` when the number is beyond the law (or skipped by it), `no_text` when we may not quote it.
    """
    law = named(text, library)
    if law is None:
        return None
    rest = text.replace(law.title, "")
    wanted = _wanted(rest)
    if wanted:
        if law.state == "repealed":
            return Reference("repealed", law, tuple(name for name in wanted if name in law.articles))
        return _of_articles(law, wanted)
    if len(text) <= LONGEST_QUESTION and _ABOUT_THE_LAW.search(rest) and not _NOT_THE_LAW.search(rest):
        return Reference("repealed" if law.state == "repealed" else "law", law)
    return None


def named(text: str, library: Library) -> Law | None:
    """The law whose title or alias stands in `text`; the longest one, the one in force when both have it."""
    best, length = None, 0
    for law in library.laws.values():
        for name in (law.title, law.full_title, *law.aliases):
            better = len(name) > length or (len(name) == length and best and best.state == "repealed")
            if better and name in text:
                best, length = law, len(name)
    return best


def replaced_by(law: Law, library: Library) -> Law | None:
    """The law that took the place of a repealed one, if we carry it."""
    return library.laws.get(law.by or "")


def _wanted(text: str) -> tuple[str, ...]:
    found = []
    while match := _LIST.search(text):
        text = text[: match.start()] + f"第{match.group(1)}条 " + text[match.end() :]
    for match in _ARTICLES.finditer(text):
        value = numerals.number(match.group(1))
        if value:
            found.append(f"第{numerals.chinese(value)}条" + (f"之{match.group(2)}" if match.group(2) else ""))
    return tuple(dict.fromkeys(found))[:MOST_ARTICLES]


def _of_articles(law: Law, wanted: tuple[str, ...]) -> Reference:
    last = list(law.articles)[-1] if law.whole else ""
    known = tuple(name for name in wanted if name in law.articles)
    shown = tuple(name for name in known if law.articles[name])
    if shown:
        return Reference("article", law, shown, last)
    if known or not law.whole:
        return Reference("no_text", law, known or wanted, last)
    return Reference("no_such_article", law, wanted, last)
