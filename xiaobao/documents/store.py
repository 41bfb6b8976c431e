"""Documents of tickets: written, sent in the conversation or by post, told as the workflow tells.

Everything of one act happens in the caller's transaction: number, bytes, the step 登记告知 (or, for a letter to another
authority, an internal note), the notice. Writing meets no clock; telling does, of the decision that the document tells.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from xiaobao.conversations.papers import Document
from xiaobao.conversations.tables import new_id
from xiaobao.documents import numbering, reading, rendering
from xiaobao.documents.kinds import DocumentKind
from xiaobao.documents.templates import Template
from xiaobao.tickets import outbox, queries, service
from xiaobao.tickets.deadlines import TIMEZONE, local_date
from xiaobao.tickets.errors import InvalidField, NotFound, StepNotOpen
from xiaobao.tickets.filing import Actor
from xiaobao.tickets.office import Office
from xiaobao.tickets.tables import OutboxRow, Ticket
from xiaobao.tickets.views import TicketView
from xiaobao.tickets.workflow import Step

CONVERSATION, POST, IN_PERSON = "conversation", "post", "in_person"
BY_HAND = (POST, IN_PERSON)
NUMBER = "文书编号"  # the variable that only a kept document has
LONGEST_TRACKING = 64
LINKED = "utter_notice_document"
IN_WORDS = "utter_notice_document_in_words"  # where a page of ours cannot be opened as the same citizen
WITH_LINKS = ("website",)
MOST_WORDS = 3500  # characters of a document that is told in words; a longer one goes by post, never cut


class Damaged(Exception):
    """Something that must never change did: it is not handed out."""


@dataclass(frozen=True)
class Sending:
    """Who does it, when, for which office; `version` is the ticket's as it was read."""

    actor: Actor
    now: datetime
    office: Office
    version: int | None = None


@dataclass(frozen=True)
class DocumentView:
    """A document as the desk lists it; `delivery` is the state of its notice (waiting, delivered, ...), or None."""

    id: str
    ticket_number: str
    kind: str
    title: str
    number: str
    sha256: str
    made_at: datetime
    made_by_name: str | None
    means: str | None
    sent_at: datetime | None
    tracking: str | None
    sent_by_name: str | None
    first_opened_at: datetime | None
    voided_at: datetime | None
    void_reason: str | None
    delivery: str | None
    linked: bool  # the chat page opens it; else its words were told in the conversation


def may_be_written(kind: DocumentKind, ticket: TicketView) -> bool:
    """Whether the ticket has come to what this kind tells."""
    return ticket.process in kind.processes and source_step(kind, ticket) is not None


def source_step(kind: DocumentKind, ticket: TicketView) -> str | None:
    """The last step of the ticket that this kind tells of; None before it was taken.

    A refusal that was revoked is told no more: only a step after the last revocation counts.
    """
    steps = [event.step for event in ticket.events]
    if Step.REVOKE in steps and kind.steps == (str(Step.REJECT),):
        steps = steps[len(steps) - 1 - steps[::-1].index(str(Step.REVOKE)) :]
    return next((step for step in reversed(steps) if step in kind.steps), None)


def write(
    session: Session,
    ticket: TicketView,
    kind: DocumentKind,
    template: Template,
    values: Mapping[str, str],
    text: str,
    sending: Sending,
    document_id: str | None = None,
) -> Document:
    """Give it a number, render it, keep it: nobody has it yet and no clock is met.

    `document_id`: of the form, so that the same form sent twice is seen. Raises StepNotOpen before the ticket has come so far, rendering.BrokenTemplate.
    """
    if not may_be_written(kind, ticket):
        raise StepNotOpen(f"{kind.code} of {ticket.number}")
    year = local_date(sending.now).year
    running = numbering.take(session, sending.office.id, kind.code, year)
    number = numbering.written(kind.word, year, running)
    data = rendering.render(template.data, {**values, NUMBER: number})
    row = Document(
        id=document_id or new_id(),
        ticket_number=ticket.number,
        office_id=sending.office.id,
        kind=kind.code,
        title=kind.title,
        year=year,
        running=running,
        number=number,
        steps=list(kind.steps) if kind.for_citizen else [],
        data=data,
        sha256=hashlib.sha256(data).hexdigest(),
        template_sha256=template.sha256,
        text=text,
        shown=reading.text(data),
        made_at=sending.now,
        made_by=sending.actor.account_id,
        made_by_name=sending.actor.name,
    )
    session.add(row)
    session.flush()
    _audit(session, row, sending, "write_document")
    return row


def offer(session: Session, document: Document, sending: Sending) -> None:
    """Send it in the citizen's conversation: step, notice and document in one transaction.

    Raises InvalidField: "means" without a conversation or for a letter to another authority, "document_long" where only
    words can be sent and there are too many; and whatever the step raises.
    """
    _open(document)
    ticket = queries.ticket(session, document.ticket_number)
    if not ticket.conversation_id or not document.steps:
        raise InvalidField("means", "nobody to send it to")
    linked = ticket.channel in WITH_LINKS or ticket.channel is None
    if not linked and len(document.shown) > MOST_WORDS:
        raise InvalidField("document_long", f"longer than {MOST_WORDS} characters")
    words = {} if linked else {"document_text": document.shown}
    _tell(session, document, sending, CONVERSATION, sending.now)
    notice = outbox.put(
        session,
        ticket_id=session.scalar(select(Ticket.id).where(Ticket.number == ticket.number)),
        conversation_id=ticket.conversation_id,
        channel=ticket.channel,
        response=LINKED if linked else IN_WORDS,
        params={
            "number": ticket.number,
            "kind": ticket.kind,
            "document": document.id,
            "title": document.title,
            "document_number": document.number,
            **words,
        },
        now=sending.now,
        speaker="staff",
        staff_name=sending.actor.name,
    )
    session.flush()
    document.conversation_id, document.outbox_id = ticket.conversation_id, notice.id
    _sent(session, document, sending, CONVERSATION, sending.now, None)


def hand_over(
    session: Session, document: Document, sending: Sending, *, means: str, on: date | None, tracking: str = ""
) -> None:
    """Write down that it was posted or handed over on a day. A letter needs its number.

    Raises InvalidField for the means, a day before it was written or after today, a letter without its number.
    """
    _open(document)
    if means not in BY_HAND:
        raise InvalidField("means", "post or in_person")
    today = local_date(sending.now)
    if on is None or not local_date(document.made_at) <= on <= today:
        raise InvalidField("sent_on", "between the day it was written and today")
    tracking = "".join(sign for sign in tracking.strip() if sign.isprintable())
    if len(tracking) > LONGEST_TRACKING or (means == POST and not tracking):
        raise InvalidField("tracking", f"1 to {LONGEST_TRACKING} characters")
    at = sending.now if on == today else datetime.combine(on, time(12), TIMEZONE)
    at = max(at, document.made_at)
    if document.steps:
        _tell(session, document, sending, means, at, tracking)
    else:
        said = f"{document.title} {document.number}" + (f"，{tracking}" if tracking else "")
        step = {"step": Step.NOTE, "actor": sending.actor, "now": sending.now, "office": sending.office}
        service.step(session, document.ticket_number, version=sending.version, text=said, **step)  # type: ignore[arg-type]
    _sent(session, document, sending, means, at, tracking or None)


def void(session: Session, document: Document, sending: Sending, reason: str) -> None:
    """A document that went to nobody and never will; its number stays used. Raises InvalidField, StepNotOpen."""
    _open(document)
    if not reason.strip() or len(reason) > 500:
        raise InvalidField("void_reason", "why")
    document.voided_at, document.void_reason = sending.now, reason.strip()
    session.flush()
    _audit(session, document, sending, "void_document")


def get(session: Session, ticket_number: str, document_id: str, lock: bool = False) -> Document:
    """A document of this ticket. Raises NotFound."""
    found = session.get(Document, document_id, with_for_update=lock or None)
    if found is None or found.ticket_number != ticket_number:
        raise NotFound(document_id)
    return found


def intact(document: Document) -> bytes:
    """Its bytes as they were kept. Raises Damaged when they are no longer the same."""
    if hashlib.sha256(document.data).hexdigest() != document.sha256:
        raise Damaged(f"document {document.id}")
    return document.data


def of_ticket(session: Session, number: str) -> list[DocumentView]:
    """Documents of a ticket, the newest first."""
    statement = select(Document, OutboxRow.state, OutboxRow.response).outerjoin(
        OutboxRow, OutboxRow.id == Document.outbox_id
    )
    newest = (Document.made_at.desc(), Document.kind, Document.running.desc())
    rows = session.execute(statement.where(Document.ticket_number == number).order_by(*newest))
    return [_view(row, state, response == LINKED) for row, state, response in rows]


def _view(row: Document, state: str | None, linked: bool) -> DocumentView:
    names = "id ticket_number kind title number sha256 made_by_name means tracking sent_by_name void_reason"
    times = "made_at sent_at first_opened_at voided_at"
    local = {name: at.astimezone(TIMEZONE) if (at := getattr(row, name)) else None for name in times.split()}
    return DocumentView(**{name: getattr(row, name) for name in names.split()}, **local, delivery=state, linked=linked)  # type: ignore[arg-type]


def _open(document: Document) -> None:
    if document.sent_at or document.voided_at:
        raise StepNotOpen(f"{document.number} is sent or voided")


def _tell(session: Session, document: Document, sending: Sending, means: str, at: datetime, tracking: str = "") -> None:
    said = f"{document.title} {document.number}" + (f"，{tracking}" if tracking else "")
    service.tell(
        session,
        document.ticket_number,
        actor=sending.actor,
        now=sending.now,
        office=sending.office,
        version=sending.version,
        means=means,
        told_at=at,
        text=said,
        about=tuple(document.steps),
    )


def _sent(
    session: Session, document: Document, sending: Sending, means: str, at: datetime, tracking: str | None
) -> None:
    document.means, document.sent_at, document.tracking = means, at, tracking
    document.recorded_at, document.sent_by_name = sending.now, sending.actor.name
    session.flush()
    _audit(session, document, sending, "send_document")


def _audit(session: Session, document: Document, sending: Sending, action: str) -> None:
    payload = {"document": document.id, "kind": document.kind, "document_number": document.number}
    payload |= {"sha256": document.sha256, "means": document.means or ""}
    service.audit(
        session, actor=sending.actor, action=action, subject=document.ticket_number, now=sending.now, payload=payload
    )
