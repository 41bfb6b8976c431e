"""Deadlines worked out by hand, without this program: tests/tickets/deadline_examples.csv.

Columns: `rule_id` (deadlines.csv); `start`: ISO date, or date and time for hours (Asia/Shanghai); `event`: what
happened, for the reader; `extended`: empty, no, yes (the first extension of the row) or how many of them;
`paused_from`, `paused_to`: ISO dates or empty; `pause_cause`: empty for the first that the row names; `due`: the last
day by the earlier reading (an ISO date, or date and time for hours; empty where the row may show no number);
`due_lenient`: by the later reading, empty when the same; `reason`: how it was worked out. Columns after `reason`, and
the optional ones in the middle, may stand anywhere or be missing.
"""

from __future__ import annotations

import csv
from datetime import date, datetime
from pathlib import Path

import pytest

from tests.factories import REFERENCE
from xiaobao.tickets import deadlines, reference
from xiaobao.tickets.deadlines import Pause

FILE = Path(__file__).with_name("deadline_examples.csv")
DATA = reference.load(REFERENCE)
LEAST = 100


def examples() -> list[dict[str, str]]:
    if not FILE.exists():
        return []
    with FILE.open(encoding="utf-8-sig", newline="") as file:
        return [{key: (value or "").strip() for key, value in row.items() if key} for row in csv.DictReader(file)]


EXAMPLES = examples()


def test_there_are_a_hundred_examples_and_one_for_each_verified_rule():
    assert len(EXAMPLES) >= LEAST, f"{FILE.name}: {len(EXAMPLES)} examples"
    known = {row["rule_id"] for row in EXAMPLES}
    assert known <= set(DATA.periods)
    assert {rule.id for rule in DATA.periods.values() if rule.verified and rule.amount} <= known


@pytest.mark.parametrize("row", EXAMPLES, ids=lambda row: f"{row['rule_id']}-{row['start']}")
def test_an_example_worked_out_by_hand_ends_on_its_day(row):
    period = DATA.periods[row["rule_id"]]
    if not row["due"]:
        with pytest.raises(deadlines.NoPeriod):
            reckoned(period, row)
        return
    found = reckoned(period, row)
    if "T" in row["due"] or " " in row["due"]:
        assert found.at == moment(row["due"]), row["reason"]
        return
    due = date.fromisoformat(row["due"])
    lenient = date.fromisoformat(row.get("due_lenient") or row["due"])
    assert (found.due, found.due_lenient) == (due, lenient), row["reason"]


def reckoned(period: reference.Period, row: dict[str, str]) -> deadlines.Reckoning:
    said = row.get("extended", "").lower()
    granted = int(said) if said.isdecimal() else int(said == "yes")
    pauses = []
    if row.get("paused_from"):
        cause = row.get("pause_cause") or next(iter(period.pauses), "")
        pauses = [Pause(date.fromisoformat(row["paused_from"]), date.fromisoformat(row["paused_to"]), cause)]
    start = moment(row["start"]) if len(row["start"]) > len("2026-11-23") else date.fromisoformat(row["start"])
    extensions = period.extensions[:granted]
    return deadlines.period_end(period, start, DATA.holidays, extensions=extensions, pauses=pauses)


def moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=deadlines.TIMEZONE)
