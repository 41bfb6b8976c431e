"""`make eval-acts SET=rows.jsonl [MODEL=1]`: ask, complain or other, and whose matter, as the answering code judges them.

Rows carry `text`, `act` and `route`. Their writer knew no code and labels what a person does: `human`, `track` and `chat`
are our "other", and a quarrel that is no consumer's (wages, a neighbour) is a `complain` to him, while no form may open
for it; any other act is right there. Both figures are printed. The words alone decide unless MODEL is given: then the trained model hears them
first, as in `make eval-questions`. Prints figures, never a row, so that a kept-out file stays unread.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.eval.questions import judged, on_a_fresh_database

ROUTES = ("consumer", "finance", "out_of_scope")
UNHEARD = {"intent": {"name": "ask", "confidence": 0.0}, "entities": [], "intent_ranking": []}


def wanted(row: dict[str, Any]) -> set[str]:
    """The acts that are right for a row."""
    if row["act"] == "complain":
        return {"complain"} if row["route"] != "out_of_scope" else {"ask", "other"}
    return {"ask"} if row["act"] == "ask" else {"other"}


def score(rows: Sequence[dict[str, Any]], found: Sequence[dict[str, Any]]) -> dict[str, float]:
    """Shares of `rows` (wanted) that `found` has right; a kind that no row has counts as 0."""
    pairs = [(row, one) for row, one in zip(rows, found, strict=True)]

    def recall(field: str, value: str) -> float:
        return _share([one[field] == value for row, one in pairs if row[field] == value])

    recalls = {route: recall("route", route) for route in ROUTES}
    ours = [(row, one) for row, one in pairs if row["route"] != "out_of_scope"]
    told = [(row, one) for row, one in ours if row["act"] == "complain"]
    return {
        "act": _share([one["act"] in wanted(row) for row, one in pairs]),
        "complain recall": _share([one["act"] == "complain" for _, one in told]),
        "complain precision": _share(["complain" in wanted(row) for row, one in pairs if one["act"] == "complain"]),
        "questions taken for complaints": _share(
            [one["act"] == "complain" for row, one in pairs if row["act"] == "ask"]
        ),
        "act as labelled": _share(
            [(row["act"] if row["act"] in ("ask", "complain") else "other") == one["act"] for row, one in pairs]
        ),
        "route": _share([row["route"] == one["route"] for row, one in pairs]),
        **{f"{route} recall": share for route, share in recalls.items()},
        "least route recall": min(recalls.values()),
    }


def _share(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits) if hits else 0.0


async def run(source: Path, model: bool) -> None:
    from actions.base import context

    agent = None
    if model:
        from rasa.core.agent import Agent

        from xiaobao.start import newest_model

        agent = Agent.load(str(newest_model()))
    context().searcher.wait()
    rows = [json.loads(line) for line in source.read_text(encoding="utf-8").splitlines() if line.strip()]
    begun = time.perf_counter()
    found = []
    for row in rows:
        parsed = await agent.parse_message(row["text"]) if agent else {**UNHEARD, "text": row["text"]}
        found.append(await judged(parsed, row["text"]))
    took = (time.perf_counter() - begun) / len(rows) * 1000
    print(f"{source.name}: {len(rows)} rows, {took:.0f} ms each")
    print("; ".join(f"{name} {value:.3f}" for name, value in score(rows, found).items()))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("--model", action="store_true", help="the trained model hears the words first")
    given = parser.parse_args()
    with on_a_fresh_database():
        asyncio.run(run(given.source, given.model))
