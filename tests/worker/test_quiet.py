"""Quiet hours, at the worker: what is held, for how long, and that nothing is overtaken, doubled or forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from tests.factories import NOW, file_ticket
from tests.worker.test_outbox import Receiver, receiver
from xiaobao.conversations import messages
from xiaobao.conversations.messages import Draft
from xiaobao.conversations.quiet import TIMEZONE, read
from xiaobao.conversations.tables import CITIZEN, Conversation
from xiaobao.tickets import outbox as tickets_outbox
from xiaobao.tickets.tables import OutboxRow, Ticket
from xiaobao.worker import outbox

pytestmark = pytest.mark.slow
__all__ = ["receiver"]
HOURS = read("22:00-08:00")
MINUTE = timedelta(minutes=1)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=TIMEZONE)


NIGHT, MORNING = at(26, 23), at(27, 8)


def put(sessions, channel="wechat", conversation="c1", now=NIGHT, response="utter_notice_closed", ticket=None):
    with sessions.begin() as session:
        if session.get(Conversation, conversation) is None:
            session.add(Conversation(id=conversation, channel=channel, created_at=NOW, last_seen_at=NOW))
        row = tickets_outbox.put(
            session, conversation_id=conversation, channel=channel, response=response, params={}, now=now,
            ticket_id=ticket,
        )  # fmt: skip
        session.flush()
        return str(row.id)


def deliver(sessions, receiver: Receiver, now: datetime) -> int:
    return outbox.deliver(sessions, receiver.bot, lambda: now, HOURS)


def states(sessions, *ids):
    with sessions() as session:
        return [session.get(OutboxRow, int(one)).state for one in ids]


def an_urgent_ticket(sessions) -> int:
    number = file_ticket(sessions)
    with sessions.begin() as session:
        session.execute(update(Ticket).where(Ticket.number == number).values(urgent=True))
        return session.scalars(select(Ticket.id).where(Ticket.number == number)).one()


def says(sessions, now: datetime, conversation="c1"):
    with sessions.begin() as session:
        messages.append(session, conversation, Draft(CITIZEN, "在吗"), now)


def test_through_the_night_wechat_waits_and_the_web_page_does_not(sessions, receiver):
    first, other, second = put(sessions), put(sessions, "website", "w1"), put(sessions)
    deliver(sessions, receiver, NIGHT)
    assert states(sessions, first, other, second) == ["held", "delivered", "held"]
    assert [one["notice_id"] for one in receiver.got] == [first, other, second], "all stand in their conversations"
    for now in (NIGHT + MINUTE, at(27, 0), at(27, 7, 59)):
        assert deliver(sessions, receiver, now) == 0
    with sessions() as session:
        assert {session.get(OutboxRow, int(one)).due_at for one in (first, second)} == {MORNING}
    deliver(sessions, receiver, MORNING)
    assert receiver.shown == [first, second] and states(sessions, first, second) == ["delivered"] * 2
    assert deliver(sessions, receiver, MORNING + MINUTE) == 0


@pytest.mark.parametrize("why", ["the ticket", "the words"])
def test_what_is_urgent_goes_at_once_and_takes_along_what_it_would_overtake(sessions, receiver, why):
    calm = put(sessions)
    deliver(sessions, receiver, NIGHT)
    ticket, words = (
        (an_urgent_ticket(sessions), "utter_notice_closed") if why == "the ticket" else (None, outbox.TO_DISTRESS)
    )
    urgent, later = put(sessions, ticket=ticket, response=words), put(sessions)
    deliver(sessions, receiver, NIGHT + MINUTE)
    assert receiver.shown == [calm, urgent]
    assert states(sessions, calm, urgent, later) == ["delivered", "delivered", "held"], "the log says what is true"


def test_a_reminder_of_an_urgent_ticket_tells_of_what_was_held_of_it_too(sessions, receiver):
    """No window is open, so outside of the conversation only number and news go out; by morning they are not repeated."""
    ticket = an_urgent_ticket(sessions)
    other, same = put(sessions), put(sessions, ticket=ticket)
    with sessions.begin() as session:
        for one in (other, same):
            session.get(OutboxRow, int(one)).state = "held"
    urgent = put(sessions, ticket=ticket)
    receiver.answers[urgent] = (200, {"delivery": "sent"})
    deliver(sessions, receiver, NIGHT)
    assert states(sessions, other, same, urgent) == ["held", "sent", "sent"]
    deliver(sessions, receiver, MORNING)
    assert [one["notice_id"] for one in receiver.got] == [urgent, other]


def test_who_just_wrote_is_answered_and_has_what_was_held_before_them(sessions, receiver):
    held = put(sessions)
    deliver(sessions, receiver, NIGHT)
    says(sessions, NIGHT + 10 * MINUTE)
    fresh = put(sessions)
    deliver(sessions, receiver, NIGHT + 39 * MINUTE)
    assert receiver.shown == [held, fresh] and states(sessions, held, fresh) == ["delivered"] * 2
    late = put(sessions)
    deliver(sessions, receiver, NIGHT + 41 * MINUTE)
    assert states(sessions, late) == ["held"]


def test_a_clock_that_was_ahead_holds_nothing_up_once_it_is_right(sessions, receiver):
    one = put(sessions, now=at(20, 12))
    deliver(sessions, receiver, NIGHT)  # the clock is six days ahead
    assert states(sessions, one) == ["held"]
    deliver(sessions, receiver, at(20, 12, 5))
    assert receiver.shown == [one] and states(sessions, one) == ["delivered"]


def test_a_clock_that_is_put_back_into_the_night_doubles_nothing(sessions, receiver):
    first = put(sessions)
    deliver(sessions, receiver, NIGHT)
    deliver(sessions, receiver, at(27, 12))  # it ran ahead
    second = put(sessions)
    deliver(sessions, receiver, NIGHT + MINUTE)
    assert receiver.shown == [first] and states(sessions, first, second) == ["delivered", "held"]


def test_a_worker_that_dies_in_the_morning_leaves_the_order(sessions, receiver):
    first, second = put(sessions), put(sessions)
    deliver(sessions, receiver, NIGHT)
    with sessions.begin() as session:
        assert [str(one.id) for one in outbox.claim(session, MORNING, quiet=HOURS)] == [first]  # and then it dies
    assert deliver(sessions, receiver, MORNING + timedelta(seconds=29)) == 0
    deliver(sessions, receiver, MORNING + timedelta(seconds=31))
    assert receiver.shown == [first, second] and states(sessions, first, second) == ["delivered"] * 2


def test_without_quiet_hours_the_night_is_like_the_day(sessions, receiver):
    one = put(sessions)
    outbox.deliver(sessions, receiver.bot, lambda: NIGHT)
    assert receiver.shown == [one]
