"""What tickets hold about a citizen, for the citizen: everything they told, and every mark the office put on it.

Source: 个人信息保护法 art. 45; what a member of staff wrote to others about how to proceed is no personal data of theirs.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from xiaobao.tickets import deadlines, erasing
from xiaobao.tickets.erasing import note
from xiaobao.tickets.filing import SUBMITTED_TEXTS
from xiaobao.tickets.hints import Hint, facts_of
from xiaobao.tickets.office import Office
from xiaobao.tickets.register_tables import Contact
from xiaobao.tickets.tables import OutboxRow, Ticket
from xiaobao.tickets.workflow import OPEN, Kind, Role, Status, Step

MARKS = (
    "urgent",
    "major",
    "minor",
    "no_calls",
    "anonymous",
    "urged",
    "score",
    "department",
    "route_code",
    "merged_into",
)
FIELDS = (*SUBMITTED_TEXTS[1:], "amount_text", "event_date_text", "reply", "result")  # the kind stands apart
CITIZEN = "citizen"


@dataclass(frozen=True)
class Stored:
    """One ticket: fields and marks by name, dated lines of what happened, names of files."""

    number: str
    query_code: str
    kind: str
    status: str
    open: bool
    submitted_at: datetime
    kept_until: datetime
    stopped: bool
    fields: tuple[tuple[str, str], ...]
    marks: tuple[tuple[str, str], ...]
    happened: tuple[tuple[datetime, str, str], ...]  # when, which step, the citizen's own words with it
    told: tuple[tuple[datetime, str], ...]  # calls and visits
    notices: int
    files: tuple[str, ...]
    hints: tuple[
        Hint, ...
    ] = ()  # what whoever decides on accepting is shown, grounds of art. 16 and factors of art. 17


def stored(session: Session, conversation_id: str, numbers: Collection[str], office: Office) -> list[Stored]:
    """Every ticket of a conversation and those named, which must have been proven; cries for help included."""
    return [_stored(session, one, office) for one in erasing.of_citizen(session, conversation_id, numbers)]


def proves(session: Session, conversation_id: str, said: str) -> bool:
    """Whether this is the query code, or the whole telephone number, of a ticket filed in this conversation."""
    digits = re.sub(r"\D", "", said)
    if not digits:
        return False
    rows = session.execute(
        select(Ticket.query_code, Ticket.contact_phone).where(Ticket.conversation_id == conversation_id)
    ).tuples()
    known = [re.sub(r"\D", "", value) for row in rows for value in row if value]
    # All are compared, so that the time tells nothing.
    return any([hmac.compare_digest(one.encode(), digits.encode()) for one in known if len(one) >= 6])


def to_prove(session: Session, conversation_id: str) -> bool:
    """Whether there is a ticket here that can be proven by its code."""
    return session.scalar(select(Ticket.id).where(Ticket.conversation_id == conversation_id).limit(1)) is not None


def withdraw_consent(session: Session, conversation_id: str, numbers: Collection[str], now: datetime) -> int:
    """From now on no merchant and no institution is told who complained; returns how many tickets changed.

    个人信息保护法 art. 15: what was passed on before stays lawful.
    """
    changed = 0
    for ticket in erasing.of_citizen(session, conversation_id, numbers):
        if ticket.pass_on_to_merchant == "yes":
            ticket.pass_on_to_merchant, ticket.version = "no", ticket.version + 1
            note(session, "withdraw_consent", ticket.number, now, field="pass_on_to_merchant")
            changed += 1
    return changed


def _hints(ticket: Ticket, office: Office) -> tuple[Hint, ...]:
    """Worked out from what the citizen told, as at the desk."""
    if ticket.kind != Kind.COMPLAINT:
        return ()
    facts = facts_of(ticket, ticket.as_filed.get("spans") or {})
    return tuple(hint for hint, _ in office.hints(facts, deadlines.local_date(ticket.submitted_at)))


def _stored(session: Session, ticket: Ticket, office: Office) -> Stored:
    calls = select(Contact).where(Contact.ticket_id == ticket.id, Contact.side == CITIZEN).order_by(Contact.id)
    notices = session.scalars(select(OutboxRow.id).where(OutboxRow.ticket_id == ticket.id)).all()
    return Stored(
        number=ticket.number,
        query_code=ticket.query_code,
        kind=next(kind.label for kind in Kind if kind == ticket.kind),
        status=next(status.label for status in Status if status == ticket.status),
        open=ticket.status in tuple(map(str, OPEN)),
        submitted_at=ticket.submitted_at,
        kept_until=erasing.kept_until(ticket, office.keep_days),
        stopped=ticket.erasure_asked_at is not None,
        fields=tuple((name, str(getattr(ticket, name))) for name in FIELDS if getattr(ticket, name)),
        marks=tuple((name, str(value)) for name in MARKS if (value := getattr(ticket, name)) not in (None, False, 0)),
        happened=tuple((event.at, _label(event.step), _words(event)) for event in ticket.events),
        told=tuple((call.at, call.said) for call in session.scalars(calls)),
        notices=len(notices),
        files=tuple(row.filename for row in ticket.evidence),
        hints=_hints(ticket, office),
    )


def _label(step: str) -> str:
    return next((one.label for one in Step if one == step), step)


def _words(event: Any) -> str:
    own = event.role == str(Role.CITIZEN)
    return str(event.payload.get("text") or "") if own and isinstance(event.payload, dict) else ""
