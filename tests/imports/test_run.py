"""Batches of a file: bounded transactions, faults in the middle, a run that was cut off."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import NOW, REFERENCE, an_office
from xiaobao.imports import columns, run
from xiaobao.imports.outcomes import GOOD, KNOWN, WRONG
from xiaobao.imports.sheets import FileProblem
from xiaobao.tickets.tables import Ticket

NAMES, OFFICE = columns.load(REFERENCE), an_office()
FAULTY = {57, 120, 121, 199}


def register(tmp_path: Path, rows: int = 250) -> Path:
    """A register with faults in the middle; line n holds the matter n."""
    lines = ["编号,日期,内容,金额"]
    for n in range(2, rows + 2):
        lines.append(f"A{n},2026-11-02,买的东西第{n}件坏了,{'abc' if n in FAULTY else n}")
    path = tmp_path / "register.csv"
    path.write_text("\n".join(lines), encoding="gb18030")
    return path


def worked(sessions: sessionmaker[Session], path: Path, stop: int | None = None, after: int = 0) -> dict[int, str]:
    found = {}
    for turn, batch in enumerate(run.ticket_batches(path, NAMES, OFFICE, NOW, after)):
        if turn == stop:
            break
        assert len(batch) <= run.AT_ONCE
        found.update({one.line: one.outcome for one in run.work(sessions, batch, OFFICE)})
    return found


def count(sessions: sessionmaker[Session]) -> int:
    with sessions.begin() as session:
        return session.scalar(select(func.count()).select_from(Ticket)) or 0


def test_good_rows_go_in_and_faults_are_told_by_line(sessions: sessionmaker[Session], tmp_path: Path) -> None:
    found = worked(sessions, register(tmp_path))
    assert {line for line, outcome in found.items() if outcome == WRONG} == FAULTY
    assert list(found) == list(range(2, 252)) and count(sessions) == 250 - len(FAULTY)


def test_a_run_that_was_cut_off_is_simply_run_again(sessions: sessionmaker[Session], tmp_path: Path) -> None:
    path = register(tmp_path)
    first = worked(sessions, path, stop=1)
    assert len(first) == run.AT_ONCE
    again = worked(sessions, path)
    assert {line for line, outcome in again.items() if outcome == KNOWN} == set(first) - FAULTY
    assert count(sessions) == 250 - len(FAULTY)
    assert GOOD not in worked(sessions, path).values()


def test_it_goes_on_behind_a_line(sessions: sessionmaker[Session], tmp_path: Path) -> None:
    assert list(worked(sessions, register(tmp_path), after=200)) == list(range(201, 252))


def test_a_file_that_breaks_on_the_way_keeps_what_was_filed(sessions: sessionmaker[Session], tmp_path: Path) -> None:
    path = register(tmp_path)
    path.write_bytes(path.read_bytes() + b'\nA999,"' + b"x" * 200_000)
    with pytest.raises(FileProblem, match="broken_csv: 252"):
        worked(sessions, path)
    whole = 250 // run.AT_ONCE * run.AT_ONCE  # the batch that broke is not filed
    assert count(sessions) == whole - len([line for line in FAULTY if line <= whole + 1])


def test_a_look_files_nothing(sessions: sessionmaker[Session], tmp_path: Path) -> None:
    seen: run.Seen = {}
    outcomes = []
    for batch in run.ticket_batches(register(tmp_path), NAMES, OFFICE, NOW):
        outcomes += run.work(sessions, batch, OFFICE, seen)
    assert count(sessions) == 0 and {one.line for one in outcomes if one.outcome == WRONG} == FAULTY
