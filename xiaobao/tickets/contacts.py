"""The log of calls, visits and letters to either side of a ticket.

Entries are only added: a mistake is put right by an entry that names the one it corrects. The log is internal, citizens
and liaisons never read it. 告知 is done only with its means and time (办法 art. 15: told within seven working days): an
entry that tells the citizen takes the step `tell`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from xiaobao import privacy
from xiaobao.tickets import delivery, follow_ups, service
from xiaobao.tickets.deadlines import local_date
from xiaobao.tickets.errors import InvalidField, NotFound
from xiaobao.tickets.filing import Actor
from xiaobao.tickets.office import Office
from xiaobao.tickets.register_tables import Contact
from xiaobao.tickets.tables import Ticket
from xiaobao.tickets.workflow import Labelled

LONGEST_SAID = 4000  # characters
FAILED_DAYS = 3  # days with a failed attempt and none that reached the side since
AHEAD = timedelta(minutes=5)  # by which the clocks of two machines may differ


class Side(Labelled):
    CITIZEN = ("citizen", "群众")
    MERCHANT = ("merchant", "商家")
    OTHER = ("other", "其他人")


class Means(Labelled):
    """The values are those of the step 告知 (workflow.CHOICES)."""

    PHONE = ("telephone", "电话")
    VISIT = ("in_person", "当面")
    LETTER = ("post", "信件")
    SMS = ("message", "短信")
    EMAIL = ("email", "邮件")


@dataclass(frozen=True)
class Entry:
    """What is written down. `telling`: the decision was told (告知). `corrects` is the id of an earlier entry."""

    side: str
    means: str
    at: datetime
    reached: bool
    said: str = ""
    telling: bool = False
    corrects: int | None = None


@dataclass(frozen=True)
class ContactView:
    """An entry of the log; `corrected_by` is the entry that puts it right."""

    id: int
    at: datetime
    recorded_at: datetime
    side: str
    means: str
    reached: bool
    said: str
    telling: bool
    corrects: int | None
    corrected_by: int | None
    actor_name: str | None
    role: str


def add(
    session: Session,
    number: str,
    entry: Entry,
    *,
    actor: Actor,
    now: datetime,
    office: Office,
) -> int:
    """Write down an entry and return its id; one that tells takes the step 告知 at once.

    Raises NotFound, InvalidField with the field, and whatever the step raises.
    """
    ticket = session.scalar(select(Ticket).where(Ticket.number == number).with_for_update(of=Ticket))
    if ticket is None:
        raise NotFound(number)
    said = _checked(entry, ticket.submitted_at, now)
    if entry.corrects is not None:
        _correctable(session, ticket.id, entry.corrects)
    row = Contact(
        ticket_id=ticket.id,
        recorded_at=now,
        said=said,
        corrects_id=entry.corrects,
        role=str(actor.role),
        account_id=actor.account_id,
        actor_name=actor.name,
        **{name: getattr(entry, name) for name in ("at", "side", "means", "reached", "telling")},
    )
    session.add(row)
    session.flush()
    payload = {"contact": row.id, "side": entry.side, "means": entry.means, "reached": entry.reached}
    service.audit(session, actor=actor, action="add_contact", subject=number, now=now, payload=payload)
    if entry.side == Side.CITIZEN and entry.reached:
        delivery.told_by_staff(session, ticket.id, row.id, now)
    elif entry.corrects is not None:
        delivery.not_told_after_all(session, ticket.id, entry.corrects, now)
    if entry.side == Side.CITIZEN and (entry.reached or Side.CITIZEN in unreachable(session, number)):
        follow_ups.called(session, ticket.id, entry.reached, now)
    if entry.telling:
        service.tell(
            session, number, actor=actor, now=now, office=office, means=str(entry.means), told_at=entry.at, text=said
        )
    return row.id


def of_ticket(session: Session, number: str) -> list[ContactView]:
    """The log of a ticket, newest first by when it happened; for staff at work on the ticket."""
    rows = session.scalars(select(Contact).join(Ticket, Ticket.id == Contact.ticket_id).where(Ticket.number == number))
    return sorted(_views(rows.all()), key=lambda one: (one.at, one.id), reverse=True)


def unreachable(session: Session, number: str) -> frozenset[str]:
    """Sides that were tried in vain on three different days, and not reached since the first of them."""
    return unreached(of_ticket(session, number))


def unreached(entries: Iterable[ContactView]) -> frozenset[str]:
    """As `unreachable`, of entries that were read before."""
    standing = sorted((one for one in entries if one.corrected_by is None), key=lambda one: (one.at, one.id))
    days: dict[str, set[Any]] = {}
    for one in standing:
        if one.reached:
            days.pop(one.side, None)
        else:
            days.setdefault(one.side, set()).add(local_date(one.at))
    return frozenset(side for side, failed in days.items() if side != Side.OTHER and len(failed) >= FAILED_DAYS)


def _checked(entry: Entry, filed_at: datetime, now: datetime) -> str:
    """The words as they are kept. Raises InvalidField."""
    if entry.side not in tuple(Side):
        raise InvalidField("side", "citizen, merchant or other")
    if entry.means not in tuple(Means):
        raise InvalidField("means", "telephone, in_person, post, message or email")
    if not filed_at - timedelta(days=1) <= entry.at <= now + AHEAD:
        raise InvalidField("at", "neither before the ticket nor in the future")
    said = privacy.mask_sensitive(entry.said.strip())
    if len(said) > LONGEST_SAID:
        raise InvalidField("said", f"longer than {LONGEST_SAID} characters")
    if entry.reached and not said:
        raise InvalidField("said", "what was said")
    if entry.telling and not (entry.reached and entry.side == Side.CITIZEN):
        raise InvalidField("telling", "only a citizen who was reached is told")
    return said


def _correctable(session: Session, ticket_id: int, contact_id: int) -> None:
    """An entry of this ticket that nothing corrects yet. A telling took a step: it stands."""
    row = session.get(Contact, contact_id)
    taken = session.scalar(select(Contact.id).where(Contact.corrects_id == contact_id))
    if row is None or row.ticket_id != ticket_id or row.telling or taken is not None:
        raise InvalidField("corrects", "no entry that can be corrected")


def _views(rows: Iterable[Contact]) -> list[ContactView]:
    rows = list(rows)
    corrected = {row.corrects_id: row.id for row in rows if row.corrects_id is not None}
    names = "id at recorded_at side means reached said telling actor_name role"
    return [
        ContactView(
            **{name: getattr(row, name) for name in names.split()},
            corrects=row.corrects_id,
            corrected_by=corrected.get(row.id),
        )
        for row in rows
    ]
