"""A citizen's story into the values of the form, each with its span. Pure: nothing is looked up or kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from xiaobao.reading import amounts, claims, contacts, dates, heads, items, objects, parties, places
from xiaobao.reading.amounts import Amount
from xiaobao.reading.claims import Claim
from xiaobao.reading.dates import Date
from xiaobao.reading.reference import Reference
from xiaobao.reading.values import Value

READ_AT_MOST = 4000  # characters; what comes later in a very long text only repeats


@dataclass(frozen=True)
class Story:
    """All that was found. A slot that nothing in the text speaks for is absent."""

    values: dict[str, Value] = field(default_factory=dict)
    amounts: list[Amount] = field(default_factory=list)
    dates: list[Date] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)


def read(text: str, today: date, reference: Reference) -> Story:
    """Read a story. Every value's text is `text[start:end]`; nothing is made up."""
    text = text[:READ_AT_MOST]
    found_amounts = amounts.parse(text)
    found_dates = dates.parse(text, today)
    head = heads.read(text, reference)
    found_claims = claims.read(text, reference, head.end)
    values = {**contacts.read(text), **places.read(text), **objects.read_manner(text)}
    who = parties.read(text, reference, head.accused)
    named = {
        "merchant": who.merchant,
        "shop_name": who.shop_name,
        "platform": who.platform,
        "institution": who.institution,
    }
    item = items.read(text, reference, who.merchant, head.end)
    values.update({slot: found for slot, found in named.items() if found is not None})
    values.update(_sum_and_days(text, found_amounts, found_dates))
    known = reference.known(values["institution"].text) if "institution" in values else None
    problems = objects.read_problems(text, reference)
    extra = {
        "item": item,
        "claim": claims.as_value(text, found_claims),
        "object": objects.read_object(text, reference, item, known.kind if known else None),
        "problem": problems[0] if problems else None,
        "problem_secondary": problems[1] if len(problems) > 1 else None,
    }
    values.update({slot: found for slot, found in extra.items() if found is not None})
    return Story(values, found_amounts, found_dates, found_claims)


def _sum_and_days(text: str, found_amounts: list[Amount], found_dates: list[Date]) -> dict[str, Value]:
    values: dict[str, Value] = {}
    amount = amounts.main(found_amounts, text)
    if amount is not None:
        values["amount"] = Value(amount.text, amount.start, amount.end, amount.cents)
    event = dates.main(found_dates, text, amount.start if amount else None)
    if event is not None:
        values["event_date"] = Value(event.text, event.start, event.end, event.iso)
    discovered = dates.discovered(found_dates, text, event)
    if discovered is not None:
        values["discovered_date"] = Value(discovered.text, discovered.start, discovered.end, discovered.iso)
    return values
