"""Two tickets side by side: which fields agree and which differ (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from xiaobao import privacy
from xiaobao.tickets.views import PLAIN, TicketView

COMPARED = (
    *("merchant", "institution", "shop_name", "platform", "merchant_address", "item", "amount", "event_date"),
    *("order_number", "claim", "narrative", "contact_name", "contact_phone", "contact_address"),
)
# What decides whether two tickets say the same, where it is not the words themselves.
DECIDES = {"merchant": "merchant_key", "amount": "amount_cents", "event_date": "event_date"}
TEXT_OF = {"amount": "amount_text", "event_date": "event_date_text"}


@dataclass(frozen=True)
class Row:
    """One field of both tickets."""

    slot: str
    differs: bool


def rows(one: TicketView, other: TicketView) -> list[Row]:
    """Every field that at least one of the two has."""
    found = []
    for slot in COMPARED:
        mine, theirs = _told(one, slot), _told(other, slot)
        if mine or theirs:
            found.append(Row(slot, mine != theirs))
    return found


def hidden(ticket: TicketView) -> TicketView:
    """The ticket with telephone numbers and addresses of mail masked wherever people may have written them."""
    texts: dict[str, Any] = {}
    for name in (*PLAIN, "reply", "result"):
        if isinstance(value := getattr(ticket, name), str):
            texts[name] = privacy.mask_pii(value)
    events = tuple(replace(event, payload=_hidden(event.payload)) for event in ticket.events)
    return replace(ticket, **texts, events=events)


def _hidden(payload: Mapping[str, Any]) -> dict[str, Any]:
    return {name: privacy.mask_pii(value) if isinstance(value, str) else value for name, value in payload.items()}


def _told(ticket: TicketView, slot: str) -> str:
    """What the comparison goes by: the figure or day as read, else the words."""
    value = getattr(ticket, DECIDES.get(slot, slot))
    if value is None:
        value = getattr(ticket, TEXT_OF.get(slot, slot))
    return "" if value is None else str(value).strip()
