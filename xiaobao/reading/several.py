"""Several matters told in one message: two shops, or one thing after the other (第一件……第二件……, 另外还要投诉……).

A part counts as a matter of its own only when it names its own merchant or institution and says something of its own
about it; whatever else is told stays with the matter before it.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from datetime import date

from xiaobao.reading import story
from xiaobao.reading.reference import Reference

MOST = 5
_OWN = ("item", "amount", "event_date", "claim", "problem")
_COUNTED = re.compile(
    r"(?:^|(?<=[。！？；;!?\n，,：: ]))(?:第[一二三四五]件事?|第[一二三四五](?:个|家|桩)|[一二三四五]是|其[一二三四五](?=[，,是])|"
    r"[（(]?[1-5１-５一二三四五][)）、.．](?![\d]))"
)
_ADDED = re.compile(
    r"(?:^|(?<=[。！？；;!?\n，, ]))(?:另外|还有|此外|再有|再就是|同时|顺便|再来|另|然后)[^，。！？；\n]{0,6}?"
    r"(?:(?:要|想|再|还|也)[^，。]{0,4}(?:投诉|举报|反映|告)|(?:一|两)(?:件|家|桩|个事)|投诉|举报)"
)
# 一、基本情况 二、存在问题: the parts of one letter.
_HEADINGS = re.compile(r"[、.．)）是，, ]\s*(?:基本|存在|问题|诉求|请求|要求|事实|情况|经过|事情|理由|依据|证据|希望)")
_NAME = re.compile(r"[^我你他她它这那]{3,16}")
_ACCUSED = re.compile(r"(?:投诉|举报|状告|起诉)(?:的是|一下)?")
_JOINED = re.compile(r"\s*(?:、|和|与|跟|及|以及|还有)\s*")


@dataclass(frozen=True)
class Matter:
    """One matter: its words, and whom it is against."""

    text: str
    against: str
    amount: str | None = None


def matters(text: str, today: date, reference: Reference) -> list[Matter]:
    """The matters told, in their order; one or none when the text is about a single thing."""
    for marks in (_COUNTED, _ADDED):
        found = _told(_pieces(text, marks), today, reference)
        if len(found) > 1:
            return found
    return _against_several(text, today, reference)


def _pieces(text: str, marks: re.Pattern[str]) -> list[str]:
    starts = [hit.start() for hit in marks.finditer(text)]
    if not starts or (marks is _COUNTED and (len(starts) < 2 or _HEADINGS.search(text, starts[0], starts[0] + 8))):
        return [text]
    edges = [0, *[start for start in starts if start], len(text)]
    return [text[a:b] for a, b in itertools.pairwise(edges) if text[a:b].strip()]


def _told(pieces: list[str], today: date, reference: Reference) -> list[Matter]:
    found: list[Matter] = []
    before = ""
    for piece in pieces[: MOST * 2]:
        told = story.read(piece, today, reference).values
        who = told.get("merchant") or told.get("institution")
        fresh = (
            who
            and _NAME.fullmatch(who.text)
            and not any(who.text in one.against or one.against in who.text for one in found)
        )
        if who and fresh and any(slot in told for slot in _OWN) and len(found) < MOST:
            amount = told["amount"].text if "amount" in told else None
            found.append(Matter((before + piece).strip(), who.text, amount))
            before = ""
        elif found:
            last = found[-1]
            found[-1] = Matter(last.text + piece, last.against, last.amount)
        else:
            before += piece
    return found


def _against_several(text: str, today: date, reference: Reference) -> list[Matter]:
    """投诉甲店和乙店: one story against two."""
    for accused in _ACCUSED.finditer(text):
        rest = text[accused.end() : accused.end() + 60]
        clause = re.split(r"[，。！？；;!?\n]|都|均|两家|三家", rest)[0]
        names = [part for part in _JOINED.split(clause) if part]
        if not 2 <= len(names) <= MOST:
            continue
        heads = [story.read(f"我在{name}买了东西", today, reference).values.get("merchant") for name in names]
        known = [head.text for head in heads if head is not None]
        if len(known) == len(names) and len(set(known)) == len(known):
            return [Matter(text, name) for name in known]
    return []
