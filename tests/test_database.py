"""Engine, sessions and migrations on both databases."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from xiaobao import database
from xiaobao.migrations.metadata import target_metadata

SEARCH = "ticket_search"  # no mapped table: FTS5 with its own tables on SQLite, a tsvector on PostgreSQL
RASA_TABLES = {
    "events",
    "heads",
    "needs",
}  # the record of conversations may live in the same PostgreSQL; it makes its own


def ours(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "table" or not (name in RASA_TABLES or (name or "").startswith(SEARCH))


def understood(thing: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
    """Alembic cannot read on SQLite that a column of an index runs downwards; PostgreSQL compares these indexes."""
    return kind != "index" or not (name or "").startswith("ix_tickets_") or not (name or "").endswith("_due")


def test_the_migrations_make_exactly_the_tables_that_the_code_expects(engine):
    with engine.connect() as connection:
        opts = {"compare_type": True, "include_name": ours}
        if engine.dialect.name == "sqlite":
            opts["include_object"] = understood
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, target_metadata()) == []


def test_migrating_again_changes_nothing(database_url, engine):
    before = inspect(engine).get_table_names()
    database.upgrade(database_url)
    assert inspect(engine).get_table_names() == before


def test_two_processes_that_migrate_at_once_both_succeed(tmp_path):
    url = f"sqlite:///{tmp_path / 'new' / 'xiaobao.db'}"
    failures: list[BaseException] = []

    def run() -> None:
        try:
            database.upgrade(url)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert failures == []
    assert "tickets" in inspect(database.make_engine(url)).get_table_names()


def test_a_migration_can_be_taken_back(tmp_path):
    from alembic import command
    from alembic.config import Config

    url = f"sqlite:///{tmp_path / 'xiaobao.db'}"
    database.upgrade(url, "0001_tickets")
    config = Config()
    config.set_main_option("script_location", str(database.MIGRATIONS))
    engine = database.make_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]


def test_sqlite_runs_in_wal_mode_with_foreign_keys(tmp_path):
    engine = database.make_engine(f"sqlite:///{tmp_path / 'xiaobao.db'}")
    with engine.connect() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1
        assert connection.scalar(text("PRAGMA busy_timeout")) == 5000


def test_a_reader_does_not_wait_for_a_writer(engine, sessions):
    reader = database.make_sessions(engine, read_only=True)
    with sessions.begin() as writing:
        writing.execute(text("INSERT INTO number_sequences (day, last) VALUES ('20260101', 1)"))
        with reader.begin() as reading:
            assert reading.scalar(text("SELECT count(*) FROM number_sequences")) == 0


def test_a_failed_transaction_leaves_nothing(sessions):
    with pytest.raises(IntegrityError), sessions.begin() as session:
        session.execute(text("INSERT INTO number_sequences (day, last) VALUES ('20260101', 1)"))
        session.execute(text("INSERT INTO number_sequences (day, last) VALUES ('20260101', 2)"))
    with sessions.begin() as session:
        assert session.scalar(text("SELECT count(*) FROM number_sequences")) == 0


def test_checking_that_rows_can_be_written_leaves_no_row(engine):
    database.check_writable(engine)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM write_checks")) == 0


def test_a_database_without_tables_is_not_writable(tmp_path):
    with pytest.raises(SQLAlchemyError):
        database.check_writable(database.make_engine(f"sqlite:///{tmp_path / 'empty.db'}"))


def test_a_database_that_cannot_be_reached_is_not_writable():
    with pytest.raises(SQLAlchemyError):
        database.check_writable(database.make_engine("postgresql+psycopg2://nobody@127.0.0.1:1/none"))


def test_a_read_only_file_is_not_writable(tmp_path):
    path = tmp_path / "xiaobao.db"
    database.upgrade(f"sqlite:///{path}")
    engine = database.make_engine(f"sqlite:///file:{path}?mode=ro&uri=true")
    with pytest.raises(SQLAlchemyError):
        database.check_writable(engine)


def test_making_an_engine_opens_nothing_and_makes_the_folder(tmp_path):
    path: Path = tmp_path / "a" / "b" / "xiaobao.db"
    database.make_engine(f"sqlite:///{path}")
    assert path.parent.is_dir()
    assert not path.exists()


def test_a_connection_that_was_lost_while_it_rested_is_replaced(engine, monkeypatch):
    if engine.dialect.name == "sqlite":
        pytest.skip("nobody else can end a connection to a file")
    monkeypatch.setattr(database, "REST_SECONDS", 0)
    with engine.connect() as other:
        with engine.connect() as lost:
            process = lost.scalar(text("SELECT pg_backend_pid()"))
        other.execute(text("SELECT pg_terminate_backend(:process)"), {"process": process})
    for _ in range(3):
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT 1")) == 1
