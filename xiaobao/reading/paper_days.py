"""The day of a receipt, order, transfer, contract or chat: ordering and paying before printing or sending (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from xiaobao.reading import dates
from xiaobao.reading.paper_rows import Cell, Row, text_of

LEAST = 30.0
EARLIEST = 2010
AGES_AGO = timedelta(days=1)  # clocks differ: tomorrow's date is still today's receipt

LABELS: tuple[tuple[float, str], ...] = (
    (90, r"下单(?:时间|日期)?|订单(?:时间|日期|创建时间)|创建时间|购买(?:时间|日期)|签(?:订|约|署)(?:时间|日期|日)?|销售(?:时间|日期)|订购(?:时间|日期)|购机日期|投保日期|办卡(?:时间|日期)|办理(?:时间|日期)|拍下时间|提交时间"),
    (88, r"(?:支付|付款|交易|转账|消费|结账|结算|收款|缴费|充值|开票|开单|入账|扣款|报名|收银|点单|开台|交款|缴款|交费|借款|放款)(?:成功)?(?:时间|日期|日)?"),
    (66, r"日期(?:时间)?|时间|DATE|Date|TIME"),
    (52, r"成交时间|打印(?:时间|日期)?|出票|制单|填表|登记|填开"),
    (38, r"到账(?:时间)?|完成时间|发货(?:时间)?|收货(?:时间)?|签收(?:时间)?|送达(?:时间)?|揽收|出库|退款(?:时间)?|申请(?:时间)?|关闭时间|确认(?:收货)?(?:时间)?|评价时间|预约|入住|离店|开班|开课|安装|维修|送货|配送(?:时间)?|出发|接单|处理"),
    (0, r"(?:生产|出厂|制造|包装|保质|质保|保修)(?:时间|日期|期)?|有效期?|到期|截止|截至|失效|届满|出生|期限|期间|成立|开业|上市|止|至|自|从|预计|之前|前退|版本|编号|单号|号码|活动|首次|注册|批号|限用|年检|检验"),
)  # fmt: skip
_LABEL = re.compile("|".join(f"(?P<w{n}>{words})" for n, (_, words) in enumerate(LABELS)))
_TIME = r"(?=\s?(?:[01]?\d|2[0-3])[:：.]?[0-5]\d)"
_DAY = re.compile(
    rf"(?<![\d./\-])(?P<year>20\d{{2}}|\d{{2}})\s?(?P<mark>[-/.年])\s?(?P<month>1[0-2]|0?[1-9])\s?(?:[-/.月])\s?"
    rf"(?P<day>3[01]|[12]\d|0?[1-9])(?:\s?[日号])?(?:{_TIME}|(?![\d]))"
)
_RUN = re.compile(r"(?<!\d)(?P<year>20\d{2})(?P<month>1[0-2]|0[1-9])(?P<day>3[01]|[12]\d|0[1-9])(?P<time>\s?(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?)?(?!\d)")  # fmt: skip
_NO_YEAR = re.compile(rf"(?<![\d年/.\-])(?P<month>1[0-2]|0?[1-9])(?P<mark>月|[-/])(?P<day>3[01]|[12]\d|0?[1-9])(?P<end>[日号])?(?:{_TIME}|(?![\d/.\-月]))")  # fmt: skip
_CHINESE = re.compile(
    r"二[〇零○ΟO0][〇零○ΟO0一二][一二三四五六七八九〇零○]年[一二三四五六七八九十]{1,3}月[一二三四五六七八九十]{1,3}[日号]?"
)
_CLOCK = re.compile(r"\s?(?:上午|下午|晚上|中午|凌晨|早上)?\s?(?:[01]?\d|2[0-3])[:：]\s?[0-5]\d")
# In a chat the citizen tells when it was; the stamps only tell when it was told.
_DEED_AFTER = re.compile(r"(?:[上下]午|晚上|中午|早上|那天|当天)?[^\d,，。;；?？]{0,10}?(?:下的?了?单|下单|拍下|拍的|买|购|付|交了|交的|办|订|充|签|报的?名|报了|转了|转的|定的|定了|租|入住|消费|刷|做的|做了|修)")  # fmt: skip


@dataclass(frozen=True)
class Day:
    """A day with what speaks for it."""

    day: date
    text: str
    number: int
    weight: float
    order: float
    place: int  # the row


def find(rows: list[Row], today: date, paid_at: int | None = None) -> Day | None:
    """The day of the deed, or None. `paid_at` is the row of the sum: in a chat the stamp above it counts."""
    found = [day for day in _days(rows, today) if day.weight >= LEAST]
    if not found:
        return None
    best = max(day.weight for day in found)
    first = [day for day in found if day.weight == best]
    above = [day for day in first if paid_at is not None and day.place <= paid_at]
    if best <= 60 and above:  # stamps of a chat
        return above[-1]
    return first[0]


def _days(rows: list[Row], today: date) -> Iterator[Day]:
    for place, row in enumerate(rows):
        for at, cell in enumerate(row):
            for start, end, day, exact in _in_text(cell.text, today):
                if day.year < EARLIEST or day > today + AGES_AGO:
                    continue
                weight = _weight(rows, place, at, cell, start, end, exact)
                yield Day(day, cell.text[start:end], cell.number, weight, place + at / 100, place)


def _weight(rows: list[Row], place: int, at: int, cell: Cell, start: int, end: int, exact: bool) -> float:
    before, after = cell.text[:start], cell.text[end:]
    label = _label(before[-16:])
    if label is None and not before.strip(" :(-（"):
        left = [c for c in rows[place][:at]]
        label = next((found for c in reversed(left) if (found := _label(c.text)) is not None), None)
        if label is None and place > 0:
            over = [c for c in rows[place - 1] if min(c.right, cell.right) > max(c.left, cell.left)]
            label = next((_label(c.text) for c in over if not re.search(r"\d", c.text)), None)
    if re.match(r"\s?(?:起|至|到|止|前|之前|-\s?20|~)", after):
        label = 0 if label is None or label < 80 else label
    clock = bool(_CLOCK.match(after))
    if label == 0:
        return 10.0
    if label is None and _DEED_AFTER.match(after):
        return 72.0  # 我10月6日在你们店付了
    if label is not None:
        return label + (2 if clock else 0) - (0 if exact else 4)
    alone = len(before.strip()) + len(_CLOCK.sub("", after).strip()) <= 4
    return (58 if clock else 52 if alone else 40) - (0 if exact else 4)


def _label(text: str) -> float | None:
    found = None
    for match in _LABEL.finditer(text):
        found = LABELS[int((match.lastgroup or "w0")[1:])][0]
    return found


def _in_text(text: str, today: date) -> Iterator[tuple[int, int, date, bool]]:
    """Start, end, the day, and whether it is written in full."""
    taken: list[tuple[int, int]] = []
    for pattern in (_DAY, _RUN, _CHINESE, _NO_YEAR):
        for match in pattern.finditer(text):
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            day = _read(pattern, match, text, today)
            if day is not None:
                taken.append(match.span())
                # 2026年3月2用: a stamp lies over it, the day may go on.
                cut_off = "年" in match[0] and match[0][-1].isdigit() and re.match(r"[^\s\d]", text[match.end() :])
                yield match.start(), match.end(), day, pattern is not _NO_YEAR and not cut_off


def _read(pattern: re.Pattern[str], match: re.Match[str], text: str, today: date) -> date | None:
    if pattern is _CHINESE:
        told = dates.parse(re.sub(r"[○ΟO0]", "〇", match[0]), today)
        return told[0].first if told else None
    month, day = int(match["month"]), int(match["day"])
    if pattern is _NO_YEAR:
        if match["mark"] != "月" and not (re.match(_TIME, text[match.end() :]) or _label(text[: match.start()])):
            return None  # 3/5 and 10-12 are pages and sizes
        told = dates.parse(f"{month}月{day}日", today)
        return told[0].first if told else None
    year = int(match["year"])
    if year < 100:
        bare = not _label(text[: match.start()]) and not _CLOCK.match(text[match.end() :]) and len(text) > 10
        year += 2000
        if bare or not 2015 <= year <= today.year:
            return None
    if pattern is _RUN and not match["time"] and re.search(r"[号码编]", text[: match.start()]):
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def text_days(rows: list[Row], today: date) -> list[date]:
    """Every day on the paper, for tests and for looking at what was passed over."""
    return [day for row in rows for _, _, day, _ in _in_text(text_of(row), today)]
