"""Hands notices to the bot, which shows them where the citizen is.

Two workers may run at once: a notice is leased in a transaction of its own, posted outside of any
transaction (the bot writes into the same database), and marked afterwards. Who dies in between leaves a
lease that runs out; the bot drops a notice id it has seen. Notices of one conversation keep their order.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

import requests
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased, sessionmaker

from xiaobao.tickets import outbox
from xiaobao.tickets.outbox import UNDELIVERED, Notice
from xiaobao.tickets.tables import OutboxRow

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
TIMEOUT_SECONDS = 10
BATCH = 100
MOST_ROUNDS = 50  # a job that is called every second must end
GONE = "conversation_unknown"  # the bot's code for a conversation that was forgotten after its time
NOT_HEARD = frozenset({"undelivered", "left"})  # what the channel says when nobody hears of it by itself
DOORS = {"wechat": "/webhooks/wechat/internal/notices"}  # by channel
OWN_DOOR = "/chat/internal/notices"


@dataclass(frozen=True)
class Bot:
    """Where notices go and what opens the door."""

    url: str
    secret: str


def deliver(sessions: sessionmaker[Session], bot: Bot, clock: Callable[[], datetime]) -> int:
    """Deliver what is due and return how many notices reached the bot.

    A bot that does not answer ends the round: the others would fail alike.
    """
    count = 0
    with requests.Session() as http:
        for _ in range(MOST_ROUNDS):
            with sessions.begin() as session:
                notices = claim(session, clock())
            for n, notice in enumerate(notices):
                why, answers = _post(http, bot, notice)
                with sessions.begin() as session:
                    _note(session, notice, why, clock())
                    if not answers:
                        for rest in notices[n + 1 :]:
                            release(session, rest.id, clock())
                if not answers:
                    return count
                count += why == ""
            if not notices:
                break
    return count


def claim(session: Session, now: datetime, limit: int = BATCH) -> list[Notice]:
    """Lease notices that are due, oldest first, at most one a conversation: the next waits for its turn."""
    earlier = aliased(OutboxRow)
    first = ~(
        select(earlier.id)
        .where(
            earlier.conversation_id == OutboxRow.conversation_id,
            earlier.state == "waiting",
            earlier.id < OutboxRow.id,
        )
        .exists()
    )
    query = select(OutboxRow).where(OutboxRow.state == "waiting", OutboxRow.due_at <= now, first)
    query = query.order_by(OutboxRow.id).limit(limit).with_for_update(skip_locked=True)
    rows = list(session.scalars(query))
    for row in rows:
        row.due_at = now + LEASE
    return [Notice(**{field.name: getattr(row, field.name) for field in fields(Notice)}) for row in rows]


def release(session: Session, id: int, now: datetime) -> None:
    """Give a lease back unused."""
    row = session.get(OutboxRow, id)
    if row is not None and row.state == "waiting":
        row.due_at = now


def _post(http: requests.Session, bot: Bot, notice: Notice) -> tuple[str, bool]:
    """(why it failed, empty when it did not; whether the bot answers at all)."""
    body = {
        "notice_id": str(notice.id),
        "conversation_id": notice.conversation_id,
        "response": notice.response,
        "params": notice.params,
        "speaker": notice.speaker,
        "staff_name": notice.staff_name,
    }
    headers = {"X-Xiaobao-Secret": bot.secret}
    try:
        door = DOORS.get(notice.channel or "", OWN_DOOR)
        answer = http.post(f"{bot.url}{door}", json=body, headers=headers, timeout=TIMEOUT_SECONDS)
    except requests.RequestException as error:
        return type(error).__name__, False  # the message of the error may hold the body
    if answer.status_code == 200:
        return (UNDELIVERED if _said(answer, "delivery") in NOT_HEARD else ""), True
    code = _said(answer, "code")
    return f"{answer.status_code} {code}".strip(), answer.status_code < 500


def _said(answer: requests.Response, name: str) -> str:
    try:
        found = answer.json()
    except ValueError:
        return ""
    return str(found.get(name) or "")[:60] if isinstance(found, dict) else ""


def _note(session: Session, notice: Notice, why: str, now: datetime) -> None:
    """Write down what became of a notice."""
    if not why:
        outbox.delivered(session, notice.id, now)
    elif why in (f"404 {GONE}", UNDELIVERED):
        row = session.get(OutboxRow, notice.id)
        if row is not None and row.state == "waiting":
            row.state, row.last_error = UNDELIVERED if why == UNDELIVERED else "undeliverable", why
    else:
        logger.warning("Notice %d was not taken (%s); it will be tried again.", notice.id, why)
        outbox.failed(session, notice.id, now, why)
