"""What became of a notice: the log, the calls, and who saw it on the website."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import NOW, an_office, file_ticket
from xiaobao.conversations import messages
from xiaobao.conversations.messages import Draft
from xiaobao.conversations.tables import BOT
from xiaobao.tickets import contacts, deadlines, delivery, outbox, worklist
from xiaobao.tickets.contacts import Entry, Means, Side
from xiaobao.tickets.filing import Actor
from xiaobao.tickets.tables import OutboxRow, Ticket
from xiaobao.tickets.workflow import Role
from xiaobao.worker.outbox import look_who_saw

CLERK = Actor(Role.CLERK, 1, "李受理")
LATER = NOW + timedelta(days=4)


def told(
    sessions: sessionmaker[Session], number: str, state: str = delivery.DELIVERED, channel: str = "website"
) -> int:
    """A notice of this ticket that stands in a conversation, in this state."""
    with sessions.begin() as session:
        ticket = session.scalar(select(Ticket).where(Ticket.number == number))
        assert ticket is not None
        conversation = messages.open_conversation(session, channel=channel, now=NOW)
        row = outbox.put(
            session, conversation_id=conversation, channel=channel, response="utter_notice_closed",
            params={"number": number, "text": "已退款"}, now=NOW, ticket_id=ticket.id,
        )  # fmt: skip
        session.flush()
        messages.append(session, conversation, Draft(BOT, "已退款", notice_id=str(row.id)), NOW)
        delivery.settle(session, row.id, state, state, NOW)
        return row.id


def state(sessions: sessionmaker[Session], notice: int) -> str:
    with sessions.begin() as session:
        return session.get_one(OutboxRow, notice).state


def see(sessions: sessionmaker[Session], notice: int, now: datetime) -> None:
    """The citizen's page asks for what comes after this message."""
    with sessions.begin() as session:
        row = session.get_one(OutboxRow, notice)
        assert messages.unshown(session, row.conversation_id, 1)
        messages.shown(session, row.conversation_id, 1, now)
        assert not messages.unshown(session, row.conversation_id, 1)


def calls(sessions: sessionmaker[Session]) -> list[str]:
    with sessions.begin() as session:
        page = worklist.page(session, today=deadlines.local_date(NOW), unheard=True)
        return [row.ticket.number for row in page.rows]


def contact(
    sessions: sessionmaker[Session],
    number: str,
    reached: bool = True,
    side: Side = Side.CITIZEN,
    corrects: int | None = None,
) -> int:
    entry = Entry(at=NOW, side=side, means=Means.PHONE, reached=reached, said="告诉他已经退款", corrects=corrects)
    with sessions.begin() as session:
        return contacts.add(session, number, entry, actor=CLERK, now=NOW + timedelta(hours=1), office=an_office())


def outcomes(sessions: sessionmaker[Session], number: str) -> list[tuple[str, int]]:
    with sessions.begin() as session:
        return [(one.outcome, one.times) for one in delivery.of_ticket(session, number)[0].tries]


@pytest.mark.parametrize("unheard", delivery.UNHEARD)
def test_a_notice_that_reached_nobody_is_a_call_until_somebody_was_reached(
    sessions: sessionmaker[Session], unheard: str
) -> None:
    number, other = file_ticket(sessions), file_ticket(sessions, merchant="别家百货")
    notice = told(sessions, number, unheard, "wechat")
    told(sessions, other)
    assert calls(sessions) == [number]
    contact(sessions, number, reached=False)
    contact(sessions, number, side=Side.MERCHANT)
    assert calls(sessions) == [number]
    entry = contact(sessions, number)
    assert calls(sessions) == [] and state(sessions, notice) == delivery.CALLED
    contact(sessions, number, reached=False, corrects=entry)  # it was the wrong number
    assert calls(sessions) == [number]
    assert outcomes(sessions, number) == [(unheard, 1), ("called", 1), ("recalled", 1)]


def test_what_nobody_saw_on_the_website_becomes_a_call_after_three_days_and_none_when_it_is_seen(
    sessions: sessionmaker[Session],
) -> None:
    number = file_ticket(sessions)
    notice, seen = told(sessions, number), told(sessions, number)
    see(sessions, seen, NOW + timedelta(hours=1))
    assert look_who_saw(sessions, lambda: NOW + timedelta(days=2)) == 0
    assert look_who_saw(sessions, lambda: LATER) == 1
    assert (state(sessions, notice), state(sessions, seen)) == (delivery.UNDELIVERED, delivery.DELIVERED)
    assert calls(sessions) == [number] and look_who_saw(sessions, lambda: LATER) == 0
    see(sessions, notice, LATER)
    look_who_saw(sessions, lambda: LATER + timedelta(hours=1))
    assert state(sessions, notice) == delivery.DELIVERED and calls(sessions) == []


def test_nobody_is_to_call_who_left_no_number_and_what_is_old_is_left_alone(sessions: sessionmaker[Session]) -> None:
    number = file_ticket(sessions)
    told(sessions, number)
    assert look_who_saw(sessions, lambda: NOW + delivery.LOOKED_BACK + timedelta(days=1)) == 0
    with sessions.begin() as session:
        ticket = session.scalar(select(Ticket).where(Ticket.number == number))
        assert ticket is not None
        ticket.contact_phone = None
    assert look_who_saw(sessions, lambda: LATER) == 0


def test_the_log_counts_the_same_failure_and_keeps_the_way_to_the_end(sessions: sessionmaker[Session]) -> None:
    number = file_ticket(sessions)
    with sessions.begin() as session:
        ticket = session.scalar(select(Ticket).where(Ticket.number == number))
        assert ticket is not None
        row = outbox.put(
            session, conversation_id="c", channel="wechat", response="utter_notice_closed", params={}, now=NOW,
            ticket_id=ticket.id,
        )  # fmt: skip
        session.flush()
        for minute, why in enumerate(("503", "503", "ConnectionError")):
            outbox.failed(session, row.id, NOW + timedelta(minutes=minute), why)
        delivery.settle(session, row.id, delivery.SENT, "sent", NOW + timedelta(minutes=5))
    assert outcomes(sessions, number) == [("failed", 2), ("failed", 1), ("sent", 1)]
