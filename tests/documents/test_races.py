"""Two who act on one document at once, on both databases: one of them does, the other is told."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import select

from tests.documents.test_store import written
from tests.factories import NOW
from xiaobao.documents import store
from xiaobao.tickets import queries
from xiaobao.tickets.errors import StepNotOpen
from xiaobao.tickets.tables import OutboxRow

ACTS: dict[str, Callable[..., None]] = {
    "offer": lambda session, row, sending: store.offer(session, row, sending),
    "post": lambda session, row, sending: store.hand_over(
        session, row, sending, means="post", on=NOW.date(), tracking="1"
    ),
    "void": lambda session, row, sending: store.void(session, row, sending, "写错了"),
}


@pytest.mark.parametrize("pair", [("offer", "offer"), ("offer", "post"), ("post", "void"), ("offer", "void")])
def test_one_document_goes_out_once(sessions, catalogue, shipped, sending, online, pair):
    with sessions.begin() as session:
        document_id = written(session, catalogue, shipped, online, sending=sending).id
    refused: list[BaseException] = []
    ready = threading.Barrier(2)

    def act(name: str) -> None:
        ready.wait(10)
        try:
            with sessions.begin() as session:
                ACTS[name](session, store.get(session, online, document_id, lock=True), sending)
        except BaseException as error:
            refused.append(error)

    threads = [threading.Thread(target=act, args=(name,)) for name in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [type(error) for error in refused] == [StepNotOpen]
    with sessions() as session:
        (view,) = store.of_ticket(session, online)
        told = [event for event in queries.ticket(session, online).events if event.step == "tell"]
        notices = session.scalars(select(OutboxRow).where(OutboxRow.response == store.LINKED)).all()
    assert (view.sent_at is None) == (view.voided_at is not None)
    assert len(told) == (view.sent_at is not None) and len(notices) == (view.means == "conversation")
