"""Tickets as they leave this room: plain values, contact data masked unless asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from xiaobao import privacy
from xiaobao.tickets import tables
from xiaobao.tickets.workflow import Role

STAFF = "staff"  # a value that a member of staff entered
CONTACT = ("contact_name", "contact_phone", "contact_address", "contact_email", "on_behalf_of")
PLAIN = (
    *("merchant", "merchant_address", "shop_name", "platform", "item", "amount_text", "amount_cents"),
    *("event_date_text", "event_date", "discovered_date", "purchase_mode", "order_number", "policy_number"),
    *("institution", "complained_to_institution", "object", "problem", "problem_secondary", "tried_with_merchant"),
    *("narrative", "claim", "region", "own_use", "elsewhere", "pass_on_to_merchant", "anonymous"),
    *("relation", "guardian", "no_calls", "contact_note", "minor"),
)
_MASKS = {
    "contact_name": privacy.mask_name,
    "contact_phone": privacy.mask_phone,
    "contact_address": privacy.mask_address,
    "contact_email": privacy.mask_email,
    "on_behalf_of": privacy.mask_name,
}


@dataclass(frozen=True)
class EventView:
    """One step of the history."""

    at: datetime
    step: str
    status_from: str | None
    status_to: str
    role: str
    account_id: int | None
    actor_name: str | None
    payload: dict[str, Any]


@dataclass(frozen=True)
class PauseView:
    """A time left out of a clock, from the day after `paused_on`; `resumed_on` None: it lasts."""

    cause: str
    paused_on: date
    resumed_on: date | None


@dataclass(frozen=True)
class ClockView:
    """A clock of a ticket. `state` is running, paused, met or stopped; overdue only after `due_lenient`.

    `decided_on`: decided, but the citizen is not told. `pauses` only on the page of one ticket.
    """

    rule_id: str
    name: str
    label: str
    started_on: date
    due: date
    due_lenient: date
    law: str | None
    statutory: bool
    provisional: bool
    how: str
    state: str
    ended_on: date | None
    by_telling: bool = False
    decided_on: date | None = None
    target_due: date | None = None
    unit: str | None = None
    extensions: tuple[dict[str, Any], ...] = ()
    first_started_on: date | None = None
    explained: str | None = None
    explained_by: str | None = None
    pauses: tuple[PauseView, ...] = ()

    @property
    def key(self) -> str:
        """What names this clock in forms and in the audit."""
        return f"{self.rule_id}/{self.started_on.isoformat()}"

    def days_left_out(self, until: date) -> int:
        """Days up to `until` that do not count, of pauses that ended."""
        ended = [one for one in self.pauses if one.resumed_on]
        return sum(max((min(one.resumed_on, until) - one.paused_on).days, 0) for one in ended if one.resumed_on)

    def overdue(self, today: date) -> bool:
        """Whether the period ran out: while it runs, or because it ended too late."""
        return (self.ended_on or today) > self.due_lenient if self.state in ("running", "met") else False


@dataclass(frozen=True)
class EvidenceView:
    """A file of a ticket; `size` in bytes, `path` inside the evidence directory."""

    evidence_id: str
    filename: str
    media_type: str
    size: int
    sha256: str
    path: str
    added_at: datetime


@dataclass(frozen=True)
class TicketView:
    """Everything of one ticket. The fields of the form keep the names of its slots."""

    number: str
    kind: str
    status: str
    version: int
    channel: str | None
    conversation_id: str | None
    office_id: str
    submitted_at: datetime
    updated_at: datetime
    merchant: str | None
    merchant_address: str | None
    shop_name: str | None
    platform: str | None
    item: str | None
    amount_text: str | None
    amount_cents: int | None
    event_date_text: str | None
    event_date: date | None
    discovered_date: date | None
    purchase_mode: str | None
    order_number: str | None
    policy_number: str | None
    institution: str | None
    complained_to_institution: str | None
    object: str | None
    problem: str | None
    problem_secondary: str | None
    tried_with_merchant: str | None
    narrative: str | None
    claim: str | None
    region: str | None
    own_use: str | None
    elsewhere: str | None
    pass_on_to_merchant: str | None
    anonymous: str | None
    beside_complaint: str | None
    relation: str | None
    guardian: str | None
    no_calls: str | None
    contact_note: str | None
    minor: str | None
    contact_name: str | None
    contact_phone: str | None
    contact_address: str | None
    contact_email: str | None
    on_behalf_of: str | None
    consent_version: str | None
    route_code: str | None
    urgent: bool
    department: str | None
    assignee_id: int | None
    assignee_name: str | None
    ground: str | None
    reply: str | None
    result: str | None
    score: int | None
    urged: int
    evidence: tuple[EvidenceView, ...]
    clocks: tuple[ClockView, ...]
    events: tuple[EventView, ...]
    spans: dict[str, Any]
    sources: dict[str, str]  # of each slot: see filing.Submission
    merchant_key: str | None
    process: str
    first_owner_id: int | None
    first_owner_name: str | None
    next_assignee_id: int | None
    next_assignee_name: str | None
    assignee_limit: date | None
    co_handlers: tuple[dict[str, Any], ...]
    matters: dict[str, Any]
    merged_into: str | None
    split_from: str | None
    supervised_at: datetime | None
    extension_asked_at: datetime | None
    major: bool
    source: str
    source_number: str | None
    merchant_id: int | None
    erasure_asked_at: datetime | None


@dataclass(frozen=True)
class TicketSummary:
    """A row of a list; contact data always masked. `due` is the next running clock's."""

    number: str
    kind: str
    merchant_key: str | None
    status: str
    version: int
    submitted_at: datetime
    merchant: str | None
    item: str | None
    amount_text: str | None
    excerpt: str
    urgent: bool
    urged: int
    department: str | None
    assignee_id: int | None
    assignee_name: str | None
    contact_name: str | None
    contact_phone: str | None
    due: date | None
    overdue: bool


_OF_TICKET = (
    *"number kind status version channel conversation_id office_id submitted_at updated_at consent_version".split(),
    *"merchant_key route_code urgent department assignee_id ground reply result score urged beside_complaint".split(),
    *"process first_owner_id next_assignee_id assignee_limit merged_into split_from supervised_at".split(),
    *"extension_asked_at major source source_number merchant_id erasure_asked_at".split(),
    *PLAIN,
)
_OF_EVENT = ("at", "step", "status_from", "status_to", "role", "account_id", "actor_name", "payload")
_OF_CLOCK = (
    *"rule_id name label started_on due due_lenient law statutory provisional how state ended_on".split(),
    *"by_telling decided_on target_due unit first_started_on explained explained_by".split(),
)


def masked(field: str, value: str | None) -> str | None:
    """A contact field as lists and screens show it."""
    return _MASKS[field](value) if value else value


def ticket_view(ticket: tables.Ticket, *, unmasked: bool = False) -> TicketView:
    """One ticket with its history, evidence and clocks; needs the session that loaded it."""
    contact = _values(ticket, CONTACT)
    if not unmasked:
        contact = {name: masked(name, value) for name, value in contact.items()}
    return TicketView(
        **_values(ticket, _OF_TICKET),
        **contact,
        assignee_name=ticket.assignee.name if ticket.assignee else None,
        first_owner_name=ticket.first_owner.name if ticket.first_owner else None,
        next_assignee_name=ticket.next_assignee.name if ticket.next_assignee else None,
        co_handlers=tuple(ticket.co_handlers),
        matters=dict(ticket.matters),
        evidence=tuple(_evidence(row) for row in ticket.evidence),
        clocks=tuple(clock_view(row, pauses=True) for row in ticket.clocks),
        events=tuple(_event(row) for row in ticket.events),
        spans=dict(ticket.as_filed.get("spans") or {}),
        sources=_sources(ticket),
    )


def ticket_summary(ticket: tables.Ticket, today: date) -> TicketSummary:
    """One row of a list."""
    running = [clock_view(row) for row in ticket.clocks if row.state == "running"]
    copied = "number kind merchant_key status version submitted_at merchant item amount_text urgent urged department assignee_id"
    return TicketSummary(
        **{name: getattr(ticket, name) for name in copied.split()},
        excerpt=privacy.mask_pii(ticket.narrative or "")[:80],
        assignee_name=ticket.assignee.name if ticket.assignee else None,
        contact_name=masked("contact_name", ticket.contact_name),
        contact_phone=masked("contact_phone", ticket.contact_phone),
        due=min((clock.due for clock in running), default=None),
        overdue=any(clock.overdue(today) for clock in running),
    )


def _sources(ticket: tables.Ticket) -> dict[str, str]:
    """How each value came; tickets filed before this was kept say it in their spans, or were entered by staff."""
    filed: dict[str, Any] = ticket.as_filed
    if kept := filed.get("sources"):
        return dict(kept)
    spans = {slot: span.get("source") for slot, span in (filed.get("spans") or {}).items() if isinstance(span, dict)}
    known = {slot: str(source) for slot, source in spans.items() if source}
    by_staff = bool(ticket.events) and ticket.events[0].role != Role.CITIZEN
    return {name: STAFF for name in (*PLAIN, *CONTACT) if filed.get(name)} if by_staff and not known else known


def clock_view(row: tables.TicketClock, pauses: bool = False) -> ClockView:
    """One clock; `pauses` reads them too, which lists do without."""
    found = [PauseView(one.cause, one.paused_on, one.resumed_on) for one in row.pauses] if pauses else []
    values = _values(row, _OF_CLOCK)
    granted = [{**one, "on": date.fromisoformat(one["on"])} for one in row.extensions or ()]
    return ClockView(**values, extensions=tuple(granted), pauses=tuple(found))


def _evidence(row: tables.TicketEvidence) -> EvidenceView:
    names = "evidence_id filename media_type size sha256 path added_at"
    return EvidenceView(**{name: getattr(row, name) for name in names.split()})


def _event(row: tables.TicketEvent) -> EventView:
    return EventView(**_values(row, _OF_EVENT))


def _values(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """Columns of a row of the ORM: what is loaded is read without asking the ORM for each of a hundred columns."""
    loaded = vars(row)
    return {name: loaded[name] if name in loaded else getattr(row, name) for name in names}
