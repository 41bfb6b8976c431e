"""A ticket as a special inspector (特约监督员) may read it: what citizens were told, never what staff noted inside.

Which steps a citizen knows is read off the workflow's table, so that a new internal step is hidden by itself. Sentences
that speak of a report are left out, as for an institution (市场监督管理投诉举报处理办法 art. 37).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from xiaobao import privacy
from xiaobao.desk import compare
from xiaobao.desk.least_data import without_report
from xiaobao.tickets.views import PLAIN, EventView, TicketView
from xiaobao.tickets.workflow import TABLE, Role
from xiaobao.tickets.worklist import Row, Worklist

SHOWN = ("text", "reason", "article", "department", "score", "times")  # of a step's payload
KNOWN = frozenset(str(row.step) for row in TABLE if row.notice or Role.CITIZEN in row.roles)
NEVER = ("contact_name", "contact_phone", "contact_address", "contact_email", "on_behalf_of", "contact_note")


def of(ticket: TicketView) -> TicketView:
    """Masked throughout, without contact data, conversation, files' names and internal steps."""
    shown = compare.hidden(ticket)
    events = tuple(_event(event) for event in shown.events if event.step in KNOWN)
    texts = {name: _plain(getattr(shown, name)) for name in (*PLAIN, "reply", "result")}
    nothing: dict[str, Any] = {**dict.fromkeys(NEVER), "conversation_id": None}
    return replace(shown, **{**texts, **nothing}, events=events, evidence=(), spans={})


def listed(page: Worklist) -> Worklist:
    """A list without contact data and without what tells of reports."""
    return replace(page, rows=[_row(row) for row in page.rows])


def _row(row: Row) -> Row:
    texts = {name: _plain(getattr(row.ticket, name)) for name in ("merchant", "item", "excerpt")}
    return replace(row, ticket=replace(row.ticket, **texts, contact_name=None, contact_phone=None))


def _event(event: EventView) -> EventView:
    return replace(event, payload={name: _plain(value) for name, value in event.payload.items() if name in SHOWN})


def _plain(value: Any) -> Any:
    return privacy.mask_person(without_report(value)) if isinstance(value, str) else value
