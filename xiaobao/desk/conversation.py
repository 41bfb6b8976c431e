"""The conversation beside the ticket: what was said, without what would open other doors."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from xiaobao import privacy
from xiaobao.conversations import messages
from xiaobao.tickets.devices import FORMER
from xiaobao.tickets.views import TicketView

# With number and query code anybody could withdraw or rate in the citizen's place.
_QUERY_CODE = re.compile(r"(查询码\D{0,4})\d{6}")


@dataclass(frozen=True)
class Said:
    """One bubble. `card` is the type of a card that is not shown here (receipt, contact ...), or None; `file` the
    name of an uploaded one."""

    speaker: str
    staff_name: str | None
    text: str
    card: str | None
    at: datetime
    file: str = ""


def of_ticket(session: Session, ticket: TicketView, unmasked: bool = False) -> list[Said]:
    """What was said where the ticket was, and where it is now (devices.py)."""
    ids = [*ticket.matters.get(FORMER, ()), *filter(None, (ticket.conversation_id,))]
    return [one for id_ in dict.fromkeys(ids) for one in said(session, id_, unmasked)]


def said(session: Session, conversation_id: str, unmasked: bool = False, most: int | None = None) -> list[Said]:
    """Everything said, or the last `most`, oldest first, with contact data masked unless asked for; the query code always."""
    mask = privacy.mask_sensitive if unmasked else privacy.mask_pii
    return [
        Said(
            speaker=message.speaker,
            staff_name=message.staff_name,
            text=_QUERY_CODE.sub(r"\1******", mask(message.text)),
            card=str(message.card.get("type")) if message.card else None,
            at=message.at,
            file=mask(str(message.card.get("filename") or "")) if message.card else "",
        )
        for message in messages.of_conversation(session, conversation_id, most)
    ]
