"""Deposit insurance: 存款保险条例 5, up to 500,000 for one depositor at one bank, principal and interest together."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from xiaobao.knowledge.calculators.working import Line, Working, not_negative, positive, yuan

LIMIT = Fraction(500_000)
LAW = "存款保险条例"


@dataclass(frozen=True)
class Deposit:
    """All that one person has at one bank."""

    principal: Decimal
    interest: Decimal = Decimal(0)


def insured(deposit: Deposit) -> Working:
    """What the fund pays and what waits for the liquidation."""
    principal, interest = positive(deposit.principal, "principal"), not_negative(deposit.interest, "interest")
    total = principal + interest
    lines = [
        Line("deposit_sum", {"principal": yuan(principal), "interest": yuan(interest), "total": yuan(total)}),
        Line("deposit_limit", {"limit": yuan(LIMIT)}),
    ]
    over = max(total - LIMIT, Fraction(0))
    result = Line("insured_part" if over else "insured_all", {"paid": yuan(min(total, LIMIT)), "over": yuan(over)})
    cited = ((LAW, "第四条"), (LAW, "第五条"), (LAW, "第十九条"))
    return Working(tuple(lines), result, ("deposit_bank", "deposit_kind"), cited)
