"""Which authority a matter belongs to: an ordered rule table from data/reference, no model (pure)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xiaobao.tickets.office import Office

DEFAULT = "SAMR"
PART = "part"  # a rule of this stage never decides: its `also` lists the codes of which it takes a part


@dataclass(frozen=True)
class Authority:
    """A row of authorities.csv. `hotline` is None where no verified number is known; `first` is asked before."""

    code: str
    subject: str
    name: str
    hotline: str | None
    must_complain_first: bool
    jurisdiction: str
    citations: tuple[str, ...]
    note: str
    first: str = ""


@dataclass(frozen=True)
class Rule:
    """A row of routes.csv: matches when its words (and `together`) occur and `unless` does not.

    `names` is tried on merchant and institution, `objects` on the form's category.
    """

    id: str
    stage: str
    code: str
    words: re.Pattern[str] | None
    together: re.Pattern[str] | None
    unless: re.Pattern[str] | None
    names: re.Pattern[str] | None
    objects: frozenset[str]
    also: tuple[str, ...]

    def matches(self, text: str, names: str, object_: str) -> bool:
        if self.unless and self.unless.search(text):
            return False
        if self.names and names and self.names.search(names):
            return True
        if object_ and object_ in self.objects:
            return True
        if not self.words or not self.words.search(text):
            return False
        return not self.together or bool(self.together.search(text))


@dataclass(frozen=True)
class Authorities:
    """Authorities by code, and the rules in their order."""

    by_code: dict[str, Authority]
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Route:
    """Where a matter belongs; `also` are further authorities that may take a part of it.

    `consumer` is false for wages, family, crimes, petitions: no office of ours files those.
    """

    code: str
    authority: str
    hotline: str | None
    must_complain_first: bool
    citations: tuple[str, ...]
    urgent: bool
    also: tuple[str, ...] = ()
    rule: str = ""
    consumer: bool = True


@dataclass(frozen=True)
class Referral:
    """The right place for a matter that this office may not take."""

    code: str
    authority: str
    hotline: str | None
    must_complain_first: bool
    citations: tuple[str, ...]
    jurisdiction: str = ""
    first: str = ""  # whom the law wants to be asked before, in words


def route(
    text: str,
    *,
    item: str | None = None,
    merchant: str | None = None,
    institution: str | None = None,
    object_: str | None = None,
    authorities: Authorities,
) -> Route:
    """The first rule that matches decides; nothing matching is a matter of market regulation."""
    said = "\n".join(part for part in (text, item, merchant, institution) if part)
    names = "\n".join(part for part in (merchant, institution) if part)
    matching = [rule for rule in authorities.rules if rule.matches(said, names, object_ or "")]
    rule = next((found for found in matching if found.stage != PART), None)
    code = rule.code if rule else DEFAULT
    parts = [part.code for part in matching if part.stage == PART and code in part.also]
    also = dict.fromkeys([*(rule.also if rule else ()), *parts])
    found = authorities.by_code[code]
    return Route(
        code=code,
        authority=found.name,
        hotline=found.hotline,
        must_complain_first=found.must_complain_first,
        citations=found.citations,
        urgent=bool(rule and rule.stage == "urgent"),
        also=tuple(also),
        rule=rule.id if rule else "",
        consumer=rule is None or rule.stage != "not_consumer",
    )


def referral(office: Office, route: Route) -> Referral | None:
    """Where to send the citizen, or None: this office may handle the matter or a part of it."""
    if route.consumer and any(office.may_handle(code) for code in (route.code, *route.also)):
        return None
    found = office.reference.authorities.by_code[route.code]
    return Referral(
        code=route.code,
        authority=found.name,
        hotline=found.hotline,
        must_complain_first=found.must_complain_first,
        citations=found.citations,
        jurisdiction=found.jurisdiction,
        first=found.first,
    )
