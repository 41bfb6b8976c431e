"""The register of merchants: entries, their other names and shops, and which tickets are about whom.

Two entries of one name stay two until a person merges them. Merging moves nothing: the one entry points to the other,
so taking them apart restores both exactly. A family is an entry with all that were merged into it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from xiaobao.tickets import credit_code, merchants
from xiaobao.tickets.errors import InvalidField, NotFound, StaleVersion
from xiaobao.tickets.filing import Actor
from xiaobao.tickets.register_tables import Merchant, MerchantName, MerchantShop
from xiaobao.tickets.service import audit
from xiaobao.tickets.tables import Ticket
from xiaobao.tickets.views import TicketView, ticket_view
from xiaobao.tickets.workflow import Kind

PAGE = 50  # rows
MOST_NEAR = 200  # entries that are compared by their spelling
MOST_SUGGESTED = 5
MOST_OF_LIST = 50  # other names, or shops
LONGEST = {"name": 200, "address": 300, "region": 100, "contact": 100, "phone": 40, "notes": 4000}
LONGEST_PLATFORM, LONGEST_SHOP = 64, 200
_LINE = re.compile(r"[\x00-\x1f\x7f]+")


class AlreadyMerged(StaleVersion):
    """Two entries were merged or taken apart since they were read; no citizen ever hears of it."""

    code = "already_merged"


@dataclass(frozen=True)
class Entry:
    """What is written into the register; shops are pairs of platform and shop id (or its name)."""

    name: str
    credit_code: str | None = None
    address: str | None = None
    region: str | None = None
    contact: str | None = None
    phone: str | None = None
    notes: str | None = None
    names: tuple[str, ...] = ()
    shops: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class MerchantView:
    """An entry as it leaves this room; `merged` are the entries that went into it."""

    id: int
    entry: Entry
    merged_into: int | None
    version: int
    merged: tuple[MerchantView, ...] = field(default=())


@dataclass(frozen=True)
class MerchantPage:
    """Newest first; `next` is handed back as `before`, None at the end."""

    rows: list[MerchantView]
    next: int | None


@dataclass(frozen=True)
class TicketPage:
    """Tickets of a family, newest first; `next` is handed back as `before`, None at the end."""

    rows: list[TicketView]
    next: int | None


def add(session: Session, entry: Entry, *, actor: Actor, now: datetime) -> MerchantView:
    """A new entry. Raises InvalidField: name, credit_code (wrong or taken), shops (taken), or too long."""
    row = Merchant(created_at=now, updated_at=now, version=0)
    _write(session, row, entry, now)
    audit(session, actor=actor, action="add_merchant", subject=_subject(row.id), now=now)
    return _view(row)


def edit(
    session: Session, merchant_id: int, entry: Entry, *, version: int, actor: Actor, now: datetime
) -> MerchantView:
    """Write an entry anew. Raises NotFound, StaleVersion, AlreadyMerged for a merged one, InvalidField as `add`."""
    row = _locked(session, merchant_id)
    if row.merged_into is not None:
        raise AlreadyMerged(str(merchant_id))
    if row.version != version:
        raise StaleVersion(f"{merchant_id}: {version} read, {row.version} now")
    _write(session, row, entry, now)
    audit(session, actor=actor, action="edit_merchant", subject=_subject(row.id), now=now)
    return _view(row)


def get(session: Session, merchant_id: int) -> MerchantView:
    """An entry with what was merged into it. Raises NotFound."""
    row = session.get(Merchant, merchant_id)
    if row is None:
        raise NotFound(str(merchant_id))
    merged = select(Merchant).where(Merchant.merged_into == merchant_id).order_by(Merchant.id)
    return _view(row, tuple(_view(one) for one in session.scalars(merged)))


def page(session: Session, text: str = "", before: int | None = None, limit: int = PAGE) -> MerchantPage:
    """Entries that stand for themselves; `text` is part of a name or shop, or the beginning of a credit code."""
    statement = select(Merchant).where(Merchant.merged_into.is_(None)).order_by(Merchant.id.desc()).limit(limit + 1)
    if before is not None:
        statement = statement.where(Merchant.id < before)
    for word in text.split()[:4]:
        like, code = _like(word), _like(credit_code.normalise(word))[1:]
        named = select(MerchantName.merchant_id).where(MerchantName.name.ilike(like, escape="\\"))
        shops = select(MerchantShop.merchant_id).where(MerchantShop.shop.ilike(like, escape="\\"))
        found = [Merchant.name.ilike(like, escape="\\"), Merchant.id.in_(named), Merchant.id.in_(shops)]
        if len(code) > 4:
            found.append(Merchant.credit_code.like(code, escape="\\"))
        statement = statement.where(or_(*found))
    rows = session.scalars(statement.options(selectinload(Merchant.names), selectinload(Merchant.shops))).all()
    return MerchantPage([_view(row) for row in rows[:limit]], rows[limit - 1].id if len(rows) > limit else None)


def merge(session: Session, keep: int, other: int, *, actor: Actor, now: datetime, reason: str = "") -> MerchantView:
    """`other` goes into `keep`; both rows stay as they are.

    Raises InvalidField: `other` when it is the same entry, `credit_code` when both have one and they differ (two
    codes are two bodies in law); AlreadyMerged when one of them was merged before.
    """
    if keep == other:
        raise InvalidField("other", "the same entry")
    rows = {
        one: _locked(session, one) for one in sorted((keep, other))
    }  # in one order, so that two never wait in a ring
    if any(row.merged_into is not None for row in rows.values()):
        raise AlreadyMerged(f"{keep} {other}")
    codes = {row.credit_code for row in rows.values() if row.credit_code}
    if len(codes) > 1:
        raise InvalidField("credit_code", "two codes are two bodies")
    rows[other].merged_into = keep
    payload = {"other": other, "reason": reason.strip()[:500]}
    audit(session, actor=actor, action="merge_merchants", subject=_subject(keep), now=now, payload=payload)
    return get(session, keep)


def unmerge(session: Session, other: int, *, actor: Actor, now: datetime) -> MerchantView:
    """Take `other` out again: both are what they were. Raises NotFound, AlreadyMerged when it stands for itself."""
    row = _locked(session, other)
    if row.merged_into is None:
        raise AlreadyMerged(str(other))
    keep, row.merged_into = row.merged_into, None
    audit(session, actor=actor, action="unmerge_merchants", subject=_subject(keep), now=now, payload={"other": other})
    return get(session, other)


def link(session: Session, number: str, merchant_id: int | None, *, actor: Actor, now: datetime) -> None:
    """Say which entry a ticket is about, or that it is about none. Raises NotFound."""
    ticket = session.scalar(select(Ticket).where(Ticket.number == number).with_for_update(of=Ticket))
    if ticket is None or (merchant_id is not None and session.get(Merchant, merchant_id) is None):
        raise NotFound(number)
    before, ticket.merchant_id = ticket.merchant_id, merchant_id
    if before != merchant_id:
        payload = {"before": before, "merchant": merchant_id}
        audit(session, actor=actor, action="link_merchant", subject=number, now=now, payload=payload)


def family(session: Session, merchant_id: int) -> list[int]:
    """The entry and all that were merged into it, and into those."""
    found = fresh = [merchant_id]
    while fresh:
        fresh = list(session.scalars(select(Merchant.id).where(Merchant.merged_into.in_(fresh))))
        found = [*found, *fresh]
    return found


def root(session: Session, merchant_id: int) -> int:
    """The entry that stands for this one now."""
    above = session.scalar(select(Merchant.merged_into).where(Merchant.id == merchant_id))
    return merchant_id if above is None else root(session, above)


def tickets_of(
    session: Session, merchant_id: int, kinds: Collection[Kind], before: int | None = None, limit: int = PAGE
) -> TicketPage:
    """Tickets linked to the family, of the kinds that may be seen (办法 art. 37), contact data masked."""
    theirs = (Ticket.merchant_id.in_(family(session, merchant_id)), Ticket.kind.in_([str(kind) for kind in kinds]))
    statement = select(Ticket).where(*theirs).order_by(Ticket.id.desc()).limit(limit + 1)
    if before is not None:
        statement = statement.where(Ticket.id < before)
    rows = session.scalars(statement.options(selectinload(Ticket.clocks), selectinload(Ticket.assignee))).all()
    return TicketPage([ticket_view(row) for row in rows[:limit]], rows[limit - 1].id if len(rows) > limit else None)


def suggestions(session: Session, ticket: TicketView) -> list[MerchantView]:
    """Entries that a ticket may be about: by its shop, then by name, then by a name nearly the same."""
    key, found = ticket.merchant_key, dict[int, None]()
    if ticket.platform and ticket.shop_name:
        shop = shop_key(ticket.platform, ticket.shop_name)
        found |= dict.fromkeys(session.scalars(select(MerchantShop.merchant_id).where(MerchantShop.key == shop)))
    if key:
        found |= dict.fromkeys(session.scalars(select(Merchant.id).where(Merchant.key == key)))
        found |= dict.fromkeys(session.scalars(select(MerchantName.merchant_id).where(MerchantName.key == key)))
        begins = Merchant.key.like(_like(key[:1])[1:], escape="\\")
        likely = session.execute(select(Merchant.id, Merchant.key).where(begins).limit(MOST_NEAR))
        found |= dict.fromkeys(one for one, other in likely if other and merchants.near(key, other))
    roots = dict.fromkeys(root(session, one) for one in found)
    return [get(session, one) for one in list(roots)[:MOST_SUGGESTED]]


def shop_key(platform: str, shop: str) -> str:
    """One shop however its case and width are written."""
    return "|".join(unicodedata.normalize("NFKC", part).strip().lower() for part in (platform, shop))


def _write(session: Session, row: Merchant, entry: Entry, now: datetime) -> None:
    """Check and write all fields. Raises InvalidField; a code or shop that somebody else took a moment ago, too."""
    values: dict[str, Any] = {name: _text(name, getattr(entry, name)) for name in LONGEST}
    if not values["name"]:
        raise InvalidField("name", "empty")
    code = credit_code.normalise(entry.credit_code)
    if code and (wrong := credit_code.fault(code)):
        raise InvalidField("credit_code", wrong)
    names, shops = _names(entry, values["name"]), _shops(entry)
    _check_free(session, row.id, code, [key for _, _, key in shops])
    for name, value in {**values, "credit_code": code or None, "key": merchants.key(values["name"])}.items():
        setattr(row, name, value)
    row.version, row.updated_at = row.version + 1, now
    try:
        with session.begin_nested():
            session.add(row)
            row.names, row.shops = [], []
            session.flush()
            row.names = [MerchantName(name=name, key=merchants.key(name)) for name in names]
            row.shops = [MerchantShop(platform=platform, shop=shop, key=key) for platform, shop, key in shops]
            session.flush()
    except IntegrityError:
        raise InvalidField("credit_code" if code else "shops", "taken") from None


def _check_free(session: Session, own: int | None, code: str, shops: list[str]) -> None:
    taken = select(Merchant.id).where(Merchant.credit_code == code)
    if code and session.scalar(taken) not in (None, own):
        raise InvalidField("credit_code", "taken")
    others = select(MerchantShop.merchant_id).where(MerchantShop.key.in_(shops))
    if any(other != own for other in session.scalars(others)):
        raise InvalidField("shops", "taken")


def _names(entry: Entry, main: str) -> list[str]:
    found = dict.fromkeys(name for one in entry.names if (name := _text("name", one, "names")) and name != main)
    if len(found) > MOST_OF_LIST:
        raise InvalidField("names", "too many")
    return list(found)


def _shops(entry: Entry) -> list[tuple[str, str, str]]:
    """Platform, shop and key, each shop once."""
    found: dict[str, tuple[str, str, str]] = {}
    for platform, shop in entry.shops:
        platform, shop = platform.strip(), shop.strip()
        if not (0 < len(platform) <= LONGEST_PLATFORM and 0 < len(shop) <= LONGEST_SHOP):
            raise InvalidField("shops", "platform and shop")
        key = shop_key(platform, shop)
        found[key] = (platform, shop, key)
    if len(found) > MOST_OF_LIST:
        raise InvalidField("shops", "too many")
    return list(found.values())


def _text(name: str, value: str | None, called: str | None = None) -> str | None:
    found = (value or "").strip() if name == "notes" else _LINE.sub(" ", value or "").strip()
    if len(found) > LONGEST[name]:
        raise InvalidField(called or name, f"longer than {LONGEST[name]} characters")
    return found or None


def _locked(session: Session, merchant_id: int) -> Merchant:
    statement = select(Merchant).where(Merchant.id == merchant_id).with_for_update()
    row = session.scalar(statement.execution_options(populate_existing=True))
    if row is None:
        raise NotFound(str(merchant_id))
    return row


def _like(word: str) -> str:
    return "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


def _subject(merchant_id: int) -> str:
    return f"merchant:{merchant_id}"


def _view(row: Merchant, merged: tuple[MerchantView, ...] = ()) -> MerchantView:
    plain = {name: getattr(row, name) for name in (*LONGEST, "credit_code")}
    names, shops = tuple(one.name for one in row.names), tuple((one.platform, one.shop) for one in row.shops)
    return MerchantView(row.id, Entry(**plain, names=names, shops=shops), row.merged_into, row.version, merged)
