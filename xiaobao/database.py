"""Engine, sessions and schema: SQLite (embedded) or PostgreSQL, the same code above it."""

from __future__ import annotations

import sqlite3
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker

from xiaobao.tickets import keeping

MIGRATIONS = Path(__file__).resolve().parent / "migrations"
BUSY_TIMEOUT_SECONDS = 5
_TURN = "xiaobao.turn"
MIGRATION_TIMEOUT_SECONDS = 60
REST_SECONDS = 1
_RESTS = "xiaobao.rests"


def make_engine(url: str, *, busy_seconds: int = BUSY_TIMEOUT_SECONDS) -> Engine:
    """An engine for `url`; opens no connection yet.

    An error names no values: Rasa and others log errors as they are, and values are what citizens said.
    SQLite runs in WAL mode with foreign keys on, and every transaction begins IMMEDIATE: a
    deferred one that reads first and writes later fails at once, whatever the busy timeout.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        engine = create_engine(parsed, hide_parameters=True)
        event.listen(engine, "checkin", _note_rest)
        event.listen(engine, "checkout", partial(_ask_after_rest, engine.dialect))
        return engine
    if parsed.database and not parsed.database.startswith((":", "file:")):
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        parsed, hide_parameters=True, connect_args={"timeout": busy_seconds, "check_same_thread": False}
    )
    event.listen(engine, "connect", partial(_prepare_sqlite, busy_seconds))
    turn = threading.Lock()
    event.listen(engine, "begin", partial(_begin_sqlite, turn, busy_seconds))
    for end in ("commit", "rollback"):
        event.listen(engine, end, partial(_end_turn, turn))
    return engine


def _note_rest(_connection: Any, record: Any) -> None:
    record.info[_RESTS] = time.monotonic()


def _ask_after_rest(dialect: Any, connection: Any, record: Any, _proxy: Any) -> None:
    """Whether a connection that rested is still there: asked each time it would be a tenth of all ways to the server."""
    if time.monotonic() - record.info.get(_RESTS, float("inf")) < REST_SECONDS:
        return
    try:
        dialect.do_ping(connection)
    except dialect.dbapi.Error as gone:
        raise InvalidatePoolError from gone  # the pool gives a new one


def _prepare_sqlite(busy_seconds: int, connection: Any, _record: Any) -> None:
    # None: the driver opens no transaction of its own, `_begin_sqlite` does.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {busy_seconds * 1000}")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten with zeros
    _use_wal(cursor, time.monotonic() + busy_seconds)
    cursor.close()


def _use_wal(cursor: Any, until: float) -> None:
    """Switch to WAL once per file: the switch does not heed the busy timeout when two processes start together."""
    while cursor.execute("PRAGMA journal_mode").fetchone()[0] not in {"wal", "memory"}:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def _begin_sqlite(turn: threading.Lock, busy_seconds: int, connection: Connection) -> None:
    """Writers of one process take turns: SQLite itself would let them sleep and ask again, up to 100 ms at a time."""
    options = connection.get_execution_options()
    if options.get("read_only"):
        if not options.get("each_by_itself"):
            connection.exec_driver_sql("BEGIN")
        return
    connection.info[_TURN] = turn.acquire(timeout=busy_seconds)
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except BaseException:
        _end_turn(turn, connection)
        raise


def _end_turn(turn: threading.Lock, connection: Connection) -> None:
    if connection.info.pop(_TURN, False):
        turn.release()


def make_sessions(engine: Engine, *, read_only: bool = False) -> sessionmaker[Session]:
    """Sessions of `engine`; use `with sessions.begin() as session:`.

    `read_only` sessions wait for no writer on SQLite (WAL); they must not write.
    """
    bound = engine.execution_options(read_only=True) if read_only else engine
    made = sessionmaker(bind=bound, expire_on_commit=False)
    if not read_only:
        keeping.attach(made)
    return made


def glancing(engine: Engine) -> Engine:
    """The same connections, for single statements that only read: no transaction is begun and ended around them."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(read_only=True, each_by_itself=True)
    return engine.execution_options(isolation_level="AUTOCOMMIT")


def upgrade(url: str, revision: str = "head") -> None:
    """Create or migrate the schema; safe when two processes do it at once."""
    engine = make_engine(url, busy_seconds=MIGRATION_TIMEOUT_SECONDS)
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('xiaobao.upgrade'))"))
            config = Config()
            config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
    finally:
        engine.dispose()


def scrub(engine: Engine) -> bool:
    """Leave nothing of deleted rows in the files of a SQLite database: index of words, free space, write-ahead log.

    False when a reader or writer was in the way; done again later, it goes on. PostgreSQL does this by itself, in time.
    """
    if engine.dialect.name != "sqlite":
        return True
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        if cursor.execute("SELECT 1 FROM sqlite_master WHERE name = 'ticket_search'").fetchone():
            # FTS5 only marks words as deleted until its pieces are merged.
            cursor.execute("INSERT INTO ticket_search (ticket_search) VALUES ('optimize')")
        # secure_delete leaves copies behind where a page was split; VACUUM writes every page anew.
        cursor.execute("VACUUM")
        return bool(cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0)
    except sqlite3.OperationalError:
        return False
    finally:
        raw.close()


def file_bytes(engine: Engine) -> int:
    """How large a SQLite database is; 0 for PostgreSQL, of which nobody has to rewrite a file."""
    if engine.dialect.name != "sqlite":
        return 0
    with engine.connect() as connection:
        pages, size = (connection.scalar(text(f"PRAGMA {name}")) or 0 for name in ("page_count", "page_size"))
    return int(pages) * int(size)


def is_outage(error: BaseException) -> bool:
    """Whether the same work may succeed later: the database is locked, full, read-only or away.

    A programming error is none: trying it again for hours would only block whoever waits.
    """
    if isinstance(error, DBAPIError):
        return isinstance(error, (OperationalError, InterfaceError, InternalError)) or error.connection_invalidated
    return isinstance(error, (ConnectionError, TimeoutError, PoolTimeout))


def check_writable(engine: Engine) -> None:
    """Raise sqlalchemy.exc.SQLAlchemyError when a row cannot be written; leaves nothing behind."""
    with engine.connect() as connection:
        transaction = connection.begin()
        try:
            connection.execute(text("INSERT INTO write_checks (note) VALUES ('check')"))
        finally:
            transaction.rollback()
