"""Erasing tickets whose time is over, and stopping every other use of those that are still kept.

A ticket is kept for `Office.keep_days` after its last step: 个人信息保护法 art. 19 (no longer than the purpose needs) and
art. 47, second paragraph (until then nothing but storage and its protection). docs/my-data.md lists what remains.
Every function takes an open session and leaves the commit to its caller.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from xiaobao.privacy import mask_person, mask_pii
from xiaobao.tickets import delivery, devices, follow_ups
from xiaobao.tickets.lessons import LONGEST
from xiaobao.tickets.queue_tables import SavedFilter
from xiaobao.tickets.roles_tables import LiaisonTask
from xiaobao.tickets.tables import Attempt, Audit, Lesson, OutboxRow, Ticket
from xiaobao.tickets.workflow import Role

AT_ONCE = 50  # tickets of one transaction
ERASED, STOPPED = "erase", "stop_use"  # actions of the audit
ASKED, PERIOD = "asked", "period"
AT_A_TIME = 400  # values in one question to the database
SHORTEST = 2  # characters of a name that is looked for


def kept_until(ticket: Ticket, days: int) -> datetime:
    """The moment after which a ticket may go: counted from its last step."""
    return ticket.updated_at + timedelta(days=days)


def of_citizen(session: Session, conversation_id: str, numbers: Collection[str] = ()) -> list[Ticket]:
    """Tickets filed in a conversation or named, and the reports that their stories became, oldest first."""
    mine = select(Ticket).where(or_(Ticket.conversation_id == conversation_id, Ticket.number.in_(list(numbers))))
    found = list(session.scalars(mine))
    beside = select(Ticket).where(Ticket.beside_complaint.in_([one.number for one in found]))
    return sorted({*found, *session.scalars(beside)}, key=lambda one: one.id)


def left_behind(session: Session, ticket: Ticket) -> list[str]:
    """Conversations that the ticket was taken over from and in which no other ticket is."""
    former = list(ticket.matters.get(devices.FORMER, ()))
    others = set(session.scalars(select(Ticket.conversation_id).where(Ticket.conversation_id.in_(former))))
    return [one for one in former if one not in others]


def run_out(session: Session, days: int, now: datetime) -> list[Ticket]:
    """Tickets whose period is over: ended ones, and open ones only when their citizen asked for it."""
    over = select(Ticket).where(Ticket.updated_at < now - timedelta(days=days))
    over = over.where(or_(Ticket.is_open.is_(False), Ticket.erasure_asked_at.is_not(None)))
    return list(session.scalars(over.order_by(Ticket.id).limit(AT_ONCE)))


def erase(session: Session, ticket: Ticket, why: str, now: datetime) -> list[str]:
    """Delete a ticket with everything that hangs on it; returns the paths of its files below the evidence folder.

    The audit keeps that and when, and of its earlier rows who did what; what was written into them goes.
    """
    tasks = session.scalars(select(LiaisonTask.files).where(LiaisonTask.ticket_id == ticket.id))
    paths = [row.path for row in ticket.evidence] + [str(file["path"]) for files in tasks for file in files or ()]
    forget_filters(session, [ticket.contact_phone, ticket.contact_name])
    theirs = or_(Audit.subject == ticket.number, Audit.subject.startswith(f"{ticket.number}/"))
    session.execute(update(Audit).where(theirs).values(payload={}))
    note(session, ERASED, ticket.number, now, why=why, files=len(paths), events=len(ticket.events))
    session.delete(ticket)  # the other tables follow by their foreign keys
    session.flush()
    return [path for path in paths if path]


def stop_use(session: Session, ticket: Ticket, now: datetime) -> None:
    """From now on the ticket is handled and stored, nothing else: no link to the citizen's conversation either."""
    if ticket.erasure_asked_at is None:
        ticket.erasure_asked_at = now
        note(session, STOPPED, ticket.number, now)
    ticket.conversation_id = None
    rows = list(session.scalars(select(OutboxRow).where(OutboxRow.ticket_id == ticket.id)))
    for row in rows:
        delivery.settle(session, row.id, delivery.UNDELIVERABLE, "gone", now)  # somebody calls
        row.conversation_id = ""
    follow_ups.forget(session, ticket.id, now)
    forget_filters(session, [ticket.contact_phone, ticket.contact_name])


def forget_traces(session: Session, conversation_id: str, said: Iterable[str]) -> None:
    """What a conversation left elsewhere: notices without a ticket, wrong codes, its questions among the lessons."""
    session.execute(delete(OutboxRow).where(OutboxRow.conversation_id == conversation_id))
    session.execute(delete(Attempt).where(Attempt.key == f"conversation:{conversation_id}"))
    # Lessons carry no conversation, so they are found as they were written down: masked.
    texts = {text.strip() for text in said}
    masked = sorted({mask(text)[:LONGEST] for text in texts for mask in (mask_pii, mask_person)} - {""})
    for start in range(0, len(masked), AT_A_TIME):
        session.execute(delete(Lesson).where(Lesson.question.in_(masked[start : start + AT_A_TIME])))


def forget_filters(session: Session, values: Iterable[str | None]) -> None:
    """Filters of the list that somebody saved with a citizen's telephone or name in them."""
    sought = [value for value in values if value and len(value) >= SHORTEST]
    for saved in session.scalars(select(SavedFilter)) if sought else ():
        text = " ".join(str(value) for value in dict(saved.filters).values())
        if any(value in text for value in sought):
            session.delete(saved)


def note(session: Session, action: str, subject: str, now: datetime, **counts: Any) -> None:
    """An entry of the audit that proves what was done without the data it was done to."""
    session.add(Audit(at=now, role=str(Role.SYSTEM), action=action, subject=subject, payload=counts))
