"""A period that ran out is noted once."""

from __future__ import annotations

import threading
from datetime import timedelta

from sqlalchemy import select

from tests.factories import NOW, REFERENCE, SUPERVISOR, an_office, file_ticket
from xiaobao.tickets import reference as references
from xiaobao.tickets import reminders, service
from xiaobao.tickets.tables import Audit
from xiaobao.worker import clocks

REFERENCES = references.load(REFERENCE)


def note(sessions, now):
    """Numbers of the tickets that were noted as overdue now."""
    before = len(rows(sessions))
    clocks.remind(sessions, REFERENCES, lambda: now)
    return [row.subject.partition("/")[0] for row in rows(sessions)[before:]]


def rows(sessions):
    with sessions.begin() as session:
        return list(session.scalars(select(Audit).where(Audit.action == reminders.OVERDUE)))


def test_a_clock_that_ran_out_is_noted_once_with_its_law(sessions):
    number = file_ticket(sessions)
    assert note(sessions, NOW) == []
    late = NOW + timedelta(days=60)
    assert note(sessions, late) == [number]
    assert note(sessions, late + timedelta(days=1)) == []
    (row,) = rows(sessions)
    assert row.role == "system"
    assert row.subject.startswith(number + "/")
    assert "第十五条" in row.payload["law"]


def test_a_clock_that_was_met_in_time_is_not_noted(sessions):
    number = file_ticket(sessions)
    with sessions.begin() as session:
        service.reject(
            session, number, actor=SUPERVISOR, now=NOW + timedelta(days=1), ground=_a_ground(), office=an_office()
        )
    assert note(sessions, NOW + timedelta(days=60)) == []


def test_two_workers_note_it_once(sessions):
    for _ in range(5):
        file_ticket(sessions)
    late = NOW + timedelta(days=60)
    workers = [threading.Thread(target=note, args=(sessions, late)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    note(sessions, late)
    assert len(rows(sessions)) == 5


def _a_ground() -> str:
    lines = (REFERENCE / "grounds.csv").read_text(encoding="utf-8-sig").splitlines()
    return lines[2].split(",")[0]  # the first one asks where to go instead
