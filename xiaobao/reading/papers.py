"""What a photographed paper or a screenshot tells: sum, day, merchant, order number (pure; no picture, no file).

`read` takes the lines that a recogniser found, with their places. Every value names its line, so that the citizen
and the clerk can see where it stood; none of them is used before the citizen said that it is right.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from xiaobao.reading import paper_amounts, paper_days, paper_names
from xiaobao.reading.paper_rows import Line, Row, corners, repair, rows

SLOTS = ("amount", "event_date", "merchant", "order_number")
_ORDER = re.compile(r"(?P<label>订单(?:编号|号码?)|订单(?=[:：])|交易(?:订单号|单号|号)|商户(?:订单号|单号)|流水(?:单)?号|小票号|单据?号|单号|销售单号|合同(?:编号|号)|凭证号|发票号码)")  # fmt: skip
_ORDER_VALUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9\-]{5,39}")
_FIRST = ("订单", "合同", "交易", "商户", "流水", "小票", "单", "销售", "凭证", "发票")


@dataclass(frozen=True)
class Found:
    """One value: as it stood (`text`), what it stands for (cents, ISO day, the name), its line and how sure (0 to 1)."""

    slot: str
    text: str
    normalised: int | str
    line: int
    confidence: float

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def lines(raw: Iterable[tuple[str, float, Any]]) -> list[Line]:
    """Lines from what a recogniser gives: text, score, four corners or x, y, width, height."""
    return [Line(text, corners(box), float(score)) for text, score, box in raw]


def read(found: list[Line], today: date) -> dict[str, Found]:
    """The values by their slot; what is not told is not there."""
    paper = rows(found)
    if not paper:
        return {}
    paid, _ = paper_amounts.find(paper)
    place = next((n for n, row in enumerate(paper) if paid and any(c.number == paid.number for c in row)), None)
    day = paper_days.find(paper, today, place)
    name = paper_names.find(paper, place if paid and paid.large else None)
    values: dict[str, Found] = {}
    if paid is not None:
        values["amount"] = Found("amount", paid.text, paid.cents, paid.number, _sure(paid.weight, found[paid.number]))
    if day is not None:
        values["event_date"] = Found("event_date", day.text, day.day.isoformat(), day.number, _sure(day.weight, found[day.number]))  # fmt: skip
    if name is not None:
        values["merchant"] = Found("merchant", name.name, name.name, name.number, _sure(name.weight, found[name.number]))  # fmt: skip
    if number := next(iter(sorted(_order_numbers(paper), key=lambda pair: pair[0])), None):
        values["order_number"] = number[1]
    return values


def _sure(weight: float, line: Line) -> float:
    return round(min(1.0, weight / 100) * line.score, 2)


def _order_numbers(paper: list[Row]) -> Iterator[tuple[int, Found]]:
    """Numbers of the order, each with the rank of its label; letters in it stay letters."""
    for row in paper:
        for at, cell in enumerate(row):
            for match in _ORDER.finditer(cell.text):
                rest = cell.text[match.end() :].lstrip(" :：.")
                beside = rest or (row[at + 1].text if at + 1 < len(row) else "")
                told = _ORDER_VALUE.match(repair(beside).replace(" ", ""))
                if told and re.search(r"\d{4}", told[0]):
                    rank = next(n for n, head in enumerate(_FIRST) if match[0].startswith(head))
                    source = cell if rest else row[at + 1]
                    yield rank, Found("order_number", told[0], told[0], source.number, round(0.9 * source.score, 2))
