"""Reading tickets: one, those of a conversation, by number and code, and lists for the desk."""

from __future__ import annotations

import hmac
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.orm import Session, selectinload

from xiaobao.tickets import deadlines, grams, search_index
from xiaobao.tickets.errors import NotFound
from xiaobao.tickets.filing import Receipt
from xiaobao.tickets.numbering import NUMBER, QUERY_CODE
from xiaobao.tickets.tables import Ticket
from xiaobao.tickets.views import TicketSummary, TicketView, ticket_summary, ticket_view
from xiaobao.tickets.workflow import Kind

MOST_ROWS = 200
_ONE = select(Ticket).where(Ticket.number == bindparam("number"))
_TABLE = Ticket.__table__.c
_KIND = select(_TABLE.kind).where(_TABLE.number == bindparam("number"))  # before each step: without the ORM
PHONE = re.compile(r"\+?[0-9][0-9-]{5,18}")  # as it was written down


@dataclass(frozen=True)
class Page:
    """Rows newest first; `next` is handed back as `after`, None at the end."""

    items: list[TicketSummary]
    next: str | None


def ticket(session: Session, number: str, unmasked: bool = False) -> TicketView:
    """One ticket. Raises NotFound."""
    found = None if "\0" in number else session.scalar(_ONE, {"number": number})
    if found is None:
        raise NotFound(number)
    return ticket_view(found, unmasked=unmasked)


def just_filed(session: Session, receipt: Receipt) -> TicketView:
    """The ticket of this receipt, in the transaction that filed it: nothing is read again."""
    found = session.get(Ticket, receipt.ticket_id)
    if found is None:
        raise NotFound(receipt.number)
    return ticket_view(found)


def kind_of(session: Session, number: str) -> str:
    """What sort of ticket it is. Raises NotFound."""
    # PostgreSQL takes no text with NUL in it, not even to compare with.
    found = None if "\0" in number else session.scalar(_KIND, {"number": number})
    if found is None:
        raise NotFound(number)
    return found


def report_beside(session: Session, number: str) -> str | None:
    """The number of the report that the story of complaint `number` became, too; only for who may see reports."""
    return session.scalar(select(Ticket.number).where(Ticket.beside_complaint == number))


def of_conversation(session: Session, conversation_id: str) -> list[TicketView]:
    """The tickets filed in a conversation, newest first; a cry for help is no ticket to whoever sent it."""
    theirs = (Ticket.conversation_id == conversation_id, Ticket.kind != str(Kind.DISTRESS))
    rows = session.scalars(select(Ticket).where(*theirs).order_by(Ticket.id.desc()))
    return [ticket_view(row) for row in rows]


def in_distress(session: Session, conversation_ids: Collection[str]) -> set[str]:
    """Those of these conversations in which somebody cried for help."""
    query = select(Ticket.conversation_id).where(
        Ticket.conversation_id.in_(conversation_ids), Ticket.kind == str(Kind.DISTRESS)
    )
    return {found for found in session.scalars(query) if found} if conversation_ids else set()


def contact_of(session: Session, conversation_id: str) -> dict[str, str]:
    """Name, telephone, address as last filed in this very conversation, unmasked: they are its citizen's own.

    Empty when nothing was filed with a name and a telephone number.
    """
    named = (Ticket.contact_name.is_not(None), Ticket.contact_phone.is_not(None))
    query = select(Ticket).where(Ticket.conversation_id == conversation_id, *named).order_by(Ticket.id.desc()).limit(1)
    found = session.scalar(query)
    names = ("contact_name", "contact_phone", "contact_address")
    return {name: value for name in names if (value := getattr(found, name))} if found else {}


def for_citizen(session: Session, number: str, query_code: str) -> TicketView | None:
    """The ticket for who knows number and code; a wrong code and an unknown number look alike.

    Guesses must be throttled by the caller (attempts.py).
    """
    number, query_code = number.strip().upper(), query_code.strip()
    found = session.scalar(select(Ticket).where(Ticket.number == number)) if NUMBER.fullmatch(number) else None
    known = found.query_code if found else "000000"
    same = hmac.compare_digest(known.encode(), query_code.encode())
    return ticket_view(found) if found and same and QUERY_CODE.fullmatch(query_code) else None


def search(
    session: Session,
    *,
    status: str | None = None,
    kind: str | None = None,
    text: str | None = None,
    assignee: int | None = None,
    overdue: bool | None = None,
    after: str | None = None,
    limit: int = 50,
    now: datetime | None = None,
) -> Page:
    """A page of tickets, newest first.

    `text` is looked for in number, merchant, item and story, and matches a telephone number as a whole;
    several words must all occur. `assignee` is an account id, `after` the `next` of the page before.
    """
    today = deadlines.local_date(now or deadlines.now())
    limit = max(1, min(limit, MOST_ROWS))
    where: list[ColumnElement[bool]] = [Ticket.kind != str(Kind.DISTRESS)]
    for column, value in ((Ticket.status, status), (Ticket.kind, kind), (Ticket.assignee_id, assignee)):
        if value is not None:
            where.append(column == (value if isinstance(value, int) else str(value)))
    if overdue is not None:
        where.append(Ticket.next_late < today if overdue else Ticket.next_late >= today)
    below = id_of(session, after) if after else None
    if (text or "").split():
        ids = ids_with(session, text or "", where, limit + 1, below)
    else:
        statement = select(Ticket.id).where(*where, *([Ticket.id < below] if below else []))
        ids = list(session.scalars(statement.order_by(Ticket.id.desc()).limit(limit + 1)))
    rows = select(Ticket).options(selectinload(Ticket.clocks), selectinload(Ticket.assignee))
    found = session.scalars(rows.where(Ticket.id.in_(ids[:limit])).order_by(Ticket.id.desc()))
    page = [ticket_summary(row, today) for row in found]
    return Page(page, page[-1].number if len(ids) > limit else None)


def ids_with(
    session: Session, text: str, where: Sequence[ColumnElement[bool]], most: int, below: int | None
) -> list[int]:
    """Ids of tickets, newest first, that tell of all words of `text`, or were filed with its telephone number.

    Read from the index of words and the index of telephone numbers alone; never ranked.
    """
    found = set(search_index.ids(session, grams.asked(text), where, most, below))
    words = text.split()[: grams.MOST_WORDS]
    phones = [word for word in words if PHONE.fullmatch(word)]
    if phones:
        theirs = [*where, *(Ticket.contact_phone == phone for phone in phones), Ticket.erasure_asked_at.is_(None)]
        rest = grams.asked(" ".join(word for word in words if word not in phones))
        if rest:
            found.update(search_index.ids(session, rest, theirs, most, below))
        else:
            statement = select(Ticket.id).where(*theirs, *([Ticket.id < below] if below else []))
            found.update(session.scalars(statement.order_by(Ticket.id.desc()).limit(most)))
    return sorted(found, reverse=True)[:most]


def id_of(session: Session, number: str) -> int:
    """The id of a ticket, for paging. Raises NotFound."""
    found = session.scalar(select(Ticket.id).where(Ticket.number == number))
    if found is None:
        raise NotFound(number)
    return found
