"""What is kept beside tickets follows every step, in the same transaction."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import CITIZEN, CLERK, NOW, SUPERVISOR, a_submission, an_office, file_ticket, staff
from xiaobao.tickets import service
from xiaobao.tickets.queue_tables import Tally
from xiaobao.tickets.tables import NEVER, Ticket, TicketClock


def kept(session: Session) -> dict[tuple[str, str, int], int]:
    rows = session.execute(select(Tally.kind, Tally.status, Tally.assignee_id, Tally.tickets))
    return {(kind, status, who): tickets for kind, status, who, tickets in rows if tickets}


def counted(session: Session) -> dict[tuple[str, str, int], int]:
    found: dict[tuple[str, str, int], int] = {}
    for ticket in session.scalars(select(Ticket)):
        key = (ticket.kind, ticket.status, ticket.assignee_id or 0)
        found[key] = found.get(key, 0) + 1
    return found


def test_counts_follow_every_step(sessions: sessionmaker[Session]) -> None:
    first, second = file_ticket(sessions), file_ticket(sessions)
    file_ticket(sessions, ticket_kind="report")
    with sessions.begin() as session:
        wang = staff(session)
    steps = (
        lambda s: service.accept(s, first, actor=CLERK, now=NOW, office=an_office()),
        lambda s: service.assign(s, first, actor=CLERK, now=NOW, department="一科", handler=wang.account_id),
        lambda s: service.close(s, first, actor=SUPERVISOR, now=NOW, office=an_office(), result="退款"),
        lambda s: service.withdraw(s, second, actor=CITIZEN, now=NOW),
        lambda s: s.delete(s.scalars(select(Ticket).where(Ticket.number == second)).one()),
    )
    for step in steps:
        with sessions.begin() as session:
            step(session)
        with sessions.begin() as session:
            assert kept(session) == counted(session)
    with sessions.begin() as session:
        assert kept(session) == {("complaint", "closed", wang.account_id): 1, ("report", "submitted", 0): 1}


def test_several_steps_in_one_transaction_count_once(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        number = service.submit(session, a_submission(), office=an_office(), now=NOW).number
        service.accept(session, number, actor=CLERK, now=NOW, office=an_office())
    with sessions.begin() as session:
        assert kept(session) == {("complaint", "accepted", 0): 1}


def test_a_step_that_is_rolled_back_counts_for_nothing(sessions: sessionmaker[Session]) -> None:
    number = file_ticket(sessions)
    with sessions() as session:
        service.accept(session, number, actor=CLERK, now=NOW, office=an_office())
        session.rollback()
        session.commit()
        assert kept(session) == {("complaint", "submitted", 0): 1}


def test_a_ticket_lost_to_a_savepoint_counts_for_nothing(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        service.submit(session, a_submission(draft_id="one"), office=an_office(), now=NOW)
        with pytest.raises(ValueError, match="lost"), session.begin_nested():
            service.submit(session, a_submission(draft_id="two"), office=an_office(), now=NOW)
            raise ValueError("lost")
    with sessions.begin() as session:
        assert kept(session) == counted(session) == {("complaint", "submitted", 0): 1}


def test_the_next_date_is_that_of_the_first_running_clock(sessions: sessionmaker[Session]) -> None:
    number = file_ticket(sessions)

    def dates() -> tuple[object, object, bool]:
        with sessions.begin() as session:
            ticket = session.scalars(select(Ticket)).one()
            running = [clock for clock in ticket.clocks if clock.state == "running"]
            assert ticket.next_due == min((clock.due for clock in running), default=NEVER)
            assert ticket.next_late == min((clock.due_lenient for clock in running), default=NEVER)
            return ticket.next_due, ticket.next_late, ticket.is_open

    first = dates()
    with sessions.begin() as session:
        service.accept(session, number, actor=CLERK, now=NOW, office=an_office())
    assert dates() > first
    with sessions.begin() as session:
        service.withdraw(session, number, actor=CITIZEN, now=NOW)
    assert dates() == (NEVER, NEVER, False)


def test_a_clock_changed_alone_moves_its_ticket_as_well(sessions: sessionmaker[Session]) -> None:
    file_ticket(sessions)
    with sessions.begin() as session:
        clock = session.scalars(select(TicketClock)).one()
        clock.due = clock.due_lenient = NOW.date() + timedelta(days=40)
    with sessions.begin() as session:
        assert session.scalars(select(Ticket.next_due)).one() == NOW.date() + timedelta(days=40)
