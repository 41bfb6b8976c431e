"""Erasing a citizen: every row, file, index entry, Rasa's record, and what free pages and write-ahead logs still hold.

One wish is one row (conversations/erasures.py). Rows of all rooms go in one transaction; the wish stays until the rest
is gone too, so a crash at any point is made good by the next run. 个人信息保护法 art. 47.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from xiaobao import database
from xiaobao.conversations import copies, erasures
from xiaobao.conversations.tables import Upload
from xiaobao.documents.archive import FOLDER as ARCHIVES
from xiaobao.documents.tables import Archive
from xiaobao.tickets import erasing
from xiaobao.tickets.office import Office
from xiaobao.tickets.tables import Ticket, TicketEvidence
from xiaobao.worker import retention

LARGE = 128 * 1024 * 1024  # bytes: a second or two of writing


@dataclass(frozen=True)
class Places:
    """Where a citizen's words lie."""

    sessions: sessionmaker[Session]
    engine: sa.Engine
    tracker: sa.Engine
    evidence_dir: Path
    data_dir: Path

    @property
    def engines(self) -> list[sa.Engine]:
        """The databases, each once."""
        return [self.engine] if self.tracker.url == self.engine.url else [self.engine, self.tracker]


def erase_waiting(
    places: Places, office: Callable[[Session], Office], clock: Callable[[], datetime], at_night: bool = False
) -> int:
    """Carry out every wish that is due, and drop copies that were not fetched; returns how many wishes are done altogether.

    Rewriting a large SQLite file holds up whoever writes for seconds: by day the rows go, the rest `at_night`.
    """
    now = clock()
    with places.sessions.begin() as session:
        copies.forget(session, now)
        waiting = erasures.due(session, now)
    gone = [erasure_id for erasure_id in waiting if _rows(places, office, erasure_id, now)]
    too_large = not at_night and any(database.file_bytes(engine) > LARGE for engine in places.engines)
    if not gone or too_large or not scrub(places):
        return 0
    with places.sessions.begin() as session:
        session.execute(sa.delete(erasures.Erasure).where(erasures.Erasure.id.in_(gone)))
    return len(gone)


def erase_run_out(places: Places, office: Callable[[Session], Office], clock: Callable[[], datetime]) -> int:
    """Erase every ticket whose period is over; returns how many."""
    count = 0
    while True:
        with places.sessions.begin() as session:
            now = clock()
            over = erasing.run_out(session, office(session).keep_days, now)
            for ticket in over:
                _erase_ticket(places, session, ticket, erasing.PERIOD, now)
        count += len(over)
        if len(over) < erasing.AT_ONCE:
            break
    if count:
        scrub(places)
    return count


def scrub(places: Places) -> bool:
    """Nothing deleted is left in any database file; False when somebody is in the way: the next run goes on."""
    return all([database.scrub(engine) for engine in places.engines])


def _rows(places: Places, office: Callable[[Session], Office], erasure_id: str, now: datetime) -> bool:
    """One transaction over all rooms, then Rasa's record; False when a turn is running or another worker has it."""
    with places.sessions.begin() as session:
        wish = erasures.taken(session, erasure_id)
        if wish is None or (wish.rows_at is None and not erasures.may_go(session, wish, now)):
            return False
        conversation_id = wish.conversation_id
        if wish.rows_at is None:
            _everything(places, session, wish, office(session).keep_days, now)
            wish.rows_at, wish.tickets = now, []
    retention.forget_sender(places.tracker, conversation_id)
    return True


def _everything(places: Places, session: Session, wish: erasures.Erasure, days: int, now: datetime) -> None:
    kept = erased = 0
    for ticket in erasing.of_citizen(session, wish.conversation_id, wish.tickets):
        # The story was told on the device before; the next run takes that conversation.
        for former in erasing.left_behind(session, ticket):
            erasures.ask(session, former, wish.asked_at)
        if erasing.kept_until(ticket, days) < now:
            _erase_ticket(places, session, ticket, erasing.ASKED, now)
            erased += 1
        else:
            erasing.stop_use(session, ticket, now)
            erasures.keep_bare(session, ticket.number)
            kept += 1
    said = erasures.erase(session, wish.conversation_id)
    erasing.forget_traces(session, wish.conversation_id, said.said)
    files = _remove(places, session, said.paths)
    counts = {"messages": said.messages, "files": files, "tickets": erased, "kept": kept}
    erasing.note(session, erasing.ERASED, wish.id, now, why=erasing.ASKED, **counts)


def _erase_ticket(places: Places, session: Session, ticket: Ticket, why: str, now: datetime) -> None:
    number = ticket.number
    paths = [*erasing.erase(session, ticket, why, now), *erasures.erase_filed(session, number)]
    package = session.scalar(sa.select(Archive).where(Archive.ticket_number == number))
    if package is not None:
        retention.unlink(places.data_dir / ARCHIVES, package.path)
        session.delete(package)
    _remove(places, session, paths)


def _remove(places: Places, session: Session, paths: Iterable[str]) -> int:
    """Take files from the disk that no row knows any more. Before the commit: a crash leaves rows that are tried again."""
    session.flush()
    count = 0
    for path in set(paths):
        known = session.scalar(sa.select(sa.exists().where(TicketEvidence.path == path)))
        known = known or session.scalar(sa.select(sa.exists().where(Upload.path == path)))
        count += not known and retention.unlink(places.evidence_dir, path)
    return count
