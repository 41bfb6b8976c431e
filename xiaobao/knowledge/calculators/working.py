"""The result of a calculator: lines, result, what must be proven first, and the articles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

Value = Decimal | int | date
FEN = Decimal("0.01")


@dataclass(frozen=True)
class Line:
    """One step: a key that has words, and what stands in them."""

    key: str
    values: Mapping[str, Value]


@dataclass(frozen=True)
class Working:
    """`conditions` are keys of what must be so or be proven before the result holds."""

    lines: tuple[Line, ...]
    result: Line
    conditions: tuple[str, ...]
    citations: tuple[tuple[str, str], ...]


class Impossible(ValueError):
    """Values that cannot be: `code` says why, `field` which to ask again."""

    def __init__(self, code: str, field: str) -> None:
        super().__init__(f"{code}: {field}")
        self.code, self.field = code, field


def yuan(exact: Fraction | Decimal | int) -> Decimal:
    """Rounded to the fen, half up."""
    return rounded(Fraction(exact), FEN)


def rounded(exact: Fraction, step: Decimal) -> Decimal:
    """The multiple of `step` nearest to `exact`, half away from zero."""
    units = exact / Fraction(step)
    whole, rest = divmod(abs(units.numerator), units.denominator)
    if 2 * rest >= units.denominator:
        whole += 1
    return (Decimal(whole if units >= 0 else -whole) * step).quantize(step, ROUND_HALF_UP)


def positive(value: Decimal | int, field: str) -> Fraction:
    """`value` as a fraction. Raises Impossible unless it is more than nothing."""
    if value <= 0:
        raise Impossible("not_positive", field)
    return Fraction(value)


def not_negative(value: Decimal | int, field: str) -> Fraction:
    """`value` as a fraction. Raises Impossible when it is less than nothing."""
    if value < 0:
        raise Impossible("negative", field)
    return Fraction(value)
