"""Reading the audit."""

from __future__ import annotations

from sqlalchemy.orm import Session, sessionmaker

from tests.factories import CLERK, NOW
from xiaobao.tickets import audits, service


def test_rows_come_newest_first_in_pages_of_one_subject_or_all(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        for number in range(5):
            service.audit(session, actor=CLERK, action="look", subject=f"T{number % 2}", now=NOW, payload={"n": number})
        first = audits.page(session, limit=3)
        assert [row.payload["n"] for row in first.rows] == [4, 3, 2]
        last = audits.page(session, limit=3, before=first.next)
        assert [row.payload["n"] for row in last.rows] == [1, 0] and last.next is None
        assert [row.payload["n"] for row in audits.page(session, subject="T1").rows] == [3, 1]
