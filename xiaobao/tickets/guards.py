"""What must be true before a step, beyond status and role: named, pure, listed in the table of workflow.py.

Each guard's name is the `reason` of the refusal (NotYet); the desk has its words in _error_words.html.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

REVIEW_DAYS = 30  # natural days, 银行业保险业消费投诉处理管理办法 art. 20 and 43
MEDIATION_DAYS = 60  # natural days, 办法 art. 23 (5)


@dataclass(frozen=True)
class Facts:
    """What guards may look at: matters still open on the ticket, what was typed, the day and the kind of office."""

    matters: Mapping[str, Any]
    typed: Mapping[str, Any]
    today: date
    office_kind: str = ""
    taken: bool = False  # nobody is waiting to take the ticket
    supervised: bool = False
    mediation_due: date | None = None  # the last day of the 60, what is left out counted in; None: no such clock


Guard = Callable[[Facts], bool]


def place_or_text(facts: Facts) -> bool:
    """A regulator outside its powers says where to go instead (办法 art. 16 (1), 消法 art. 39)."""
    told = (facts.typed.get("place") and facts.typed.get("reach")) or facts.typed.get("text")
    return facts.typed.get("ground") != "N1" or bool(told)


def both_agree(facts: Facts) -> bool:
    """Mediation and its delegation need both sides (办法 art. 18, 19)."""
    return bool(facts.typed.get("complainant_agrees") and facts.typed.get("merchant_agrees"))


def told_beforehand(facts: Facts) -> bool:
    """Mediation on the spot is announced with time, place and mediator (办法 art. 20)."""
    if facts.typed.get("way") != "on_site":
        return True
    return bool(facts.typed.get("place")) and str(facts.typed.get("held_at", ""))[:10] >= facts.today.isoformat()


def agreement_on_file(facts: Facts) -> bool:
    """An agreement counts when on file (办法 art. 24): a record alone only where it was not on the spot."""
    form, on_site = facts.typed.get("form"), facts.matters.get("way") == "on_site"
    return {"paper": bool(facts.typed.get("signed")), "record": not on_site}.get(str(form), True)


def sixty_days_over(facts: Facts) -> bool:
    """The fifth ground of ending needs its sixty days (办法 art. 23 (5))."""
    accepted = facts.matters.get("accepted_on")
    if facts.typed.get("ending") != "sixty_days" or not accepted:
        return True
    last = facts.mediation_due or date.fromisoformat(accepted) + timedelta(days=MEDIATION_DAYS)
    return facts.today > last


def recusal_decided(facts: Facts) -> bool:
    """Mediation rests until an objection to the mediator is decided (办法 art. 21)."""
    return not facts.matters.get("recusal")


def recusal_open(facts: Facts) -> bool:
    return bool(facts.matters.get("recusal"))


def replaced(facts: Facts) -> bool:
    """Who steps aside is replaced by somebody named."""
    return not facts.typed.get("recused") or bool(facts.typed.get("mediator"))


def inside_own_hierarchy(facts: Facts) -> bool:
    """A market regulator hands on only inside its own hierarchy (办法 art. 41)."""
    return facts.office_kind != "regulator" or any(word in facts.typed.get("place", "") for word in ("市场监", "市监"))


def in_transfer(facts: Facts) -> bool:
    return bool(facts.matters.get("transfer"))


def not_in_transfer(facts: Facts) -> bool:
    return not in_transfer(facts)


def not_taken(facts: Facts) -> bool:
    return not facts.taken


def extension_asked(facts: Facts) -> bool:
    return bool(facts.matters.get("extension"))


def no_extension_asked(facts: Facts) -> bool:
    return not extension_asked(facts)


def paused(facts: Facts) -> bool:
    return bool(facts.matters.get("paused"))


def not_paused(facts: Facts) -> bool:
    return not paused(facts)


def supervised(facts: Facts) -> bool:
    return facts.supervised


def not_supervised(facts: Facts) -> bool:
    return not facts.supervised


def decided(facts: Facts) -> bool:
    """Only a decision can be reviewed (银行业保险业消费投诉处理管理办法 art. 20)."""
    return bool(facts.matters.get("decided_on"))


def against_a_branch(facts: Facts) -> bool:
    """A review goes to the superior of a branch; head office has none (art. 20)."""
    return bool(facts.typed.get("by_branch"))


def review_within_30_days(facts: Facts) -> bool:
    """Asked within 30 days after the decision was received (art. 20)."""
    day = facts.matters.get("decided_on")
    return day is not None and facts.today <= date.fromisoformat(day) + timedelta(days=REVIEW_DAYS)


# Guards that look at nothing typed: where they do not hold, the desk offers no button.
STANDING: frozenset[Guard] = frozenset(
    (
        recusal_decided,
        recusal_open,
        in_transfer,
        not_in_transfer,
        not_taken,
        extension_asked,
        no_extension_asked,
        paused,
        not_paused,
        supervised,
        not_supervised,
        decided,
        review_within_30_days,
    )
)
