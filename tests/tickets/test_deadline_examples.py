"""186 deadlines worked by hand, by somebody who had not seen the code (deadline_examples.csv).

`start` is the day (or, for hours, the moment) from which the period runs, `extended` how many extensions were granted;
the days after `paused_from` up to and including `paused_to` do not count. `due` is the strict reading, `due_lenient`
the one in which weekends move the last day as well.
"""

from __future__ import annotations

import csv
from datetime import date, datetime
from pathlib import Path

import pytest

from tests.factories import REFERENCE
from xiaobao.tickets import deadlines
from xiaobao.tickets import reference as references
from xiaobao.tickets.deadlines import HOURS, Pause

KNOWN = references.load(REFERENCE)
with (Path(__file__).parent / "deadline_examples.csv").open(encoding="utf-8", newline="") as file:
    EXAMPLES = list(csv.DictReader(file))


def _id(row: dict[str, str]) -> str:
    return "-".join(filter(None, (row["rule_id"], row["start"], row["extended"], row["paused_from"])))


@pytest.mark.parametrize("row", EXAMPLES, ids=_id)
def test_a_deadline_is_the_one_that_was_counted_by_hand(row: dict[str, str]) -> None:
    period = KNOWN.periods[row["rule_id"]]
    granted = period.extensions[: int(row["extended"] or 0)]
    pauses = []
    if row["paused_from"]:
        cause = next(iter(period.pauses))
        pauses = [Pause(date.fromisoformat(row["paused_from"]), date.fromisoformat(row["paused_to"]), cause)]
    if period.unit == HOURS:
        found = deadlines.period_end(period, datetime.fromisoformat(row["start"]), KNOWN.holidays)
        assert found.at == datetime.fromisoformat(row["due"])
        return
    start = date.fromisoformat(row["start"])
    found = deadlines.period_end(period, start, KNOWN.holidays, extensions=granted, pauses=pauses)
    counted = (date.fromisoformat(row["due"]), date.fromisoformat(row["due_lenient"]))
    assert (found.due, found.due_lenient) == counted, row["reason"]


def test_every_verified_rule_with_a_length_has_an_example() -> None:
    worked = {row["rule_id"] for row in EXAMPLES}
    assert {one.id for one in KNOWN.periods.values() if one.verified and one.amount is not None} <= worked
    assert not worked & {one.id for one in KNOWN.periods.values() if not one.verified}
