"""Files that were handed in at the desk: looked through first, then, when somebody says so, imported.

Registers are worked by the worker, batch by batch: outcome, counts and place in the file are written in the transaction
that files the rows, so a worker that was killed goes on behind the last batch. A lease keeps two workers apart.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.orm import Session, sessionmaker

from xiaobao.imports import run
from xiaobao.imports.columns import Names
from xiaobao.imports.outcomes import GOOD, KNOWN, WRONG, Outcome
from xiaobao.imports.sheets import FileProblem
from xiaobao.imports.tables import ImportJob, ImportLine
from xiaobao.imports.tickets import Entry
from xiaobao.tickets import service
from xiaobao.tickets.errors import NotFound
from xiaobao.tickets.filing import Actor
from xiaobao.tickets.office import Office
from xiaobao.tickets.workflow import Role

CHECKING, CHECKED, IMPORTING, DONE, BROKEN = "checking", "checked", "importing", "done", "broken"
STATES = (CHECKING, CHECKED, IMPORTING, DONE, BROKEN)
FOLDER = "imports"  # in the data directory
LEASE = timedelta(seconds=60)
FILE_KEPT = timedelta(days=7)  # personal data of a file that nobody imports
JOB_KEPT = timedelta(days=90)
MOST_SHOWN = 20  # jobs
LINES_AT_A_TIME = 1000


@dataclass(frozen=True)
class JobView:
    """A job as the desk shows it; `problem` None: the file can be read."""

    id: int
    sheet: str
    filename: str
    state: str
    actor_name: str | None
    at: datetime
    line: int
    good: int
    known: int
    wrong: int
    unused: tuple[str, ...]
    problem: FileProblem | None

    @property
    def dry(self) -> bool:
        """Whether the lines tell what would happen, not what happened."""
        return self.state in (CHECKING, CHECKED)

    @property
    def runs(self) -> bool:
        return self.state in (CHECKING, IMPORTING)


def hand_in(session: Session, *, sheet: str, filename: str, digest: str, actor: Actor, now: datetime) -> int:
    """A new job, to be looked through; its file belongs to `path_of`."""
    job = ImportJob(
        sheet=sheet,
        filename=filename[:200],
        digest=digest,
        state=CHECKING,
        account_id=actor.account_id,
        role=str(actor.role),
        actor_name=actor.name,
        at=now,
    )
    session.add(job)
    session.flush()
    return job.id


def path_of(data_dir: Path, job_id: int) -> Path:
    """Where the file of a job lies."""
    return data_dir / FOLDER / f"{job_id}.upload"


def get(session: Session, job_id: int) -> JobView:
    """Raises NotFound."""
    job = session.get(ImportJob, job_id)
    if job is None:
        raise NotFound(f"import {job_id}")
    return _view(job)


def newest(session: Session, sheets: Sequence[str]) -> list[JobView]:
    """The last jobs of these sheets."""
    statement = select(ImportJob).where(ImportJob.sheet.in_(sheets)).order_by(ImportJob.id.desc()).limit(MOST_SHOWN)
    return [_view(job) for job in session.scalars(statement)]


def lines(session: Session, job_id: int, *, outcome: str | None = None, after: int = 0, limit: int) -> list[Outcome]:
    """What became of the lines behind line `after`."""
    where = [
        ImportLine.job_id == job_id,
        ImportLine.line > after,
        *([ImportLine.outcome == outcome] if outcome else []),
    ]
    rows = session.scalars(select(ImportLine).where(*where).order_by(ImportLine.line).limit(limit))
    return [
        Outcome(row.line, row.outcome, row.key, row.result, tuple((str(a), str(b)) for a, b in row.faults))
        for row in rows
    ]


def every_line(sessions: sessionmaker[Session], job_id: int) -> Iterator[Outcome]:
    """All of them, some at a time, each time in a session of its own."""
    after = 0
    while True:
        with sessions() as session:
            found = lines(session, job_id, after=after, limit=LINES_AT_A_TIME)
        yield from found
        if len(found) < LINES_AT_A_TIME:
            return
        after = found[-1].line


def start(session: Session, job_id: int) -> bool:
    """Let a job that was looked through be imported. False when it was already, or nothing of it can be. Raises NotFound."""
    job = session.get(ImportJob, job_id, with_for_update=True, populate_existing=True)
    if job is None:
        raise NotFound(f"import {job_id}")
    if job.state != CHECKED or not job.good:
        return False
    _begin_anew(session, job)
    job.state = IMPORTING
    session.flush()
    return True


def write(session: Session, job_id: int, done: Sequence[Outcome], state: str, now: datetime) -> None:
    """What became of all lines of a small job, and its end."""
    job = session.get_one(ImportJob, job_id)
    _begin_anew(session, job)
    _add(session, job, done)
    _finish(session, job, state, now)


def fail(session: Session, job_id: int, problem: FileProblem, now: datetime) -> None:
    """Nothing more of the file can be read; what was filed stays."""
    job = session.get_one(ImportJob, job_id)
    job.problem = {"code": problem.code, "detail": problem.detail}
    _finish(session, job, BROKEN, now)


def work(
    sessions: sessionmaker[Session],
    office: Callable[[Session], Office],
    names: Names,
    data_dir: Path,
    clock: Callable[[], datetime],
    stopped: Callable[[], bool] = lambda: False,
) -> int:
    """Work all registers that wait, until stopped; returns how many were brought to an end."""
    ended = 0
    while not stopped() and (leased := _lease(sessions, office, clock())) is not None:
        job, where = leased
        ended += _work_one(sessions, job, where, names, path_of(data_dir, job.id), clock, stopped)
    return ended


def forget(sessions: sessionmaker[Session], data_dir: Path, now: datetime) -> None:
    """Files that nobody imported within a week, and old jobs."""
    with sessions.begin() as session:
        waiting = (ImportJob.state.in_((CHECKED, BROKEN)), ImportJob.at < now - FILE_KEPT)
        for job in session.scalars(select(ImportJob).where(*waiting)):
            path_of(data_dir, job.id).unlink(missing_ok=True)
            if job.state == CHECKED:
                job.state, job.problem = BROKEN, {"code": "gone", "detail": ""}
        session.execute(delete(ImportJob).where(ImportJob.at < now - JOB_KEPT, ImportJob.state.in_((DONE, BROKEN))))


def _lease(
    sessions: sessionmaker[Session], office: Callable[[Session], Office], now: datetime
) -> tuple[JobView, Office] | None:
    with sessions.begin() as session:
        free = or_(ImportJob.leased_until.is_(None), ImportJob.leased_until < now)
        statement = select(ImportJob).where(
            ImportJob.state.in_((CHECKING, IMPORTING)), ImportJob.sheet == "tickets", free
        )
        job = session.scalars(statement.order_by(ImportJob.id).limit(1).with_for_update(skip_locked=True)).first()
        if job is None:
            return None
        if job.state == CHECKING:  # what the lines before said is in no table
            _begin_anew(session, job)
        job.leased_until = now + LEASE
        return _view(job), office(session)


def _work_one(
    sessions: sessionmaker[Session],
    job: JobView,
    office: Office,
    names: Names,
    path: Path,
    clock: Callable[[], datetime],
    stopped: Callable[[], bool],
) -> int:
    """1 when the job is over, 0 when it was left to somebody else or to the next start."""
    seen: run.Seen | None = {} if job.state == CHECKING else None
    line, pause, size = job.line, _pause(sessions), run.AT_ONCE if seen is None else run.LOOKED_AT_ONCE
    try:
        if not path.is_file():
            raise FileProblem("gone")
        sheet: run.Sheet[Entry] = run.Sheet(path, names, "tickets")
        for batch in run.ticket_rows(sheet, names, office, clock(), line, size):
            if stopped():
                _let_go(sessions, job)
                return 0
            found = _batch(sessions, job, line, batch, office, seen, clock())
            if found is None:
                return 0
            line = found
            time.sleep(pause)
    except FileProblem as problem:
        with sessions.begin() as session:
            fail(session, job.id, problem, clock())
        return 1
    with sessions.begin() as session:
        row = session.get_one(ImportJob, job.id)
        row.unused = list(sheet.header.unused)
        _finish(session, row, CHECKED if seen is not None else DONE, clock())
    if seen is None:
        path.unlink(missing_ok=True)
    return 1


def _batch(
    sessions: sessionmaker[Session],
    job: JobView,
    line: int,
    batch: Sequence[Entry | Outcome],
    office: Office,
    seen: run.Seen | None,
    now: datetime,
) -> int | None:
    """The last line of the batch; None when the job is somewhere else by now."""
    with sessions.begin() as session:
        row = session.get(ImportJob, job.id, with_for_update=True)
        if row is None or (row.state, row.line) != (job.state, line):
            return None
        _add(session, row, run.outcomes_of(session, batch, office, seen))
        row.leased_until = now + LEASE
        return row.line


def _add(session: Session, job: ImportJob, done: Sequence[Outcome]) -> None:
    if not done:
        return
    rows = [
        {
            "job_id": job.id,
            "line": one.line,
            "outcome": one.outcome,
            "key": one.key,
            "result": one.result,
            "faults": [list(fault) for fault in one.faults],
        }
        for one in done
    ]
    session.execute(insert(ImportLine), rows)
    counts = Counter(one.outcome for one in done)
    job.line = done[-1].line
    job.good, job.known, job.wrong = job.good + counts[GOOD], job.known + counts[KNOWN], job.wrong + counts[WRONG]


def _begin_anew(session: Session, job: ImportJob) -> None:
    session.execute(delete(ImportLine).where(ImportLine.job_id == job.id))
    job.line = job.good = job.known = job.wrong = 0


def _finish(session: Session, job: ImportJob, state: str, now: datetime) -> None:
    before, job.state, job.ended_at, job.leased_until = job.state, state, now, None
    if before == IMPORTING or state == DONE:
        counts = {"file": job.digest, "good": job.good, "known": job.known, "wrong": job.wrong, "state": state}
        role = next(one for one in Role if one == job.role)
        actor = Actor(role, job.account_id, job.actor_name)
        service.audit(session, actor=actor, action=f"import_{job.sheet}", subject=str(job.id), now=now, payload=counts)
    session.flush()


def _let_go(sessions: sessionmaker[Session], job: JobView) -> None:
    with sessions.begin() as session:
        session.get_one(ImportJob, job.id).leased_until = None


def _pause(sessions: sessionmaker[Session]) -> float:
    """Time for other writers, who on SQLite ask again only now and then."""
    with sessions() as session:
        return run.PAUSE_SECONDS if session.get_bind().dialect.name == "sqlite" else 0.0


def _view(job: ImportJob) -> JobView:
    told = job.problem
    return JobView(
        id=job.id,
        sheet=job.sheet,
        filename=job.filename,
        state=job.state,
        actor_name=job.actor_name,
        at=job.at,
        line=job.line,
        good=job.good,
        known=job.known,
        wrong=job.wrong,
        unused=tuple(job.unused),
        problem=FileProblem(told["code"], told["detail"]) if told else None,
    )
