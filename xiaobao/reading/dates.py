"""Days and stretches of time in a text, by our own rules; `today` is handed in.

A day without a year means the latest one that is not in the future, or follows a year named just
before it; `assumed_year` says so. An impossible day (2月30日) is kept and marked `invalid`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from xiaobao.reading.date_rules import POSSIBLE, RULES, Reader
from xiaobao.reading.values import SENTENCE_END, clause_end, clause_start, halve


@dataclass(frozen=True)
class Date:
    """A day (`precision` day) or a stretch (month, year, span) from `first` to `last`, both included.

    `invalid` has no days at all; `future` begins after today.
    """

    text: str
    start: int
    end: int
    first: date | None
    last: date | None
    precision: str
    assumed_year: bool = False
    future: bool = False
    sure: bool = True  # nothing else than a day

    @property
    def iso(self) -> str | None:
        """2024-12-25, 2024-12, 2024 or 2024-05-01/2024-05-05; None when invalid."""
        if self.first is None or self.last is None:
            return None
        shapes = {"day": 10, "month": 7, "year": 4}
        if self.precision in shapes:
            return self.first.isoformat()[: shapes[self.precision]]
        return f"{self.first.isoformat()}/{self.last.isoformat()}"


def parse(text: str, today: date) -> list[Date]:
    """Every date in the text, in order of place; overlapping readings are settled by the more exact rule."""
    plain = halve(text)
    found = _by_rules(text, plain, today, RULES, [False] * len(plain))
    return _carry_years(sorted(found, key=lambda d: d.start), plain, today)


def widened(text: str, today: date, parsed: list[Date]) -> list[Date]:
    """The days `parsed`, and what may be one: 10.24, 7/30, 8号 before any word."""
    plain = halve(text)
    taken = [False] * len(plain)
    for day in parsed:
        taken[day.start : day.end] = [True] * (day.end - day.start)
    possible = [replace(day, sure=False) for day in _by_rules(text, plain, today, POSSIBLE, taken)]
    return sorted([*parsed, *possible], key=lambda day: day.start)


def _by_rules(
    text: str, plain: str, today: date, rules: list[tuple[re.Pattern[str], Reader]], taken: list[bool]
) -> list[Date]:
    """What the rules find, earlier rules first; `taken` says which characters are spoken for, and is kept up."""
    found: list[Date] = []
    for pattern, reader in rules:
        for match in pattern.finditer(plain):
            start, end = match.span()
            while end > start and plain[end - 1].isspace():
                end -= 1
            if any(taken[start:end]):
                continue
            read = reader(match, today)
            if read is None:
                continue
            taken[start:end] = [True] * (end - start)
            first, last, precision, assumed = read
            future = first is not None and first > today
            found.append(Date(text[start:end], start, end, first, last, precision, assumed, future))
    return found


def _carry_years(found: list[Date], plain: str, today: date) -> list[Date]:
    """A day without year after one with a year belongs to that year, or to the next when earlier in it."""
    carried: list[Date] = []
    anchor: date | None = None
    for day in found:
        if day.assumed_year and anchor is not None and day.first and day.last and day.precision in {"day", "month"}:
            for year in (anchor.year, anchor.year + 1):
                first, last = _in_year(day.first, year), _in_year(day.last, year)
                if (
                    first
                    and last
                    and (last >= anchor or (first.year, first.month) == (anchor.year, anchor.month))
                    and first <= today
                ):
                    day = replace(day, first=first, last=last, future=False)
                    break
        aside = _ASIDE.search(plain, max(0, day.start - 8), day.start)
        if (
            not aside
            and day.first
            and (not day.assumed_year or anchor is not None)
            and day.precision in {"day", "month"}
        ):
            anchor = day.first
        carried.append(day)
    return carried


def _in_year(day: date, year: int) -> date | None:
    try:
        return day.replace(year=year)
    except ValueError:
        return None


_TRADE = re.compile(
    r"购买|下单|购入|购得|买|充值|办卡|办理|办了|消费|花费|支付|付款|付了|交了|缴|订购|预订|定了|预定|签订|签了|签|借款|贷款|投保|报名|入住|"
    r"落嘅?单|办的|买的|订的|定的|交的|签的|充的|租的|报的|投了|投入|存了|存的|抢到|抢的|成交|领养|住了?|换的|修的|做的|充了|入手|拍下|扣款|扣了|扣|收取|花了|租|做了|发生|就餐|用餐|吃|订了|寄"
)
_FIELD = re.compile(r"(?:时间|日期)(?:为|是)?[：:]?\s?$")
_ASIDE = re.compile(
    r"入住日|激活日期|出厂日期|航班是?|班次|检票|演出|婚礼|入住日期|今年才|今年都|生产日期|保质期|有效期|截止|到期|出生|至今|到现在|到目前|今年\d+岁"
)
_LATER = re.compile(r"协商|联系|投诉|反映|举报|前往.{0,6}(?:协商|讨)|发现|得知|坏了|故障|关门|倒闭|至今|退款|维修")


def main(found: list[Date], text: str, amount_at: int | None = None) -> Date | None:
    """The date of the event itself: near the trade or the sum, not of its production or of a later talk."""
    best, best_score = None, -1.0
    for number, day in enumerate(found):
        if day.precision == "invalid":
            continue
        upto = found[number + 1].start if number + 1 < len(found) else len(text)
        before = text[clause_start(text, day.start, 14) : day.start]
        after = text[day.end : min(upto, clause_end(text, day.end, 40, "。；;\n"))]
        near = after[:24]
        score = 2.0 - 0.1 * number
        score += 6.0 * bool(_FIELD.search(before) and not _ASIDE.search(before))
        score += 2.0 * bool(_TRADE.search(near) or _TRADE.search(before))
        score += 1.0 * bool(_TRADE.search(near[:4]))
        score += 1.5 * (amount_at is not None and day.start < amount_at < upto)
        score -= 3.0 * bool(_ASIDE.search(before) or _ASIDE.match(near))
        score -= 1.0 * bool(_LATER.search(near) and not _TRADE.search(near[:10]))
        score -= 1.5 * day.future
        score -= {"year": 0.6, "span": 0.2}.get(day.precision, 0.0)
        score -= 1.0 * (day.text in {"今天", "今年", "今日"})
        if score > best_score:
            best, best_score = day, score
    return best


_CAME_IN = re.compile(r"进入|驶入|入场|进场|停入|停进|开进|寄存|存进")
_WENT_OUT = re.compile(r"离开|驶离|驶出|出场|离场|开出|开走|取车|取时|取出|去取")


def of_a_stay(days: list[Date], text: str, amount_at: int) -> Date | None:
    """What is charged for a stay (parking, storing) is charged on the day of leaving, told before the sum."""
    for came, went in pairwise(days):
        stayed = _CAME_IN.search(text, came.end, min(went.start, came.end + 24))
        left = _WENT_OUT.search(text, went.end, clause_end(text, went.end, 24))
        if stayed and left and went.end <= amount_at and not any(went.end <= day.start < amount_at for day in days):
            return went
    return None


def discovered(found: list[Date], text: str, event: Date | None) -> Date | None:
    """The date on which the harm came to light, when told apart from the event."""
    for number, day in enumerate(found):
        upto = found[number + 1].start if number + 1 < len(found) else len(text)
        clause = text[day.end : min(upto, clause_end(text, day.end, 16))]
        sentence = text[day.end : min(upto, clause_end(text, day.end, 50, SENTENCE_END))]
        if day is event or day.precision == "invalid":
            continue
        if re.search(r"发现|得知|才知道|获悉", clause) or re.search(
            r"才(?:知道|发现|告诉|看出|查出|说|晓得)|检测出|查出", sentence
        ):
            return day
    return None
