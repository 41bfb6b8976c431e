"""Rules that the tables themselves keep."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError, StatementError

from tests.factories import NOW, file_ticket, some_evidence
from xiaobao.tickets.tables import Attempt, Ticket, TicketClock, TicketEvent, TicketEvidence


def test_a_time_comes_back_as_the_same_moment_in_shanghai(sessions):
    utc = datetime(2026, 12, 31, 17, 0, tzinfo=timezone.utc)
    with sessions.begin() as session:
        session.add(Attempt(key="k", at=utc))
    with sessions.begin() as session:
        at = session.scalars(select(Attempt.at)).one()
    assert at == utc
    assert (at.year, at.hour, at.utcoffset()) == (2027, 1, timedelta(hours=8))


def test_a_time_of_shanghai_comes_back_unchanged(sessions):
    with sessions.begin() as session:
        session.add(Attempt(key="k", at=NOW))
    with sessions.begin() as session:
        assert session.scalars(select(Attempt.at)).one() == NOW


def test_a_time_without_its_zone_is_refused(sessions):
    with pytest.raises(StatementError, match="zone"), sessions.begin() as session:
        session.add(Attempt(key="k", at=datetime(2026, 1, 1)))


def test_times_are_compared_as_moments(sessions):
    with sessions.begin() as session:
        session.add(Attempt(key="k", at=NOW))
        session.flush()
        earlier = NOW.astimezone(timezone.utc) - timedelta(seconds=1)
        assert session.scalar(select(func.count()).where(Attempt.at > earlier)) == 1
        assert session.scalar(select(func.count()).where(Attempt.at > NOW)) == 0


def test_deleting_a_ticket_takes_everything_of_it_along(sessions):
    file_ticket(sessions, evidence=(some_evidence(),))
    with sessions.begin() as session:
        session.delete(session.scalars(select(Ticket)).one())
    with sessions.begin() as session:
        for table in (TicketEvent, TicketEvidence, TicketClock):
            assert session.scalar(select(func.count()).select_from(table)) == 0


def test_a_history_without_its_ticket_is_refused(sessions):
    with pytest.raises(IntegrityError), sessions.begin() as session:
        event = {"at": NOW, "step": "x", "status_to": "x", "role": "x", "payload": {}}
        session.add(TicketEvent(ticket_id=4711, **event))
