"""What citizens have to be told: rows written together with the step, delivered by the worker.

Responses and their params (all text unless said otherwise; every notice has `number` and `kind`):

| response | params beside `number` and `kind` |
|---|---|
| utter_notice_accepted | text (note, may be empty), due (最迟…, may be empty), staff_name |
| utter_notice_rejected | reason (the ground in words), article (《…》第…条, may be empty), basis (the same in brackets), text, staff_name |
| utter_notice_assigned | department, who (handler, else department), staff_name (who assigned) |
| utter_notice_replied | text, staff_name |
| utter_notice_cared | text (to somebody in distress), staff_name |
| utter_notice_closed | text (the result), staff_name |
| utter_notice_supplement_asked | text (what is missing) |
| utter_notice_mediation | "when", "where" (may be empty), mediator |
| utter_notice_delegated | place, "reach" |
| utter_notice_recusal | "outcome" |
| utter_notice_agreed | text (the agreement) |
| utter_notice_terminated | "ending_words" (which of the eight cases), text |
| utter_notice_decided | text, "facts", "basis_text", "remedies" |
| utter_notice_redirected, utter_notice_transferred | place, "reach", text |
| utter_notice_extended | "why", due |
| utter_notice_paused | "cause_words" |
| utter_notice_review_received | - |
| utter_notice_document | title, "document_number", "document" (its id: opened on the chat page by its conversation only) |
| utter_notice_document_in_words | title, "document_text" (where no page of ours is at hand) |
| utter_notice_merged | "joined" (the number of the other ticket when it is their own, else empty) |
| utter_notice_unmerged | - |
| utter_notice_reviewed, utter_notice_revoked, utter_notice_reopened | text |
| utter_notice_follow_up[_other][_again], utter_notice_promise[_again] | day (promised, else empty) |
| utter_notice_taken_over, utter_notice_unlinked (of no ticket), utter_notice_code_reissued | - |

Other states than `waiting`: xiaobao/tickets/delivery.py. A row is handed out again until it is settled, so the receiver must drop a notice id it has seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from xiaobao.tickets import delivery
from xiaobao.tickets.tables import OutboxRow, Ticket

LONGEST_WAIT = timedelta(minutes=5)
FIRST_WAIT = timedelta(seconds=5)


@dataclass(frozen=True)
class Notice:
    """One row of the outbox as the worker sees it; `id` is the notice id at the receiver."""

    id: int
    ticket_id: int | None
    conversation_id: str
    channel: str | None
    response: str
    params: dict[str, Any]
    speaker: str
    staff_name: str | None
    created_at: datetime
    state: str
    attempts: int


def put(
    session: Session,
    *,
    conversation_id: str,
    channel: str | None,
    response: str,
    params: dict[str, Any],
    now: datetime,
    ticket_id: int | None = None,
    speaker: str = "bot",
    staff_name: str | None = None,
) -> OutboxRow:
    """Write a notice in the caller's transaction."""
    row = OutboxRow(
        ticket_id=ticket_id,
        conversation_id=conversation_id,
        channel=channel,
        response=response,
        params=params,
        speaker=speaker,
        staff_name=staff_name,
        created_at=now,
        due_at=now,
        state="waiting",
        attempts=0,
    )
    session.add(row)
    return row


def failed(session: Session, id: int, now: datetime, why: str) -> None:
    """Try again later: 5 s, 10 s, 20 s ... at most 5 minutes. `why` must carry no personal data."""
    row = session.get(OutboxRow, id)
    if row is None or row.state != "waiting":
        return
    row.attempts += 1
    row.due_at = now + min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(row.attempts - 1, 10))
    row.last_error = why[:500]
    delivery.note(session, id, "failed", now, why)


def not_heard(session: Session, number: str) -> int:
    """How many notices of a ticket reached nobody by themselves: work for somebody with a telephone."""
    query = select(func.count(OutboxRow.id)).join(Ticket, Ticket.id == OutboxRow.ticket_id)
    return session.scalar(query.where(Ticket.number == number, OutboxRow.state.in_(delivery.UNHEARD))) or 0


def notice(row: OutboxRow) -> Notice:
    """The row as the worker sees it."""
    return Notice(
        id=row.id,
        ticket_id=row.ticket_id,
        conversation_id=row.conversation_id,
        channel=row.channel,
        response=row.response,
        params=dict(row.params),
        speaker=row.speaker,
        staff_name=row.staff_name,
        created_at=row.created_at,
        state=row.state,
        attempts=row.attempts,
    )
