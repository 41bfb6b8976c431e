"""What is left of a prepaid card: 最高法预付式消费解释, articles 14 to 22.

Article 15: the prepayment less the price of what was already provided. How that price is reckoned depends on
whose reason ends the contract: at the discount when it is not the consumer's (18), at the price before the
discount when it is (19), but the consumer never pays on top (20). Unlimited use goes by time (22).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from xiaobao.knowledge.calculators.working import Impossible, Line, Working, not_negative, positive, yuan

LAW = "最高法预付式消费解释"
Reason = Literal["operator", "consumer"]


@dataclass(frozen=True)
class SessionCard:
    """`paid` for `total` sessions, `used` of them; `free` were given on top; `list_price`: one, before the discount."""

    paid: Decimal
    total: int
    used: int
    reason: Reason
    free: int = 0
    list_price: Decimal | None = None


@dataclass(frozen=True)
class ValueCard:
    """`paid` in, `gift` credited on top; `spent` at listed prices; `discount` in tenths (8 is 八折)."""

    paid: Decimal
    spent: Decimal
    reason: Reason
    gift: Decimal = Decimal(0)
    discount: Decimal = Decimal(10)


@dataclass(frozen=True)
class PeriodCard:
    """Unlimited use for `total` months, `used` of them up to the end of the contract or of the service."""

    paid: Decimal
    total: int
    used: int
    reason: Reason


def of_sessions(card: SessionCard) -> Working:
    """A card of so many sessions."""
    paid, total = positive(card.paid, "paid"), positive(card.total, "total")
    used, free = not_negative(card.used, "used"), not_negative(card.free, "free")
    if used > total + free:
        raise Impossible("used_above_total", "used")
    unit = paid / total
    if card.reason == "consumer" and card.list_price is not None:
        price = positive(card.list_price, "list_price")
        if price < unit:
            raise Impossible("list_below_unit", "list_price")
        line = Line("sessions_list", {"price": yuan(price), "used": card.used, "value": yuan(price * used)})
        return _working(paid, price * used, (line,), card.reason, free > 0, "第十九条")
    lines = [
        Line("sessions_unit", {"paid": yuan(paid), "total": card.total, "unit": yuan(unit)}),
        Line("sessions_used", {"unit": yuan(unit), "used": card.used, "value": yuan(min(unit * used, paid))}),
    ]
    article = "第十八条" if card.reason == "operator" else "第十九条"
    if not free:
        return _working(paid, unit * used, tuple(lines), card.reason, False, article)
    spread = paid / (total + free)
    count = {"total": card.total, "free": card.free, "count": card.total + card.free}
    lines.append(
        Line("sessions_with_free", {**count, "unit": yuan(spread), "used": card.used, "value": yuan(spread * used)})
    )
    low = _working(paid, min(unit * used, paid), tuple(lines), card.reason, True, article)
    values = {"low": low.result.values["refund"], "high": yuan(paid - spread * used)}
    return Working(low.lines[:-1], Line("refund_between", values), low.conditions, low.citations)


def of_value(card: ValueCard) -> Working:
    """A card with money on it."""
    paid, spent = positive(card.paid, "paid"), not_negative(card.spent, "spent")
    gift, discount = not_negative(card.gift, "gift"), positive(card.discount, "discount")
    if discount > 10:
        raise Impossible("discount_above_ten", "discount")
    if spent * discount / 10 > paid + gift:
        raise Impossible("spent_above_card", "spent")
    if card.reason == "consumer":
        return _working(paid, spent, (Line("value_list", {"spent": yuan(spent)}),), card.reason, False, "第十九条")
    lines = []
    share = Fraction(1)
    if gift:
        share = paid / (paid + gift)
        card_sum = {"paid": yuan(paid), "gift": yuan(gift), "sum": yuan(paid + gift), "share": yuan(share * 100)}
        lines.append(Line("value_share", card_sum))
    share *= discount / 10
    key = "value_discounted" if discount != 10 or gift else "value_spent"
    lines.append(Line(key, {"spent": yuan(spent), "rate": yuan(share * 100), "value": yuan(spent * share)}))
    return _working(paid, spent * share, tuple(lines), card.reason, False, "第十八条")


def of_period(card: PeriodCard) -> Working:
    """Unlimited use: the rest of the time to the whole of it, whoever's reason (22)."""
    paid, total, used = positive(card.paid, "paid"), positive(card.total, "total"), not_negative(card.used, "used")
    if used > total:
        raise Impossible("used_above_total", "used")
    left = card.total - card.used
    lines = (
        Line("period_left", {"total": card.total, "used": card.used, "left": left}),
        Line("period_share", {"paid": yuan(paid), "left": left, "total": card.total}),
    )
    result = Line("refund", {"refund": yuan(paid * (total - used) / total)})
    conditions = (f"prepaid_{card.reason}", "prepaid_unlimited", f"prepaid_interest_{card.reason}")
    articles = ("第十四条", "第十五条", "第十六条", "第十七条", "第二十二条")
    return Working(lines, result, conditions, tuple((LAW, article) for article in articles))


def _working(
    paid: Fraction, value: Fraction, lines: tuple[Line, ...], reason: Reason, free: bool, article: str
) -> Working:
    """Article 15, with 20 when what was used is worth more than was paid."""
    over = value > paid
    refund = max(paid - value, Fraction(0))
    lines = (
        *lines,
        *((Line("nothing_on_top", {}),) if over else ()),
        Line("rest", {"paid": yuan(paid), "value": yuan(value), "refund": yuan(refund)}) if not over else Line("no_rest", {}),
    )  # fmt: skip
    conditions = (f"prepaid_{reason}", *(("prepaid_free",) if free else ()), f"prepaid_interest_{reason}")
    articles = [
        "第十四条",
        "第十五条",
        "第十六条",
        "第十七条",
        article,
        *(["第二十条"] if over else []),
        *(["第二十一条"] if free else []),
    ]
    return Working(lines, Line("refund", {"refund": yuan(refund)}), conditions, tuple((LAW, a) for a in articles))
