"""Whose matter a question is: a trader's towards a consumer, a financial institution's, or neither."""

from __future__ import annotations

from typing import Literal

from xiaobao.knowledge.search import Ranking

Route = Literal["consumer", "finance", "out_of_scope"]


def route_of(question: str, ranking: Ranking) -> Route:
    """The side whose wordings the question is most like."""
    sides = ranking.sides
    best = max(sides, key=lambda side: sides[side])
    return "out_of_scope" if best == "elsewhere" else best  # type: ignore[return-value]
