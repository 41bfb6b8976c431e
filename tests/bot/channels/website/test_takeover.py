"""A clerk takes a conversation of the website over: the bot is silent, both hear each other at once, the bot comes back."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests
from sqlalchemy.orm import Session, sessionmaker

from tests.bot.channels.website.conftest import SECRET, Bot, Client
from tests.factories import an_office
from xiaobao.conversations import messages, takeovers
from xiaobao.database import make_engine, make_sessions
from xiaobao.tickets import deadlines
from xiaobao.worker import takeovers as worker
from xiaobao.worker.outbox import Bot as Door

pytestmark = pytest.mark.slow

OFFICE = an_office()


class Desk:
    """A clerk and the worker beside them."""

    def __init__(self, bot: Bot) -> None:
        self.engine = make_engine(bot.database_url)
        self.sessions: sessionmaker[Session] = make_sessions(self.engine)
        self.door = Door(bot.base, SECRET)
        self.wish = 0

    def asked(self) -> None:
        """The newest conversation waits for a human."""
        with self.sessions.begin() as session:
            newest = session.scalars(messages.select(messages.Conversation.id).order_by(_created())).first()
            takeovers.ask(session, str(newest), {}, deadlines.now())
            [self.wish] = [view.id for view in takeovers.queue(session) if view.conversation_id == newest]

    def take(self) -> None:
        with self.sessions.begin() as session:
            takeovers.take(
                session, self.wish, account_id=1, name="王小云", greeting="现在是王小云", now=deadlines.now()
            )

    def say(self, text: str) -> None:
        with self.sessions.begin() as session:
            takeovers.say(session, self.wish, account_id=1, text=text, key=text, now=deadlines.now())

    def leave(self) -> None:
        with self.sessions.begin() as session:
            takeovers.leave(session, self.wish, account_id=1, now=deadlines.now())

    def tend(self, later: timedelta = timedelta()) -> None:
        at: datetime = deadlines.now() + later
        worker.tend(self.sessions, self.sessions, self.door, lambda _: OFFICE, lambda: at)


def _created() -> Any:
    return messages.Conversation.created_at.desc()


@pytest.fixture
def desk(bot: Bot) -> Iterator[Desk]:
    desk = Desk(bot)
    yield desk
    desk.engine.dispose()


def test_the_clerk_and_the_citizen_talk_and_the_bot_comes_back(bot: Bot, citizen: Client, desk: Desk) -> None:
    desk.asked()
    seq = citizen.after()["last_seq"]
    heard: list[dict[str, Any]] = []
    begun = time.monotonic()
    listener = threading.Thread(target=lambda: heard.append(citizen.after(seq, wait=20)))
    listener.start()
    time.sleep(0.2)
    desk.take()
    desk.tend()
    listener.join()
    assert [m["text"] for m in heard[0]["messages"]] == ["现在是王小云"] and time.monotonic() - begun < 5
    begun = time.monotonic()
    assert citizen.say("卡是10月3日办的", key="one") == [] and citizen.say("卡是10月3日办的", key="one") == []
    assert time.monotonic() - begun < 1, "nobody waits for an answer of the bot"
    desk.say("店在哪条路")
    desk.tend()
    assert bot.texts() == []
    desk.leave()
    seq = citizen.after()["last_seq"]
    desk.tend()
    back = citizen.after(seq, wait=10)["messages"]
    assert [m["speaker"] for m in back] == ["bot"] and bot.texts() == ['/human_left{"value": "left"}']
    citizen.say("好")
    assert bot.texts()[1:] == ["好"]
    said = [(m["speaker"], m["speaker_label"], m["text"]) for m in citizen.after()["messages"]]
    assert ("staff", "工作人员 王小云", "店在哪条路") in said
    assert [text for speaker, _, text in said if speaker == "citizen"] == ["卡是10月3日办的", "好"]


def test_a_turn_under_way_is_told_before_the_clerk_is_announced(bot: Bot, citizen: Client, desk: Desk) -> None:
    desk.asked()
    seq = citizen.after()["last_seq"]
    speaker = threading.Thread(target=lambda: citizen.post(text="慢"))
    speaker.start()
    time.sleep(0.3)  # the stand-in thinks for 0.6 s
    desk.take()
    citizen.post(text="还有一句")
    speaker.join()
    desk.tend()
    said = [(m["speaker"], m["text"]) for m in citizen.after(seq)["messages"]]
    assert [one for one in said if one[0] != "citizen"] == [("bot", "听到了：慢"), ("system", "现在是王小云")]
    assert bot.texts() == ["慢"]
    desk.leave()
    desk.tend()


def test_the_door_for_rings_is_for_our_own_processes_only(bot: Bot, citizen: Client) -> None:
    where = f"{bot.base}/chat/internal/ring"
    assert requests.post(where, json={"conversation_id": "x"}, timeout=5).status_code == 401
    headers = {"X-Xiaobao-Secret": SECRET}
    assert requests.post(where, json={"conversation_id": "x"}, headers=headers, timeout=5).status_code == 404
    assert requests.post(where, json={}, headers=headers, timeout=5).status_code in (400, 422)
