"""What became of each notice: settled states, the log of tries, and whom somebody has to call.

The states of a row in the outbox: `waiting` (tried again), `held` (it stands in the conversation, the push waits for the
end of the quiet hours), `texting` (a text to the telephone is to tell of it), `delivered` (it stands in the conversation), `sent` (outside
of the conversation only that there is news went out, or nobody knows), `undelivered` and `undeliverable` (somebody
calls), `called` (somebody did).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, or_, select, update
from sqlalchemy.orm import Session

from xiaobao.tickets.notice_tables import NoticeTry, Sms
from xiaobao.tickets.tables import OutboxRow, Ticket

WAITING, DELIVERED, SENT, CALLED = "waiting", "delivered", "sent", "called"
TEXTING = "texting"  # a text to the telephone is to tell of it; see sms.py
HELD = "held"  # of WeChat, in quiet hours; `due_at` is when they end
UNSETTLED = (WAITING, HELD)
UNDELIVERED = "undelivered"  # it stands in the conversation, but the citizen has not been reached: somebody calls
UNDELIVERABLE = "undeliverable"  # it stands nowhere: the conversation is gone, or no door took it for a day
UNHEARD = (UNDELIVERED, UNDELIVERABLE)
GIVEN_UP_AFTER = timedelta(hours=24)  # of a bot that answers and refuses; one that is down is waited for
UNSEEN_AFTER = timedelta(days=3)  # on the website it waits to be read; then somebody calls
LOOKED_BACK = timedelta(days=30)
ASKING = (
    *("utter_notice_follow_up", "utter_notice_follow_up_again", "utter_notice_follow_up_other"),
    *("utter_notice_follow_up_other_again", "utter_notice_promise", "utter_notice_promise_again"),
)


@dataclass(frozen=True)
class Try:
    """`times` tries with one outcome, the last at `last_at`; see NoticeTry."""

    at: datetime
    last_at: datetime
    times: int
    outcome: str


@dataclass(frozen=True)
class Delivery:
    """One notice of a ticket and what became of it."""

    id: int
    response: str
    params: dict[str, Any]
    speaker: str
    channel: str | None
    created_at: datetime
    state: str
    due_at: datetime
    tries: tuple[Try, ...]


def note(session: Session, outbox_id: int, outcome: str, now: datetime, why: str | None = None) -> None:
    """Add to the log; the same outcome again only counts. `why` must carry no personal data."""
    newest = select(NoticeTry).where(NoticeTry.outbox_id == outbox_id).order_by(NoticeTry.id.desc()).limit(1)
    last = session.scalar(newest)
    why = why[:120] if why else None
    if last is not None and (last.outcome, last.why) == (outcome, why):
        last.times, last.last_at = last.times + 1, now
        return
    session.add(NoticeTry(outbox_id=outbox_id, at=now, last_at=now, times=1, outcome=outcome, why=why))


def settle(session: Session, outbox_id: int, state: str, outcome: str, now: datetime, why: str | None = None) -> bool:
    """Move a notice that waits into `state`; False when it did not wait any more."""
    row = session.get(OutboxRow, outbox_id)
    if row is None or row.state != WAITING:
        return False
    row.state, row.last_error = state, why
    if state in (DELIVERED, SENT):
        row.delivered_at = now
    note(session, outbox_id, outcome, now, why)
    return True


def hold(session: Session, outbox_id: int, until: datetime, now: datetime) -> None:
    """It stands in the conversation; nobody is woken for it before `until`."""
    row = session.get(OutboxRow, outbox_id)
    if row is not None and row.state == WAITING:
        row.state, row.due_at = HELD, until
        note(session, outbox_id, "held", now)


def went_along(session: Session, outbox_id: int, now: datetime) -> None:
    """This notice was pushed: what was held in its conversation before it went with it, so it is looked at now."""
    for row in _held_before(session, outbox_id):
        row.state, row.due_at = WAITING, now


def told_along(session: Session, outbox_id: int, now: datetime) -> None:
    """A reminder said that there is news of this notice's ticket: that tells of what was held before it as well."""
    ticket_id = session.get_one(OutboxRow, outbox_id).ticket_id
    for row in _held_before(session, outbox_id):
        if ticket_id is not None and row.ticket_id == ticket_id:
            row.state, row.delivered_at = SENT, now
            note(session, row.id, "sent", now)


def _held_before(session: Session, outbox_id: int) -> Sequence[OutboxRow]:
    conversation = select(OutboxRow.conversation_id).where(OutboxRow.id == outbox_id).scalar_subquery()
    held = select(OutboxRow).where(
        OutboxRow.state == HELD, OutboxRow.id < outbox_id, OutboxRow.conversation_id == conversation
    )
    return session.scalars(held.order_by(OutboxRow.id).with_for_update()).all()


def of_ticket(session: Session, number: str) -> list[Delivery]:
    """Every notice of a ticket, newest first."""
    query = select(OutboxRow).join(Ticket, Ticket.id == OutboxRow.ticket_id).where(Ticket.number == number)
    rows = list(session.scalars(query.order_by(OutboxRow.id.desc())))
    tries: dict[int, list[Try]] = {row.id: [] for row in rows}
    texts = select(Sms.id, Sms.due_at).where(Sms.id.in_({row.sms_id for row in rows if row.state == TEXTING}))
    sent_at = dict(session.execute(texts).tuples().all())
    found = select(NoticeTry).where(NoticeTry.outbox_id.in_(tries)).order_by(NoticeTry.id)
    for one in session.scalars(found) if tries else ():
        tries[one.outbox_id].append(Try(one.at, one.last_at, one.times, one.outcome))
    return [
        Delivery(
            row.id,
            row.response,
            dict(row.params),
            row.speaker,
            row.channel,
            row.created_at,
            row.state,
            sent_at.get(row.sms_id or 0, row.due_at),
            tuple(tries[row.id]),
        )
        for row in rows
    ]


def told_by_staff(session: Session, ticket_id: int, contact_id: int, now: datetime) -> int:
    """Somebody of ours reached the citizen: the calls of this ticket are done. How many notices that were.

    No text is sent any more, and none is waited for.
    """
    told = or_(OutboxRow.state.in_((*UNHEARD, TEXTING)), and_(OutboxRow.state == SENT, OutboxRow.sms_id > 0))
    rows = session.scalars(select(OutboxRow).where(OutboxRow.ticket_id == ticket_id, told).with_for_update()).all()
    for row in rows:
        row.state, row.last_error = CALLED, f"contact {contact_id}"
        note(session, row.id, "called", now)
    return len(rows)


def not_told_after_all(session: Session, ticket_id: int, contact_id: int, now: datetime) -> None:
    """The entry was corrected: the citizen was not reached, so the calls are open again."""
    rows = session.scalars(
        select(OutboxRow).where(
            OutboxRow.ticket_id == ticket_id,
            OutboxRow.state == CALLED,
            OutboxRow.last_error == f"contact {contact_id}",
        )
    ).all()
    for row in rows:
        row.state, row.last_error = UNDELIVERED, None
        note(session, row.id, "recalled", now)


def on_the_website(now: datetime) -> Select[tuple[int]]:
    """Notices that have stood on the website for some days, oldest first, and of people who can be called."""
    query = select(OutboxRow.id).join(Ticket, Ticket.id == OutboxRow.ticket_id).where(
        OutboxRow.state == DELIVERED,
        OutboxRow.due_at.between(now - LOOKED_BACK, now - UNSEEN_AFTER),
        OutboxRow.channel == "website",
        OutboxRow.sms_id.is_(None),  # a text has told of it
        OutboxRow.response.not_in(ASKING),  # who does not answer these is called by rules of their own
        Ticket.contact_phone.is_not(None),
    )  # fmt: skip
    return query.order_by(OutboxRow.id)


def flagged_unseen() -> Select[tuple[int]]:
    """Notices that are to be told by telephone because nobody had seen them."""
    return select(OutboxRow.id).where(OutboxRow.state == UNDELIVERED, OutboxRow.last_error == "unseen")


def mark_unseen(session: Session, ids: Collection[int], now: datetime) -> None:
    """Nobody has seen these: somebody calls."""
    _move(session, ids, DELIVERED, UNDELIVERED, "unseen", now)


def mark_seen(session: Session, ids: Collection[int], now: datetime) -> None:
    """They were seen after all: no call is needed."""
    _move(session, ids, UNDELIVERED, DELIVERED, None, now)


def _move(session: Session, ids: Collection[int], before: str, after: str, why: str | None, now: datetime) -> None:
    for id_ in ids:
        rows = update(OutboxRow).where(OutboxRow.id == id_, OutboxRow.state == before)
        if session.execute(rows.values(state=after, last_error=why)).rowcount:  # type: ignore[attr-defined]
            note(session, id_, why or "seen", now)
