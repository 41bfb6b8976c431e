"""Three times for fraud (消费者权益保护法 55), ten times for food and medicine (食品安全法 148, 药品管理法 144)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from xiaobao.knowledge.calculators.working import Line, Working, not_negative, positive, yuan

FRAUD_FLOOR, TENFOLD_FLOOR = Fraction(500), Fraction(1000)
FOOD, DRUG = ("食品安全法", "第一百四十八条"), ("药品管理法", "第一百四十四条")
RULING = "最高法食品药品惩罚性赔偿解释"


@dataclass(frozen=True)
class Fraud:
    """What the goods or the service cost."""

    price: Decimal


@dataclass(frozen=True)
class Tenfold:
    """What food or medicine cost, and the loss if there was one."""

    price: Decimal
    loss: Decimal = Decimal(0)


def threefold(case: Fraud) -> Working:
    """Three times the price, 500 at least."""
    price = positive(case.price, "price")
    lines = [Line("three_price", {"price": yuan(price), "sum": yuan(3 * price)})]
    if 3 * price < FRAUD_FLOOR:
        lines.append(Line("floor", {"floor": yuan(FRAUD_FLOOR)}))
    result = Line("added", {"added": yuan(max(3 * price, FRAUD_FLOOR))})
    return Working(tuple(lines), result, ("fraud", "besides_refund"), (("消费者权益保护法", "第五十五条"),))


def food(case: Tenfold) -> Working:
    """Ten times the price or three times the loss, as the consumer chooses; 1000 at least."""
    cited = (FOOD, (RULING, "第一条"), (RULING, "第十二条"))
    return _tenfold(case, ("food", "household", "besides_loss"), cited)


def drug(case: Tenfold) -> Working:
    """The same for counterfeit or inferior medicine."""
    return _tenfold(case, ("drug", "household", "besides_loss"), (DRUG, (RULING, "第十条")))


def _tenfold(case: Tenfold, conditions: tuple[str, ...], citations: tuple[tuple[str, str], ...]) -> Working:
    price, loss = positive(case.price, "price"), not_negative(case.loss, "loss")
    lines = [Line("ten_price", {"price": yuan(price), "sum": yuan(10 * price)})]
    if loss:
        lines.append(Line("three_loss", {"loss": yuan(loss), "sum": yuan(3 * loss)}))
    higher = max(10 * price, 3 * loss)
    if higher < TENFOLD_FLOOR:
        lines.append(Line("floor", {"floor": yuan(TENFOLD_FLOOR)}))
    elif loss:
        lines.append(Line("higher", {"sum": yuan(higher)}))
    result = Line("added", {"added": yuan(max(higher, TENFOLD_FLOOR))})
    return Working(tuple(lines), result, conditions, citations)
