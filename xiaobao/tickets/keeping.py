"""What is kept beside tickets so that no list has to work it out: next date, open or not, counts, words, merchants.

Listeners of every session that `database.make_sessions` makes: whatever step, job or import changes a ticket or a clock
through it, all this follows in the same transaction. Whoever writes by bare SQL calls `rebuild` afterwards.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, TextClause, bindparam, delete, event, inspect, select, text
from sqlalchemy.orm import Session, SessionTransaction, UOWTransaction, sessionmaker
from sqlalchemy.orm.attributes import History, get_history

from xiaobao.tickets import search_index
from xiaobao.tickets.queue_tables import MerchantKey, Tally
from xiaobao.tickets.tables import NEVER, Ticket, TicketClock
from xiaobao.tickets.workflow import OPEN, Kind

AT_ONCE = date.min  # somebody in distress: above everything
NOBODY = 0
AT_A_TIME = 1000  # rows
MOST_COUNTS = 50  # in one statement
_BEFORE = "keeping.before"  # of each ticket touched in this transaction: under which count it stood
_NAME = text(
    "INSERT INTO merchant_keys (office_id, merchant_key) VALUES (:office, :key) ON CONFLICT (office_id, merchant_key) DO NOTHING"
)
_UNNAME = text(
    "DELETE FROM merchant_keys WHERE office_id = :office AND merchant_key = :key AND NOT EXISTS "
    "(SELECT 1 FROM tickets WHERE tickets.office_id = :office AND tickets.merchant_key = :key)"
)
Key = tuple[str, str, int]


def attach(sessions: sessionmaker[Session]) -> None:
    """Let every session of this maker keep what lists need."""
    event.listen(sessions, "before_flush", _before_flush)
    event.listen(sessions, "after_flush", _after_flush)
    event.listen(sessions, "before_commit", _before_commit)
    event.listen(sessions, "after_transaction_end", _after_transaction_end)


def rebuild(connection: Connection) -> None:
    """Work out everything anew from tickets and clocks, for bulk imports."""
    rebuild_lists(connection)
    connection.execute(delete(MerchantKey))
    connection.execute(
        text(
            "INSERT INTO merchant_keys (office_id, merchant_key) "
            "SELECT DISTINCT office_id, merchant_key FROM tickets WHERE merchant_key IS NOT NULL"
        )
    )


def rebuild_lists(connection: Connection) -> None:
    """All but the merchants, whose table is younger than the migration that needs the rest."""
    # SQL of both databases: a row of tickets is never read into Python for the dates.
    # The state is asked of the few clocks of a ticket, not of the index of all that run: that would be tickets times clocks.
    least = (
        "(SELECT MIN(CASE WHEN c.state = 'running' THEN c.{} END) FROM ticket_clocks c WHERE c.ticket_id = tickets.id)"
    )
    due, late = (f"COALESCE({least.format(name)}, :never)" for name in ("due", "due_lenient"))
    statement = text(
        f"UPDATE tickets SET is_open = (status IN :open), next_late = {late}, "
        f"next_due = CASE WHEN kind = :distress THEN :at_once ELSE {due} END"
    ).bindparams(bindparam("open", [str(one) for one in OPEN], expanding=True))
    dates = {"never": NEVER, "at_once": AT_ONCE}
    if connection.dialect.name == "sqlite":
        dates = {name: day.isoformat() for name, day in dates.items()}  # type: ignore[misc]
    connection.execute(statement, {**dates, "distress": str(Kind.DISTRESS)})
    connection.execute(delete(Tally))
    connection.execute(
        text(
            "INSERT INTO tallies (kind, status, assignee_id, tickets) "
            "SELECT kind, status, COALESCE(assignee_id, 0), COUNT(*) FROM tickets GROUP BY 1, 2, 3"
        )
    )
    _index_all(connection)


def _index_all(connection: Connection) -> None:
    erase = "INSERT INTO ticket_search (ticket_search) VALUES ('delete-all')"
    connection.execute(text(erase if connection.dialect.name == "sqlite" else "DELETE FROM ticket_search"))
    fields, after = [getattr(Ticket.__table__.c, name) for name in search_index.SEARCHED], 0
    id_ = Ticket.__table__.c.id
    statement = select(id_, *fields).order_by(id_).limit(AT_A_TIME)
    while rows := connection.execute(statement.where(id_ > after)).all():
        search_index.write(connection, ((row.id, search_index.words_of(row._asdict())) for row in rows))
        after = rows[-1].id


def _before_flush(session: Session, _context: UOWTransaction, _instances: Any) -> None:
    before = session.info.setdefault(_BEFORE, {})
    for ticket in _touched(session):
        if ticket not in before:
            before[ticket] = None if ticket in session.new else _key(ticket, _was)
        _refresh(ticket)


def _touched(session: Session) -> set[Ticket]:
    """Tickets that change in this flush, themselves or by a clock."""
    found: set[Ticket] = set()
    for one in (*session.new, *session.dirty, *session.deleted):
        if isinstance(one, Ticket):
            found.add(one)
        elif isinstance(one, TicketClock) and one.ticket_id is not None:
            ticket = session.get(Ticket, one.ticket_id)
            if ticket is not None:
                _ = ticket.clocks  # so that the dates are worked out below
                found.add(ticket)
    return found


def _refresh(ticket: Ticket) -> None:
    ticket.is_open = ticket.status in tuple(map(str, OPEN))
    if "clocks" not in ticket.__dict__ and inspect(ticket).persistent:
        return  # never looked at, so not changed
    running = [clock for clock in ticket.clocks if clock.state in (None, "running")]
    ticket.next_late = min((clock.due_lenient for clock in running), default=NEVER)
    ticket.next_due = AT_ONCE if ticket.kind == Kind.DISTRESS else min((clock.due for clock in running), default=NEVER)


def _after_flush(session: Session, _context: UOWTransaction) -> None:
    # History and lists still stand as before the flush; ids are known by now.
    connection = session.connection()
    _name(connection, session)
    for ticket in _of(session.new):
        search_index.write(connection, [(ticket.id, search_index.words_of(vars(ticket)))])
    for ticket in _of(session.dirty):
        if any(changed.deleted for changed in _changes(ticket, *search_index.SEARCHED)):
            search_index.erase(connection, ticket.id, _words_before(ticket))
            now = {name: getattr(ticket, name) for name in search_index.SEARCHED}
            search_index.write(connection, [(ticket.id, search_index.words_of(now))])
    for ticket in _of(session.deleted):
        search_index.erase(connection, ticket.id, _words_before(ticket))


def _name(connection: Connection, session: Session) -> None:
    """Keep the merchants' keys: new ones come in, and one that no ticket has any more goes, as it may be a person's name."""
    changed = [one for one in _of(session.dirty) if any(found.has_changes() for found in _changes(one, "merchant_key"))]
    for ticket in (*_of(session.new), *changed):
        if ticket.merchant_key:
            connection.execute(_NAME, {"office": ticket.office_id, "key": ticket.merchant_key})
    for ticket in (*changed, *_of(session.deleted)):
        if key := _was(ticket, "merchant_key"):
            connection.execute(_UNNAME, {"office": ticket.office_id, "key": key})


def _before_commit(session: Session) -> None:
    """Once, at the very end and in one order: two transactions never wait for each other's counts crosswise."""
    if session.in_nested_transaction():
        return
    session.flush()
    changes: Counter[Key] = Counter()
    for ticket, before in session.info.pop(_BEFORE, {}).items():
        now = _key(ticket, getattr) if inspect(ticket).persistent else None
        if now != before:
            changes.update({key: step for key, step in ((before, -1), (now, 1)) if key})
    if changed := {key: step for key, step in changes.items() if step}:
        _count(session.connection(), changed)


def _count(connection: Connection, changes: dict[Key, int]) -> None:
    names = ("kind", "status", "assignee")
    rows = [{**dict(zip(names, key, strict=True)), "step": step} for key, step in sorted(changes.items())]
    for start in range(0, len(rows), MOST_COUNTS):
        part = rows[start : start + MOST_COUNTS]
        values = {f"{name}{place}": value for place, row in enumerate(part) for name, value in row.items()}
        connection.execute(_add(len(part)), values)


@lru_cache(maxsize=MOST_COUNTS)
def _add(rows: int) -> TextClause:
    """So many counts in one statement: most steps change two, each of which would be a way to the server."""
    values = ", ".join(f"(:kind{n}, :status{n}, :assignee{n}, :step{n})" for n in range(rows))
    return text(
        f"INSERT INTO tallies (kind, status, assignee_id, tickets) VALUES {values} "
        "ON CONFLICT (kind, status, assignee_id) DO UPDATE SET tickets = tallies.tickets + excluded.tickets"
    )


def _after_transaction_end(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:  # a savepoint that is taken back ends nothing
        session.info.pop(_BEFORE, None)


def _of(instances: Iterable[Any]) -> Iterator[Ticket]:
    return (one for one in instances if isinstance(one, Ticket))


def _key(ticket: Ticket, read: Any) -> Key:
    return str(read(ticket, "kind")), str(read(ticket, "status")), read(ticket, "assignee_id") or NOBODY


def _changes(ticket: Ticket, *names: str) -> Iterator[History]:
    """The histories of those that were set since the ticket was read; asking for each one's is slow."""
    return (get_history(ticket, name) for name in set(names) - inspect(ticket).unmodified_intersection(names))


def _was(ticket: Ticket, name: str) -> Any:
    """The value before this flush."""
    deleted = get_history(ticket, name).deleted
    return deleted[0] if deleted else getattr(ticket, name)


def _words_before(ticket: Ticket) -> list[str]:
    return search_index.words_of({name: _was(ticket, name) for name in search_index.SEARCHED})
