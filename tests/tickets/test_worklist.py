"""Lists for the desk, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import CLERK, NOW, an_office, file_ticket, staff
from xiaobao.tickets import service, worklist
from xiaobao.tickets.errors import NotFound

TODAY = NOW.date()


def test_what_runs_out_first_comes_first_then_the_newest(sessions: sessionmaker[Session]) -> None:
    new = [file_ticket(sessions) for _ in range(2)]
    old = file_ticket(sessions, now=NOW - timedelta(days=10))
    nothing_due = file_ticket(sessions, ticket_kind="suggestion")
    with sessions.begin() as session:
        page = worklist.page(session, today=TODAY)
    assert [row.ticket.number for row in page.rows] == [old, new[1], new[0], nothing_due]
    assert page.rows[0].clock and page.rows[0].clock.name == "accept" and page.rows[-1].clock is None


def test_pages_show_every_ticket_once(sessions: sessionmaker[Session]) -> None:
    filed = {
        file_ticket(sessions, ticket_kind=kind, now=NOW - timedelta(days=day))
        for kind in ("complaint", "suggestion")
        for day in range(4)
    }
    seen: list[str] = []
    after = None
    with sessions.begin() as session:
        for _ in range(3):
            page = worklist.page(session, today=TODAY, limit=3, after=after)
            seen += [row.ticket.number for row in page.rows]
            after = page.next
    assert after is None and len(seen) == len(filed) and set(seen) == filed


def test_an_unknown_cursor_is_not_found(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session, pytest.raises(NotFound):
        worklist.page(session, today=TODAY, after="XB20260101-000001")


def test_filters(sessions: sessionmaker[Session]) -> None:
    kettle = file_ticket(sessions, now=NOW - timedelta(days=30))
    noodles = file_ticket(sessions, merchant="100%好_面馆", ticket_kind="report")
    refused = file_ticket(sessions, contact_phone="13900000000")
    with sessions.begin() as session:
        handler = staff(session)
        service.assign(session, noodles, actor=CLERK, now=NOW, department="一科", handler=handler.account_id)
        service.reject(session, refused, actor=CLERK, now=NOW, office=an_office(), ground="N1")

        def found(**filters: object) -> set[str]:
            return {row.ticket.number for row in worklist.page(session, today=TODAY, **filters).rows}  # type: ignore[arg-type]

        assert found() == {kettle, noodles, refused}
        assert found(status=worklist.ANY_OPEN) == {kettle, noodles}
        assert found(status="rejected") == {refused}
        assert found(kind="report") == found(text="100%") == found(text="好_") == {noodles}
        assert found(text="13900000000") == {refused} and found(text="1390000") == set()
        assert found(assignee=handler.account_id) == {noodles}
        assert found(overdue=True) == {kettle}


def test_alarms_count_tickets_not_clocks(sessions: sessionmaker[Session]) -> None:
    file_ticket(sessions, now=NOW - timedelta(days=30))
    file_ticket(sessions, now=NOW - timedelta(days=7))
    file_ticket(sessions)
    with sessions.begin() as session:
        assert worklist.alarms(session, TODAY) == worklist.Alarms(overdue=1, soon=1)
        assert worklist.alarms(session, TODAY, assignee=1) == worklist.Alarms(0, 0)
