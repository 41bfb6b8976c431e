"""From a file to batches: each is one bounded transaction of the caller, good rows and faults in the order of the file."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Generic, TypeVar

from sqlalchemy.orm import Session, sessionmaker

from xiaobao.imports import columns, sheets, tickets
from xiaobao.imports.columns import Header, Names
from xiaobao.imports.outcomes import Outcome
from xiaobao.imports.sheets import FileProblem, Line
from xiaobao.tickets.office import Office

AT_ONCE = 40  # rows in a transaction: others wait for it, about half a second
LOOKED_AT_ONCE = 1000  # rows that are only looked at
PAUSE_SECONDS = 0.25  # SQLite lets a waiting process ask again every 0.1 s; without it nobody else would write
Entry = TypeVar("Entry")
Seen = dict[str, tuple[str, tuple[Any, ...]]]  # what the lines before said, by draft


class Sheet(Generic[Entry]):
    """A file whose header was understood."""

    def __init__(self, path: Path, names: Names, sheet: str) -> None:
        """Raises FileProblem."""
        self._lines = sheets.lines(path)
        first = next(self._lines, None)
        if first is None:
            raise FileProblem("empty")
        self.header: Header = columns.header(names, sheet, first.cells)

    def batches(
        self, read: Callable[[Line, Header], Entry | Outcome], after: int = 0, size: int = AT_ONCE
    ) -> Iterator[list[Entry | Outcome]]:
        """Rows behind line `after`, some at a time. Raises FileProblem on the way."""
        waiting = (line for line in self._lines if line.number > after)
        while chunk := list(itertools.islice(waiting, size)):
            yield [read(line, self.header) for line in chunk]


def in_order(batch: Sequence[Entry | Outcome], done: Sequence[Outcome]) -> list[Outcome]:
    """What was wrong from the start and what was worked, by line."""
    return sorted([*(one for one in batch if isinstance(one, Outcome)), *done], key=lambda one: one.line)


def ticket_batches(
    path: Path, names: Names, office: Office, now: datetime, after: int = 0
) -> Iterator[list[tickets.Entry | Outcome]]:
    """Rows of a register. Raises FileProblem."""
    sheet: Sheet[tickets.Entry] = Sheet(path, names, "tickets")
    yield from ticket_rows(sheet, names, office, now, after)


def ticket_rows(
    sheet: Sheet[tickets.Entry], names: Names, office: Office, now: datetime, after: int = 0, size: int = AT_ONCE
) -> Iterator[list[tickets.Entry | Outcome]]:
    """The same of a file that is open."""
    yield from sheet.batches(lambda line, header: tickets.read(line, header, names, office, now), after, size)


def work(
    sessions: sessionmaker[Session], batch: Sequence[tickets.Entry | Outcome], office: Office, seen: Seen | None = None
) -> list[Outcome]:
    """File a batch in a transaction of its own; with `seen` only look what would happen."""
    with sessions.begin() as session:
        return outcomes_of(session, batch, office, seen)


def outcomes_of(
    session: Session, batch: Sequence[tickets.Entry | Outcome], office: Office, seen: Seen | None = None
) -> list[Outcome]:
    """The same in the caller's transaction."""
    entries = [one for one in batch if not isinstance(one, Outcome)]
    done = tickets.check(session, entries, seen) if seen is not None else tickets.file(session, entries, office)
    return in_order(batch, done)
