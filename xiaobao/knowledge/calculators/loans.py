"""The annual rate of a loan with all it costs, and what early repayment saves.

民法典 670: interest taken beforehand does not count as lent, the rate goes by what was received. The rate of a
month is the internal rate of return of the instalments; a year is twelve times that. 民法典 677: who repays
early pays interest for the time really used, unless agreed otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Literal

from xiaobao.knowledge.calculators.working import (
    Impossible,
    Line,
    Value,
    Working,
    not_negative,
    positive,
    rounded,
    yuan,
)

Method = Literal["equal_instalments", "equal_principal", "interest_first"]
BASIS_POINT = Decimal("0.01")
LONGEST = 480  # months
PRIVATE = "最高法民间借贷规定"


@dataclass(frozen=True)
class Loan:
    """`payment` by method: each instalment, the first instalment, or the monthly interest before the principal."""

    received: Decimal
    months: int
    payment: Decimal
    method: Method = "equal_instalments"
    principal: Decimal | None = None


@dataclass(frozen=True)
class EarlyRepayment:
    """`rate` is per cent a year; `principal` what was borrowed; `fee` what the contract charges for repaying early."""

    principal: Decimal
    rate: Decimal
    months: int
    used: int
    method: Method = "interest_first"
    fee: Decimal = Decimal(0)


def schedule(loan: Loan) -> tuple[Fraction, ...]:
    """What is paid each month. Raises Impossible for values that cannot be."""
    received, months, payment = positive(loan.received, "received"), loan.months, positive(loan.payment, "payment")
    if not 1 <= months <= LONGEST:
        raise Impossible("months_out_of_range", "months")
    principal = received if loan.principal is None else positive(loan.principal, "principal")
    if received > principal:
        raise Impossible("received_above_principal", "received")
    if loan.method == "equal_instalments":
        paid: tuple[Fraction, ...] = (payment,) * months
    elif loan.method == "interest_first":
        paid = (*(payment,) * (months - 1), payment + principal)
    else:
        part = principal / months
        if payment < part:
            raise Impossible("repaid_below_received", "payment")
        paid = tuple(part + (payment - part) * (months - k) / months for k in range(months))
    if sum(paid) < received:
        raise Impossible("repaid_below_received", "payment")
    return paid


def monthly_rate(received: Fraction, paid: tuple[Fraction, ...]) -> Fraction:
    """The rate at which what is paid is worth what was received; bisection to thirty decimals."""
    with localcontext() as context:
        context.prec = 50
        target = Decimal(received.numerator) / received.denominator
        sums = [Decimal(p.numerator) / p.denominator for p in paid]

        def worth(rate: Decimal) -> Decimal:
            total = Decimal(0)
            for each in reversed(sums):
                total = (total + each) / (1 + rate)
            return total

        low, high = Decimal(0), Decimal(1)
        if worth(low) == target:
            return Fraction(0)
        while worth(high) > target:
            low, high = high, high * 2
        while high - low > Decimal("1e-30"):
            middle = (low + high) / 2
            low, high = (middle, high) if worth(middle) > target else (low, middle)
        return Fraction((low + high) / 2)


def annual_rate(loan: Loan) -> Working:
    """Twelve times the internal rate of return of a month."""
    paid = schedule(loan)
    received = Fraction(loan.received)
    principal = received if loan.principal is None else Fraction(loan.principal)
    monthly = monthly_rate(received, paid)
    total = sum(paid, Fraction(0))
    lines = []
    if principal > received:
        taken = {"principal": yuan(principal), "taken": yuan(principal - received), "received": yuan(received)}
        lines.append(Line("taken_beforehand", taken))
    shown: dict[str, Value] = {"months": loan.months, "payment": yuan(loan.payment), "total": yuan(total)}
    lines.append(Line(f"repaid_{loan.method}", shown))
    lines.append(Line("cost", {"total": yuan(total), "received": yuan(received), "cost": yuan(total - received)}))
    lines.append(Line("monthly_rate", {"monthly": rounded(monthly * 100, Decimal("0.001"))}))
    result = Line("annual_rate", {"annual": rounded(monthly * 1200, BASIS_POINT)})
    cited = [("民法典", "第六百七十条"), ("民法典", "第六百八十条"), (PRIVATE, "第一条"), (PRIVATE, "第二十五条")]
    if principal > received:
        cited.append((PRIVATE, "第二十六条"))
    return Working(tuple(lines), result, ("all_costs", "private_lender", "institution_lender"), tuple(cited))


def early(case: EarlyRepayment) -> Working:
    """Interest for the time used, interest for the time agreed, and the difference less the fee."""
    principal, rate, fee = (
        positive(case.principal, "principal"),
        not_negative(case.rate, "rate"),
        not_negative(case.fee, "fee"),
    )
    if not 1 <= case.months <= LONGEST:
        raise Impossible("months_out_of_range", "months")
    if not 0 <= case.used < case.months:
        raise Impossible("used_above_months" if case.used >= case.months else "negative", "used")
    agreed, owed = _interest(principal, rate / 1200, case.months, case.used, case.method)
    shown: dict[str, Value] = {"principal": yuan(principal), "rate": case.rate.normalize()}
    lines = [
        Line(f"interest_agreed_{case.method}", {**shown, "months": case.months, "interest": yuan(agreed)}),
        Line("interest_used", {"used": case.used, "interest": yuan(owed)}),
    ]
    saved = yuan(agreed) - yuan(owed)
    if fee:
        lines.append(Line("early_fee", {"saved": saved, "fee": yuan(fee)}))
    rest = saved - yuan(fee)
    result = Line("saved" if rest >= 0 else "saves_nothing", {"saved": abs(rest), "interest": yuan(owed)})
    cited = (("民法典", "第六百七十七条"), (PRIVATE, "第三十条"))
    return Working(tuple(lines), result, ("early_agreed_otherwise", "early_whole_months"), cited)


def _interest(
    principal: Fraction, monthly: Fraction, months: int, used: int, method: Method
) -> tuple[Fraction, Fraction]:
    """Interest over the whole term and over the months used."""
    if method == "interest_first":
        return principal * monthly * months, principal * monthly * used
    if method == "equal_principal":
        each = [principal * (months - k) / months * monthly for k in range(months)]
        return sum(each, Fraction(0)), sum(each[:used], Fraction(0))
    if not monthly:
        return Fraction(0), Fraction(0)
    instalment = principal * monthly / (1 - 1 / (1 + monthly) ** months)
    rest = principal * (1 + monthly) ** used - instalment * ((1 + monthly) ** used - 1) / monthly
    return instalment * months - principal, instalment * used - (principal - rest)
