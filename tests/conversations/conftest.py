"""A real database for the conversations room: SQLite always, PostgreSQL where it is marked."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from xiaobao.conversations import messages
from xiaobao.database import make_engine, make_sessions

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=timezone.utc)


@pytest.fixture
def session(tmp_path: Path, sqlite_template: Path, compiled_once: Callable[[Engine], Engine]) -> Iterator[Session]:
    shutil.copy(sqlite_template, tmp_path / "test.db")
    engine = compiled_once(make_engine(f"sqlite:///{tmp_path / 'test.db'}"))
    with make_sessions(engine).begin() as opened:
        yield opened
    engine.dispose()


@pytest.fixture
def conversation_id(session: Session) -> str:
    return messages.open_conversation(session, channel="website", now=NOON)
