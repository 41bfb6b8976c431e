"""What the citizen wants: one or several claims of the taxonomy, with the words that say so."""

from __future__ import annotations

import re
from dataclasses import dataclass

from xiaobao.reading.reference import Category, Reference
from xiaobao.reading.values import Value, clause_start, value

_WISH = re.compile(
    r"要求|希望|请求|诉求|我要|想要?|申请|能不能|可否|应该|应当|必须|请.{0,6}(?:帮|协|相关)|帮我|主张|判令|麻烦|让|给我|协调"
)
_THEIRS = re.compile(
    r"(?:不给|不肯|不予|不同意|拒绝|拒不|不愿|不|未|没|没有|没给|才能|不能|只能|只|已经?|说|承诺|声称|宣传|支持)[^，。；]{0,4}$"
)
_FIELD = re.compile(r"(?:诉求|要求|请求)[^，。；：:]{0,4}[：:]")


@dataclass(frozen=True)
class Claim:
    """One claim and where its words stand."""

    category: Category
    start: int
    end: int


def read(text: str, reference: Reference, head_end: int = 0) -> list[Claim]:
    """The claims in order of place. Words of refusal (不给退款) speak for a claim only when no wish is told.

    Words before `head_end` are a clerk's list of claims.
    """
    wished: dict[str, Claim] = {}
    refused: dict[str, Claim] = {}
    taken: list[tuple[int, int]] = []
    for start, end, category in _hits(text, reference):
        if any(start < stop and begin < end for begin, stop in taken):
            continue
        taken.append((start, end))
        before = text[clause_start(text, start, 20) : start]
        sentence = text[clause_start(text, start, 60, "。！？；;!?\n") : start]
        into = wished if (_WISH.search(sentence) and not _THEIRS.search(before[-6:])) or start < head_end else refused
        into.setdefault(category.code, Claim(category, start, end))
    chosen = wished or {code: claim for code, claim in refused.items() if code != "other"}
    if len(chosen) > 1:
        chosen.pop("other", None)
    return sorted(chosen.values(), key=lambda claim: claim.start)


def as_value(text: str, claims: list[Claim]) -> Value | None:
    """The form's one slot: the words from first to last claim when near, names of all claims beside it."""
    if not claims:
        return None
    first = claims[0]
    end = first.end
    for claim in claims[1:]:
        if (
            claim.end > end
            and claim.end - first.start <= 30
            and not re.search(r"[。！？；;!?\n]", text[first.start : claim.end])
        ):
            end = claim.end
    return value(text, first.start, end, "；".join(dict.fromkeys(claim.category.name for claim in claims)))


def _hits(text: str, reference: Reference) -> list[tuple[int, int, Category]]:
    """All keyword hits, longest first so that 退一赔三 is not read as 退."""
    found = []
    for category in reference.claims:
        for word in category.keywords:
            start = text.find(word)
            for _ in range(20):
                if start < 0:
                    break
                found.append((start, start + len(word), category))
                start = text.find(word, start + 1)
    return sorted(found, key=lambda hit: (hit[0] - hit[1], hit[0]))
