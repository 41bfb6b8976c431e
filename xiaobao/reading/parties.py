"""Who the complaint is about: merchant, shop, platform, institution.

Several signs speak for a name: a field (商户名称：), a preposition before a deed (在...购买), an ending
of the trade (公司, 超市, 健身房), a masked name (拍*贷), a name known to all (拼多多). The best sign wins;
a name that stands for anybody (商家, 该店, 这家店) never does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from xiaobao.reading import signs
from xiaobao.reading.endings import GOES_ON, MONEY_HOUSE, SOFT, TRADE_ONLY, Candidate, by_ending, is_anybody
from xiaobao.reading.reference import FINANCIAL_KINDS, KnownMerchant, Reference
from xiaobao.reading.values import Value, value

_MASK_ONLY = re.compile(r"^[Xx×*某]{1,4}(?:商户|商家|店铺|店|公司)$")
_ADDRESS_GOES_ON = re.compile(r"(?:[东西南北中]?[街路巷弄]|大街|大道|\d+号楼|XX号楼|小区|家属|[东西南北]区)")
# A kind of firm, not a name; better than nothing.
_GENERIC = re.compile(
    r"^(?:游戏|燃气|天然气|煤气|电力|自来水|供水|热力|供热|供暖|消费金融|外面|网络|宽带|电信|传媒)(?:公司|厂|租房|集团)$"
)
_MAKERS = frozenset("货家商方里址房")
_LIVES = re.compile(r"(?:家住|住在|居住|住址|住于|我是)[^，。]{0,6}$")


@dataclass(frozen=True)
class Parties:
    """What was found; absent is None."""

    merchant: Value | None
    shop_name: Value | None
    platform: Value | None
    institution: Value | None


def read(text: str, reference: Reference, head: tuple[int, int] | None = None) -> Parties:
    """The parties of a story. `head` is the span that a 12315 head gives for the accused."""
    known = _known(text, reference)
    found = candidates(text, reference, head)
    merchant = _best(text, found)
    platform = next((v for v, m in known if m.kind == "platform" and _sells_there(text, v)), None)
    institution = _institution(text, known, found)
    shop = _shop(text, found)
    if merchant is not None and reference.known(merchant.text):
        merchant = Value(merchant.text, merchant.start, merchant.end, reference.known(merchant.text).name)  # type: ignore[union-attr]
    return Parties(merchant, shop, platform, institution)


def candidates(text: str, reference: Reference, head: tuple[int, int] | None = None) -> list[Candidate]:
    """Every name that some sign speaks for, each with the weight of its sign."""
    found = [
        *signs.from_fields(text), *signs.from_head(text, head), *signs.called(text),
        *signs.before_deed(text, reference), *by_ending(text, reference), *signs.masked(text, reference),
        *signs.apps(text, reference), *signs.stalls(text),
    ]  # fmt: skip
    for value_, merchant in _known(text, reference):
        found.append(Candidate(value_.start, value_.end, 6.2 if merchant.kind != "payment" else 4.0, merchant.kind))
    return [one for one in found if _is_name(text, one)]


def _is_name(text: str, candidate: Candidate) -> bool:
    name = text[candidate.start : candidate.end]
    if len(name.strip()) < 2 or len(name) > 40 or (is_anybody(name) and candidate.kind != "stall"):
        return False
    if candidate.kind == "field":
        return True
    if re.match(r"[完了过台个辆件]", name) or (
        name.endswith("厂") and text[candidate.end : candidate.end + 1] in _MAKERS
    ):
        return False  # 住完店; 正经厂货, 厂家
    if candidate.kind != "stall" and TRADE_ONLY.match(name) and not re.match(r"某.{2,}(?:公司|店|馆)$", name):
        return False
    if candidate.kind == "ending" and SOFT.search(name) and GOES_ON.match(text, candidate.end):
        return False
    if _LIVES.search(text, max(0, candidate.start - 10), candidate.start):
        return False
    return not (candidate.kind in {"ending", "at"} and _ADDRESS_GOES_ON.match(text, candidate.end))


def _best(text: str, candidates: list[Candidate]) -> Value | None:
    counts: dict[str, int] = {}
    for c in candidates:
        counts[text[c.start : c.end]] = text.count(text[c.start : c.end])

    def weight(c: Candidate) -> tuple[float, int, int]:
        name = text[c.start : c.end]
        score = (
            c.weight
            + min(0.8, 0.2 * (counts[name] - 1))
            - 3.0 * bool(_MASK_ONLY.match(name))
            - 4.0 * bool(_GENERIC.match(name))
            - 0.06 * max(0, len(name) - 18)
        )
        return score, -c.start, c.end - c.start

    best = max(candidates, key=weight, default=None)
    return None if best is None else value(text, best.start, best.end)


def _known(text: str, reference: Reference) -> list[tuple[Value, KnownMerchant]]:
    found = []
    for start, end in islice(reference.merchant_words.find(text), 60):
        merchant = reference.known(text[start:end])
        if merchant is not None and not _is_ware(text, start, end, merchant):
            found.append((value(text, start, end, merchant.name), merchant))
    return found


def _is_ware(text: str, start: int, end: int, merchant: KnownMerchant) -> bool:
    """苹果手机, 海尔冰箱: the maker's name on a ware is not the merchant."""
    if merchant.kind == "payment":
        return bool(re.match(r"(?:转账|支付|付款|付|转|扫码|收款|付了|给)", text[end : end + 4])) or bool(
            re.search(r"(?:用|使用)$", text[max(0, start - 2) : start])
        )
    if merchant.kind != "chain":
        return False
    after, before = text[end : end + 3], text[max(0, start - 5) : start]
    if re.match(
        r"店|专卖|旗舰|门店|官方|客服|售后|公司|超市|餐厅|的店|购物|健身|门口|上|里|买|消费|吃|办|充|商场", after
    ):
        return False
    return not re.search(r"(?:在|到|去|从|投诉|向)$", before)


def _sells_there(text: str, platform: Value) -> bool:
    return not re.match(r"(?:手机|电视|音箱)", text[platform.end : platform.end + 2])


def _institution(text: str, known: list[tuple[Value, KnownMerchant]], candidates: list[Candidate]) -> Value | None:
    for candidate in candidates:
        name = text[candidate.start : candidate.end]
        if candidate.kind in {"at", "field", "ending"} and re.search(rf"(?:{MONEY_HOUSE})$", name) and len(name) > 4:
            inside = next((m.name for v, m in known if candidate.start <= v.start and v.end <= candidate.end), None)
            return value(text, candidate.start, candidate.end, inside)
    for found, merchant in known:
        if merchant.kind in FINANCIAL_KINDS:
            return found
    return None


def institution(merchant: Value, known: KnownMerchant | None) -> Value | None:
    """The merchant as a financial institution, if its name says so."""
    if known is not None:
        return merchant if known.kind in FINANCIAL_KINDS else None
    return merchant if re.search(rf"(?:{MONEY_HOUSE})$", merchant.text) else None


def _shop(text: str, candidates: list[Candidate]) -> Value | None:
    """A shop on a platform: 旗舰店, 专营店, 网店, 直播间."""
    for c in sorted(candidates, key=lambda c: -c.weight):
        name = text[c.start : c.end]
        if c.kind == "called" and re.match(r"[”\"」]?的?(?:店|网店|店铺|直播间)", text[c.end : c.end + 4]):
            return value(text, c.start, c.end)
        if re.search(r"(?:旗舰店|专营店|专卖店|网店|小店|直播间)$", name):
            return value(text, c.start, c.end)
    return None
