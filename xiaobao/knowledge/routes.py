"""Whose matter a question is: a trader's towards a consumer, a financial institution's, or neither."""

from __future__ import annotations

from typing import Literal

from xiaobao.knowledge.search import Ranking

Route = Literal["consumer", "finance", "out_of_scope"]
ROUTES: dict[str, Route] = {"consumer": "consumer", "finance": "finance", "elsewhere": "out_of_scope"}


def route_of(ranking: Ranking) -> Route:
    """The likeliest side; what is declined belongs elsewhere."""
    if ranking.decision == "decline":
        return "out_of_scope"
    return ROUTES[max(("consumer", "finance"), key=lambda side: ranking.sides[side])]
