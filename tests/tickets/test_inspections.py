"""Tickets drawn for inspectors: ended ones of the last year, never reports."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from tests.factories import NOW, file_ticket, staff
from xiaobao.tickets import inspections
from xiaobao.tickets.errors import InvalidField, NotFound, StepNotOpen
from xiaobao.tickets.tables import Ticket
from xiaobao.tickets.workflow import Role


@pytest.fixture
def inspector(sessions):
    with sessions.begin() as session:
        return staff(session, Role.INSPECTOR, "ting", "听监督").account_id


@pytest.fixture
def closed(sessions):
    """Two ended complaints, and beside them what is never drawn."""
    numbers = [file_ticket(sessions), file_ticket(sessions)]
    file_ticket(sessions, ticket_kind="report")
    file_ticket(sessions, ticket_kind="distress")
    file_ticket(sessions, now=NOW - timedelta(days=400))
    with sessions.begin() as session:
        session.execute(update(Ticket).values(status="closed"))
    file_ticket(sessions)  # still open
    return set(numbers)


def test_only_ended_complaints_of_the_last_year_are_drawn_and_none_twice(sessions, inspector, closed):
    with sessions.begin() as session:
        assert inspections.draw(session, inspector, 50, NOW) == 2
        assert {one.number for one in inspections.listed(session, inspector)} == closed
        assert inspections.draw(session, inspector, 50, NOW) == 0


def test_a_score_and_an_opinion_are_given_once(sessions, inspector, closed):
    with sessions.begin() as session:
        inspections.draw(session, inspector, 1, NOW)
        one = inspections.listed(session, inspector)[0]
        inspections.judge(session, one.id, inspector, now=NOW, score="4", opinion=" 答复清楚 ")
        judged = inspections.get(session, one.id, inspector)
        assert (judged.score, judged.opinion, judged.judged_at) == (4, "答复清楚", NOW)
        with pytest.raises(StepNotOpen):
            inspections.judge(session, one.id, inspector, now=NOW, score="5", opinion="改")


@pytest.mark.parametrize(
    ("score", "opinion", "field"),
    [("0", "好", "score"), ("six", "好", "score"), ("5", " ", "opinion"), ("5", "x" * 2001, "opinion")],
)
def test_a_wrong_field_is_named(sessions, inspector, closed, score, opinion, field):
    with sessions.begin() as session:
        inspections.draw(session, inspector, 1, NOW)
        one = inspections.listed(session, inspector)[0]
        with pytest.raises(InvalidField) as refused:
            inspections.judge(session, one.id, inspector, now=NOW, score=score, opinion=opinion)
    assert refused.value.field == field


def test_what_was_drawn_for_somebody_else_is_not_found(sessions, inspector, closed):
    with sessions.begin() as session:
        other = staff(session, Role.INSPECTOR, "kan", "看监督").account_id
        inspections.draw(session, inspector, 1, NOW)
        one = inspections.listed(session, inspector)[0]
        with pytest.raises(NotFound):
            inspections.get(session, one.id, other)
        with pytest.raises(NotFound):
            inspections.judge(session, one.id, other, now=NOW, score="5", opinion="好")


@pytest.mark.parametrize("count", [0, 51])
def test_one_to_fifty_are_drawn_at_once(sessions, inspector, count):
    with sessions.begin() as session, pytest.raises(InvalidField):
        inspections.draw(session, inspector, count, NOW)


def test_nothing_is_drawn_for_another_role(sessions):
    with sessions.begin() as session, pytest.raises(InvalidField):
        inspections.draw(session, staff(session).account_id, 1, NOW)
