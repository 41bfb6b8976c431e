"""A ticket as a special inspector (特约监督员) may read it: what citizens were told, never what staff noted inside.

Which steps a citizen knows is read off the workflow's table, so that a new internal step is hidden by itself.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from xiaobao import privacy
from xiaobao.desk import compare
from xiaobao.tickets.views import EventView, TicketView
from xiaobao.tickets.workflow import TABLE, Role

SHOWN = ("text", "reason", "article", "department", "score", "times")  # of a step's payload
KNOWN = frozenset(str(row.step) for row in TABLE if row.notice or Role.CITIZEN in row.roles)
NEVER = ("contact_name", "contact_phone", "contact_address", "contact_email", "on_behalf_of", "contact_note")


def of(ticket: TicketView) -> TicketView:
    """Masked throughout, without contact data, conversation, files' names and internal steps."""
    shown = compare.hidden(ticket)
    events = tuple(_event(event) for event in shown.events if event.step in KNOWN)
    story = privacy.mask_person(shown.narrative) if shown.narrative else shown.narrative
    nothing: dict[str, Any] = dict.fromkeys(NEVER)
    return replace(shown, **nothing, events=events, evidence=(), narrative=story, spans={}, conversation_id=None)


def _event(event: EventView) -> EventView:
    return replace(event, payload={name: value for name, value in event.payload.items() if name in SHOWN})
