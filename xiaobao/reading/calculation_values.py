"""The values of a calculation in a text: what was paid, how often used, which rate (pure rules).

Values are text that a slot can keep: a decimal number, a whole number, an ISO day or the name of a choice.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from xiaobao.reading import amounts, dates, numbers
from xiaobao.reading.values import halve

Values = dict[str, str]
NONE = "none"  # of a value that does not exist, such as a price before a discount
_SMALL = "〇零一二两三四五六七八九十百千万"
_M = (
    rf"[¥]?\s?(\d[\d,]*(?:\.\d+)?\s?[万千百wWkK]?\d{{0,4}}|[{_SMALL}]{{1,12}})\s?(?:元钱|元|块钱|块)?"
    rf"(?![\d.%{_SMALL}次个天月年期折节倍件号点课周岁多来几半]|\s?左右)"
)
_N = rf"(\d{{1,4}}|[{_SMALL}]{{1,5}})"
_GAP = r"[^\d，,。；;！？!?〇零一二两三四五六七八九十百千万]{0,5}"
_TIMES = r"\s?(?:次|节|课时|个课时|堂)"
_SPAN = rf"(半|{_N})\s?(个半月|个月|期|年半|年|月)(?![卡底初末\d])"
FIELDS: dict[str, str] = {
    "paid": "money", "spent": "money", "gift": "money", "list_price": "money", "price": "money", "loss": "money",
    "received": "money", "principal": "money", "payment": "money", "interest": "money", "fee": "money",
    "total": "count", "used": "count", "free": "count", "count": "count", "months": "months",
    "rate": "rate", "discount": "discount", "day": "date", "shape": "choice", "reason": "choice", "method": "choice",
}  # fmt: skip
CHOICES: dict[str, tuple[tuple[str, str], ...]] = {
    "reason": (
        ("operator", "关门|倒闭|停业|跑路|闭店|关店|歇业|搬走|搬迁|搬了|换地方|停课|涨价|降服务|不开了|联系不上|不能正常|缩水|(?:商家|店家|店里|机构|老板|对方|他们)(?:的|那边)?(?:原因|问题|责任)"),
        ("consumer", "(?:个人|自己|自身|我)(?:的|这边的?)?(?:原因|问题)|不想(?:去|学|练|上|要|用|做)|没时间|没空|我?搬家|怀孕|出国|调动|去不了|不去了|后悔"),
    ),
    "shape": (
        ("period", "年卡|月卡|季卡|时间卡|包年|包月|不限次|按时间"),
        ("sessions", "次卡|按次|课时|节课|疗程"),
        ("value", "储值|充值|充了|预存|金额卡|充钱|按金额"),
    ),
    "method": (
        ("equal_principal", "等额本金|越还越少"),
        ("interest_first", "先息后本|先还利息|到期还本|一次性还本|到期一次|每个?月(?:只)?还利息"),
        ("equal_instalments", "等额本息|每个?月(?:都)?(?:还)?一样多|每期(?:都)?一样"),
    ),
}  # fmt: skip
_SHORT_CHOICES = {
    "reason": (("operator", "^(?:是|因为)?(?:商家|店家|店里|机构|老板|对方|他们)"), ("consumer", "^(?:是|因为)?(?:我|自己|个人)")),
    "shape": (("sessions", "^(?:按)?次"), ("period", "^(?:按)?(?:时间|年|月)"), ("value", "^(?:按)?(?:金额|钱|储值|充值)")),
    "method": (("equal_instalments", "^(?:都)?一样"), ("interest_first", "^先.?息"), ("equal_principal", "^本金")),
}  # fmt: skip

_MONEY: dict[str, dict[str, str]] = {
    "prepaid": {
        "gift": rf"(?:赠送?|送|返)了?\s?{_M}",
        "spent": rf"(?:用了|用掉了?|用去了?|已用|已消费|消费了|消费掉了?|刷了|花掉了?|扣了){_GAP}{_M}",
        "left": rf"(?:余额|还剩下?|剩余|剩下?|卡里还有|没用完?的?)(?:还有|是|有)?\s?{_M}",
        "list_price": rf"(?:原价|门市价|打折前|单次|零售价|单买)(?:是|要|每次|一次|单次|价)?\s?{_M}",
        "paid": rf"(?:充值?|预存|存|交|缴|付|办|花|买|价格|总价|一共|总共|学费|卡费|收){_GAP}{_M}|卡\s?{_M}|{_M}(?:的|办的?|买的?)",
    },
    "compensation": {
        "loss": rf"(?:医药费|医疗费|药费|看病|损失|住院){_GAP}{_M}",
        "price": rf"(?:花|买|付|价格|价款|价钱|售价|货款|总价){_GAP}{_M}|{_M}(?:的|买的?)",
    },
    "annual_rate": {
        "payment": rf"(?:每个?月|每期|月供|月还|一个?月){_GAP}{_M}",
        "received": rf"(?:到手|实到|实际(?:到账|收到|拿到)|到账|拿到|收到){_GAP}{_M}",
        "fee": rf"(?:手续费|砍头息|服务费|会员费|担保费|先扣|预扣|扣掉?了?){_GAP}{_M}",
        "principal": rf"(?:借款?|贷款?|合同(?:上)?(?:写|金额)|本金){_GAP}{_M}",
    },
    "early": {
        "fee": rf"(?:违约金|手续费|补偿金){_GAP}{_M}",
        "principal": rf"(?:借款?|贷款?|本金){_GAP}{_M}|{_M}的?(?:贷款|借款|房贷|车贷)",
    },
    "deposit": {
        "interest": rf"(?:利息){_GAP}{_M}",
        "principal": rf"(?:存款?|本金){_GAP}{_M}|{_M}的?存款",
    },
}  # fmt: skip
_USED = rf"(?:用了|用掉了?|上了|去了|做了|练了|剪了|学了|已用|已上|消费了|才用|只用){_GAP}{_N}{_TIMES}"
_LEFT = rf"(?:还剩下?|剩余|剩下?|没用的?|没上的?){_GAP}{_N}{_TIMES}"
_FREE = rf"(?:赠送?|送)了?\s?{_N}{_TIMES}"
_RATE = re.compile(
    r"(月|年)?(?:利率|利息|化利率|化|息)\D{0,4}?(?:(\d+(?:\.\d+)?)\s?%|百分之\s?([\d.]+|[一二三四五六七八九十点]+))"
)


def read(kind: str, text: str, today: date) -> Values:
    """Every value of this kind of calculation that stands in `text`."""
    plain = halve(text)
    return _READERS[kind](plain, today)


def answer(field: str, text: str, today: date) -> tuple[str | None, str | None]:
    """(value, error) of a bare answer to one question; (None, None) when the words are no such answer."""
    said = re.sub(r"[。，,.!！~～\s]+$", "", halve(text.strip()))
    return _ANSWERS[FIELDS[field]](field, said, today)


def money(written: str) -> str | None:
    """1,200 / 1.5万 / 三千 as a decimal number; None for 两三千."""
    if re.search(r"[一二两三四五六七八九]{2}[十百千万]", written):
        return None
    number = numbers.parse(written.replace(",", "").replace(" ", ""))
    return None if number is None else f"{number.normalize():f}"


def _first(pattern: str, text: str) -> str | None:
    found = re.search(pattern, text)
    return next((group for group in found.groups() if group), None) if found else None


def _amounts(group: str, text: str) -> tuple[Values, str]:
    """Values by their patterns, each taken out of the text so that none is read twice."""
    found: Values = {}
    for field, pattern in _MONEY[group].items():
        for match in re.finditer(pattern, text):
            written = next((g for g in match.groups() if g), None)
            value = money(written) if written else None
            if value is not None and Decimal(value) > 0:
                found[field] = value
                text = text[: match.start()] + "，" + text[match.end() :]
                break
    return found, text


def _only(text: str) -> str | None:
    """The only exact sum of a text."""
    sums = {amount.cents for amount in amounts.parse(text) if not amount.approximate}
    return f"{Decimal(sums.pop()).scaleb(-2).normalize():f}" if len(sums) == 1 else None


def _choose(field: str, text: str) -> Values:
    return next(({field: name} for name, pattern in CHOICES[field] if re.search(pattern, text)), {})


def _prepaid(text: str, today: date) -> Values:
    found, rest = _amounts("prepaid", text)
    found |= _choose("shape", text) | _choose("reason", text)
    if free := _count(_FREE, text):
        found["free"], text = free, re.sub(_FREE, "，", text)
    if used := _count(_USED, text):
        found["used"], text = used, re.sub(_USED, "，", text)
    left = _count(_LEFT, text)
    text = re.sub(_LEFT, "，", text)
    if total := _count(rf"{_N}{_TIMES}", text):
        found |= {"total": total} | ({"shape": "sessions"} if found.get("shape") != "period" else {})
        if left and "used" not in found and int(left) <= int(total):
            found["used"] = str(int(total) - int(left))
    if found.get("shape") == "period":
        found = {field: value for field, value in found.items() if field not in ("used", "total", "free")}
        found |= _period(text)
    left_sum = found.pop("left", None)
    if left_sum and "paid" in found and "spent" not in found:
        spent = Decimal(found["paid"]) + Decimal(found.get("gift", 0)) - Decimal(left_sum)
        if spent >= 0 and "折" not in text:
            found["spent"] = f"{spent:f}"
    if "paid" not in found and (only := _only(rest)):
        found["paid"] = only
    if tenths := _first(r"(\d(?:\.\d|\d)?|[一二三四五六七八九]五?)折", text):
        found["discount"] = _tenths(tenths)
    return found


def _tenths(written: str) -> str:
    """8, 8.5, 85, 八五 -> tenths."""
    digits = "".join(str(numbers.DIGITS.get(c, c)) for c in written)
    return f"{digits[0]}.{digits[1]}" if len(digits) == 2 else digits


def _period(text: str) -> Values:
    found: Values = {}
    card = re.search(rf"(半年|季|月|{_N}年|年)卡", text)
    if card:
        named = {"半年": 6, "季": 3, "月": 1, "年": 12}.get(card[1])
        found["total"] = str(named or 12 * int(numbers.whole(card[2]) or 1))
    used = re.search(rf"(?:用了|去了|练了|上了|学了|才用|只用|用过|办了)\s?{_SPAN}", text)
    left = re.search(rf"(?:还剩下?|剩余|剩下?|还有)\s?{_SPAN}", text)
    if used:
        found["used"] = _months(used)
    elif left and card and int(_months(left)) <= int(found["total"]):
        found["used"] = str(int(found["total"]) - int(_months(left)))
    return found


def _months(match: re.Match[str]) -> str:
    """半年, 3个月, 两年, 一年半: months."""
    number, unit = match[1], match[3]
    if number == "半":
        return "6" if unit.startswith("年") else "0"
    count = numbers.whole(number) or 0
    return str(count * 12 + (6 if unit == "年半" else 0) if unit.startswith("年") else count)


def _count(pattern: str, text: str) -> str | None:
    written = _first(pattern, text)
    number = numbers.whole(written) if written else None
    return None if number is None else str(number)


def _main_sum(group: str, field: str, text: str) -> Values:
    """Sums by their patterns; the only one left over is the main one if nothing else named it."""
    found, rest = _amounts(group, text)
    if field not in found and (only := _only(rest)):
        found[field] = only
    return found


def _compensation(text: str, today: date) -> Values:
    return _main_sum("compensation", "price", text)


def _annual(text: str, today: date) -> Values:
    found, _ = _amounts("annual_rate", text)
    found |= _choose("method", text)
    fee = found.pop("fee", None)
    if fee and "principal" in found and "received" not in found and Decimal(fee) < Decimal(found["principal"]):
        found["received"] = f"{Decimal(found['principal']) - Decimal(fee):f}"
    if span := re.search(rf"(?<!每)(?<!第){_SPAN}", text):
        found["months"] = _months(span)
    return found


def _early(text: str, today: date) -> Values:
    found, _ = _amounts("early", text)
    found |= _choose("method", text)
    if rate := _RATE.search(text):
        found["rate"] = _percent(rate)
    used = re.search(rf"(?:还了|已还|用了|已经还?|还过|过了|还到第)\s?{_SPAN}", text)
    if used:
        found["used"] = _months(used)
        text = text[: used.start()] + "，" + text[used.end() :]
    if span := re.search(rf"(?<!每)(?<!第){_SPAN}", text):
        found["months"] = _months(span)
    return found


def _percent(match: re.Match[str]) -> str:
    number = Decimal(match[2]) if match[2] else numbers.parse(match[3]) or Decimal(0)
    return f"{(number * (12 if match[1] == '月' else 1)).normalize():f}"


def _deposit(text: str, today: date) -> Values:
    return _main_sum("deposit", "principal", text)


def _day(text: str, today: date) -> Values:
    days = [day for day in dates.parse(text, today) if day.precision == "day" and day.iso]
    return {"day": str(days[0].iso)} if len(days) == 1 else {}


def _working_days(text: str, today: date) -> Values:
    found = _day(text, today)
    if count := _count(rf"{_N}\s?个?工作日", text):
        found["count"] = count
    return found


_READERS: dict[str, Callable[[str, date], Values]] = {
    "prepaid": _prepaid, "threefold": _compensation, "food": _compensation, "drug": _compensation,
    "annual_rate": _annual, "early": _early, "deposit": _deposit, "return": _day, "working_days": _working_days,
}  # fmt: skip

_LEAD = r"(?:我|我是|是|一共|总共|共|大概|差不多|花了|付了|交了|充了|存了|借了|贷了|用了|消费了|上了|去了|做了|练了|还了|已经|已经还了|才|只|就|买了|到手|每月|每月还|每个月|每个月还|原价|期限|办了|分)*"
_TAIL = r"(?:了|吧|的|呢|啊|钱|多一?点)*"


def _bare_money(field: str, said: str, today: date) -> tuple[str | None, str | None]:
    if re.fullmatch(rf"{_LEAD}(?:[-−]|负)\s?\d[\d,.]*\S{{0,2}}", said):
        return None, "negative"
    if field == "list_price" and re.fullmatch(r"(?:没有?|无|不)(?:打折|折扣|优惠)\S{0,2}|没有|一样|就是这个价", said):
        return NONE, None
    if found := re.fullmatch(rf"{_LEAD}\s?{_M}{_TAIL}", said):
        value = money(found[1])
        if value is not None:
            return value, None
    if len(said) <= 12 and any(amount.approximate for amount in amounts.parse_bare(said)):
        return None, "approximate"
    return None, None


def _bare_count(field: str, said: str, today: date) -> tuple[str | None, str | None]:
    if re.fullmatch(rf"{_LEAD}(?:[-−]|负)\s?\d+\S{{0,2}}", said):
        return None, "negative"
    if field in ("used", "spent") and re.fullmatch(r"(?:一次|一节)?(?:都)?(?:还)?没(?:有)?(?:用|去|上)(?:过)?", said):
        return "0", None
    if span := re.fullmatch(rf"{_LEAD}\s?{_SPAN}{_TAIL}", said):
        return _months(span), None
    if found := re.fullmatch(rf"{_LEAD}\s?{_N}\s?(?:次|节|课时|堂|个工作日|工作日|天|个)?{_TAIL}", said):
        number = numbers.whole(found[1])
        return (None, None) if number is None else (str(number), None)
    return (
        (None, "approximate")
        if re.fullmatch(rf"{_LEAD}\s?(?:好几|几|[\d十]+多)\s?(?:次|节|个月|年)?{_TAIL}", said)
        else (None, None)
    )


def _bare_rate(field: str, said: str, today: date) -> tuple[str | None, str | None]:
    if re.search(r"(?:[-−]|负)\s?\d", said):
        return None, "negative"
    if found := _RATE.search(said):
        return _percent(found), None
    found = re.fullmatch(rf"{_LEAD}(?:百分之)?\s?(\d+(?:\.\d+)?)\s?%?{_TAIL}", said)
    return (found[1], None) if found else (None, None)


def _bare_date(field: str, said: str, today: date) -> tuple[str | None, str | None]:
    days = dates.parse(said, today) if len(said) <= 16 else []
    if len(days) != 1:
        return None, None
    if days[0].precision == "invalid":
        return None, "date_invalid"
    return (str(days[0].iso), None) if days[0].precision == "day" else (None, "date_no_day")


def _bare_choice(field: str, said: str, today: date) -> tuple[str | None, str | None]:
    patterns = (*CHOICES[field], *_SHORT_CHOICES[field]) if len(said) <= 20 else ()
    return next((name for name, pattern in patterns if re.search(pattern, said)), None), None


_ANSWERS: dict[str, Callable[[str, str, date], tuple[str | None, str | None]]] = {
    "money": _bare_money, "count": _bare_count, "months": _bare_count, "rate": _bare_rate, "discount": _bare_rate,
    "date": _bare_date, "choice": _bare_choice,
}  # fmt: skip
