"""The first answer to a key, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import NOW, file_ticket
from xiaobao.tickets import first_answers, queries
from xiaobao.tickets.api_tables import FirstAnswer
from xiaobao.tickets.errors import InvalidField
from xiaobao.tickets.tables import Ticket


def test_an_answer_is_kept_for_its_body_and_refused_for_another(sessions: sessionmaker[Session]) -> None:
    number = file_ticket(sessions)
    with sessions() as session:
        id_ = queries.id_of(session, number)
    one, other = first_answers.digest({"a": 1, "b": "二"}), first_answers.digest({"a": 1})
    with sessions.begin() as session:
        assert first_answers.known(session, "draft", one) is None
        first_answers.keep(session, "draft", one, id_, {"number": number}, NOW)
    with sessions.begin() as session:
        assert first_answers.known(session, "draft", one) == {"number": number}
        with pytest.raises(InvalidField) as refused:
            first_answers.known(session, "draft", other)
    assert refused.value.field == "Idempotency-Key"


def test_the_order_of_fields_makes_no_other_body() -> None:
    assert first_answers.digest({"a": 1, "b": 2}) == first_answers.digest({"b": 2, "a": 1})
    assert first_answers.digest({"a": "1"}) != first_answers.digest({"a": 1})


def test_an_answer_goes_with_its_ticket(sessions: sessionmaker[Session]) -> None:
    number = file_ticket(sessions)
    with sessions.begin() as session:
        first_answers.keep(session, "draft", "d", queries.id_of(session, number), {}, NOW)
    with sessions.begin() as session:
        session.execute(delete(Ticket).where(Ticket.number == number))
    with sessions.begin() as session:
        assert session.scalars(select(FirstAnswer)).all() == []
