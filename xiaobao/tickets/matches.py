"""Tickets that belong together: the same matter told twice by one citizen, many citizens against one merchant.

Both are hints for whoever decides; nothing is merged, refused or sorted by them, and no citizen hears of another.
A report is never among them for somebody who may not see reports (办法 art. 37: what an informant told is kept from
whoever has nothing to do with handling it), not even as a number: every function takes the kinds that may be seen.

Sources: 市场监督管理投诉举报处理办法 art. 16 (2) (the same dispute handled before), 37 (informants);
银行业保险业消费投诉处理管理办法 art. 29 (2) (20 or more complainants who together complain in person).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from rapidfuzz import fuzz
from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import Session, selectinload

from xiaobao.tickets import merchants
from xiaobao.tickets.queue_tables import MerchantKey
from xiaobao.tickets.tables import Ticket
from xiaobao.tickets.views import TicketView, ticket_view
from xiaobao.tickets.workflow import OPEN, Kind, Status

WINDOW = timedelta(days=365)
DAYS_NEAR = 3  # between two tellings of one day
ALIKE = 80  # of 100: two names of a ware
MOST_OF_ONE = 50  # newest tickets of one citizen that are looked at
MOST_DUPLICATES = 5
MOST_NEAR = 5
MOST_COMPARED = 1000  # newest tickets against one merchant whose wares and problems are looked at
MANY = 20  # persons: 银行业保险业消费投诉处理管理办法 art. 29 (2)
COMPLAINTS = frozenset({Kind.COMPLAINT})
WITH_REPORTS = frozenset({Kind.COMPLAINT, Kind.REPORT})


@dataclass(frozen=True)
class Matter:
    """What a ticket or a draft is about, as far as two of them can be compared."""

    office_id: str
    merchant_key: str | None
    item: str | None = None
    amount_cents: int | None = None
    event_date: date | None = None
    order_number: str | None = None
    problem: str | None = None

    @classmethod
    def of(cls, ticket: TicketView | Ticket) -> Matter:
        """The matter of a filed ticket."""
        names = ("office_id", "merchant_key", "item", "amount_cents", "event_date", "order_number", "problem")
        return cls(**{name: getattr(ticket, name) for name in names})


@dataclass(frozen=True)
class Duplicate:
    """Another ticket of the same citizen about what seems the same matter.

    `reasons`: conversation, phone; merchant, near_merchant; order_number, item, amount, date.
    """

    ticket: TicketView
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class NearName:
    """A merchant whose name is so near that it may be the same one; `tickets` of the last twelve months."""

    merchant_key: str
    name: str
    tickets: int


@dataclass(frozen=True)
class Group:
    """Other citizens' tickets against one merchant within twelve months.

    `alike` of the `others` are about the same kind of problem or ware, of the `compared` newest where there are more;
    `persons_alike` counts whoever told of that, this ticket's citizen included. `many` when that is a matter to be
    watched (finance, 20 persons and more).
    """

    merchant_key: str
    others: int
    reports: int
    compared: int
    alike: int
    persons_alike: int
    many: bool
    near: tuple[NearName, ...]


def duplicates(session: Session, number: str, kinds: Collection[Kind]) -> list[Duplicate]:
    """Tickets of the citizen of `number` that seem to be about the same matter, newest first.

    Nothing when the ticket itself is of a kind that may not be seen.
    """
    ticket = session.scalar(select(Ticket).where(Ticket.number == number))
    if ticket is None or ticket.kind not in kinds:
        return []
    matter, found = Matter.of(ticket), []
    for other in _of_same_citizen(session, ticket, kinds):
        if other.beside_complaint == ticket.number or ticket.beside_complaint == other.number:
            continue  # one story that became both: no duplicate
        why = same_matter(matter, Matter.of(other))
        if why:
            found.append(Duplicate(ticket_view(other), (*_same_citizen(ticket, other), *why)))
    return found[:MOST_DUPLICATES]


def existing(session: Session, matter: Matter, *, kind: str, conversation_id: str | None) -> TicketView | None:
    """The live ticket that this very conversation filed about the same matter, the newest, else None.

    A telephone number proves nothing in a chat: only what was filed in the conversation itself is found.
    """
    if not conversation_id:
        return None
    live = [str(status) for status in OPEN]
    own = (Ticket.conversation_id == conversation_id, Ticket.kind == str(kind), Ticket.status.in_(live))
    rows = session.scalars(select(Ticket).where(*own).order_by(Ticket.id.desc()).limit(MOST_OF_ONE))
    return next((ticket_view(row) for row in rows if same_matter(matter, Matter.of(row))), None)


def same_matter(one: Matter, other: Matter) -> tuple[str, ...]:
    """Why two tickets of one citizen seem to be about the same thing; empty when they do not.

    The same merchant alone is not enough: item, amount, order or day must agree, too.
    """
    if one.office_id != other.office_id or not one.merchant_key or not other.merchant_key:
        return ()
    if one.merchant_key == other.merchant_key:
        who = "merchant"
    elif merchants.near(one.merchant_key, other.merchant_key):
        who = "near_merchant"
    else:
        return ()
    if one.order_number and other.order_number and one.order_number != other.order_number:
        return ()  # two purchases, however alike
    days = abs((one.event_date - other.event_date).days) if one.event_date and other.event_date else None
    why = {
        "order_number": bool(one.order_number) and one.order_number == other.order_number,
        "item": alike(one.item, other.item),
        "amount": one.amount_cents is not None and one.amount_cents == other.amount_cents,
        "date": days is not None and days <= DAYS_NEAR,
    }
    agreeing = tuple(name for name, holds in why.items() if holds)
    return (who, *agreeing) if agreeing else ()


def alike(one: str | None, other: str | None) -> bool:
    """Whether two names of a ware mean the same: 健身卡 and 健身年卡."""
    if not one or not other:
        return False
    return one in other or other in one or fuzz.ratio(one, other) >= ALIKE


def group(session: Session, number: str, kinds: Collection[Kind], now: datetime) -> Group | None:
    """What other citizens filed against the merchant of `number`; None when there is nothing to say."""
    ticket = session.scalar(select(Ticket).where(Ticket.number == number))
    if ticket is None or ticket.kind not in kinds or not ticket.merchant_key:
        return None
    since = now - WINDOW
    against = _against(ticket.office_id, [ticket.merchant_key], kinds, since)
    kind_counts = _by_kind(session, ticket, against, since)
    near = _near_names(session, ticket, kinds, since)
    if not kind_counts and not near:
        return None
    newest = select(Ticket.id).where(against).order_by(Ticket.submitted_at.desc()).limit(MOST_COMPARED)
    count, persons = _alike(session, ticket, and_(Ticket.id.in_(newest), _other_citizen(ticket)))
    finance = ticket.institution is not None
    return Group(
        merchant_key=ticket.merchant_key,
        others=sum(kind_counts.values()),
        reports=kind_counts.get(str(Kind.REPORT), 0),
        compared=MOST_COMPARED,
        alike=count,
        persons_alike=persons + 1,
        many=finance and persons + 1 >= MANY,
        near=near,
    )


def counts(
    session: Session, office_id: str, keys: Iterable[str | None], kinds: Collection[Kind], now: datetime
) -> dict[str, int]:
    """How many tickets of the last twelve months there are against each of these merchants: for a page of the queue."""
    wanted = sorted({key for key in keys if key})
    if not wanted:
        return {}
    # Office, key, day and kind stand in one index: no row of a ticket is read.
    of_these = _against(office_id, wanted, kinds, now - WINDOW)
    found = session.execute(select(Ticket.merchant_key, func.count()).where(of_these).group_by(Ticket.merchant_key))
    return {key: count for key, count in found if key}


def _by_kind(session: Session, ticket: Ticket, against: ColumnElement[bool], since: datetime) -> Counter[str]:
    """How many tickets of other citizens there are of each kind.

    All of them are counted along the index, without reading a row; those of this citizen are few and taken off.
    """
    every = session.execute(select(Ticket.kind, func.count()).where(against).group_by(Ticket.kind))
    found = Counter({kind: count for kind, count in every})
    own = (Ticket.id == ticket.id, *_of_this_citizen(ticket))
    columns = (Ticket.office_id, Ticket.merchant_key, Ticket.kind, Ticket.submitted_at)
    for office_id, key, kind, at in session.execute(select(*columns).where(or_(*own))):
        if (office_id, key) == (ticket.office_id, ticket.merchant_key) and at >= since and kind in found:
            found[kind] -= 1
    return +found


def _against(office_id: str, keys: Collection[str], kinds: Collection[Kind], since: datetime) -> ColumnElement[bool]:
    return and_(
        Ticket.office_id == office_id,
        Ticket.merchant_key.in_(keys),
        Ticket.submitted_at >= since,
        Ticket.kind.in_([str(kind) for kind in kinds]),
    )


def _other_citizen(ticket: Ticket) -> ColumnElement[bool]:
    """Neither the same telephone nor the same conversation, nor the ticket itself."""
    unlike: list[ColumnElement[bool]] = [Ticket.id != ticket.id]
    if ticket.contact_phone:
        unlike.append(Ticket.contact_phone.is_distinct_from(ticket.contact_phone))
    if ticket.conversation_id:
        unlike.append(Ticket.conversation_id.is_distinct_from(ticket.conversation_id))
    return and_(*unlike)


def _alike(session: Session, ticket: Ticket, others: ColumnElement[bool]) -> tuple[int, int]:
    """How many of these tell of the same kind of problem or ware, and how many persons told them."""
    # The column holds the citizen's word for the problem, its span the name of the category.
    problem = func.coalesce(Ticket.as_filed[("spans", "problem", "normalised")].as_string(), Ticket.problem)
    person = func.coalesce(Ticket.contact_phone, Ticket.conversation_id, Ticket.number)
    own = session.scalar(select(problem).where(Ticket.id == ticket.id))
    told = session.scalars(select(Ticket.item).where(others).distinct())
    items = [item for item in told if alike(item, ticket.item)]
    theirs = and_(others, or_(Ticket.item.in_(items), problem == own if own else false()))
    count, persons = session.execute(select(func.count(), func.count(func.distinct(person))).where(theirs)).one()
    return count, persons


def _near_names(session: Session, ticket: Ticket, kinds: Collection[Kind], since: datetime) -> tuple[NearName, ...]:
    """Merchants of the office whose key is near, with how many tickets each has."""
    key = ticket.merchant_key or ""
    if len(key) < merchants.SHORTEST_NEAR:
        return ()
    # Most keys begin with other letters: the database leaves those out.
    letters = sorted(set(key))
    likely = or_(*(func.substr(MerchantKey.merchant_key, place, 1).in_(letters) for place in (1, 2, 3)))
    keys = session.scalars(select(MerchantKey.merchant_key).where(MerchantKey.office_id == ticket.office_id, likely))
    found = merchants.nearest(key, keys.all())[:MOST_NEAR]
    if not found:
        return ()
    count = func.count()
    against = _against(ticket.office_id, found, kinds, since)
    name = func.min(func.coalesce(Ticket.institution, Ticket.merchant, Ticket.shop_name))
    rows = session.execute(
        select(Ticket.merchant_key, name, count).where(against, _other_citizen(ticket)).group_by(Ticket.merchant_key)
    )
    near = [NearName(other, shown or other, number) for other, shown, number in rows if other]
    return tuple(sorted(near, key=lambda one: (-one.tickets, one.merchant_key)))


def _of_same_citizen(session: Session, ticket: Ticket, kinds: Collection[Kind]) -> list[Ticket]:
    """The newest other tickets of the same telephone or conversation, without those taken back."""
    same = _of_this_citizen(ticket)
    if not same:
        return []
    others = (
        or_(*same),
        Ticket.id != ticket.id,
        Ticket.office_id == ticket.office_id,
        Ticket.kind.in_([str(kind) for kind in kinds]),
        Ticket.status != str(Status.WITHDRAWN),
        Ticket.erasure_asked_at.is_(None),
    )
    statement = select(Ticket).where(*others).order_by(Ticket.id.desc()).limit(MOST_OF_ONE)
    return list(session.scalars(statement.options(selectinload(Ticket.assignee))))


def _of_this_citizen(ticket: Ticket) -> list[ColumnElement[bool]]:
    """The same telephone, the same conversation: as far as the ticket has them."""
    known = ((Ticket.contact_phone, ticket.contact_phone), (Ticket.conversation_id, ticket.conversation_id))
    return [column == value for column, value in known if value]


def _same_citizen(one: Ticket, other: Ticket) -> tuple[str, ...]:
    same = {
        "conversation": one.conversation_id == other.conversation_id,
        "phone": one.contact_phone == other.contact_phone,
    }
    known = {"conversation": one.conversation_id, "phone": one.contact_phone}
    return tuple(name for name, agrees in same.items() if agrees and known[name])
