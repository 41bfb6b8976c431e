"""Templates, a ticket that was accepted, and who sends."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import CLERK, NOW, REFERENCE, an_office, file_ticket
from xiaobao import database
from xiaobao.documents import kinds, store, templates
from xiaobao.documents.kinds import Catalogue
from xiaobao.documents.templates import Template
from xiaobao.tickets import service


@pytest.fixture
def catalogue() -> Catalogue:
    return kinds.load(REFERENCE)


@pytest.fixture
def shipped(catalogue: Catalogue) -> dict[str, Template]:
    return {kind: templates.of(catalogue, Path("/nowhere"), kind) for kind in catalogue.kinds}


@pytest.fixture
def sessions(engine: object) -> sessionmaker[Session]:
    return database.make_sessions(engine)  # type: ignore[arg-type]


@pytest.fixture
def sending() -> store.Sending:
    return store.Sending(CLERK, NOW, an_office("regulator"))


@pytest.fixture
def by_telephone(sessions: sessionmaker[Session]) -> str:
    """A complaint without a conversation that was accepted: its clock waits for the telling."""
    number = file_ticket(sessions, "regulator", conversation_id=None)
    with sessions.begin() as session:
        service.accept(session, number, actor=CLERK, now=NOW, office=an_office("regulator"))
    return number


@pytest.fixture
def online(sessions: sessionmaker[Session]) -> str:
    """A complaint of a conversation on the website that was accepted."""
    number = file_ticket(sessions, "regulator", channel="website")
    with sessions.begin() as session:
        service.accept(session, number, actor=CLERK, now=NOW, office=an_office("regulator"))
    return number
