"""What a ticket of this kind should tell at this kind of office, and what of it is not there (pure).

The rules are data/reference/required.csv. `law` is empty where we ask for something that no article asks for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

# Fields of the form that the ticket keeps under other names.
KEPT_AS = {"amount": ("amount_text", "amount_cents"), "event_date": ("event_date_text", "event_date")}


@dataclass(frozen=True)
class Required:
    """A row of required.csv: one of `slots` has to have a value, unless one of `unless` has."""

    office_kind: str
    kind: str
    slots: tuple[str, ...]
    unless: tuple[str, ...]
    law: str
    article: str

    @property
    def slot(self) -> str:
        """The field under which it is missed."""
        return self.slots[0]


def missing(rules: Iterable[Required], office_kind: str, kind: str, values: Mapping[str, Any]) -> list[Required]:
    """The rules of this kind that the values of a ticket do not satisfy, in the order of the file."""

    def known(slots: tuple[str, ...]) -> bool:
        return any(values.get(name) not in (None, "") for slot in slots for name in KEPT_AS.get(slot, (slot,)))

    asked = [rule for rule in rules if (rule.office_kind, rule.kind) == (office_kind, kind)]
    return [rule for rule in asked if not known(rule.slots) and not known(rule.unless)]
