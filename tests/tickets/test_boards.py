"""The supervisor's figures."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session, sessionmaker

from tests.factories import CLERK, NOW, file_ticket, staff
from xiaobao.tickets import boards, service
from xiaobao.tickets.workflow import Kind

TODAY = NOW.date()


def test_overdue_stuck_unassigned_and_who_carries_what(sessions: sessionmaker[Session]) -> None:
    file_ticket(sessions, now=NOW - timedelta(days=60))  # overdue and stuck
    file_ticket(sessions, ticket_kind="suggestion", now=NOW - timedelta(days=8))  # stuck
    mine = file_ticket(sessions, ticket_kind="report", now=NOW - timedelta(days=60))
    file_ticket(sessions, ticket_kind=Kind.DISTRESS, now=NOW - timedelta(days=60))
    with sessions.begin() as session:
        wang = staff(session)
        service.assign(session, mine, actor=CLERK, now=NOW, department="一科", handler=wang.account_id)
    with sessions.begin() as session:
        watch = boards.watch(session, TODAY, NOW)
    assert (watch.overdue, watch.stuck, watch.unassigned, watch.open) == (2, 2, 2, 3)
    assert watch.loads == [boards.Load(wang.account_id or 0, "王承办", None, 1, 1, False)]


def test_an_empty_office_has_nothing_to_watch(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        assert boards.watch(session, TODAY, NOW) == boards.Watch(0, 0, 0, 0, [])
