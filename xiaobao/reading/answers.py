"""One answer to one question of the form.

Each reader returns an `Answer`: the words as given, what they mean, or the code of what is wrong
with them; the caller has the words for each code.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date as Day
from itertools import pairwise

from xiaobao.reading import amounts, dates, numbers
from xiaobao.reading.values import halve

UNKNOWN = re.compile(
    r"^(?:我|这个|这|具体)*(?:也|都|真|实在)?(?:不知道|不清楚|不太清楚|不大清楚|不记得|记不清|记不得|记不住|忘记|忘|想不起来|说不清|不晓得|没印象|不确定|没有留意|没注意|不了解|找不到|找不着|哪(?:里|儿)?(?:晓得|知道|记得))"
    r"(?:了|具体|啊|呢|呀|嘛|怎么写|的|哦|多少|哪天|地址|是哪天|店名)*(?:[，,\s]*真?(?:不知道|不清楚|不记得)了?)?[。，,.!！~～]*$"
)
SKIP = re.compile(
    r"^(?:跳过|下一[个题步]|先不填|不填|不想填|不想说|不方便|不方便说|略过|略|没有(?:了|这个)?|无|暂无|pass)[。.!！]*$"
)
_YES = re.compile(
    r"^(?:是|是的|对|对的|嗯+|恩|好|好的|好吧|可以|行|没错|同意|愿意|确认|确定|要|需要|有|有的|有过|找过|联系过|谈过|说过|当然|ok|OK|yes|可以的|没问题|没意见|自己用|自用|对啊|是啊|是呀|必须的|联系了|找了)(?:[的了啊呀吧哦呢]*)[，,。.!！~]*"
)
_NO = re.compile(r"^(?:不|没|否|未|别|无|no\b|NO\b|还没|从没|不是|不用|不要|不同意|不愿意|不行|不可以|没有)")
_LONGEST = 200
# A letter by its place on the keyboard; rows lie far apart.
_KEYS = {
    key: 20 * row + place
    for row, keys in enumerate(("qwertyuiop", "asdfghjkl;", "zxcvbnm"))
    for place, key in enumerate(keys)
}


@dataclass(frozen=True)
class Answer:
    """`value` as written, `normalised` what it stands for, `error` a code when it can't be used.

    An amount is in cents; `bounds` (cents) and `approximate` stand for 两三千. `unknown` is 不知道, no error.
    """

    value: str | None = None
    normalised: str | int | bool | None = None
    error: str | None = None
    approximate: bool = False
    bounds: tuple[int, int] | None = None
    unknown: bool = False


def _blank(text: str, longest: int = _LONGEST) -> Answer | None:
    """What goes for every question: nothing said, too much said, or 不知道."""
    said = text.strip()
    if not said:
        return Answer(error="empty")
    if is_unknown(said):
        return Answer(value=said, unknown=True)
    if len(said) > longest:
        return Answer(error="too_long")
    return None


def is_unknown(text: str) -> bool:
    """不知道, 记不清, 忘了."""
    return bool(UNKNOWN.match(text.strip()))


def is_skip(text: str) -> bool:
    """跳过, 没有, 不想填."""
    return bool(SKIP.match(text.strip()))


def is_rubbish(text: str) -> bool:
    """asdfgh, zxcvbn, 啊啊啊啊: keys beside each other or one again and again. KFC and lululemon are names."""
    said = "".join(text.lower().split()).strip("。，,.!！~")
    if len(said) < 4 or said.isdigit():
        return False
    if len(set(said)) == 1:
        return True
    if not re.fullmatch(r"[a-z;]+", said):
        return False
    beside = sum(abs(_KEYS[a] - _KEYS[b]) == 1 for a, b in pairwise(said) if a in _KEYS and b in _KEYS)
    return beside >= 0.75 * (len(said) - 1) or (len(said) > 4 and not re.search(r"[aeiouy]", said))


def amount(text: str) -> Answer:
    """A sum. Errors: empty, too_long, amount_negative, amount_zero, amount_too_large, amount_unclear."""
    if (early := _blank(text)) is not None:
        return early
    said = halve(text.strip())
    if re.search(r"(?:^|[^\d一-鿿])[-−]\s?[¥]?\s?\d|^负\s?[\d一二两三四五六七八九十百千万]", said) and not re.search(
        r"\d\s?[-−]\s?\d", said
    ):
        return Answer(error="amount_negative")
    found = amounts.parse(text) or _bare(text)
    if not found:
        if re.search(r"(?<!\d)[0零〇](?:\.0+)?\s?(?:元|块|块钱)?(?!\d)|没花钱|免费", said):
            return Answer(error="amount_zero")
        return Answer(error="amount_too_large" if re.search(r"\d{12,}", said) else "amount_unclear")
    chosen = amounts.main(found, text) if len(found) > 1 else found[0]
    if chosen is None or (len({a.cents for a in found}) > 1 and not re.search(r"一共|总共|共|合计", said)):
        return Answer(error="amount_unclear")
    if chosen.cents > amounts.ANSWER_LIMIT_CENTS:
        return Answer(error="amount_too_large")
    bounds = (chosen.low_cents, chosen.high_cents) if chosen.approximate else None
    return Answer(chosen.text, chosen.cents, approximate=chosen.approximate, bounds=bounds)


def _bare(text: str) -> list[amounts.Amount]:
    """A number without unit is a sum when a sum was asked for: 2680, 大概两千, 一千二左右."""
    body = re.sub(r"^(?:大概|大约|差不多|好像|应该|可能|是|一共|总共|共|花了|付了|也就|就|我|约|：|:|\s)+", "", text)
    body = re.sub(r"(?:吧|左右|的样子|上下|啊|哦|呢|了|[。，,.!！~\s])+$", "", body)
    start = text.find(body) if body else -1
    number = numbers.parse(halve(body)) if body else None
    if start < 0 or number is None or number <= 0:
        return amounts.parse_bare(text)
    cents = int(number * 100)
    rough = bool(re.search(r"大概|大约|差不多|好像|可能|左右|上下|约", text))
    return [amounts.Amount(body, start, start + len(body), cents, "other", rough, cents, cents)]


def date(text: str, today: Day) -> Answer:
    """A day or stretch, not after today. Errors: empty, too_long, date_invalid, date_in_future, date_unclear."""
    if (early := _blank(text)) is not None:
        return early
    found = dates.parse(text, today) or _terse_date(text, today)
    if not found:
        return Answer(error="date_in_future" if re.search(r"明天|后天|明年|下个?月|明后天", text) else "date_unclear")
    valid = [day for day in found if day.precision != "invalid"]
    if not valid:
        return Answer(error="date_invalid")
    chosen = dates.main(valid, text) or valid[0]
    if chosen.future:
        return Answer(error="date_in_future")
    return Answer(chosen.text, chosen.iso, approximate=chosen.precision != "day")


def _terse_date(text: str, today: Day) -> list[dates.Date]:
    """20240305, 12.25, 12-25, 3/5: dates only when a date was asked for."""
    plain = halve(text)
    if match := re.search(r"(?<!\d)((?:19|20)\d{2})(\d{2})(\d{2})(?!\d)", plain):
        return _respelt(text, match.span(), f"{match[1]}-{match[2]}-{match[3]}", today)
    if match := re.search(r"(?<![\d.])(\d{1,2})\s?[-/.]\s?(\d{1,2})(?![\d.])", plain):
        return _respelt(text, match.span(), f"{match[1]}月{match[2]}日", today)
    if match := re.search(r"(?<![\d.])((?:19|20)\d{2})[-/.](\d{1,2})(?![\d.])", plain):
        return _respelt(text, match.span(), f"{match[1]}年{match[2]}月", today)
    if match := re.search(r"^\s*(\d{1,2}|[一二三四五六七八九十]{1,3})[号日]\s*$", plain):
        return _respelt(text, match.span(), f"{match[0].strip()}那天".replace("日", "号"), today)
    return []


def _respelt(text: str, span: tuple[int, int], spelt: str, today: Day) -> list[dates.Date]:
    return [replace(day, text=text[slice(*span)], start=span[0], end=span[1]) for day in dates.parse(spelt, today)]


def phone(text: str) -> Answer:
    """A mobile or landline number. Errors: empty, too_long, phone_wrong_length, phone_invalid."""
    if (early := _blank(text)) is not None:
        return early
    run = max(re.findall(r"\+?\d(?:[\d\s()（）—－-]*\d)?", halve(text)), key=len, default="")
    digits = re.sub(r"\D", "", run)
    if run.startswith("+86") or (len(digits) == 13 and digits.startswith("861")):
        digits = digits[2:]
    if not digits:
        return Answer(error="phone_invalid")
    if digits.startswith("0"):
        ok = bool(re.fullmatch(r"0(?:10|2\d)[2-8]\d{7}|0[3-9]\d{2}[2-8]\d{6,7}", digits))
        return (
            Answer(run, digits)
            if ok
            else Answer(error="phone_wrong_length" if not 10 <= len(digits) <= 12 else "phone_invalid")
        )
    if re.fullmatch(r"[2-8]\d{6,7}", digits) or re.fullmatch(r"[48]00\d{7}", digits):
        return Answer(run, digits)
    if len(digits) != 11:
        return Answer(error="phone_wrong_length")
    return Answer(run, digits) if re.match(r"1[3-9]", digits) else Answer(error="phone_invalid")


def name(text: str) -> Answer:
    """A person's name; 我叫张三 gives 张三. Errors: empty, too_long, name_unclear."""
    if (early := _blank(text, 40)) is not None:
        return early
    match = re.search(
        r"(?:我叫|叫我|我是|姓名[：:是]?|名字[是叫：:]?|叫|免贵姓|我姓)?\s*([一-鿿㐀-䶿·]{1,40}|[A-Za-z][A-Za-z .'\-]{1,30})[。，,.!！\s]*$",
        text.strip(),
    )
    if match is None:
        return Answer(error="name_unclear")
    return Answer(match[1].strip(), match[1].strip())


def address(text: str) -> Answer:
    """An address as written. Errors: empty, too_long, address_unclear (nothing that names a place)."""
    if (early := _blank(text)) is not None:
        return early
    said = re.sub(r"^(?:地址[是在为：:]?|店在|就?在|位于|是在|它在|我住在?|住在?)\s*", "", text.strip()).rstrip(
        "。，,.!！ "
    )
    if len(said) < 2 or not re.search(r"[一-鿿A-Za-z]", said):
        return Answer(error="address_unclear")
    return Answer(said, said)


def words(text: str, longest: int = 100) -> Answer:
    """Free words such as a shop's name. Errors: empty, too_long."""
    if (early := _blank(text, longest)) is not None:
        return early
    said = text.strip().rstrip("。，,")
    return Answer(said, said) if said else Answer(error="empty")


def choice(text: str, titles: Sequence[str]) -> Answer:
    """One of several by its number (2, 第二个, 选2) or its words. Errors: empty, too_long, choice_unclear."""
    if (early := _blank(text)) is not None:
        return early
    said = halve(text.strip()).rstrip("。，,.!！")
    match = re.fullmatch(
        r"(?:我?选|第|我要)?(?:第)?\s?(\d{1,2}|[一二两三四五六七八九十]{1,2})\s?(?:个|项|条|号|吧|、)?", said
    )
    if match is not None:
        number = numbers.whole(match[1])
        if number is not None and 1 <= number <= len(titles):
            return Answer(text.strip(), number - 1)
        return Answer(error="choice_unclear")
    if said in {"最后一个", "最后"} and titles:
        return Answer(text.strip(), len(titles) - 1)
    hits = [n for n, title in enumerate(titles) if said == title] or [
        n for n, title in enumerate(titles) if title in said or (len(said) > 1 and said in title)
    ]
    return Answer(text.strip(), hits[0]) if len(hits) == 1 else Answer(error="choice_unclear")


def yes_no(text: str) -> Answer:
    """True, False or unknown. Errors: empty, too_long, yes_no_unclear."""
    if (early := _blank(text)) is not None:
        return early
    said = text.strip()
    if _NO.match(said) and not re.match(r"(?:没错|没问题|没意见|不错|无误)", said):
        return Answer(said, False)
    if _YES.match(said):
        return Answer(said, True)
    return Answer(error="yes_no_unclear")
