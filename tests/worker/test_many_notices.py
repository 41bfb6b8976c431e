"""Notices through doors that fail, by workers that are killed; the long run is `python -m benchmarks.notices`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, sessionmaker

from benchmarks import notices
from xiaobao.conversations.tables import Message
from xiaobao.tickets import deadlines, delivery
from xiaobao.tickets.tables import OutboxRow

pytestmark = pytest.mark.slow
COUNT = 60
Sessions = sessionmaker[Session]


def test_each_is_told_in_order_once_or_is_a_call(database_url: str, tmp_path: Path) -> None:
    found = notices.run(database_url, tmp_path, COUNT, share=0.1, seed=1)
    assert found["wrong"] == [] and found["calls"] == 2
    ten = notices.PER_TICKET  # of the conversation that is gone, and of the citizen who has left
    states = {delivery.DELIVERED: COUNT - 2 * ten, delivery.UNDELIVERABLE: ten, delivery.UNDELIVERED: ten}
    assert found["states"] == states


def one_is_missing(session: Session) -> None:
    session.execute(delete(Message).where(Message.id == select(Message.id).limit(1).scalar_subquery()))


def two_are_exchanged(session: Session) -> None:
    first, second = session.scalars(select(Message).where(Message.conversation_id == "c0").order_by(Message.seq)).all()[
        :2
    ]
    names = first.notice_id, second.notice_id
    first.notice_id = second.notice_id = None
    session.flush()
    second.notice_id, first.notice_id = names


def one_is_shown_though_it_waits(session: Session) -> None:
    row = session.scalars(select(OutboxRow).where(OutboxRow.conversation_id == "c0")).first()
    assert row is not None
    row.state = delivery.UNDELIVERABLE


@pytest.mark.parametrize("mischief", [one_is_missing, two_are_exchanged, one_is_shown_though_it_waits])
def test_the_judge_sees_what_is_wrong(sessions: Sessions, mischief: Callable[[Session], None]) -> None:
    notices.write(sessions, 2 * notices.PER_TICKET * 3)
    door = notices.Door(sessions, 0.0, 1)
    try:
        with sessions.begin() as session:
            rows = [
                (row.id, row.conversation_id, row.response)
                for row in session.scalars(select(OutboxRow).order_by(OutboxRow.id))
            ]
        for id_, conversation, response in rows:
            status, _ = door.append({"notice_id": str(id_), "conversation_id": conversation, "response": response})
            with sessions.begin() as session:
                state = delivery.DELIVERED if status == 200 else delivery.UNDELIVERABLE
                delivery.settle(session, id_, state, state, deadlines.now())
    finally:
        door.server_close()
    assert notices.judge(sessions)["wrong"] == []
    with sessions.begin() as session:
        mischief(session)
    assert notices.judge(sessions)["wrong"] != []


def test_the_judge_sees_a_wrong_order(sessions: Sessions) -> None:
    notices.write(sessions, 2 * notices.PER_TICKET)
    door = notices.Door(sessions, 0.0, 1)
    with sessions.begin() as session:
        rows = [
            (row.id, row.conversation_id) for row in session.scalars(select(OutboxRow).order_by(OutboxRow.id.desc()))
        ]
    for id_, conversation in rows:
        door.append({"notice_id": str(id_), "conversation_id": conversation, "response": "utter_notice_closed"})
        with sessions.begin() as session:
            delivery.settle(session, id_, delivery.DELIVERED, "delivered", deadlines.now())
    door.server_close()
    assert notices.judge(sessions)["wrong"]
