"""Taking any step after filing, in the caller's transaction: check, change, remember, tell.

Order: the ticket is locked; whose it is; the version that was read; status and role; the fields; the guards; then
the change of this step. Nothing is written before everything is checked.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session, joinedload, load_only
from sqlalchemy.orm.attributes import set_committed_value

from xiaobao.tickets import clocks, deadlines, outbox, step_fields, workflow
from xiaobao.tickets.errors import NotFound, NotYet, RoleForbidden, StaleVersion
from xiaobao.tickets.filing import Actor, remember
from xiaobao.tickets.guards import STANDING, Facts
from xiaobao.tickets.office import Office
from xiaobao.tickets.tables import Account, Ticket, TicketClock, TicketClockPause, TicketEvent, TicketEvidence
from xiaobao.tickets.views import TicketView, ticket_view
from xiaobao.tickets.workflow import Role, Step, Transition

_NAME = load_only(Account.name)
_ACCOUNT = select(Account).where(Account.id == bindparam("id"))
_LOCKED = (
    select(
        Ticket,
        exists().where(TicketEvidence.ticket_id == Ticket.id).label("has_evidence"),
        exists()
        .where(TicketClock.ticket_id == Ticket.id, TicketClockPause.clock_id == TicketClock.id)
        .label("has_pauses"),
    )
    .where(Ticket.number.in_((bindparam("one"), bindparam("other"))))
    .order_by(Ticket.id)
    .options(joinedload(Ticket.assignee).options(_NAME), joinedload(Ticket.first_owner).options(_NAME))
    .options(joinedload(Ticket.next_assignee).options(_NAME))
    .with_for_update(of=Ticket)
    .execution_options(populate_existing=True)
)
_BESIDE = {
    name: select(table)
    .where(table.ticket_id == bindparam("id"))
    .order_by(table.id)
    .execution_options(populate_existing=True)
    for name, table in (("clocks", TicketClock), ("events", TicketEvent), ("evidence", TicketEvidence))
}
_PAUSES = (
    select(TicketClockPause)
    .join(TicketClock, TicketClock.id == TicketClockPause.clock_id)
    .where(TicketClock.ticket_id == bindparam("id"))
    .order_by(TicketClockPause.id)
    .execution_options(populate_existing=True)
)
OWNING = (Step.ACCEPT, Step.REJECT, Step.ASSIGN, Step.TAKE, Step.REPLY, Step.ASK_SUPPLEMENT, Step.REDIRECT)


@dataclass(frozen=True)
class Taking:
    """A step that passed its checks; `typed` holds its fields as read by step_fields."""

    session: Session
    ticket: Ticket
    row: Transition
    actor: Actor
    now: datetime
    office: Office | None
    typed: Mapping[str, Any]

    def matter(self, name: str, value: Any) -> None:
        """Keep (or with None drop) what is open beside the status."""
        others = {key: kept for key, kept in (self.ticket.matters or {}).items() if key != name}
        self.ticket.matters = others if value is None else {**others, name: value}


Change = Callable[[Taking], dict[str, Any]]


def take_step(
    session: Session,
    number: str,
    step: Step,
    *,
    actor: Actor,
    now: datetime,
    version: int | None,
    change: Change,
    office: Office | None = None,
    typed: Mapping[str, Any] | None = None,
) -> TicketView:
    """Any step after filing. `version` None: a service that has just read the ticket itself.

    Raises NotFound, StaleVersion, StepNotOpen, RoleForbidden, InvalidField, NotYet.
    """
    ticket = locked(session, number, (typed or {}).get("into") if step == Step.MERGE else None)
    if ticket.kind in actor.knows_nothing_of or (actor.role == Role.CITIZEN and not _own(ticket, actor)):
        raise NotFound(number)
    if version is not None and version != ticket.version:
        raise StaleVersion(f"{number}: {version} read, {ticket.version} now")
    row = workflow.advance(ticket.process, ticket.status, step, actor.role)
    if row.own_only and not theirs(ticket, actor):
        raise RoleForbidden(f"{number} is assigned to somebody else")
    read = step_fields.read(row.fields, typed or {}, now)
    check(row, facts(ticket, read, now, office))
    payload = change(Taking(session, ticket, row, actor, now, office, read))
    _own_first(session, ticket, row, actor)
    remember(ticket, row, actor, now, payload)
    clocks.apply(ticket, row, now, office, payload, told=bool(ticket.conversation_id) or not row.notice)
    _forget_pause(ticket)
    if row.notice and ticket.conversation_id and not _did_it_there(ticket, actor):
        _tell(session, ticket, row, actor, now, payload)
    session.flush()
    return ticket_view(ticket)


def facts(ticket: Ticket | TicketView, typed: Mapping[str, Any], now: datetime, office: Office | None) -> Facts:
    """What the guards look at."""
    matters = ticket.matters or {}
    taken = ticket.next_assignee_id is None and bool(matters.get("taken"))
    kind = str(office.kind) if office else ""
    today, supervised = deadlines.local_date(now), ticket.supervised_at is not None
    return Facts(matters, typed, today, kind, taken, supervised, _mediation_due(ticket))


def _mediation_due(ticket: Ticket | TicketView) -> date | None:
    """The last of the 60 days; while they rest (办法 art. 22) they are never over."""
    found = [clock for clock in ticket.clocks if clock.name == "mediate"]
    return (date.max if found[-1].state == "paused" else found[-1].due) if found else None


def check(row: Transition, found: Facts) -> None:
    """Raises NotYet with the name of the first guard that does not hold."""
    for guard in row.guards:
        if not guard(found):
            raise NotYet(guard.__name__)


def ready(rows: Iterable[Transition], ticket: TicketView, now: datetime) -> list[Transition]:
    """Those steps that can be begun at all where the ticket is: guards that look at nothing typed."""
    found = facts(ticket, {}, now, None)
    return [row for row in rows if all(guard(found) for guard in row.guards if guard in STANDING)]


def locked(session: Session, number: str, beside: str | None = None) -> Ticket:
    """The ticket, its row locked until the transaction ends. Raises NotFound.

    `beside`: another ticket that the step looks at; both are locked, in the order in which they were filed, so that
    two steps that each want the other's ticket wait for each other's end and not for ever.
    """
    if "\0" in number:  # PostgreSQL takes no such text, not even to compare with
        raise NotFound(number)
    numbers = (number, (beside or number).replace("\0", "").strip())
    found = session.execute(_LOCKED, {"one": numbers[0], "other": numbers[1]}).all()
    row = next((row for row in found if row.Ticket.number == number), None)
    if row is None:
        raise NotFound(number)
    ticket: Ticket = row.Ticket
    # Every step reads these; statements that are made once cost half of what three lazy loads do.
    for name, statement in _BESIDE.items():
        wanted = row.has_evidence or name != "evidence"
        set_committed_value(ticket, name, session.scalars(statement, {"id": ticket.id}).all() if wanted else [])
    pauses = session.scalars(_PAUSES, {"id": ticket.id}).all() if row.has_pauses else []
    for clock in ticket.clocks:
        set_committed_value(clock, "pauses", [pause for pause in pauses if pause.clock_id == clock.id])
    return ticket


def _own(ticket: Ticket, actor: Actor) -> bool:
    if actor.conversation_id and actor.conversation_id == ticket.conversation_id:
        return True
    return actor.query_code is not None and hmac.compare_digest(ticket.query_code.encode(), actor.query_code.encode())


def _did_it_there(ticket: Ticket, actor: Actor) -> bool:
    """A citizen who took the step in the ticket's own conversation has the answer there already."""
    return actor.role == Role.CITIZEN and actor.conversation_id == ticket.conversation_id


def theirs(ticket: Ticket, actor: Actor) -> bool:
    """A handler acts on what is assigned to them or to nobody in particular; other staff on everything."""
    return actor.role != Role.HANDLER or ticket.assignee_id in (None, actor.account_id)


def _forget_pause(ticket: Ticket) -> None:
    """A pause ends with its clock; left standing it could be neither resumed nor begun again after reopening."""
    if ticket.matters.get("paused") and all(clock.state != "paused" for clock in ticket.clocks):
        ticket.matters = {key: kept for key, kept in ticket.matters.items() if key != "paused"}


def _own_first(session: Session, ticket: Ticket, row: Transition, actor: Actor) -> None:
    """首问负责: who first takes the matter up keeps its name, through all transfers."""
    if ticket.first_owner_id is None and row.step in OWNING and actor.account_id is not None:
        ticket.hand("first_owner", account_of(session, actor.account_id))


def account_of(session: Session, account_id: int) -> Account | None:
    """The account with this id; made once, the statement costs half of what session.get does."""
    found: Account | None = session.scalar(_ACCOUNT, {"id": account_id})
    return found


def _tell(
    session: Session, ticket: Ticket, row: Transition, actor: Actor, now: datetime, payload: dict[str, Any]
) -> None:
    assert ticket.conversation_id and row.notice
    running = [clock for clock in ticket.clocks if clock.state == "running"]
    due = f"{running[-1].due.year}年{running[-1].due.month}月{running[-1].due.day}日" if running else ""
    fields = {field.name: "" for field in row.fields}
    said = {name: value for name, value in payload.items() if isinstance(value, str) and name != "into"}
    outbox.put(
        session,
        ticket_id=ticket.id,
        conversation_id=ticket.conversation_id,
        channel=ticket.channel,
        response=row.notice,
        params={
            **fields,
            **said,
            "number": ticket.number,
            "kind": ticket.kind,
            "due": due,
            "staff_name": actor.name or "",
            "who": payload.get("handler_name") or payload.get("department") or "",
            "basis": f"（{payload['article']}）" if payload.get("article") else "",
        },
        now=now,
        speaker="staff" if row.step == Step.REPLY else "bot",
        staff_name=actor.name,
    )
