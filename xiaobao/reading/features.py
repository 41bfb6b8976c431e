"""What speaks for a reading, as features that weights are learned for (`fit.py`) and looked up by (`learned.py`).

Three questions have learned weights: which characters name merchant and ware (a linear chain over characters), which of
several sums the story is about, and which of several days. The hand-made rules stay: what they find is a feature here.
"""

from __future__ import annotations

import bisect
import math
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from itertools import islice, takewhile

from xiaobao.reading import amounts, endings, heads, items, numbers, parties
from xiaobao.reading.amounts import Amount
from xiaobao.reading.dates import Date
from xiaobao.reading.reference import Reference
from xiaobao.reading.tagger import Token
from xiaobao.reading.values import SENTENCE_END, Features, Value, clause_end, clause_start, halve

# Words that say what a sum is; the words themselves are features too, these hold for words never seen beside a sum.
_SAYS = {
    "paid": re.compile(
        r"[付交花转充缴存刷汇扣][了过给款清]?|[俾畀]咗?|收[了咗]?我?|收费|首付|全款|定金|订金|押金|实付|实收|到手|一共|总共|合计|总计|成交|结账|下单"
    ),
    "price": re.compile(r"标价|标的?|原价|市场?价|官网|报价|挂牌|专柜|平时|本来|指导价|价值|零售价|要价|开价|说好?"),
    "down": re.compile(r"(?:优惠|砍|便宜|减|谈|还|讲|降|打折|折后|活动价|实际)(?:价|下来|后)?(?:到|是|为|成)?"),
    "off": re.compile(r"满减|[立直]减|减[了免]?|抵扣?|券|红包|补贴|便宜|贵|差价|返"),
    "each": re.compile(r"每|单价|一[个件盒瓶箱包袋罐斤公两节次位人张套双块条只天晚月年平米株亩株桶份杯碗]|/"),
    "back": re.compile(r"退|赔|补偿|只肯|返|抵"),
    "extra": re.compile(
        r"运费|路费|车费|油费|打车|违约金|手续费|工本费|检测费?|鉴定费?|诊费|医药费?|误工|挂号|快递费|来回|换[了个块]|拖车|上门费"
    ),
    "harm": re.compile(r"医院|看病|住院|诊所|拍片|治疗|缝|药|误工|请假|工资|损失|护工|鉴定|检测"),
    "others": re.compile(r"邻居|对门|隔壁|别人|人家|朋友|同事|亲戚|别家|另一家|同款|群里|网上|室友|同学"),
    "income": re.compile(r"工资|退休金|养老金|月薪|每月|一个月|收入|房租|话费|津贴|低保|挣|赚"),
}
# The same for days.
_SAYS_OF_DAY = {
    "trade": re.compile(
        r"[买购订办充付交签租报][了过的下完]?|下单|拍下|入手|成交|抢到|做了|做的|装的|修的|扣[了款费]|被扣|收取|消费|就餐|入住|转账|转给"
    ),
    "came": re.compile(r"收到|到货|送[到来货]|签收|取[货车件]|提车|拿到|安装|发货|寄到|送达"),
    "broke": re.compile(r"发现|坏|故障|漏|裂|出现|检测|鉴定|化验|体检|医院|开始|关门|停业|跑路|闭店"),
    "talked": re.compile(
        r"协商|联系|投诉|反映|举报|去找|找[他她到店]|问|打[了过]?电话|致电|要求|答复|回复|客服|派出所|报警|再[去打]|第[二三]次"
    ),
    "promised": re.compile(
        r"答应|承诺|说好|约定|保证|之前[退发交到]|到期|截止|有效期|保质期|最迟|等到|[还再]要|才能|下[次个]"
    ),
    "aside": re.compile(r"生日|结婚|婚礼|出生|开学|考试|高考|起飞|航班|预产|出嫁|走了|去世|退休|搬"),
    "earlier": re.compile(r"以前|原来|曾|上次|当初|老早|早年|本来|第一次|头一回|那年"),
    "others": re.compile(r"邻居|对门|隔壁|别人|人家|朋友|同事|亲戚|别家|另一家|室友|同学"),
}
_WISH = re.compile(r"要求|诉求|希望|请求|恳请|请")
MOST_COMPARED = 15  # other sums that a sum is compared with
LONGEST_REPEAT = 6  # characters
_NEIGHBOURS = (-3, -2, -1, 0, 1, 2)


@dataclass(frozen=True)
class Found:
    """A text with what the rules say of it."""

    text: str
    today: date
    tokens: tuple[Token, ...]
    merchant: Value | None
    item: Value | None
    amount: Value | None = None
    day: Value | None = None

    def words(self, start: int, end: int) -> list[str]:
        """The words that lie wholly between two places."""
        first = bisect.bisect_left(self.tokens, start, key=lambda token: token.start)
        inside = takewhile(lambda token: token.end <= end, islice(self.tokens, first, None))
        return [token.word for token in inside]


def of_characters(found: Found, reference: Reference) -> list[list[str]]:
    """For each character the marks of the characters around it."""
    text, plain = found.text, halve(found.text)
    marks = _marks(found, reference)
    rows = []
    for place in range(len(text)):
        row = [f"{d}={_at(plain, place + d)}" for d in range(-4, 5)]
        row += [f"b{d}={plain[max(0, place + d) : place + d + 2]}" for d in range(-3, 3)]
        for d in _NEIGHBOURS:
            if 0 <= place + d < len(text):
                row += [f"{d}|{mark}" for mark in marks[place + d]]
        row.append(f"at{6 * place // len(text)}")
        rows.append(row)
    return rows


def _at(plain: str, place: int) -> str:
    if not 0 <= place < len(plain):
        return "<>"
    return "9" if plain[place].isdigit() else plain[place]


def _marks(found: Found, reference: Reference) -> list[list[str]]:
    text = found.text
    marks: list[list[str]] = [[] for _ in text]

    def mark(start: int, end: int, name: str) -> None:
        for place in range(start, min(end, len(text))):
            marks[place].append(f"{name}:{'B' if place == start else 'E' if place == end - 1 else 'I'}")

    counts = Counter(token.word for token in found.tokens)
    for token in found.tokens:
        for place in range(token.start, min(token.end, len(text))):
            inside = "S" if token.end - token.start == 1 else "B" if place == token.start else "I"
            inside = "E" if inside == "I" and place == token.end - 1 else inside
            marks[place] += [f"t:{token.flag[:2]}", f"tp:{token.flag[0]}{inside}"]
        if len(token.word) > 1 and token.flag[0] in "nxej":
            for place in range(token.start, min(token.end, len(text))):
                marks[place].append(f"told{min(counts[token.word], 4)}")
        marks[token.start].append("w:" + token.word)
        marks[token.end - 1].append("we:" + token.word)
    for place, mark_of in enumerate(_repeats(text)):
        if mark_of:
            marks[place].append(mark_of)
    for candidate in parties.candidates(text, reference, heads.read(text, reference).accused):
        mark(candidate.start, candidate.end, "c_" + candidate.kind)
    for word in islice(endings.SUFFIX.finditer(text), 80):
        mark(word.start(), word.end(), "suf")
    for start, end in islice(reference.product_words.find(text, 0), 120):
        mark(start, end, "p")
    for score, ware in items.bought(text, reference, found.merchant):
        mark(ware.start, ware.end, f"b{int(score) // 2}")
    for value, name in ((found.merchant, "RM"), (found.item, "RI")):
        if value is not None:
            mark(value.start, value.end, name)
    return marks


def _repeats(text: str) -> list[str]:
    """For each character how long the longest stretch over it is that stands elsewhere too, and how often.

    Who writes a long letter names ware and shop again and again, whatever words the dictionary knows.
    """
    marks = [""] * len(text)
    for length in range(2, LONGEST_REPEAT + 1):
        pieces = [text[n : n + length] for n in range(len(text) - length + 1)]
        counts = Counter(piece for piece in pieces if piece.isalnum())
        for n, piece in enumerate(pieces):
            if counts[piece] > 1:
                mark = f"rep{length}x{min(counts[piece], 4)}"
                marks[n : n + length] = [mark] * length
    return marks


def of_amounts(found: Found, sums: list[tuple[Amount, bool]], ruled: Amount | None) -> list[Features]:
    """For each sum (with whether the rules are sure that it is money) what speaks for it as the one in dispute."""
    cents = [one.cents for one, _ in sums]
    counts = _counts(found.text)
    rows = []
    for number, (one, sure) in enumerate(sums):
        others = (cents[:number] + cents[number + 1 :])[:MOST_COMPARED]
        written = found.text[one.start : one.end]
        row = _place(found, one.start, one.end, number, len(sums), _SAYS)
        row |= {
            "sure": float(sure),
            "ruled": float(ruled is not None and ruled.start == one.start),
            f"role:{one.role}": 1.0,
            f"unit:{_unit(written)}": 1.0,
            f"size:{int(math.log10(max(1, one.cents / 100)) * 2)}": 1.0,
            "approximate": float(one.approximate),
            "twice": float(cents.count(one.cents) > 1),
            f"rank:{sorted(set(cents), reverse=True).index(one.cents)}": 1.0,
            "sum": float(any(a + b == one.cents for k, a in enumerate(others) for b in others[k + 1 :])),
            "part": float(any(one.cents + a == b for a in others for b in others)),
            "product": float(any(a * k == one.cents for a in others for k in counts if k > 1)),
            "factor": float(any(one.cents * k == a for a in others for k in counts if k > 1)),
            "counted": float(bool(amounts.COUNTED.match(found.text, one.end))),
        }
        row |= _beside(found, one.start, one.end, {"item": found.item, "who": found.merchant, "day": found.day})
        rows.append(row)
    return rows


_COUNTED_IN_WORDS = re.compile(
    r"[俩仨]|[两三四五六七八九十]{1,2}(?=[个件盒瓶箱包袋罐斤节次位人张套双块条只天晚月年平米株亩桶份杯碗期])"
)


def _counts(text: str) -> set[int]:
    """Small numbers, by which a price may have been taken several times: 2, 12, 俩, 三盒."""
    told = {int(n) for n in re.findall(r"(?<!\d)\d{1,2}(?!\d)", text)}
    return told | {numbers.whole(match[0]) or 0 for match in _COUNTED_IN_WORDS.finditer(text)}


def _unit(written: str) -> str:
    if written[:1] in "¥￥":
        return "sign"
    return next((unit for unit in "元块" if unit in written), "big" if re.search(r"[万wW千百]", written) else "bare")


def of_dates(found: Found, days: list[Date], ruled: Date | None) -> list[Features]:
    """For each day what speaks for it as the day of the event."""
    firsts = [day.first for day in days if day.first]
    rows = []
    for number, day in enumerate(days):
        row = _place(found, day.start, day.end, number, len(days), _SAYS_OF_DAY)
        row |= {
            "ruled": float(day is ruled),
            "sure": float(day.sure),
            f"exact:{day.precision}": 1.0,
            "assumed": float(day.assumed_year),
            "future": float(day.future),
            "first": float(day.first is not None and day.first == min(firsts)),
            "latest": float(day.first is not None and day.first == max(firsts)),
            "twice": float(sum(other.first == day.first for other in days) > 1),
            "as:" + re.sub(r"\d+", "9", day.text): 1.0,
        }
        row["holds"] = float(any(other is not day and _within(other, day) for other in days))
        row["held"] = float(any(other is not day and _within(day, other) for other in days))
        if day.first:
            row[f"ago:{min(8, int(math.log2(max(1, (found.today - day.first).days + 1))))}"] = 1.0
        row |= _beside(found, day.start, day.end, {"item": found.item, "who": found.merchant, "sum": found.amount})
        rows.append(row)
    if found.amount is not None:
        gaps = [max(day.start - found.amount.end, found.amount.start - day.end) for day in days]
        for row, gap in zip(rows, gaps, strict=True):
            row["nearest to the sum"] = float(gap == min(gaps))
        before = [number for number, day in enumerate(days) if day.end <= found.amount.start]
        if before:
            rows[before[-1]]["last before the sum"] = 1.0
    return rows


def _within(inner: Date, outer: Date) -> bool:
    """去年10月 lies within 去年."""
    if not (inner.first and inner.last and outer.first and outer.last):
        return False
    return (
        outer.first <= inner.first
        and inner.last <= outer.last
        and (inner.first, inner.last) != (outer.first, outer.last)
    )


def of_none(found: Found, count: int) -> Features:
    """What speaks for none of them."""
    return {"none": 1.0, f"none:of{min(count, 6)}": 1.0, f"none:long{min(8, len(found.text) // 60)}": 1.0}


def _place(found: Found, start: int, end: int, number: int, count: int, says: dict[str, re.Pattern[str]]) -> Features:
    """Where it stands, and the words around it: near ones by place, those of the sentence without."""
    text = found.text
    begin, stop = clause_start(text, start, 14), clause_end(text, end, 14)
    row: Features = {
        f"n:{min(number, 6)}": 1.0,
        "last": float(number == count - 1),
        f"of:{min(count, 12)}": 1.0,
        f"at:{5 * start // max(1, len(text))}": 1.0,
        "l=" + text[max(0, start - 1) : start]: 1.0,
        "ll=" + text[max(0, start - 2) : start]: 1.0,
        "r=" + text[end : end + 1]: 1.0,
        "rr=" + text[end : end + 2]: 1.0,
        "clause_head": float(begin == start),
        "clause_end": float(stop == end),
    }
    for n, word in enumerate(reversed(found.words(begin, start)[-4:])):
        row[f"l{n}:{word}"] = row[f"l:{word}"] = 1.0
    for n, word in enumerate(found.words(end, stop)[:4]):
        row[f"r{n}:{word}"] = row[f"r:{word}"] = 1.0
    head, tail = clause_start(text, start, 60, SENTENCE_END), clause_end(text, end, 60, SENTENCE_END)
    row |= dict.fromkeys((f"L:{word}" for word in found.words(head, start)), 0.5)
    row |= dict.fromkeys((f"R:{word}" for word in found.words(end, tail)), 0.5)
    sides = {"l": text[begin:start], "r": text[end:stop], "s": text[head:start], "t": text[stop:tail]}
    for name, said in says.items():
        for side, here in sides.items():
            if said.search(here):
                row[f"says:{name}:{side}"] = 1.0
    row["wished"] = float(bool(_WISH.search(text, head, start)))
    return row


def _beside(found: Found, start: int, end: int, others: dict[str, Value | None]) -> Features:
    row: Features = {}
    for name, other in others.items():
        if other is None:
            continue
        after = start >= other.end
        gap = start - other.end if after else other.start - end
        between = found.text[min(end, other.end) : max(start, other.start)]
        row[f"{name}:{'after' if after else 'before'}{min(6, max(gap, 0) // 6)}"] = 1.0
        row[f"{name}:sentence"] = float(not re.search(r"[。！？；\n]", between))
        row[f"{name}:clause"] = float(not re.search(r"[，,。！？；\n]", between))
    return row
