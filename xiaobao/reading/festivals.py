"""Festivals and sales days by name: first and last day in a given year.

The days of the lunar calendar are looked up: a complaint reaches back a few years at most.
"""

from __future__ import annotations

from datetime import date, timedelta

FIXED: dict[str, tuple[int, int, int]] = {
    "元旦": (1, 1, 1), "情人节": (2, 14, 1), "三八节": (3, 8, 1), "三八妇女节": (3, 8, 1), "妇女节": (3, 8, 1), "315": (3, 15, 1),
    "3·15": (3, 15, 1), "3.15": (3, 15, 1), "五一": (5, 1, 5), "劳动节": (5, 1, 5), "五一劳动节": (5, 1, 5), "520": (5, 20, 1),
    "六一": (6, 1, 1), "儿童节": (6, 1, 1), "六一儿童节": (6, 1, 1), "618": (6, 18, 1), "6·18": (6, 18, 1), "6.18": (6, 18, 1),
    "六一八": (6, 18, 1), "教师节": (9, 10, 1), "国庆": (10, 1, 7), "国庆节": (10, 1, 7), "十一": (10, 1, 7), "双十一": (11, 11, 1),
    "双11": (11, 11, 1), "双一一": (11, 11, 1), "双十二": (12, 12, 1), "双12": (12, 12, 1), "平安夜": (12, 24, 1), "圣诞": (12, 25, 1),
    "圣诞节": (12, 25, 1), "女生节": (3, 7, 1), "女神节": (3, 8, 1), "植树节": (3, 12, 1), "愚人节": (4, 1, 1), "青年节": (5, 4, 1),
    "护士节": (5, 12, 1), "建党节": (7, 1, 1), "建军节": (8, 1, 1), "万圣节": (10, 31, 1), "光棍节": (11, 11, 1), "跨年夜": (12, 31, 1),
    "跨年": (12, 31, 1),
    # Solar terms move by a day from year to year.
    "立春": (2, 3, 3), "惊蛰": (3, 4, 3), "春分": (3, 19, 3), "立夏": (5, 4, 3), "芒种": (6, 4, 3), "夏至": (6, 20, 3),
    "立秋": (8, 6, 3), "处暑": (8, 22, 3), "秋分": (9, 22, 3), "霜降": (10, 22, 3), "立冬": (11, 6, 3), "冬至": (12, 20, 3),
}  # fmt: skip
# Terms that are names and everyday words as well: a day only where something says so (谷雨那天, 小雪前一日).
TERMS: dict[str, tuple[int, int, int]] = {
    "小寒": (1, 4, 3), "大寒": (1, 19, 3), "雨水": (2, 18, 3), "谷雨": (4, 19, 3), "小满": (5, 20, 3), "小暑": (7, 6, 3),
    "大暑": (7, 22, 3), "白露": (9, 6, 3), "寒露": (10, 7, 3), "小雪": (11, 21, 3), "大雪": (12, 6, 3),
}  # fmt: skip

# Month and day of 清明, 端午, 七夕, 中秋, 重阳, 春节 (first day of the first month) by year.
_LUNAR: dict[int, dict[str, tuple[int, int]]] = {
    2018: {"春节": (2, 16), "清明": (4, 5), "端午": (6, 18), "七夕": (8, 17), "中秋": (9, 24), "重阳": (10, 17)},
    2019: {"春节": (2, 5), "清明": (4, 5), "端午": (6, 7), "七夕": (8, 7), "中秋": (9, 13), "重阳": (10, 7)},
    2020: {"春节": (1, 25), "清明": (4, 4), "端午": (6, 25), "七夕": (8, 25), "中秋": (10, 1), "重阳": (10, 25)},
    2021: {"春节": (2, 12), "清明": (4, 4), "端午": (6, 14), "七夕": (8, 14), "中秋": (9, 21), "重阳": (10, 14)},
    2022: {"春节": (2, 1), "清明": (4, 5), "端午": (6, 3), "七夕": (8, 4), "中秋": (9, 10), "重阳": (10, 4)},
    2023: {"春节": (1, 22), "清明": (4, 5), "端午": (6, 22), "七夕": (8, 22), "中秋": (9, 29), "重阳": (10, 23)},
    2024: {"春节": (2, 10), "清明": (4, 4), "端午": (6, 10), "七夕": (8, 10), "中秋": (9, 17), "重阳": (10, 11)},
    2025: {"春节": (1, 29), "清明": (4, 4), "端午": (5, 31), "七夕": (8, 29), "中秋": (10, 6), "重阳": (10, 29)},
    2026: {"春节": (2, 17), "清明": (4, 5), "端午": (6, 19), "七夕": (8, 19), "中秋": (9, 25), "重阳": (10, 18)},
    2027: {"春节": (2, 6), "清明": (4, 5), "端午": (6, 9), "七夕": (8, 8), "中秋": (9, 15), "重阳": (10, 8)},
    2028: {"春节": (1, 26), "清明": (4, 4), "端午": (5, 28), "七夕": (8, 26), "中秋": (10, 3), "重阳": (10, 26)},
    2029: {"春节": (2, 13), "清明": (4, 4), "端午": (6, 16), "七夕": (8, 16), "中秋": (9, 22), "重阳": (10, 16)},
    2030: {"春节": (2, 3), "清明": (4, 5), "端午": (6, 5), "七夕": (8, 5), "中秋": (9, 12), "重阳": (10, 5)},
}

_LUNAR_NAMES = {
    "春节": ("春节", -1, 7), "过年": ("春节", -1, 7), "大年初一": ("春节", 0, 1), "除夕": ("春节", -1, 1), "年三十": ("春节", -1, 1),
    "元宵": ("春节", 14, 1), "元宵节": ("春节", 14, 1), "清明": ("清明", 0, 1), "清明节": ("清明", 0, 1), "端午": ("端午", 0, 1),
    "端午节": ("端午", 0, 1), "七夕": ("七夕", 0, 1), "七夕节": ("七夕", 0, 1), "中秋": ("中秋", 0, 1), "中秋节": ("中秋", 0, 1),
    "重阳": ("重阳", 0, 1), "重阳节": ("重阳", 0, 1), "腊八": ("春节", -22, 1), "小年": ("春节", -8, 2), "八月十五": ("中秋", 0, 1),
}  # fmt: skip

NAMES = sorted([*FIXED, *_LUNAR_NAMES], key=len, reverse=True)


def days(name: str, year: int) -> tuple[date, date] | None:
    """First and last day of a festival in that year; None for a lunar one outside the table."""
    if name in FIXED or name in TERMS:
        month, day, length = FIXED.get(name) or TERMS[name]
        first = date(year, month, day)
        return first, first + timedelta(days=length - 1)
    anchor, shift, length = _LUNAR_NAMES[name]
    if year not in _LUNAR:
        return None
    first = date(year, *_LUNAR[year][anchor]) + timedelta(days=shift)
    return first, first + timedelta(days=length - 1)


# From which known day each lunar month is counted: the festival, how many days after it the month begins, how many days
# that may be wrong by (a month has 29 or 30).
_MONTHS = {
    1: ("春节", 0, 0), 2: ("春节", 30, 1), 3: ("端午", -63, 1), 4: ("端午", -34, 1), 5: ("端午", -4, 0), 6: ("端午", 26, 1),
    7: ("七夕", -6, 0), 8: ("中秋", -14, 0), 9: ("重阳", -8, 0), 10: ("重阳", 22, 1), 11: ("重阳", 51, 1),
}  # fmt: skip


def lunar_day(month: int, day: int, year: int) -> tuple[date, date] | None:
    """正月十六, 九月初九 of a year, or 腊月二十三 of the lunar year that ends in it; two days and more where unsure."""
    if year not in _LUNAR or not 1 <= month <= 12 or not 1 <= day <= 30:
        return None
    if month == 12:
        last = date(year, *_LUNAR[year]["春节"]) - timedelta(days=30 - day)
        return last - timedelta(days=1), last
    festival, begins, unsure = _MONTHS[month]
    first = date(year, *_LUNAR[year][festival]) + timedelta(days=begins + day - 1)
    return first - timedelta(days=unsure), first + timedelta(days=unsure)


def lunar_month(month: int, year: int) -> tuple[date, date] | None:
    """正月里: all of a lunar month."""
    first, last = lunar_day(month, 1, year), lunar_day(month, 29, year)
    return (first[0], last[1]) if first and last else None
