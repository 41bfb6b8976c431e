"""A desk on a real, migrated SQLite database, with one account for each role and a browser without scripts."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from tests.factories import NOW
from xiaobao import database
from xiaobao.desk import context
from xiaobao.desk.app import create_app
from xiaobao.desk.context import Desk
from xiaobao.settings import Settings
from xiaobao.tickets import accounts
from xiaobao.tickets.accounts import AccountView
from xiaobao.tickets.workflow import Role

PASSWORD = "春天的第一场雨下了很久"
# The same algorithm with the smallest cost, so that forty sign-ins take no seconds.
HASHED = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@dataclass
class Clock:
    """The desk's clock; tests move it."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settings(tmp_path: Path, sqlite_template: Path) -> Settings:
    shutil.copy(sqlite_template, tmp_path / "xiaobao.db")
    return Settings.from_env({"XIAOBAO_DATA": str(tmp_path), "SECRET_KEY": "k" * 40, "INTERNAL_SECRET": "i" * 40})


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates are compiled once for all tests."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture(scope="session")
def built() -> dict[Settings, Flask]:
    """A desk for each kind of settings: its hundreds of routes are built once for all tests."""
    return {}


@pytest.fixture
def app(
    settings: Settings,
    clock: Clock,
    compiled: FileSystemBytecodeCache,
    built: dict[Settings, Flask],
    compiled_once: Callable[[Engine], Engine],
) -> Iterator[Flask]:
    """The desk on this test's own database; all that the desk keeps from one request to the next is there."""
    kind = replace(settings, data_dir=Path(), database_url="", tracker_url="")
    if kind not in built:
        built[kind] = create_app(settings, now=clock)
        built[kind].jinja_env.bytecode_cache = compiled
    app = built[kind]
    config, extensions = dict(app.config), dict(app.extensions)
    app.testing = True
    engine = compiled_once(database.make_engine(settings.database_url))
    app.extensions[context.KEY] = replace(
        app.extensions[context.KEY],
        settings=settings,
        engine=engine,
        glances=database.glancing(engine),
        reading=database.make_sessions(engine, read_only=True),
        writing=database.make_sessions(engine),
        now=clock,
    )
    yield app
    engine.dispose()
    for kept, before in ((app.config, config), (app.extensions, extensions)):
        kept.clear()
        kept.update(before)


@pytest.fixture
def desk(app: Flask) -> Desk:
    found: Desk = app.extensions[context.KEY]
    return found


@pytest.fixture
def staff(desk: Desk) -> dict[str, AccountView]:
    """One account for each role of staff; its login is the role."""
    with desk.writing.begin() as session:
        return {
            str(role): accounts.create(
                session,
                login=str(role),
                name=f"{role.label}甲",
                role=role,
                department="消保科",
                password_hash=HASHED,
                now=NOW,
                must_change=False,
            )
            for role in sorted(accounts.STAFF)
        }


class Browser:
    """A browser without scripts: fills in the hidden fields of the last page it saw."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.page = ""

    def get(self, path: str, **options: Any) -> TestResponse:
        answer = self.client.get(path, **options)
        self.page = answer.text
        return answer

    def post(self, path: str, *, follow: Any = True, **fields: Any) -> TestResponse:
        """Post with the secret of this session; `csrf=None` leaves it out."""
        data = {"csrf": self.csrf(), **fields}
        answer = self.client.post(
            path, data={name: value for name, value in data.items() if value is not None}, follow_redirects=follow
        )
        self.page = answer.text if answer.mimetype == "text/html" else ""
        return answer

    def csrf(self) -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', self.page or self.client.get("/me").text or "")
        found = found or re.search(r'name="csrf" value="([^"]+)"', self.client.get("/sign-in").text)
        assert found
        return found[1]

    def sign_in(self, login: str, password: str = PASSWORD) -> TestResponse:
        return self.post("/sign-in", login=login, password=password)

    def version(self, number: str) -> str:
        """The version that an open form of the ticket's page carries."""
        for step in ("accept", "assign", "reply", "close", "supplement"):
            found = re.search(r'name="version" value="(\d+)"', self.client.get(f"/tickets/{number}?step={step}").text)
            if found:
                return found[1]
        raise AssertionError("no form is open")


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The desk on a port of this machine, for a real browser."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(5)


@pytest.fixture
def browser(app: Flask) -> Browser:
    return Browser(app.test_client())


@pytest.fixture
def clerk(app: Flask, staff: dict[str, AccountView]) -> Browser:
    return signed_in(app, "clerk")


@pytest.fixture
def handler(app: Flask, staff: dict[str, AccountView]) -> Browser:
    return signed_in(app, "handler")


@pytest.fixture
def admin(app: Flask, staff: dict[str, AccountView]) -> Browser:
    return signed_in(app, "admin")


def signed_in(app: Flask, login: str | Role) -> Browser:
    """A fresh browser with the session of this account."""
    browser = Browser(app.test_client())
    answer = browser.post("/sign-in", login=str(login), password=PASSWORD, follow=False)
    assert answer.status_code == 303
    return browser
