"""The worker gives conversations back in time and tells the bot of news until it knows: against a real HTTP server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from http.server import ThreadingHTTPServer

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import NOW, an_office
from tests.simulators.json_door import JsonHandler, serving
from xiaobao.conversations import messages, takeovers, turns
from xiaobao.database import make_sessions
from xiaobao.worker import takeovers as worker
from xiaobao.worker.outbox import Bot

pytestmark = pytest.mark.slow

SECRET = "s" * 40
OFFICE = replace(an_office(), wait_minutes=10, silent_minutes=5)


class Receiver(ThreadingHTTPServer):
    """A bot that keeps what it gets."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.got: list[tuple[str, str]] = []
        self.status = 200


class Handler(JsonHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.body()
        if self.headers["X-Xiaobao-Secret"] == SECRET:
            self.server.got.append((self.path, body["conversation_id"]))
        self.answer(self.server.status, {})


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    with serving(server):
        yield server


def tend(engine: Engine, receiver: Receiver, now: datetime) -> int:
    bot = Bot(f"http://127.0.0.1:{receiver.server_port}", SECRET)
    reading = make_sessions(engine, read_only=True)
    return worker.tend(make_sessions(engine), reading, bot, lambda _: OFFICE, lambda: now)


def begin(sessions: sessionmaker[Session], channel: str = "website") -> tuple[str, int]:
    with sessions.begin() as session:
        conversation_id = messages.open_conversation(session, channel=channel, now=NOW)
        takeovers.ask(session, conversation_id, {}, NOW)
        [wish] = [view.id for view in takeovers.queue(session) if view.conversation_id == conversation_id]
    return conversation_id, wish


def owed(sessions: sessionmaker[Session], conversation_id: str) -> str | None:
    with sessions.begin() as session:
        turn = turns.next_turn(session, conversation_id)
        return turn.payload if turn else None


def test_after_the_offices_silence_the_bot_is_told_to_come_back(
    engine: Engine, sessions: sessionmaker[Session], receiver: Receiver
) -> None:
    conversation_id, wish = begin(sessions)
    with sessions.begin() as session:
        takeovers.take(session, wish, account_id=1, name="王小云", greeting="现在是王小云", now=NOW)
    assert tend(engine, receiver, NOW) == 1 and tend(engine, receiver, NOW + timedelta(minutes=4)) == 0
    assert owed(sessions, conversation_id) is None
    receiver.status = 503
    assert tend(engine, receiver, NOW + timedelta(minutes=5)) == 0
    receiver.status = 200
    assert tend(engine, receiver, NOW + timedelta(minutes=5)) == 0, "not at once again"
    assert tend(engine, receiver, NOW + timedelta(minutes=5, seconds=4)) == 1
    assert receiver.got == [("/chat/internal/ring", conversation_id)] * 3
    assert owed(sessions, conversation_id) == '/human_left{"value": "silent"}'


def test_when_the_office_closes_nobody_goes_on_waiting(
    engine: Engine, sessions: sessionmaker[Session], receiver: Receiver
) -> None:
    conversation_id, _ = begin(sessions, channel="wechat")
    assert tend(engine, receiver, NOW) == 0 and owed(sessions, conversation_id) is None
    evening = NOW.replace(hour=23)
    assert not OFFICE.staffed_at(evening) and tend(engine, receiver, evening) == 1
    assert [door for door, _ in receiver.got] == ["/webhooks/wechat/internal/ring", "/chat/internal/ring"]
    assert owed(sessions, conversation_id) == '/human_left{"value": "nobody"}'
