"""Notices wait for the worker, are tried again, and are never lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories import NOW
from xiaobao.tickets import delivery, outbox


def put(sessions, **changes):
    values = {
        "conversation_id": "c",
        "channel": "website",
        "response": "utter_notice_accepted",
        "params": {"number": "x"},
    }
    with sessions.begin() as session:
        row = outbox.put(session, **(values | changes), now=NOW)
        session.flush()
        return row.id


def due(sessions, now=NOW, limit=50):
    with sessions.begin() as session:
        return [notice.id for notice in outbox.due(session, now, limit)]


def test_notices_come_oldest_first_and_no_more_than_asked_for(sessions):
    first, second, _third = (put(sessions) for _ in range(3))
    assert due(sessions, limit=2) == [first, second]


def test_a_notice_keeps_what_has_to_be_said(sessions):
    put(sessions, params={"text": "已退款", "number": "XB"}, speaker="staff", staff_name="王")
    with sessions.begin() as session:
        (notice,) = outbox.due(session, NOW)
    assert (notice.params, notice.speaker, notice.staff_name) == ({"text": "已退款", "number": "XB"}, "staff", "王")
    assert (notice.created_at, notice.state, notice.attempts) == (NOW, "waiting", 0)


def test_what_was_delivered_is_not_handed_out_again(sessions):
    notice = put(sessions)
    for _ in range(2):
        with sessions.begin() as session:
            delivery.settle(session, notice, delivery.DELIVERED, "delivered", NOW)
    assert due(sessions, NOW + timedelta(days=1)) == []


def test_a_worker_that_dies_before_delivering_leaves_the_notice_to_the_next(sessions):
    notice = put(sessions)
    with pytest.raises(RuntimeError), sessions.begin() as session:
        delivery.settle(session, notice, delivery.DELIVERED, "delivered", NOW)
        raise RuntimeError("killed")
    assert due(sessions) == [notice]


def test_failures_wait_longer_each_time_but_never_more_than_five_minutes(sessions):
    notice = put(sessions)
    now = NOW
    for wait in (5, 10, 20, 40, 80, 160, 300, 300):
        with sessions.begin() as session:
            outbox.failed(session, notice, now, "connection refused")
        assert due(sessions, now + timedelta(seconds=wait - 1)) == []
        now += timedelta(seconds=wait)
        assert due(sessions, now) == [notice]


def test_a_failure_after_the_delivery_does_not_bring_it_back(sessions):
    notice = put(sessions)
    with sessions.begin() as session:
        delivery.settle(session, notice, delivery.DELIVERED, "delivered", NOW)
        outbox.failed(session, notice, NOW, "late")
    assert due(sessions, NOW + timedelta(days=1)) == []


def test_later_notices_of_a_conversation_wait_behind_one_that_is_tried_again(sessions):
    first, second, other = put(sessions), put(sessions), put(sessions, conversation_id="another")
    with sessions.begin() as session:
        outbox.failed(session, first, NOW, "connection refused")
    assert due(sessions) == [other]
    assert due(sessions, NOW + timedelta(seconds=5)) == [first, second, other]


def test_an_unknown_notice_is_no_error(sessions):
    with sessions.begin() as session:
        assert not delivery.settle(session, 4711, delivery.DELIVERED, "delivered", NOW)
        outbox.failed(session, 4711, NOW, "gone")


def test_two_workers_on_postgresql_do_not_take_the_same_notice(sessions, engine):
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    put(sessions)
    with sessions.begin() as one, sessions.begin() as other:
        assert len(outbox.due(one, NOW)) == 1
        assert outbox.due(other, NOW) == []
