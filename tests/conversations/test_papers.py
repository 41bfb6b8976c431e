"""Documents in their conversation: the owner's alone, the first opening noted once; on both databases."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from xiaobao import database
from xiaobao.conversations import papers
from xiaobao.conversations.papers import Document

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=timezone.utc)


@pytest.fixture
def writing(engine: object) -> sessionmaker[Session]:
    return database.make_sessions(engine)  # type: ignore[arg-type]


def keep(writing: sessionmaker[Session], sent: bool = True, running: int = 1) -> str:
    row = Document(
        ticket_number="XB20261123-000001", office_id="demo", kind="reply", title="答复书", year=2026, running=running,
        number="1号", steps=[], data=b"PK", sha256="0" * 64, template_sha256="0" * 64, text="", shown="好", made_at=NOW,
        conversation_id="conversation-1", sent_at=NOW if sent else None,
    )  # fmt: skip
    with writing.begin() as session:
        session.add(row)
        session.flush()
        return str(row.id)


def first_opened(writing: sessionmaker[Session], document_id: str) -> datetime | None:
    with writing() as session:
        return session.scalars(select(Document.first_opened_at).where(Document.id == document_id)).one()


def test_only_its_own_conversation_opens_a_document_and_only_when_it_was_sent(writing: sessionmaker[Session]) -> None:
    sent, unsent = keep(writing), keep(writing, sent=False, running=2)
    with writing.begin() as session:
        assert papers.opened(session, "conversation-2", sent, NOW) is None
        assert papers.opened(session, "conversation-1", unsent, NOW) is None
        assert papers.opened(session, "conversation-1", "nothing", NOW) is None
    assert first_opened(writing, sent) is None and first_opened(writing, unsent) is None


def test_the_first_opening_stays(writing: sessionmaker[Session]) -> None:
    document_id = keep(writing)
    for hours in (1, 5):
        with writing.begin() as session:
            assert papers.opened(session, "conversation-1", document_id, NOW + timedelta(hours=hours)) is not None
    assert first_opened(writing, document_id) == NOW + timedelta(hours=1)


def test_two_browsers_at_once_open_it_once(writing: sessionmaker[Session]) -> None:
    document_id, ready, failures = keep(writing), threading.Barrier(2), []

    def look(hours: int) -> None:
        try:
            with writing.begin() as session:
                ready.wait(10)
                papers.opened(session, "conversation-1", document_id, NOW + timedelta(hours=hours))
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=look, args=(hours,)) for hours in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == [] and first_opened(writing, document_id) in (NOW + timedelta(hours=1), NOW + timedelta(hours=2))


def test_a_number_is_there_once(writing: sessionmaker[Session]) -> None:
    keep(writing)
    with pytest.raises(Exception, match=r"(?i)unique"):
        keep(writing)
