"""Texts to a telephone: the last way by which somebody hears that there is news, before one of ours has to call.

A text says the number of the ticket and that there is news, nothing else: others may read along. It goes only to a
mobile number that the citizen left for themselves under words that say so. Several notices of one ticket that wait at
the same time are one text. The life of one (`Sms.state`):

waiting -> sending -> sent -> delivered | failed (the report says so) | silent (no report came)
                   -> refused, or again waiting; dropped when it is needed no longer
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from xiaobao.tickets import delivery
from xiaobao.tickets.notice_tables import Sms
from xiaobao.tickets.tables import OutboxRow, Ticket

WAITING, SENDING, SENT = "waiting", "sending", "sent"
DELIVERED, FAILED, SILENT, REFUSED, DROPPED = "delivered", "failed", "silent", "refused", "dropped"
ACCEPTED, AGAIN, UNKNOWN = "accepted", "again", "unknown"  # what a gateway says, beside REFUSED
CONSENTED = frozenset({"2026-11-26", "spoken-2026-11-26"})  # words under which a text may be sent
ADOPTED_FOR = timedelta(days=14)  # of older notices somebody has called by now
LEASE = timedelta(seconds=60)  # longer than a gateway is waited for
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(minutes=30)
GIVEN_UP_AFTER = timedelta(hours=24)  # of a gateway that takes it not; quiet hours count
SILENT_AFTER = timedelta(hours=24)  # carriers report within minutes, at the latest within a day
BATCH = 50
NO_TEXT = 0  # in the place of the text of a notice that was looked at: its citizen cannot be texted
_MOBILE = re.compile(r"1[3-9]\d{9}")


@dataclass(frozen=True)
class Text:
    """What is to be sent: `reference` is what gateway and reports call it by."""

    id: int
    reference: str
    phone: str
    number: str


def mobile(phone: str | None) -> str | None:
    """The eleven digits of a mobile number; None for anything else."""
    digits = re.sub(r"[ -]|^\+?86", "", (phone or "").strip())
    return digits if _MOBILE.fullmatch(digits) else None


def may_text(ticket: Ticket) -> bool:
    """A mobile number of the citizen's own, left under words that say that it may be texted to."""
    own = not ticket.contact_note and ticket.anonymous != "yes"
    return own and ticket.consent_version in CONSENTED and mobile(ticket.contact_phone) is not None


def adopt(session: Session, now: datetime, quiet_until: datetime | None, distress: str) -> int:
    """Take on what neither website nor WeChat brought to somebody who may be texted; how many notices.

    Not what stands nowhere (undeliverable): whoever came for it would find nothing, so somebody has to say it. In quiet hours the text waits until they end, unless it is urgent: the ticket, or the response `distress`.
    """
    query = select(OutboxRow, Ticket).join(Ticket, Ticket.id == OutboxRow.ticket_id).where(
        OutboxRow.state == delivery.UNDELIVERED,
        OutboxRow.sms_id.is_(None),
        OutboxRow.response.not_in(delivery.ASKING),  # a question is no news
        OutboxRow.created_at > now - ADOPTED_FOR,
        Ticket.consent_version.in_(CONSENTED),
    )  # fmt: skip
    # The ticket too, so that two workers do not begin a text for it at once.
    query = query.order_by(OutboxRow.id).limit(BATCH).with_for_update(of=[OutboxRow, Ticket], skip_locked=True)
    found = session.execute(query)
    count = 0
    for row, ticket in found.tuples().all():
        if not may_text(ticket):
            row.sms_id = NO_TEXT
            continue
        urgent = ticket.urgent or row.response == distress
        due = now if urgent or quiet_until is None else quiet_until
        waits = select(Sms).where(Sms.ticket_id == ticket.id, Sms.state == WAITING).with_for_update()
        text = session.scalars(waits).first()
        if text is None:
            text = Sms(ticket_id=ticket.id, reference=secrets.token_hex(12), state=WAITING, created_at=now, due_at=due)
            text.attempts = 0
            session.add(text)
            session.flush()
        text.due_at = min(text.due_at, due)
        row.state, row.sms_id = delivery.TEXTING, text.id
        delivery.note(session, row.id, "held" if due > now else "sms_waits", now)
        count += 1
    return count


def claim(session: Session, now: datetime, quiet_until: datetime | None, distress: str) -> list[Text]:
    """Texts to be sent now, marked as being sent before they are: who dies over one leaves it unknown, never doubled.

    One whose next try lies farther away than any pause was put off by a clock that has been set back.
    """
    due = Sms.due_at <= now
    if quiet_until is None:
        due = or_(due, Sms.due_at > now + LONGEST_WAIT)
    query = select(Sms, Ticket).join(Ticket, Ticket.id == Sms.ticket_id).where(Sms.state == WAITING, due)
    found = session.execute(query.order_by(Sms.id).limit(BATCH).with_for_update(of=Sms, skip_locked=True))
    texts = []
    for text, ticket in found.tuples().all():
        rows = _rows(session, text.id, (delivery.TEXTING,))
        phone = mobile(ticket.contact_phone)
        if not rows or phone is None or not may_text(ticket):
            _end(session, text, DROPPED, rows, delivery.UNDELIVERED, "sms_dropped", now)
        elif quiet_until and not (ticket.urgent or any(row.response == distress for row in rows)):
            text.due_at = quiet_until
            _note(session, rows, "held", now)
        else:
            text.state, text.due_at = SENDING, now + LEASE
            texts.append(Text(text.id, text.reference, phone, ticket.number))
    return texts


def said(session: Session, text_id: int, outcome: str, now: datetime) -> None:
    """What the gateway said of a text: ACCEPTED, UNKNOWN, REFUSED or AGAIN."""
    text = session.get(Sms, text_id, with_for_update=True, populate_existing=True)
    if text is None or text.state != SENDING:
        return
    rows = _rows(session, text.id, (delivery.TEXTING,))
    if outcome in (ACCEPTED, UNKNOWN):
        text.state, text.due_at = SENT, now + SILENT_AFTER
        for row in rows:
            row.state, row.delivered_at = delivery.SENT, now
        _note(session, rows, "sms_sent" if outcome == ACCEPTED else "sms_unknown", now)
    elif outcome == REFUSED:
        _end(session, text, REFUSED, rows, delivery.UNDELIVERED, "sms_refused", now)
    elif now - text.created_at > GIVEN_UP_AFTER:
        _end(session, text, REFUSED, rows, delivery.UNDELIVERED, "sms_given_up", now)
    else:
        text.attempts += 1
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(text.attempts - 1, 10))
        text.state, text.due_at = WAITING, now + wait
        _note(session, rows, "sms_again", now)


def lapse(session: Session, now: datetime) -> None:
    """Texts over which a process died: whether they went nobody knows."""
    over = or_(Sms.due_at <= now, Sms.due_at > now + LEASE)
    for text_id in session.scalars(select(Sms.id).where(Sms.state == SENDING, over).limit(BATCH)).all():
        said(session, text_id, UNKNOWN, now)


def reported(session: Session, reference: str, delivered: bool, now: datetime) -> bool:
    """A report of the gateway; False when no text is called so. One that comes late still counts."""
    text = session.scalars(select(Sms).where(Sms.reference == reference).with_for_update()).first()
    if text is None:
        return False
    if delivered and text.state not in (DELIVERED, DROPPED):
        rows = _rows(session, text.id, (delivery.TEXTING, delivery.SENT, delivery.UNDELIVERED))
        _end(session, text, DELIVERED, rows, delivery.DELIVERED, "sms_delivered", now)
    elif not delivered and text.state == SENT:
        _end(session, text, FAILED, _rows(session, text.id), delivery.UNDELIVERED, "sms_failed", now)
    return True


def silent(session: Session, now: datetime) -> int:
    """Texts of which no report came in all the time: somebody calls. How many."""
    over = or_(Sms.due_at <= now, Sms.due_at > now + SILENT_AFTER)
    late = select(Sms).where(Sms.state == SENT, over).order_by(Sms.id).limit(BATCH)
    texts = session.scalars(late.with_for_update(skip_locked=True)).all()
    count = 0
    for text in texts:
        if text.due_at > now:  # the clock was set back
            text.due_at = now + SILENT_AFTER
            continue
        _end(session, text, SILENT, _rows(session, text.id), delivery.UNDELIVERED, "sms_silent", now)
        count += 1
    return count


def drop(session: Session, now: datetime) -> None:
    """There is no gateway any more: somebody calls."""
    for text in session.scalars(select(Sms).where(Sms.state == WAITING).with_for_update(skip_locked=True)).all():
        _end(
            session,
            text,
            DROPPED,
            _rows(session, text.id, (delivery.TEXTING,)),
            delivery.UNDELIVERED,
            "sms_dropped",
            now,
        )


def to_be_told() -> Select[tuple[int]]:
    """Notices of which a text is still to tell."""
    return select(OutboxRow.id).where(OutboxRow.state == delivery.TEXTING)


def seen(session: Session, ids: Collection[int], now: datetime) -> None:
    """The citizen has these before them by now: no text is needed."""
    for row in session.scalars(select(OutboxRow).where(OutboxRow.id.in_(ids), OutboxRow.state == delivery.TEXTING)):
        row.state, row.last_error = delivery.DELIVERED, None
        delivery.note(session, row.id, "seen", now)


def _rows(session: Session, text_id: int, states: Sequence[str] = (delivery.SENT,)) -> Sequence[OutboxRow]:
    query = select(OutboxRow).where(OutboxRow.sms_id == text_id, OutboxRow.state.in_(states))
    return session.scalars(query.order_by(OutboxRow.id).with_for_update()).all()


def _end(
    session: Session, text: Sms, state: str, rows: Sequence[OutboxRow], notices: str, outcome: str, now: datetime
) -> None:
    text.state = state
    for row in rows:
        row.state = notices
        if notices == delivery.DELIVERED:
            row.delivered_at = now
    _note(session, rows, outcome, now)


def _note(session: Session, rows: Sequence[OutboxRow], outcome: str, now: datetime) -> None:
    for row in rows:
        delivery.note(session, row.id, outcome, now)
