"""Hands notices to the bot, which shows them where the citizen is.

Two workers may run at once: a notice is leased in a transaction of its own, posted outside of any
transaction (the bot writes into the same database), and marked afterwards. Who dies in between leaves a
lease that runs out; the bot drops a notice id it has seen. Notices of one conversation keep their order.

In quiet hours a notice of WeChat is shown in its conversation at once, where the website has it, and the push is held.
Held ones go as soon as it is not quiet, whatever moment was written down for them: so a clock that was set back or
forward holds up nothing. A later one does not wait for them; when it is pushed, all that waits goes along in order.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import requests
from sqlalchemy import ColumnElement, and_, cast, or_, select, true
from sqlalchemy.orm import Session, aliased, sessionmaker

from xiaobao.conversations import messages
from xiaobao.conversations.quiet import NEVER, WRITES, Quiet
from xiaobao.conversations.tables import Message
from xiaobao.tickets import delivery, outbox
from xiaobao.tickets.outbox import Notice
from xiaobao.tickets.tables import OutboxRow, Ticket

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
TIMEOUT_SECONDS = 10
BATCH = 100
MOST_ROUNDS = 50  # a job that is called every second must end
GONE = "conversation_unknown"  # the bot's code for a conversation that was forgotten after its time
TAKEN = {  # the state of a notice by what the channel says of it
    "delivered": delivery.DELIVERED,
    "sent": delivery.SENT,
    "undelivered": delivery.UNDELIVERED,
    "left": delivery.UNDELIVERED,
}
FARTHEST = outbox.LONGEST_WAIT + LEASE  # nothing is put off longer: the clock was set back
DOORS = {"wechat": "/webhooks/wechat/internal/notices"}  # by channel
OWN_DOOR = "/chat/internal/notices"
HELD = "held"  # what the channel says of a notice that it shows only to who comes by themselves
TO_DISTRESS = "utter_notice_cared"  # urgent whatever the ticket is


@dataclass(frozen=True)
class Bot:
    """Where notices go and what opens the door."""

    url: str
    secret: str

    def post(self, http: requests.Session, door: str, body: dict[str, Any]) -> requests.Response:
        """Raises requests.RequestException."""
        headers = {"X-Xiaobao-Secret": self.secret}
        return http.post(f"{self.url}{door}", json=body, headers=headers, timeout=TIMEOUT_SECONDS)


def deliver(sessions: sessionmaker[Session], bot: Bot, clock: Callable[[], datetime], quiet: Quiet = NEVER) -> int:
    """Deliver what is due and return how many notices reached the bot.

    A bot that does not answer ends the round: the others would fail alike.
    """
    count = 0
    with requests.Session() as http:
        for _ in range(MOST_ROUNDS):
            with sessions.begin() as session:
                notices = claim(session, clock(), quiet=quiet)
            for n, notice in enumerate(notices):
                taken, why, answers = _post(http, bot, notice, _holds(sessions, notice, clock(), quiet))
                with sessions.begin() as session:
                    _note(session, notice, taken, why, clock(), quiet)
                    if not answers:
                        for rest in notices[n + 1 :]:
                            release(session, rest.id, clock())
                if not answers:
                    return count
                count += taken is not None
            if not notices:
                break
    return count


def claim(session: Session, now: datetime, limit: int = BATCH, quiet: Quiet = NEVER) -> list[Notice]:
    """Lease notices that are due, oldest first, at most one a conversation: the next waits for its turn.

    On PostgreSQL rows that another worker holds are skipped; on SQLite there is one writer at a time.
    """
    earlier = aliased(OutboxRow)
    before = or_(earlier.state == delivery.WAITING, _may_go(earlier, now, quiet))
    mine = (earlier.conversation_id == OutboxRow.conversation_id, earlier.id < OutboxRow.id)
    first = ~select(earlier.id).where(*mine, before).exists()
    due = or_(OutboxRow.due_at <= now, OutboxRow.due_at > now + FARTHEST)
    ready = or_(and_(OutboxRow.state == delivery.WAITING, due), _may_go(OutboxRow, now, quiet))
    query = select(OutboxRow).where(OutboxRow.state.in_(delivery.UNSETTLED), ready, first)
    query = query.order_by(OutboxRow.id).limit(limit).with_for_update(skip_locked=True)
    rows = list(session.scalars(query))
    for row in rows:
        row.state, row.due_at = delivery.WAITING, now + LEASE
    return [outbox.notice(row) for row in rows]


def _may_go(row: Any, now: datetime, quiet: Quiet) -> ColumnElement[bool]:
    """Held, and held no longer: it is not quiet, or the citizen is awake and has it before them by now."""
    awake = messages.wrote_since(row.conversation_id, now - WRITES) if quiet.until(now) else true()
    return and_(row.state == delivery.HELD, awake)


def _holds(sessions: sessionmaker[Session], notice: Notice, now: datetime, quiet: Quiet) -> bool:
    """Whether no telephone is made to sound for it now: it is quiet, it can wait, and nobody just wrote."""
    if quiet.until(now) is None or notice.channel not in DOORS or notice.response == TO_DISTRESS:
        return False
    with sessions() as session:
        urgent = session.scalar(select(Ticket.urgent).where(Ticket.id == notice.ticket_id))
        return not urgent and not session.scalar(select(messages.wrote_since(notice.conversation_id, now - WRITES)))


def release(session: Session, id: int, now: datetime) -> None:
    """Give a lease back unused."""
    row = session.get(OutboxRow, id)
    if row is not None and row.state == "waiting":
        row.due_at = now


def _post(http: requests.Session, bot: Bot, notice: Notice, hold: bool) -> tuple[str | None, str, bool]:
    """(what the channel says of it, None when it was not taken; why not; whether the bot answers at all)."""
    body = {
        "notice_id": str(notice.id),
        "conversation_id": notice.conversation_id,
        "response": notice.response,
        "params": notice.params,
        "speaker": notice.speaker,
        "staff_name": notice.staff_name,
    } | ({"hold": True} if hold else {})
    try:
        answer = bot.post(http, DOORS.get(notice.channel or "", OWN_DOOR), body)
    except requests.RequestException as error:
        return None, type(error).__name__, False  # the message of the error may hold the body
    if answer.status_code == 200:
        return _said(answer, "delivery") or "delivered", "", True  # the website says nothing
    code = _said(answer, "code")
    return None, f"{answer.status_code} {code}".strip(), answer.status_code < 500


def _said(answer: requests.Response, name: str) -> str:
    try:
        found = answer.json()
    except ValueError:
        return ""
    return str(found.get(name) or "")[:60] if isinstance(found, dict) else ""


def _note(session: Session, notice: Notice, taken: str | None, why: str, now: datetime, quiet: Quiet) -> None:
    """Write down what became of a notice."""
    if taken == HELD:
        delivery.hold(session, notice.id, quiet.until(now) or now, now)
    elif taken is not None:
        delivery.settle(session, notice.id, TAKEN.get(taken, delivery.DELIVERED), taken, now)
        if taken == "delivered" and quiet.until(now):
            delivery.went_along(session, notice.id, now)
        elif taken == "sent" and quiet.until(now):
            delivery.told_along(session, notice.id, now)
    elif why == f"404 {GONE}":
        delivery.settle(session, notice.id, delivery.UNDELIVERABLE, "gone", now)
    elif why[0].isdigit() and now - notice.created_at > delivery.GIVEN_UP_AFTER:
        logger.error("Notice %d was refused for a day (%s); somebody has to call.", notice.id, why)
        delivery.settle(session, notice.id, delivery.UNDELIVERABLE, "given_up", now, why)
    else:
        logger.warning("Notice %d was not taken (%s); it will be tried again.", notice.id, why)
        outbox.failed(session, notice.id, now, why)


def look_who_saw(sessions: sessionmaker[Session], clock: Callable[[], datetime]) -> int:
    """What the website has shown to nobody for three days becomes a call, and none when it is seen after all.

    Returns how many calls there are more.
    """
    now = clock()
    message = Message.notice_id == cast(OutboxRow.id, Message.notice_id.type)
    with sessions.begin() as session:
        waiting = delivery.on_the_website(now).join(Message, message).where(Message.shown_at.is_(None))
        flagged = delivery.flagged_unseen().join(Message, message).where(Message.shown_at.is_not(None))
        unseen, seen = session.scalars(waiting).all(), session.scalars(flagged).all()
        delivery.mark_unseen(session, unseen, now)
        delivery.mark_seen(session, seen, now)
    return len(unseen)
