"""Rows for spreadsheets: of every ticket that a filter lets through, a few hundred at a time.

Contact data is masked unless the caller holds the right to more; an informant's never leaves (办法 art. 37), nor that of
a citizen who asked for erasure (个人信息保护法 art. 47). What is
worked out for the eyes of staff only (hints by art. 17, internal notes, history) is no column.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, selectinload, sessionmaker

from xiaobao import privacy
from xiaobao.tickets import queries
from xiaobao.tickets.tables import NEVER, Ticket
from xiaobao.tickets.views import CONTACT, masked
from xiaobao.tickets.workflow import Kind, Status

AT_A_TIME = 500  # tickets
COLUMNS = (
    *(
        "number",
        "kind",
        "status",
        "submitted_at",
        "urgent",
        "urged",
        "merchant",
        "shop_name",
        "platform",
        "institution",
    ),
    *("item", "amount_text", "amount_cents", "event_date", "object", "problem", "region", "claim", "narrative"),
    *("department", "assignee", "next_due", "result", "score", *CONTACT),
)
FREE = ("item", "claim", "narrative", "result")  # texts in which people write telephone numbers
BARE = ("number", "kind", "status", "submitted_at", "department", "assignee", "next_due")  # nothing that a citizen told
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def rows(
    sessions: sessionmaker[Session], where: Sequence[ColumnElement[bool]], text: str, unmasked: bool
) -> Iterator[list[Any]]:
    """A list of values for each ticket, newest first, in the order of `COLUMNS`; each batch in a session of its own."""
    below: int | None = None
    while True:
        with sessions() as session:
            found = _batch(session, where, text, below)
            yield from (_row(ticket, unmasked) for ticket in found)
        if len(found) < AT_A_TIME:
            return
        below = found[-1].id


def harmless(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula (OWASP: CSV injection)."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_DANGEROUS) else value


def _batch(session: Session, where: Sequence[ColumnElement[bool]], text: str, below: int | None) -> list[Ticket]:
    statement = select(Ticket).options(selectinload(Ticket.assignee))
    if text.split():
        statement = statement.where(Ticket.id.in_(queries.ids_with(session, text, where, AT_A_TIME, below)))
    else:
        statement = statement.where(*where, *([Ticket.id < below] if below else []))
    return list(session.scalars(statement.order_by(Ticket.id.desc()).limit(AT_A_TIME)))


def _row(ticket: Ticket, unmasked: bool) -> list[Any]:
    stored_only = ticket.erasure_asked_at is not None
    plain = unmasked and ticket.kind != Kind.REPORT
    values: dict[str, Any] = {name: getattr(ticket, name, None) for name in COLUMNS}
    values["kind"] = next(kind.label for kind in Kind if kind == ticket.kind)
    values["status"] = next(status.label for status in Status if status == ticket.status)
    values["submitted_at"] = f"{ticket.submitted_at:%Y-%m-%d %H:%M}"
    values["urgent"] = "是" if ticket.urgent else ""
    values["amount_cents"] = ticket.amount_cents / 100 if ticket.amount_cents is not None else None
    values["assignee"] = ticket.assignee.name if ticket.assignee else None
    due = ticket.next_due
    values["next_due"] = None if due == NEVER or due.year == 1 else due.isoformat()
    values["event_date"] = ticket.event_date.isoformat() if ticket.event_date else None
    if not plain:
        values.update({name: masked(name, values[name]) for name in CONTACT})
        values.update({name: privacy.mask_pii(values[name]) for name in FREE if values[name]})
    if stored_only:  # its citizen asked for erasure: nothing of theirs leaves
        values = {name: values[name] if name in BARE else None for name in COLUMNS}
    return [harmless(values[name]) for name in COLUMNS]
