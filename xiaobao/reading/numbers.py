"""Numbers as people type them: 2,680 / 138 000 / 1万2 / 一千二 / 两百五 / 壹仟贰佰."""

from __future__ import annotations

import re
from decimal import Decimal

DIGITS = {
    **{c: n for n, c in enumerate("零一二三四五六七八九")},
    **{c: n for n, c in enumerate("零壹贰叁肆伍陆柒捌玖")},
    "〇": 0, "○": 0, "两": 2, "俩": 2, "仨": 3, "贰": 2, "弐": 2, "幺": 1,
}  # fmt: skip
UNITS = {
    "十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "k": 1000, "K": 1000,
    "万": 10**4, "萬": 10**4, "w": 10**4, "W": 10**4, "亿": 10**8, "億": 10**8,
}  # fmt: skip
CHINESE = "零〇一二两俩三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟"

_TOKEN = re.compile(r"\d+(?:\.\d+)?|\S")


def parse(text: str) -> Decimal | None:
    """The number that a numeral stands for, or None when it is none.

    A last single digit without unit counts for the next lower unit, as in speech: 一千二 = 1200.
    """
    total = section = Decimal(0)
    pending: Decimal | None = None
    last_unit, after_zero, seen = 0, False, False
    for token in _TOKEN.findall(re.sub(r"[,\s个]", "", text)):
        if token in UNITS:
            unit = UNITS[token]
            if not seen and unit != 10:
                return None
            if unit < 10**4:
                section += (Decimal(1) if pending is None else pending) * unit
            else:
                total = (
                    (total + section + (pending or 0)) * unit
                    if unit == 10**8
                    else total + (section + (pending or 0)) * unit
                )
                section = Decimal(0)
            pending, last_unit, after_zero = None, unit, False
        else:
            digit = _digit(token)
            if digit is None or (pending is not None and token[0].isdigit()):
                return None
            if token in "零〇○" and pending is None and seen:
                after_zero = True
            else:
                pending = digit if pending is None else pending * 10 + digit
        seen = True
    if not seen:
        return None
    if pending is not None and last_unit >= 100 and not after_zero and pending < 10 and pending == int(pending):
        pending = pending * last_unit / 10
    return total + section + (pending or 0)


def whole(text: str) -> int | None:
    """A whole number, for days, months and row numbers."""
    number = parse(text)
    return int(number) if number is not None and number == int(number) else None


def _digit(token: str) -> Decimal | None:
    if token[0].isascii() and token[0].isdigit():
        return Decimal(token)
    return Decimal(DIGITS[token]) if token in DIGITS else None
