"""Rules of automatic assignment: by object, problem and region to a department, a handler or who has least in hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from xiaobao.tickets import accounts
from xiaobao.tickets.accounts import AccountView
from xiaobao.tickets.errors import InvalidField, NotFound
from xiaobao.tickets.roles_tables import AssignmentRule
from xiaobao.tickets.tables import Ticket
from xiaobao.tickets.views import TicketView
from xiaobao.tickets.workflow import OPEN

LONGEST = {"name": 40, "object_prefix": 64, "problem": 64, "region": 64, "department": 40}  # characters
MOST_RULES = 200


@dataclass(frozen=True)
class Rule:
    """Empty conditions hold for every ticket. `least_load`: whoever of the department has the fewest open tickets."""

    id: int
    position: int
    name: str
    object_prefix: str
    problem: str
    region: str
    department: str
    handler_id: int | None
    least_load: bool

    def holds(self, subject: str, problem: str, region: str) -> bool:
        """Whether the rule is for a ticket of this object, problem and region."""
        return (
            subject.startswith(self.object_prefix)
            and self.problem in ("", problem)
            and (not self.region or self.region in region)
        )


@dataclass(frozen=True)
class Suggestion:
    """Where a ticket should go, and which rule says so."""

    rule: str
    department: str
    handler_id: int | None
    handler_name: str | None


def choose(
    rules: Sequence[Rule],
    handlers: Sequence[AccountView],
    loads: Mapping[int, int],
    *,
    subject: str,
    problem: str,
    region: str,
) -> Suggestion | None:
    """The first rule that holds (pure). A named handler who cannot take tickets leaves the department alone."""
    rule = next((one for one in rules if one.holds(subject, problem, region)), None)
    if rule is None:
        return None
    able = [one for one in handlers if one.department == rule.department and _covers(one, subject, region)]
    if rule.handler_id is not None:
        found = next((one for one in handlers if one.id == rule.handler_id), None)
    elif rule.least_load:
        found = min(able, key=lambda one: (loads.get(one.id, 0), one.id), default=None)
    else:
        found = None
    return Suggestion(rule.name, rule.department, found.id if found else None, found.name if found else None)


def _covers(account: AccountView, subject: str, region: str) -> bool:
    subjects = (account.subjects or "").split()
    return (not subjects or any(subject.startswith(one) for one in subjects)) and (
        not account.region or account.region in region
    )


def suggest(session: Session, ticket: TicketView) -> Suggestion | None:
    """Where the office's rules send this ticket, None without a rule that holds."""
    known = rules(session)
    if not known:
        return None
    facts = {"subject": ticket.object or "", "problem": ticket.problem or ""}
    place = " ".join(filter(None, (ticket.region, ticket.merchant_address)))
    return choose(known, accounts.handlers(session), loads(session), **facts, region=place)


def loads(session: Session) -> dict[int, int]:
    """Open tickets in hand, by account id."""
    mine = (Ticket.assignee_id.is_not(None), Ticket.status.in_([str(status) for status in OPEN]))
    counted = select(Ticket.assignee_id, func.count()).where(*mine).group_by(Ticket.assignee_id)
    return {account_id: count for account_id, count in session.execute(counted) if account_id is not None}


def rules(session: Session) -> list[Rule]:
    """The rules in their order."""
    rows = session.scalars(select(AssignmentRule).order_by(AssignmentRule.position, AssignmentRule.id))
    return [Rule(**{name: getattr(row, name) for name in Rule.__dataclass_fields__}) for row in rows]


def add(session: Session, given: Mapping[str, str]) -> Rule:
    """A new rule at the end, or at `position`. Raises InvalidField."""
    typed = {name: given.get(name, "").strip() for name in (*LONGEST, "position", "handler")}
    for name, longest in LONGEST.items():
        if len(typed[name]) > longest or (name in ("name", "department") and not typed[name]):
            raise InvalidField(name, f"1 to {longest} characters")
    if len(rules(session)) >= MOST_RULES:
        raise InvalidField("name", f"more than {MOST_RULES} rules")
    least = typed["handler"] == "least"
    row = AssignmentRule(
        **{name: typed[name] for name in LONGEST},
        position=_position(session, typed["position"]),
        handler_id=None if least else _handler(session, typed["handler"]),
        least_load=least,
    )
    session.add(row)
    session.flush()
    return next(one for one in rules(session) if one.id == row.id)


def remove(session: Session, rule_id: int) -> str:
    """Remove a rule and return its name. Raises NotFound."""
    row = session.get(AssignmentRule, rule_id)
    if row is None:
        raise NotFound(str(rule_id))
    session.delete(row)
    session.flush()
    return row.name


def _position(session: Session, text: str) -> int:
    if not text:
        return (session.scalar(select(func.max(AssignmentRule.position))) or 0) + 10
    if not (text.isascii() and text.isdecimal() and len(text) < 6):
        raise InvalidField("position", "a number")
    return int(text)


def _handler(session: Session, text: str) -> int | None:
    if not text:
        return None
    found = next((one for one in accounts.handlers(session) if str(one.id) == text), None)
    if found is None:
        raise InvalidField("handler", "no handler's account")
    return found.id
