"""Imports handed in at the desk: looked through, imported, cut off, taken on, forgotten; on both databases."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import NOW, REFERENCE, SUPERVISOR, an_office
from tests.imports.test_run import FAULTY, count, register
from xiaobao.imports import columns, jobs, run
from xiaobao.imports.tables import ImportJob, ImportLine
from xiaobao.tickets.errors import NotFound
from xiaobao.tickets.tables import Audit

NAMES, GOOD = columns.load(REFERENCE), 250 - len(FAULTY)


def handed_in(sessions: sessionmaker[Session], tmp_path: Path, content: bytes | None = None) -> int:
    content = register(tmp_path).read_bytes() if content is None else content
    with sessions.begin() as session:
        job = jobs.hand_in(session, sheet="tickets", filename="a.csv", digest="d", actor=SUPERVISOR, now=NOW)
    path = jobs.path_of(tmp_path, job)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return job


def work(
    sessions: sessionmaker[Session], tmp_path: Path, turns: int | None = None, later: timedelta | None = None
) -> int:
    """Let a worker work, all of it or so many batches."""
    left = iter(range(10**9 if turns is None else turns + 1))  # asked once before a job is taken
    return jobs.work(
        sessions, lambda session: an_office(), NAMES, tmp_path, lambda: NOW + (later or timedelta()),
        lambda: next(left, None) is None,
    )  # fmt: skip


def view(sessions: sessionmaker[Session], job: int) -> jobs.JobView:
    with sessions() as session:
        return jobs.get(session, job)


def begin(sessions: sessionmaker[Session], job: int) -> bool:
    with sessions.begin() as session:
        return jobs.start(session, job)


def test_a_file_is_looked_through_and_imported_only_when_somebody_says_so(
    sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    job = handed_in(sessions, tmp_path)
    assert not begin(sessions, job)  # nobody looked yet
    assert work(sessions, tmp_path) == 1
    looked = view(sessions, job)
    assert (looked.state, looked.good, looked.wrong, count(sessions)) == ("checked", GOOD, len(FAULTY), 0)
    assert work(sessions, tmp_path) == 0
    assert begin(sessions, job) and not begin(sessions, job)
    assert work(sessions, tmp_path) == 1
    done = view(sessions, job)
    assert (done.state, done.good, done.wrong, count(sessions)) == ("done", GOOD, len(FAULTY), GOOD)
    assert not jobs.path_of(tmp_path, job).exists()
    told = list(jobs.every_line(sessions, job))
    assert [one.line for one in told] == list(range(2, 252))
    assert {one.line for one in told if one.outcome == "wrong"} == FAULTY
    assert all(one.result for one in told if one.outcome == "good")
    with sessions() as session:
        (audit,) = session.scalars(select(Audit))
        assert (audit.action, audit.actor_name, audit.payload["good"]) == ("import_tickets", "周督办", GOOD)


def test_a_run_that_stopped_goes_on_behind_its_last_batch(sessions: sessionmaker[Session], tmp_path: Path) -> None:
    job = handed_in(sessions, tmp_path)
    work(sessions, tmp_path)
    begin(sessions, job)
    assert work(sessions, tmp_path, turns=1) == 0
    half = view(sessions, job)
    assert half.state == "importing" and half.line == run.AT_ONCE + 1 and count(sessions) == half.good
    assert work(sessions, tmp_path) == 1
    done = view(sessions, job)
    assert (done.state, done.good, done.known, count(sessions)) == ("done", GOOD, 0, GOOD)


def test_a_killed_worker_keeps_its_job_for_a_minute_and_no_longer(
    sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    job = handed_in(sessions, tmp_path)
    work(sessions, tmp_path)
    begin(sessions, job)
    with sessions.begin() as session:
        session.get_one(ImportJob, job).leased_until = NOW + jobs.LEASE
    assert work(sessions, tmp_path) == 0 and count(sessions) == 0
    assert work(sessions, tmp_path, later=timedelta(minutes=2)) == 1 and count(sessions) == GOOD


def test_whoever_lost_the_job_on_the_way_files_nothing_twice(sessions: sessionmaker[Session], tmp_path: Path) -> None:
    job = handed_in(sessions, tmp_path)
    work(sessions, tmp_path)
    begin(sessions, job)
    asked = []

    def other() -> bool:
        """After the first batch another worker, for whom the lease ran out, does the second one and is stopped."""
        asked.append(1)
        if len(asked) == 3:
            work(sessions, tmp_path, turns=1, later=timedelta(minutes=2))
        return False

    # The first one sees that it lost its place, takes the job anew and goes on behind the second.
    assert jobs.work(sessions, lambda session: an_office(), NAMES, tmp_path, lambda: NOW, other) == 1
    done = view(sessions, job)
    assert (done.good, done.known, done.wrong) == (GOOD, 0, len(FAULTY)) and count(sessions) == GOOD


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("编号,内容\n1,x\n".encode(), "column_missing"),
        (b"\xff\xd8\xff", "not_text"),
        (b"\xd0\xcf\x11\xe0xxxx", "old_excel"),
    ],
)
def test_what_cannot_be_read_is_said(
    sessions: sessionmaker[Session], tmp_path: Path, content: bytes, code: str
) -> None:
    job = handed_in(sessions, tmp_path, content)
    assert work(sessions, tmp_path) == 1
    found = view(sessions, job)
    assert found.state == "broken" and found.problem and found.problem.code == code
    assert not begin(sessions, job)


def test_a_file_that_is_gone_and_a_job_that_is_none(sessions: sessionmaker[Session], tmp_path: Path) -> None:
    job = handed_in(sessions, tmp_path)
    jobs.path_of(tmp_path, job).unlink()
    work(sessions, tmp_path)
    found = view(sessions, job)
    assert found.problem and found.problem.code == "gone"
    with sessions() as session, pytest.raises(NotFound):
        jobs.get(session, 999)


def test_files_go_after_a_week_and_jobs_after_three_months(sessions: sessionmaker[Session], tmp_path: Path) -> None:
    job = handed_in(sessions, tmp_path)
    work(sessions, tmp_path)
    jobs.forget(sessions, tmp_path, NOW + timedelta(days=6))
    assert jobs.path_of(tmp_path, job).exists() and view(sessions, job).state == "checked"
    jobs.forget(sessions, tmp_path, NOW + timedelta(days=8))
    assert not jobs.path_of(tmp_path, job).exists() and not begin(sessions, job)
    jobs.forget(sessions, tmp_path, NOW + timedelta(days=91))
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(ImportLine)) == 0
        assert jobs.newest(session, ("tickets",)) == []
