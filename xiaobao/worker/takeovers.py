"""Humans and back: ends what waited or was silent too long, and rings at the bot when somebody spoke, came or left.

What was said stands in the conversation already; a ring only makes the bot look, so a lost one loses nothing: it is
repeated until the bot took it. Two workers may run at once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import requests
from sqlalchemy.orm import Session, sessionmaker

from xiaobao.conversations import takeovers
from xiaobao.conversations.takeovers import Patience
from xiaobao.tickets.office import Office
from xiaobao.worker.outbox import Bot

logger = logging.getLogger(__name__)

AGAIN = timedelta(seconds=3)
OWN_DOOR = "/chat/internal/ring"
DOORS = {"wechat": ("/webhooks/wechat/internal/ring", OWN_DOOR)}  # a conversation of WeChat may be open on the website


def tend(
    sessions: sessionmaker[Session],
    reading: sessionmaker[Session],
    bot: Bot,
    office_of: Callable[[Session], Office],
    clock: Callable[[], datetime],
) -> int:
    """Do what is due; how many conversations the bot was told of. `reading` sessions take no lock of SQLite."""
    now = clock()
    with reading() as session:
        if takeovers.queue(session):  # mostly nobody is there, and this is asked every second
            patience = patience_of(office_of(session), now)
            overdue = takeovers.overdue(session, now, patience)
        else:
            overdue = []
    for takeover_id in overdue:
        with sessions.begin() as session:
            takeovers.look_after(session, takeover_id, now, patience)
    with reading() as session:
        rings = takeovers.rings(session, now)
    count = 0
    with requests.Session() as http:
        for ring in rings:
            taken = _ring(http, bot, ring)
            with sessions.begin() as session:
                takeovers.rung(session, ring, None if taken else now + AGAIN)
            count += taken
    return count


def patience_of(office: Office, now: datetime) -> Patience:
    """How long this office lets a citizen wait, and a silence last."""
    return Patience(
        timedelta(minutes=office.wait_minutes), timedelta(minutes=office.silent_minutes), office.staffed_at(now)
    )


def _ring(http: requests.Session, bot: Bot, ring: takeovers.Ring) -> bool:
    """Whether the bot took it, or never will."""
    for door in DOORS.get(ring.channel, (OWN_DOOR,)):
        try:
            answer = bot.post(http, door, {"conversation_id": ring.conversation_id})
        except requests.RequestException as error:
            logger.warning("The bot could not be told of news (%s); again soon.", type(error).__name__)
            return False
        if answer.status_code not in (200, 404):
            logger.warning("The bot was told of news and said %d; again soon.", answer.status_code)
            return False
    return True
