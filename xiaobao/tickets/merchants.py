"""One merchant under several spellings: the key under which its tickets are counted together (pure).

The key leaves out what people add or leave out: spaces and marks, the place before the name, a branch in brackets,
the legal form at the end. Two keys that differ by a slip of the pen are only called near; a person decides.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

LONGEST_KEY = 100  # characters
SHORTEST_NEAR = 4  # characters: shorter names that differ are different
NAMED_BY = ("merchant", "institution", "shop_name", "platform")  # fields that `key_of` takes, in its order
_BRACKETS = re.compile(r"[(\[（【][^)\]）】]*[)\]）】]")
_MARKS = re.compile(r"[\W_]+")
# 大都市, 超市, 夜市, 社区, 小区 ... are no places of administration.
_PLACE = re.compile(
    r"^(?:[一-鿿]{2,3}(?:省|自治区))?(?:[一-鿿]{2,3}(?<![都超夜城菜股花早门])市)?"
    r"(?:[一-鿿]{2,3}(?<![社小景园校厂矿地商街])[区县])?(?=[一-鿿\w]{2})"
)
# The legal form, and whatever branch is named after it.
_FORM = re.compile(r"(?:(?:有限责任公司|股份有限公司|有限公司).{0,16}|个体工商户|分公司|总公司|公司|集团)$")
# 老王面馆 and 老李面馆, 东门药店 and 西门药店 are two houses however alike they look.
_TELLING = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢"
    "大小老新东西南北中上下前后左右一二三四五六七八九十百千"
)


def key(name: str | None) -> str | None:
    """乐动健身（万达店） and 云泽市乐动健身有限公司 have one key; None for a name without letters."""
    text = unicodedata.normalize("NFKC", name or "").lower()
    bare = _MARKS.sub("", _BRACKETS.sub("", text)) or _MARKS.sub("", text)
    bare = _PLACE.sub("", bare)
    while len(cut := _FORM.sub("", bare)) >= 2 and cut != bare:
        bare = cut
    return bare[:LONGEST_KEY] or None


def key_of(merchant: str | None, institution: str | None, shop_name: str | None, platform: str | None) -> str | None:
    """The key of whom a ticket is about: the institution, else the shop on a platform, else the merchant."""
    if shop_name and (not merchant or key(merchant) == key(platform)):
        merchant = shop_name
    return key(institution or merchant or platform)


def near(one: str, other: str) -> bool:
    """Whether two different keys may be one merchant: a letter swapped, left out or wrong, or one inside the other."""
    if one == other or min(len(one), len(other)) < SHORTEST_NEAR:
        return False
    if one in other or other in one:
        return True
    most = 2 if min(len(one), len(other)) >= 8 else 1
    if OSA.distance(one, other, score_cutoff=most) > most:
        return False
    changed = {a for pair in zip(one, other, strict=False) if pair[0] != pair[1] for a in pair}
    return len(one) != len(other) or sorted(one) == sorted(other) or not changed & _TELLING


def nearest(one: str, others: Sequence[str]) -> list[str]:
    """Those of many keys that are near; most are ruled out without a step of Python."""
    spelt = {other for other, _, _ in process.extract(one, others, scorer=OSA.distance, score_cutoff=2, limit=None)}
    spelt.update(other for other in others if one in other or other in one)
    return sorted(other for other in spelt if near(one, other))
