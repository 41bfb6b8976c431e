"""What a ticket holds against what the citizen has told; shares no code with the product.

A slot that was told is right when the ticket holds one of the ways in which this citizen says it, and the number or
day that staff count with is the true one. A slot that was never told is right when it is empty, or when it holds what
would have been said. So 不知道 in place of a merchant's name is wrong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

SLOTS = ("merchant", "item", "amount", "date", "claim", "name", "phone")
REQUIRED = (*SLOTS, "address", "home")


@dataclass(frozen=True)
class Filed:
    """What a bot has stored. `counted` holds amount (yuan) and date (2026-10-18) as staff count with them.

    `counted` is None for a bot that stores words only.
    """

    values: dict[str, str | None]
    sources: dict[str, str] = field(default_factory=dict)
    counted: dict[str, str | None] | None = None
    required: tuple[str, ...] = REQUIRED


@dataclass(frozen=True)
class Fact:
    """What a citizen knows: every way of saying it, number or day in figures, whether it was told."""

    ways: tuple[str, ...]
    told: bool
    norm: str | None = None


def squeezed(text: str | None) -> str:
    """Without blanks and marks, full-width figures made plain."""
    return re.sub(r"[\s…·,，。、！!？?.:：；;\"“”'（）()/*—-]", "", text or "")


def right(slot: str, fact: Fact | None, filed: Filed) -> bool:
    """Whether this slot of the ticket is as it should be."""
    found = filed.values.get(slot)
    if not squeezed(found):
        return fact is None or not fact.told
    if fact is not None and fact.norm and filed.counted is not None and slot in ("amount", "date"):
        return _counts(slot, fact.norm, filed.counted.get(slot))
    return fact is not None and _says(found or "", fact)


def _says(found: str, fact: Fact) -> bool:
    ways = [squeezed(way) for way in (*fact.ways, fact.norm or "") if way]
    flat = squeezed(found)
    return any((way in flat and len(flat) <= 2 * len(way) + 8) or (len(flat) >= 2 and flat in way) for way in ways)


def _counts(slot: str, norm: str, counted: str | None) -> bool:
    """Figures are compared where the bot keeps figures; a truth without a day asks for the month only."""
    if slot == "date" and len(norm) < len("2026-10-18"):
        return counted is None or counted.startswith(norm)
    return counted == norm


def score(
    facts: dict[str, Fact], filed: Filed | None, dodged: set[str], slots: tuple[str, ...] = SLOTS
) -> dict[str, list[str]]:
    """`right` and `wrong` slots; `kept`: known and on the ticket; `open`: required, empty, and nobody said 不知道."""
    if filed is None:
        return {"right": [], "wrong": list(slots), "kept": [], "open": list(REQUIRED)}
    good = [slot for slot in slots if right(slot, facts.get(slot), filed)]
    return {
        "right": good,
        "wrong": [slot for slot in slots if slot not in good],
        "kept": [slot for slot in good if squeezed(filed.values.get(slot))],
        "open": [slot for slot in filed.required if not _accounted(slot, filed, dodged)],
    }


def _accounted(slot: str, filed: Filed, dodged: set[str]) -> bool:
    """A value with its source where the bot keeps sources, or 不知道 said to the question."""
    if not squeezed(filed.values.get(slot)):
        return slot in dodged
    return filed.counted is None or slot in filed.sources
