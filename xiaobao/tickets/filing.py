"""Filing a draft, once: ticket, event, clock and number in one transaction."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from xiaobao import privacy
from xiaobao.tickets import clocks, deadlines, merchants, numbering, workflow
from xiaobao.tickets.errors import InvalidField, MissingDraft
from xiaobao.tickets.office import Office
from xiaobao.tickets.tables import Ticket, TicketEvent, TicketEvidence
from xiaobao.tickets.views import ClockView, clock_view
from xiaobao.tickets.workflow import Kind, Role, Step, Transition

SUBMITTED_TEXTS = (
    *("ticket_kind", "merchant", "merchant_address", "shop_name", "platform", "purchase_mode", "item"),
    *("order_number", "policy_number", "institution", "complained_to_institution", "object", "problem"),
    *("problem_secondary", "tried_with_merchant", "narrative", "claim", "region", "own_use", "elsewhere"),
    *("contact_name", "contact_phone", "contact_address", "contact_email", "pass_on_to_merchant", "anonymous"),
    *("on_behalf_of", "relation", "guardian", "no_calls", "contact_note", "minor"),
)
_OF_DRAFT = select(Ticket.__table__.c.id).where(Ticket.__table__.c.draft_id == bindparam("draft"))
# Said at filing, so that nothing of what was just written has to be read again.
_EMPTY = {
    column.key: None
    for column in Ticket.__table__.columns
    if column.nullable and column.default is None and column.server_default is None
}
FREE_TEXTS = ("narrative", "claim", "tried_with_merchant", "item", "merchant")


@dataclass(frozen=True)
class Actor:
    """Who takes a step. A citizen is known by conversation, or by the ticket's query code.

    Tickets of the kinds in `knows_nothing_of` do not exist for who acts.
    """

    role: Role
    account_id: int | None = None
    name: str | None = None
    conversation_id: str | None = None
    query_code: str | None = None
    knows_nothing_of: frozenset[Kind] = frozenset()

    @classmethod
    def citizen(cls, conversation_id: str | None, query_code: str | None = None) -> Actor:
        """The citizen of a conversation; with `query_code` also from another device."""
        return cls(Role.CITIZEN, conversation_id=conversation_id, query_code=query_code)

    @classmethod
    def system(cls) -> Actor:
        return cls(Role.SYSTEM)


@dataclass(frozen=True)
class Evidence:
    """A file that was uploaded; `size` in bytes, `path` inside the evidence directory."""

    evidence_id: str
    filename: str
    media_type: str
    size: int
    sha256: str
    path: str


@dataclass(frozen=True, kw_only=True)
class Submission:
    """A confirmed draft. `amount_cents` in fen; `spans` says where in the story each value stands.

    `sources` says for each slot how its value came: read, said, confirmed, inferred, scanned (a printed code),
    declared (a line of the summary that the confirmation declares), staff; unknown for a question answered with 不知道.

    `beside_complaint` is the number of the complaint that the same story became: on reports only (办法 art. 37).
    """

    ticket_kind: str
    draft_id: str | None
    conversation_id: str | None
    channel: str | None = None
    merchant: str | None = None
    merchant_address: str | None = None
    shop_name: str | None = None
    platform: str | None = None
    item: str | None = None
    amount_text: str | None = None
    amount_cents: int | None = None
    event_date_text: str | None = None
    event_date: date | None = None
    discovered_date: date | None = None
    purchase_mode: str | None = None
    order_number: str | None = None
    policy_number: str | None = None
    institution: str | None = None
    complained_to_institution: str | None = None
    object: str | None = None
    problem: str | None = None
    problem_secondary: str | None = None
    tried_with_merchant: str | None = None
    narrative: str | None = None
    claim: str | None = None
    region: str | None = None
    own_use: str | None = None
    elsewhere: str | None = None
    contact_name: str | None = None
    contact_phone: str | None = None
    contact_address: str | None = None
    contact_email: str | None = None
    pass_on_to_merchant: str | None = None
    anonymous: str | None = None
    beside_complaint: str | None = None
    on_behalf_of: str | None = None
    relation: str | None = None
    guardian: str | None = None
    no_calls: str | None = None
    contact_note: str | None = None
    minor: str | None = None
    source: str = "web"
    source_number: str | None = None
    evidence: tuple[Evidence, ...] = ()
    consent_version: str | None = None
    route_code: str | None = None
    urgent: bool = False
    spans: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Receipt:
    """What the citizen keeps. `clock` is what is due at this office, None when no period binds it."""

    number: str
    query_code: str
    kind: str
    submitted_at: datetime
    clock: ClockView | None
    already_filed: bool
    ticket_id: int


def submit(
    session: Session, submission: Submission, *, office: Office, now: datetime, actor: Actor | None = None
) -> Receipt:
    """File a draft, once: the same draft again gives the same receipt.

    Raises MissingDraft without a draft id, StepNotOpen for an unknown kind. `actor` is given for staff intake.
    """
    if not submission.draft_id:
        raise MissingDraft
    actor = actor or Actor.citizen(submission.conversation_id)
    process = workflow.process_of(submission.ticket_kind, str(office.kind))
    row = workflow.advance(process, None, Step.SUBMIT, actor.role)
    # Who has the number of the day waits for nobody who files: the same draft is there by now, or comes later.
    number = numbering.next_number(session, deadlines.local_date(now))
    known = _by_draft(session, submission.draft_id)
    if known is not None:
        numbering.give_back(session, number)
        return _receipt(known, already_filed=True)
    ticket = _insert(session, submission, number, office, now, row, actor)
    return _receipt(ticket, already_filed=False)


def filed(session: Session, draft_id: str) -> Receipt | None:
    """The receipt of a draft that was committed, else None."""
    known = _by_draft(session, draft_id)
    return _receipt(known, already_filed=True) if known else None


def receipt(session: Session, number: str, conversation_id: str) -> Receipt | None:
    """The receipt again, for the conversation that filed; None for a number that is not its own."""
    known = session.scalar(select(Ticket).where(Ticket.number == number, Ticket.conversation_id == conversation_id))
    return _receipt(known, already_filed=True) if known else None


def remember(ticket: Ticket, row: Transition, actor: Actor, now: datetime, payload: dict[str, Any]) -> None:
    """Write the event of a step, and with it the new status and version."""
    ticket.events.append(
        TicketEvent(
            at=now,
            step=str(row.step),
            status_from=str(row.status) if row.status else None,
            status_to=str(row.next),
            role=str(actor.role),
            account_id=actor.account_id,
            actor_name=actor.name,
            payload=payload,
        )
    )
    ticket.status, ticket.updated_at = str(row.next), now
    ticket.version = (ticket.version or 0) + 1


def _insert(
    session: Session, submission: Submission, number: str, office: Office, now: datetime, row: Transition, actor: Actor
) -> Ticket:
    values = kept(submission)
    as_filed = {
        **{name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()},
        "evidence": [asdict(one) for one in submission.evidence],
    }
    evidence = values.pop("evidence")
    for name in ("ticket_kind", "spans", "sources"):
        values.pop(name)
    if values["beside_complaint"] and submission.ticket_kind != Kind.REPORT:
        raise InvalidField("beside_complaint", "only a report may know of a complaint")
    ticket = Ticket(
        **_EMPTY | values | {"merchant_key": merchants.key_of(*(values[name] for name in merchants.NAMED_BY))},
        number=number,
        query_code=numbering.new_query_code(),
        kind=submission.ticket_kind,
        process=str(row.process),
        office_id=office.id,
        submitted_at=now,
        as_filed=as_filed,
        urged=0,
        matters={},
        co_handlers=[],
        evidence=[],
    )
    remember(ticket, row, actor, now, {})
    ticket.evidence.extend(evidence_row(one, now) for one in evidence)
    clocks.apply(ticket, row, now, office)
    session.add(ticket)
    session.flush()
    return ticket


def kept(submission: Submission) -> dict[str, Any]:
    """Every field as it is stored: what must never be stored is masked in free texts."""
    values = {f.name: getattr(submission, f.name) for f in fields(submission)}
    for name in FREE_TEXTS:
        values[name] = privacy.mask_sensitive(values[name]) if values[name] else values[name]
    return values


def evidence_row(one: Evidence, now: datetime) -> TicketEvidence:
    """An upload as a row of a ticket."""
    return TicketEvidence(**asdict(one), added_at=now)


def _by_draft(session: Session, draft_id: str) -> Ticket | None:
    found = session.execute(_OF_DRAFT, {"draft": draft_id}).scalar_one_or_none()
    return session.get(Ticket, found) if found is not None else None


def _receipt(ticket: Ticket, already_filed: bool) -> Receipt:
    first = next((clock_view(row) for row in ticket.clocks), None)
    return Receipt(ticket.number, ticket.query_code, ticket.kind, ticket.submitted_at, first, already_filed, ticket.id)
