"""What the citizen of a ticket was told, by which way, and what became of it: the log beside the ticket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from xiaobao import privacy
from xiaobao.conversations import messages
from xiaobao.desk.words import Words
from xiaobao.tickets import delivery
from xiaobao.tickets.delivery import Try


@dataclass(frozen=True)
class Told:
    """One notice. `seen_at`: when the website's page first had it, None when it did not or nobody knows."""

    text: str
    created_at: datetime
    channel: str | None
    state: str
    due_at: datetime  # of a held one: when the quiet hours end
    tries: tuple[Try, ...]
    seen_at: datetime | None


def of(reading: Session, number: str, words: Words) -> list[Told]:
    """Newest first, with contact data masked."""
    rows = delivery.of_ticket(reading, number)
    seen = messages.first_shown(reading, [str(row.id) for row in rows]) if rows else {}
    return [
        Told(
            privacy.mask_pii(words.notice(row.response, row.params, row.speaker == "staff").text),
            row.created_at,
            row.channel,
            row.state,
            row.due_at,
            row.tries,
            seen.get(str(row.id)) if row.channel == "website" else None,
        )
        for row in rows
    ]
