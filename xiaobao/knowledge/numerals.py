"""Chinese numerals of articles: 一百四十八 and 148 are the same."""

from __future__ import annotations

DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
TENS = {"十": 10, "百": 100, "千": 1000}
CHARACTERS = "零〇一二两三四五六七八九十百千"


def number(text: str) -> int:
    """一百四十八, 148 or 百四十八 -> 148. What is no numeral counts as nothing."""
    if text.isdigit():
        return int(text)
    if not set(text) & set(TENS):  # read digit by digit: 一四八
        return int("".join(str(DIGITS[c]) for c in text if c in DIGITS) or 0)
    total = digit = 0
    for character in text:
        if character in DIGITS:
            digit = DIGITS[character]
        elif character in TENS:
            total += (digit or 1) * TENS[character]
            digit = 0
    return total + digit


def chinese(value: int) -> str:
    """148 -> 一百四十八, as statutes count their articles (1 to 9,999)."""
    words, zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, unit)
        if digit:
            words += ("零" if zero and words else "") + "零一二三四五六七八九"[digit] + name
            zero = False
        else:
            zero = True
    return words.removeprefix("一") if words.startswith("一十") else words
