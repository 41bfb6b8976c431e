"""Notices reach the bot once, in order, whatever dies or runs twice: against a real HTTP server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import ThreadingHTTPServer
from typing import Any

import pytest
from sqlalchemy import event, select

from tests.factories import NOW
from tests.simulators.json_door import JsonHandler, serving
from xiaobao.tickets import outbox as tickets_outbox
from xiaobao.tickets.tables import OutboxRow
from xiaobao.worker import outbox

pytestmark = pytest.mark.slow

SECRET = "s" * 40


class Receiver(ThreadingHTTPServer):
    """A bot that keeps what it gets and answers as it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.got: list[dict[str, Any]] = []
        self.answers: dict[str, tuple[int, dict[str, Any]]] = {}
        self.doors: dict[str, str] = {}
        self.shown: list[str] = []  # on WeChat, in the order in which the telephone had them
        self.waits: dict[str, list[str]] = {}  # on WeChat, by conversation: in it, but nobody was woken

    @property
    def bot(self) -> outbox.Bot:
        return outbox.Bot(f"http://127.0.0.1:{self.server_port}", SECRET)

    def on_wechat(self, body: dict[str, Any]) -> str:
        """As bot/channels/wechat/notices.py: what is pushed takes along all that waits in its conversation."""
        waits, notice = self.waits.setdefault(body["conversation_id"], []), body["notice_id"]
        if notice not in (*waits, *self.shown):
            waits.append(notice)
        if body.get("hold") is True:
            return "held" if notice in waits else "delivered"
        self.shown += waits
        waits.clear()
        return "delivered"


class Handler(JsonHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.body()
        doors = ("/chat/internal/notices", "/webhooks/wechat/internal/notices")
        known = self.path in doors and self.headers["X-Xiaobao-Secret"] == SECRET
        status, answer = self.server.answers.get(body["notice_id"], (200, {"seq": 1})) if known else (401, {})
        if status == 200:
            self.server.got.append(body)
            self.server.doors[body["notice_id"]] = self.path
            if "wechat" in self.path and "delivery" not in answer:
                answer = answer | {"delivery": self.server.on_wechat(body)}
        self.answer(status, answer)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    with serving(server):
        yield server


def put(sessions, count=1, conversation="c1"):
    """Write notices and return their ids as the bot sees them (the databases count on from test to test)."""
    rows = []
    for _ in range(count):
        with sessions.begin() as session:
            row = tickets_outbox.put(
                session, conversation_id=conversation, channel="website", response="utter_notice_replied",
                params={"number": "XB20261123-000001", "text": "已联系商家"}, now=NOW, speaker="staff", staff_name="王承办",
            )  # fmt: skip
            session.flush()
            rows.append(str(row.id))
    return rows


def states(sessions):
    with sessions.begin() as session:
        return list(session.scalars(select(OutboxRow.state).order_by(OutboxRow.id)))


def deliver(sessions, receiver, now=NOW):
    return outbox.deliver(sessions, receiver.bot, lambda: now)


def test_a_notice_reaches_the_bot_whole_and_is_marked(sessions, receiver):
    (only,) = put(sessions)
    assert deliver(sessions, receiver) == 1
    assert receiver.got == [
        {
            "notice_id": only,
            "conversation_id": "c1",
            "response": "utter_notice_replied",
            "params": {"number": "XB20261123-000001", "text": "已联系商家"},
            "speaker": "staff",
            "staff_name": "王承办",
        }
    ]
    assert states(sessions) == ["delivered"]
    assert deliver(sessions, receiver) == 0


def test_notices_of_a_conversation_arrive_in_order_and_all_in_one_call(sessions, receiver):
    ids = put(sessions, 3)
    put(sessions, 2, "c2")
    assert deliver(sessions, receiver) == 5
    assert [n["notice_id"] for n in receiver.got if n["conversation_id"] == "c1"] == ids


def test_a_long_backlog_is_not_looked_through_for_each_notice(sessions):
    """With 10,000 waiting that held SQLite's one write lock for two seconds, at every look."""
    put(sessions, 2)
    seen = []

    def note(_connection, _cursor, statement, parameters, *_):
        seen.append((statement, parameters))

    with sessions.begin() as session:
        if session.get_bind().dialect.name != "sqlite":
            return  # PostgreSQL chooses by the number of rows
        event.listen(session.get_bind(), "before_cursor_execute", note)
        assert len(outbox.claim(session, NOW)) == 1
        event.remove(session.get_bind(), "before_cursor_execute", note)
        statement, parameters = next(one for one in seen if "EXISTS" in one[0])
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
        assert "ix_outbox_conversation_id" in str(plan)


def test_a_refused_notice_holds_back_the_later_ones_of_its_conversation_only(sessions, receiver):
    first, second = put(sessions, 2)
    (other,) = put(sessions, 1, "c2")
    receiver.answers[first] = (422, {"code": "response_unknown"})
    assert deliver(sessions, receiver) == 1
    assert [n["notice_id"] for n in receiver.got] == [other]
    receiver.answers.clear()
    assert deliver(sessions, receiver, NOW + timedelta(seconds=4)) == 0
    assert deliver(sessions, receiver, NOW + timedelta(seconds=6)) == 2
    assert [n["notice_id"] for n in receiver.got] == [other, first, second]


def test_a_forgotten_conversation_is_not_tried_for_ever(sessions, receiver):
    first, _ = put(sessions, 2)
    receiver.answers[first] = (404, {"code": "conversation_unknown"})
    deliver(sessions, receiver)
    assert states(sessions) == ["undeliverable", "delivered"]


def test_a_404_of_a_bot_without_the_route_is_tried_again(sessions, receiver):
    (only,) = put(sessions)
    receiver.answers[only] = (404, {"code": "not_found"})
    deliver(sessions, receiver)
    assert states(sessions) == ["waiting"]


def test_a_bot_that_is_down_costs_one_attempt_and_loses_nothing(sessions, receiver):
    for n in range(5):
        put(sessions, 1, f"c{n}")
    assert outbox.deliver(sessions, outbox.Bot("http://127.0.0.1:9", SECRET), lambda: NOW) == 0
    with sessions.begin() as session:
        assert sorted(session.scalars(select(OutboxRow.attempts))) == [0, 0, 0, 0, 1]
    assert deliver(sessions, receiver, NOW + timedelta(seconds=6)) == 5


def test_the_reason_kept_holds_nothing_of_the_notice(sessions):
    put(sessions)
    outbox.deliver(sessions, outbox.Bot("http://127.0.0.1:9", SECRET), lambda: NOW)
    with sessions.begin() as session:
        assert session.scalars(select(OutboxRow.last_error)).one() == "ConnectionError"


def test_the_wrong_secret_opens_nothing(sessions, receiver):
    put(sessions)
    bot = outbox.Bot(receiver.bot.url, "wrong")
    assert outbox.deliver(sessions, bot, lambda: NOW) == 0
    assert states(sessions) == ["waiting"]


def test_two_workers_at_once_send_each_notice_once(sessions, receiver):
    for n in range(20):
        put(sessions, 2, f"c{n}")
    workers = [threading.Thread(target=deliver, args=(sessions, receiver)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    assert deliver(sessions, receiver) >= 0
    ids = [notice["notice_id"] for notice in receiver.got]
    assert len(ids) == len(set(ids)) == 40


def test_what_a_dead_worker_had_leased_is_given_out_again(sessions, receiver):
    put(sessions)
    with sessions.begin() as session:
        assert len(outbox.claim(session, NOW)) == 1  # and then it dies
    assert deliver(sessions, receiver, NOW + timedelta(seconds=29)) == 0
    assert deliver(sessions, receiver, NOW + timedelta(seconds=31)) == 1


def test_a_notice_goes_through_the_door_of_its_channel_and_one_that_nobody_heard_is_work(sessions, receiver):
    with sessions.begin() as session:
        for n, channel in enumerate(("website", "wechat", "wechat")):
            tickets_outbox.put(
                session, conversation_id=f"w{n}", channel=channel, response="utter_notice_closed", params={}, now=NOW
            )
        session.flush()
        ids = [row.id for row in session.scalars(select(OutboxRow).order_by(OutboxRow.id))][-3:]
    receiver.answers[str(ids[2])] = (200, {"seq": 1, "delivery": "undelivered"})
    outbox.deliver(sessions, receiver.bot, lambda: NOW)
    assert [receiver.doors[str(one)] for one in ids] == [
        "/chat/internal/notices",
        *["/webhooks/wechat/internal/notices"] * 2,
    ]
    with sessions() as session:
        states = [session.get(OutboxRow, one).state for one in ids]
    assert states == ["delivered", "delivered", "undelivered"]


def test_a_bot_that_refuses_for_a_day_blocks_nothing_and_somebody_calls(sessions, receiver):
    first, second = put(sessions, 2)
    receiver.answers[first] = (422, {"code": "response_unknown"})
    deliver(sessions, receiver)
    assert deliver(sessions, receiver, NOW + timedelta(hours=23)) == 0 and states(sessions) == ["waiting", "waiting"]
    assert deliver(sessions, receiver, NOW + timedelta(hours=25)) == 1
    assert states(sessions) == ["undeliverable", "delivered"]
    assert [notice["notice_id"] for notice in receiver.got] == [second]


def test_a_bot_that_is_down_for_days_is_waited_for(sessions, receiver):
    put(sessions)
    for hours in (0, 30, 60):
        outbox.deliver(sessions, outbox.Bot("http://127.0.0.1:9", SECRET), lambda now=NOW + timedelta(hours=hours): now)
    assert states(sessions) == ["waiting"]
    assert deliver(sessions, receiver, NOW + timedelta(hours=61)) == 1


def test_a_clock_that_was_set_back_holds_nothing_up(sessions, receiver):
    put(sessions)
    ahead = NOW + timedelta(hours=8)
    outbox.deliver(sessions, outbox.Bot("http://127.0.0.1:9", SECRET), lambda: ahead)
    assert deliver(sessions, receiver, NOW) == 1


def test_a_lease_is_no_clock_that_was_set_back(sessions, receiver):
    put(sessions)
    with sessions.begin() as session:
        assert len(outbox.claim(session, NOW)) == 1
        assert outbox.claim(session, NOW + timedelta(seconds=1)) == []


def test_news_outside_of_the_conversation_is_no_delivery(sessions, receiver):
    (only,) = put(sessions)
    receiver.answers[only] = (200, {"seq": 1, "delivery": "sent"})
    assert deliver(sessions, receiver) == 1
    assert states(sessions) == ["sent"]


def test_notices_come_oldest_first_and_no_more_than_asked_for(sessions):
    ids = [put(sessions, 1, f"c{n}")[0] for n in range(3)]
    with sessions.begin() as session:
        assert [str(notice.id) for notice in outbox.claim(session, NOW, limit=2)] == ids[:2]


def test_on_postgresql_what_one_worker_holds_another_skips(sessions, engine):
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    put(sessions)
    with sessions.begin() as one, sessions.begin() as other:
        assert len(outbox.claim(one, NOW)) == 1
        assert outbox.claim(other, NOW) == []
