"""What a clerk should look at before deciding, and what a citizen can still mend: hints, never a decision.

A ground is one of those for which an office may refuse (办法 art. 16); a factor is something art. 17 lets the clerk
weigh. Both are worked out anew from the words of the ticket whenever they are looked at: nothing is stored, so nothing
can be sorted, counted or exported by them, and they go when the ticket goes. The rules are data/reference/hints.csv.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

YEARS = 3  # 办法 art. 16 (4)
GROUND, FACTOR = "ground", "factor"
# The answer that says the same as the words of a rule: slot and value.
ANSWERS = {
    "handled.authority": ("elsewhere", "yes"),
    "handled.court": ("elsewhere", "yes"),
    "use.business": ("own_use", "no"),
}
_SENTENCE = re.compile(r"[^。！？!?；;\n]+")


@dataclass(frozen=True)
class HintRule:
    """A row of hints.csv. `codes` name the ground in the lists of the kinds of office; a factor has one of its own.

    It speaks when `words` occur in a sentence together with `together` and without `unless`.
    """

    id: str
    kind: str
    codes: tuple[str, ...]
    words: re.Pattern[str]
    together: re.Pattern[str] | None
    unless: re.Pattern[str] | None
    law: str
    article: str


@dataclass(frozen=True)
class Facts:
    """What is known of a complaint. `known_on` is the last day on which the harm can have become known."""

    narrative: str
    own_use: str | None = None
    elsewhere: str | None = None
    known_on: date | None = None


@dataclass(frozen=True)
class Hint:
    """One hint. `words` are the citizen's that raised it, empty when an answer or a date did."""

    id: str
    kind: str
    codes: tuple[str, ...]
    law: str
    article: str
    words: str = ""

    @property
    def code(self) -> str:
        return self.codes[0]


LATE = Hint("late", GROUND, ("N4",), "市场监督管理投诉举报处理办法", "第十六条第（四）项")


def facts_of(ticket: Any, spans: Mapping[str, Any]) -> Facts:
    """What a ticket tells, as row or as view; `spans` are those of its story."""
    dates = [spans.get(slot, {}).get("normalised") for slot in ("discovered_date", "event_date")]
    known_on = ticket.discovered_date or next((day for day in map(last_day, dates) if day), ticket.event_date)
    return Facts(ticket.narrative or "", ticket.own_use, ticket.elsewhere, known_on)


def read(facts: Facts, rules: tuple[HintRule, ...], today: date) -> list[Hint]:
    """Grounds first, then factors, each rule at most once."""
    found = [hint for rule in rules if (hint := _by_words(rule, facts.narrative))]
    for rule in rules:
        slot, doubtful = ANSWERS.get(rule.id, ("", ""))
        if slot and getattr(facts, slot) == doubtful and rule.codes not in [hint.codes for hint in found]:
            found.append(_hint(rule))
    if facts.known_on and late(facts.known_on, today):
        found.append(LATE)
    return sorted(found, key=lambda hint: (hint.kind != GROUND, hint.code))


def late(known_on: date, today: date) -> bool:
    """Whether more than three years have passed since the harm was known."""
    return (today.year - known_on.year, today.month, today.day) > (YEARS, known_on.month, known_on.day)


def last_day(normalised: object) -> date | None:
    """The last day of a year, month, day or span (a/b) written as ISO; None for anything else."""
    normalised = normalised.rpartition("/")[2] if isinstance(normalised, str) else None
    if not normalised or not re.fullmatch(r"\d{4}(-\d\d){0,2}", normalised):
        return None
    year, month, day = (*map(int, normalised.split("-")), 0, 0)[:3]
    try:
        return date(year, month or 12, day or monthrange(year, month or 12)[1])
    except ValueError:
        return None


def _by_words(rule: HintRule, text: str) -> Hint | None:
    for sentence in _SENTENCE.finditer(text):
        said = sentence.group()
        match = rule.words.search(said)
        if (
            match
            and (not rule.together or rule.together.search(said))
            and not (rule.unless and rule.unless.search(said))
        ):
            return _hint(rule, match.group().strip("，, "))
    return None


def _hint(rule: HintRule, words: str = "") -> Hint:
    return Hint(rule.id, rule.kind, rule.codes, rule.law, rule.article, words)
