"""Lists for the desk, on both databases."""

from __future__ import annotations

import shutil
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import CLERK, NOW, an_office, file_ticket, staff
from xiaobao import database
from xiaobao.tickets import service, worklist
from xiaobao.tickets.errors import InvalidField
from xiaobao.tickets.tables import Ticket
from xiaobao.tickets.workflow import Kind

TODAY = NOW.date()
MANY_TICKETS = {
    "id": "n",
    "number": "printf('XB20261124-%06d', n)",
    "draft_id": "'d' || n",
    "status": "CASE WHEN n % 10 < 8 THEN 'closed' ELSE 'submitted' END",
    "is_open": "n % 10 >= 8",
    "next_late": "CASE WHEN n % 10 < 8 THEN '9999-12-31' ELSE one.next_late END",
    "next_due": "CASE WHEN n % 10 < 8 THEN '9999-12-31' ELSE one.next_due END",
}
MANY_CLOCKS = {"id": "n", "ticket_id": "n", "state": "CASE WHEN n % 10 < 8 THEN 'met' ELSE 'running' END"}


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


@pytest.mark.parametrize(
    "after", ["XB20260101-000001", "{number}", "0.1", "ffffff.1", "1.80000000", "1.", "b4a97.1 ", "-1.1", "１.1"]
)
def test_a_cursor_that_no_page_gave_is_refused_and_looked_up_nowhere(
    sessions: sessionmaker[Session], after: str
) -> None:
    number = file_ticket(sessions)
    with sessions.begin() as session:
        for text_ in (None, "水壶"):
            with pytest.raises(InvalidField):
                worklist.page(session, today=TODAY, text=text_, after=after.format(number=number))


def test_a_cursor_stays_good_when_its_ticket_is_gone_or_moved(sessions: sessionmaker[Session]) -> None:
    old, new = file_ticket(sessions), file_ticket(sessions)
    with sessions.begin() as session:
        first = worklist.page(session, today=TODAY, limit=1)
        assert first.rows[0].ticket.number == new
        service.reject(session, new, actor=CLERK, now=NOW, office=an_office(), ground="N1", text="请找住建局")
    with sessions.begin() as session:
        rest = worklist.page(session, today=TODAY, limit=1, after=first.next, status=worklist.ANY_OPEN)
        assert [row.ticket.number for row in rest.rows] == [old]


def test_filters(sessions: sessionmaker[Session]) -> None:
    kettle = file_ticket(sessions, now=NOW - timedelta(days=30))
    noodles = file_ticket(sessions, merchant="100%好_面馆", ticket_kind="report")
    refused = file_ticket(sessions, contact_phone="13900000000")
    with sessions.begin() as session:
        handler = staff(session)
        service.assign(session, noodles, actor=CLERK, now=NOW, department="一科", handler=handler.account_id)
        service.reject(session, refused, actor=CLERK, now=NOW, office=an_office(), ground="N1", text="请找住建局")

        def found(**filters: object) -> set[str]:
            return {row.ticket.number for row in worklist.page(session, today=TODAY, **filters).rows}  # type: ignore[arg-type]

        assert found() == {kettle, noodles, refused}
        assert found(status=worklist.ANY_OPEN) == {kettle, noodles}
        assert found(status="rejected") == {refused}
        assert found(kind="report") == found(text="100%") == found(text="好_面") == {noodles}
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


@pytest.mark.slow
def test_twenty_thousand_tickets_are_counted_and_listed_quickly(tmp_path: Path, sqlite_template: Path) -> None:
    """Took 160 s when every ticket looked at every running clock; the bound is far above what it takes now."""
    shutil.copy(sqlite_template, tmp_path / "many.db")
    engine = database.make_engine(f"sqlite:///{tmp_path / 'many.db'}")
    sessions = database.make_sessions(engine)
    file_ticket(sessions)
    with engine.begin() as connection:
        for table, changes in (("tickets", MANY_TICKETS), ("ticket_clocks", MANY_CLOCKS)):
            names = [row[1] for row in connection.exec_driver_sql(f"PRAGMA table_info({table})")]
            values = ", ".join(changes.get(name, f"one.{name}") for name in names)
            connection.exec_driver_sql(
                "WITH RECURSIVE s(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM s WHERE n < 20000) "
                f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM s, (SELECT * FROM {table}) AS one"
            )
    began = time.monotonic()
    with sessions.begin() as session:
        late = TODAY + timedelta(days=60)
        assert worklist.alarms(session, late).overdue == worklist.MOST_COUNTED + 1  # told as "1000+"
        assert len(worklist.page(session, today=late, overdue=True, status=worklist.ANY_OPEN).rows) == 50
    engine.dispose()
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("filters", [
    {"status": "open"}, {"status": "closed"}, {"status": "open", "kind": "report"}, {"status": "open", "assignee": 7},
    {"status": "open", "assignee": worklist.NOBODY}, {},
])  # fmt: skip
def test_a_list_is_walked_along_an_index_and_never_sorted(
    sessions: sessionmaker[Session], filters: dict[str, object]
) -> None:
    file_ticket(sessions)
    with sessions.begin() as session:
        where = worklist.conditions(today=TODAY, distress=True, **filters)  # type: ignore[arg-type]
        statement = select(Ticket.id).where(*where).order_by(Ticket.next_due, Ticket.id.desc()).limit(51)
        plan = plan_of(session, statement)
    assert "USE TEMP B-TREE" not in plan and "Sort" not in plan, plan
    assert "INDEX ix_tickets_" in plan or "using ix_tickets_" in plan, plan


def plan_of(session: Session, statement: object) -> str:
    """How the database will go about it; PostgreSQL is told to sort only where it must."""
    sql = statement.compile(session.get_bind(), compile_kwargs={"literal_binds": True})  # type: ignore[attr-defined]
    if session.get_bind().dialect.name == "sqlite":
        return "\n".join(row[-1] for row in session.execute(text(f"EXPLAIN QUERY PLAN {sql}")))
    for way in ("seqscan", "bitmapscan", "sort"):
        session.execute(text(f"SET LOCAL enable_{way} = off"))
    return "\n".join(row[0] for row in session.execute(text(f"EXPLAIN {sql}")))


def test_somebody_in_distress_stands_above_all_that_is_due(sessions: sessionmaker[Session]) -> None:
    late = file_ticket(sessions, now=NOW - timedelta(days=60))
    cry = file_ticket(sessions, ticket_kind=Kind.DISTRESS)
    with sessions.begin() as session:
        assert [row.ticket.number for row in worklist.page(session, today=TODAY, distress=True).rows] == [cry, late]
        assert worklist.alarms(session, TODAY, distress=True) == worklist.Alarms(1, 0, 1)


def test_a_total_is_told_on_the_first_page_only_when_asked(sessions: sessionmaker[Session]) -> None:
    first, second = file_ticket(sessions), file_ticket(sessions)
    with sessions.begin() as session:
        assert worklist.page(session, today=TODAY, count=True, limit=1).total == 2
        assert worklist.page(session, today=TODAY, count=True, limit=1, text="水壶").total == 2
        assert (
            worklist.page(
                session, today=TODAY, count=True, limit=1, after=worklist.page(session, today=TODAY, limit=1).next
            ).total
            is None
        )
        top = worklist.page(session, today=TODAY, limit=1, text="水壶")
        assert top.rows[0].ticket.number == second
        assert worklist.page(session, today=TODAY, limit=1, text="水壶", after=top.next).rows[0].ticket.number == first
