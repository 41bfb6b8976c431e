"""A citizen's story into the values of the form, each with its span. Pure: nothing is looked up or kept."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date

from xiaobao.reading import amounts, claims, contacts, dates, features, heads, items, learned, objects, parties, places
from xiaobao.reading.amounts import Amount
from xiaobao.reading.claims import Claim
from xiaobao.reading.dates import Date
from xiaobao.reading.features import Found
from xiaobao.reading.parties import Parties
from xiaobao.reading.reference import Reference
from xiaobao.reading.transformer import Transformer
from xiaobao.reading.values import Features, Value

READ_AT_MOST = 4000  # characters; what comes later in a very long text only repeats
MOST_CHOICES = 40  # sums or days weighed against each other

_MASKED = re.compile(r"[*＊×Xx某]")


@dataclass(frozen=True)
class Story:
    """All that was found. A slot that nothing in the text speaks for is absent."""

    values: dict[str, Value] = field(default_factory=dict)
    amounts: list[Amount] = field(default_factory=list)
    dates: list[Date] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    unsure: dict[str, list[Value]] = field(default_factory=dict)  # what else the slot may be, likeliest first


@dataclass(frozen=True)
class Look:
    """A text with what the rules say, and what else it might mean."""

    found: Found
    who: Parties
    sums: list[tuple[Amount, bool]]
    days: list[Date]
    head_end: int
    ruled: dict[str, Value]

    def with_sum(self, amount: Value | None) -> Look:
        """The same with another sum as the one that the days are seen beside."""
        return replace(self, found=replace(self.found, amount=amount))

    def spans(self, slot: str) -> tuple[tuple[int, int], ...]:
        """Where the texts to choose from stand."""
        among = [one for one, _ in self.sums] if slot == "amount" else self.days
        return tuple((one.start, one.end) for one in among)

    def choices(self, slot: str) -> tuple[list[str], list[Features]]:
        """The texts to choose from for `amount` or `event_date`, and what speaks for each."""
        if slot == "amount":
            ruled = next((one for one, _ in self.sums if _is(one, self.ruled.get(slot))), None)
            return [one.text for one, _ in self.sums], features.of_amounts(self.found, self.sums, ruled)
        day = next((one for one in self.days if _is(one, self.ruled.get(slot))), None)
        return [one.text for one in self.days], features.of_dates(self.found, self.days, day)


def _is(one: Amount | Date, value: Value | None) -> bool:
    return value is not None and (one.start, one.end) == (value.start, value.end)


def look(text: str, today: date, reference: Reference) -> Look:
    """What the rules alone make of a text; what is learned looks at its beginning only."""
    parsed = amounts.parse(text)
    days = [day for day in dates.parse(text, today) if day.precision != "invalid"]
    head = heads.read(text, reference)
    who = parties.read(text, reference, head.accused)
    item = items.read(text, reference, who.merchant, head.end)
    ruled = _sum_and_days(text, parsed, days)
    end = min(len(text), learned.READ_AT_MOST)
    tokens = tuple(reference.tagger.tag(text, 0, end))
    merchant = who.merchant or who.institution
    found = Found(text[:end], today, tokens, merchant, item, ruled.get("amount"), ruled.get("event_date"))
    sums = amounts.widened(found.text, parsed)[:MOST_CHOICES]
    days = [day for day in dates.widened(text[:end], today, days) if day.end <= end and day.first][:MOST_CHOICES]
    return Look(found, who, sums, days, head.end, ruled)


def read(text: str, today: date, reference: Reference) -> Story:
    """Read a story. Every value's text is `text[start:end]`; nothing is made up."""
    text = text[:READ_AT_MOST]
    seen = look(text, today, reference)
    who, item, unsure = seen.who, seen.found.item, {}
    if reference.learned is not None:
        who, item = _names(seen, reference)
        unsure = _choose(seen, reference.learned)
    found_claims = claims.read(text, reference, seen.head_end)
    values = {**contacts.read(text), **places.read(text), **objects.read_manner(text)}
    named = {
        "merchant": who.merchant,
        "shop_name": who.shop_name,
        "platform": who.platform,
        "institution": who.institution,
    }
    values.update({slot: found for slot, found in named.items() if found is not None})
    values.update(seen.ruled)
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
    return Story(
        values, [one for one, sure in seen.sums if sure], [day for day in seen.days if day.sure], found_claims, unsure
    )


def _names(seen: Look, reference: Reference) -> tuple[Parties, Value | None]:
    """Merchant and item as learned, else by the rules."""
    rows = features.of_characters(seen.found, reference)
    ruled = {"merchant": seen.found.merchant, "item": seen.found.item}
    named = learned.spans(reference.learned, rows, seen.found.text, ruled) if reference.learned else {}
    merchant = named.get("merchant")
    who = seen.who
    if merchant is not None:
        known = reference.known(merchant.text)
        full = Value(merchant.text, merchant.start, merchant.end, known.name) if known else merchant
        who = replace(who, merchant=full, institution=parties.institution(full, known) or who.institution)
    elif who.merchant is not None and not _MASKED.search(who.merchant.text):
        who = replace(who, merchant=None)  # a clerk's mask (信*飞, XX市XX商场) is a name to the rules alone
    return who, named.get("item")


def _choose(seen: Look, weights: learned.Learned) -> dict[str, list[Value]]:
    """Put the likeliest sum and day in place of the rules'; what is nearly as likely is given back, to be asked."""
    unsure: dict[str, list[Value]] = {}
    reader = weights.reader_of(seen.found.text)
    for slot, of_slot in (("amount", weights.amount), ("event_date", weights.event_date)):
        if slot == "event_date":
            seen = seen.with_sum(seen.ruled.get("amount"))
        choice, values = _weigh(seen, slot, of_slot, reader)
        if choice is None:
            continue
        best = None if choice.index is None else values[choice.index]
        if best is None:
            seen.ruled.pop(slot, None)
            continue
        if slot == "event_date" and (stay := _stay(seen)):
            seen.ruled[slot] = stay
            continue
        seen.ruled[slot] = best
        slips = [one for one in values if slot == "amount" and amounts.nearly(best.text, one.text)]
        if slips:
            unsure[slot] = [best, *slips]
        elif choice.probability < learned.SURE:
            likely = {values[n].normalised: values[n] for n in reversed(choice.others[:3])}
            if len(likely) > 1:
                unsure[slot] = list(reversed(likely.values()))
    return unsure


def _stay(seen: Look) -> Value | None:
    amount = seen.found.amount
    day = dates.of_a_stay(seen.days, seen.found.text, amount.start) if amount else None
    return Value(day.text, day.start, day.end, day.iso) if day else None


def chosen(seen: Look, slot: str, weights: dict[str, float]) -> Value | None:
    """The likeliest sum or day by these weights; None when there is none."""
    choice, values = _weigh(seen, slot, weights)
    return None if choice is None or choice.index is None else values[choice.index]


def _weigh(
    seen: Look, slot: str, weights: dict[str, float], reader: Transformer | None = None
) -> tuple[learned.Choice | None, list[Value]]:
    """All sums or days of a story with the choice among them; no choice where there is nothing to choose from."""
    texts, rows = seen.choices(slot)
    if not rows:
        return None, []
    beside = reader.log_chances(seen.found.text, slot, seen.spans(slot)).tolist() if reader else None
    choice = learned.choose(weights, rows, features.of_none(seen.found, len(rows)), beside)
    return choice, [_value(seen, slot, n) for n in range(len(texts))]


def _value(seen: Look, slot: str, number: int) -> Value:
    if slot == "amount":
        one = seen.sums[number][0]
        return Value(one.text, one.start, one.end, one.cents)
    day = seen.days[number]
    return Value(day.text, day.start, day.end, day.iso)


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
