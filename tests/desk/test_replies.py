"""80 replies by a writer who had not seen the rules: how many of their lacks are found, how many whole ones pass."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from tests.factories import REFERENCE, an_office
from xiaobao.desk import reply_check
from xiaobao.desk.reply_check import Rules
from xiaobao.settings import ROOT
from xiaobao.tickets.views import TicketView

ROWS = [json.loads(line) for line in Path(__file__).with_name("replies.jsonl").read_text(encoding="utf-8").splitlines()]
WRITTEN = Counter(code for row in ROWS for code in row["lacking"])


def measured(rules: Rules) -> tuple[int, Counter[str]]:
    """Whole replies that pass, and lacks found by code."""
    whole, hits, office = 0, Counter[str](), an_office()
    for row in ROWS:
        clock = SimpleNamespace(state="running", statutory=True, due=date.fromisoformat(row["due"]), label="处理决定")
        process = "finance" if row["office"] == "institution" else "complaint"
        ticket: Any = SimpleNamespace(
            process=process,
            claim=row["claim"],
            contact_phone=row["citizen_phone"],
            contact_email=None,
            clocks=[clock],
        )
        found = reply_check.check(
            row["reply"],
            cast(TicketView, ticket),
            rules,
            today=date.fromisoformat(row["today"]),
            holidays=office.reference.holidays,
            known_numbers=("0000-12315", *office.reference.hotlines),
        )
        codes = set(reply_check.blocking(found))
        hits.update(codes & set(row["lacking"]))
        whole += not codes and not row["lacking"]
    return whole, hits


def test_most_lacks_are_found_and_most_whole_replies_pass() -> None:
    whole, hits = measured(reply_check.load(REFERENCE, ROOT / "data" / "knowledge"))
    assert whole >= 34
    assert {code: WRITTEN[code] - hits[code] for code in WRITTEN if WRITTEN[code] - hits[code] > 1} == {}


def test_the_measure_notices_rules_that_are_gone() -> None:
    rules = reply_check.load(REFERENCE, ROOT / "data" / "knowledge")
    for kind, code in (("part", "ways"), ("claim", "claim"), ("old_law", "old_law")):
        broken = dataclasses.replace(rules, rules=tuple(rule for rule in rules.rules if rule.kind != kind))
        assert measured(broken)[1][code] < WRITTEN[code] - 1
