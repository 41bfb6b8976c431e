"""Notices are written with the step, put off after a failure, and never lost; worker/outbox.py hands them out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories import NOW
from xiaobao.tickets import delivery, outbox
from xiaobao.tickets.tables import OutboxRow


def put(sessions, **changes):
    values = {"conversation_id": "c", "channel": "website", "response": "utter_notice_accepted"}
    with sessions.begin() as session:
        row = outbox.put(session, **(values | {"params": {"number": "x"}} | changes), now=NOW)
        session.flush()
        return row.id


def read(sessions, notice):
    with sessions() as session:
        row = session.get(OutboxRow, notice)
        return outbox.notice(row), row.due_at


def test_a_notice_keeps_what_has_to_be_said(sessions):
    written = put(sessions, params={"text": "已退款", "number": "XB"}, speaker="staff", staff_name="王")
    notice, due = read(sessions, written)
    assert (notice.params, notice.speaker, notice.staff_name) == ({"text": "已退款", "number": "XB"}, "staff", "王")
    assert (notice.created_at, notice.state, notice.attempts, due) == (NOW, "waiting", 0, NOW)


def test_a_worker_that_dies_before_it_noted_the_delivery_leaves_the_notice_to_the_next(sessions):
    written = put(sessions)
    with pytest.raises(RuntimeError), sessions.begin() as session:
        delivery.settle(session, written, delivery.DELIVERED, "delivered", NOW)
        raise RuntimeError("killed")
    assert read(sessions, written)[0].state == "waiting"


def test_failures_wait_longer_each_time_but_never_more_than_five_minutes(sessions):
    written, now = put(sessions), NOW
    for wait in (5, 10, 20, 40, 80, 160, 300, 300):
        with sessions.begin() as session:
            outbox.failed(session, written, now, "connection refused")
        due = read(sessions, written)[1]
        assert due == now + timedelta(seconds=wait)
        now = due


def test_a_failure_after_the_delivery_does_not_bring_it_back(sessions):
    written = put(sessions)
    for _ in range(2):
        with sessions.begin() as session:
            delivery.settle(session, written, delivery.DELIVERED, "delivered", NOW)
            outbox.failed(session, written, NOW, "late")
    notice, due = read(sessions, written)
    assert (notice.state, notice.attempts, due) == ("delivered", 0, NOW)


def test_an_unknown_notice_is_no_error(sessions):
    with sessions.begin() as session:
        assert not delivery.settle(session, 4711, delivery.DELIVERED, "delivered", NOW)
        outbox.failed(session, 4711, NOW, "gone")
