"""Rates: what counts, what is left out, and that nothing is never a hundred per cent."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import CITIZEN, CLERK, NOW, SUPERVISOR, an_office, file_ticket
from xiaobao.tickets import rates, service
from xiaobao.tickets.errors import InvalidField
from xiaobao.tickets.tables import Ticket, TicketEvent
from xiaobao.tickets.workflow import Status, Step

DECEMBER = rates.period("2026-12")
LATER = date(2027, 3, 1)


def told(sessions: sessionmaker[Session], code: str, asked: rates.Period, today: date = LATER) -> tuple[int, int]:
    with sessions.begin() as session:
        (rate,) = [one for one in rates.rates(session, asked, today) if one.code == code]
        everything = rates.tickets(session, code, asked, today, missed=False)
        missed = rates.tickets(session, code, asked, today, missed=True)
    assert len(everything) == rate.whole and len(missed) == rate.whole - rate.done
    return rate.done, rate.whole


def test_without_tickets_there_is_no_rate(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        found = rates.rates(session, DECEMBER, LATER)
    assert [rate.code for rate in found] == list(rates.DEFINITIONS)
    assert all(rate.percent is None for rate in found)


def test_decided_in_time_counts_what_was_due_and_leaves_out_what_was_withdrawn(sessions: sessionmaker[Session]) -> None:
    in_time, late, forgotten, taken_back = (file_ticket(sessions) for _ in range(4))  # due on 2 December
    with sessions.begin() as session:
        service.accept(session, in_time, actor=CLERK, now=NOW + timedelta(days=2), office=an_office())
        service.accept(session, late, actor=CLERK, now=NOW + timedelta(days=20), office=an_office())
        service.withdraw(session, taken_back, actor=CITIZEN, now=NOW)
    assert told(sessions, "decided", DECEMBER) == (1, 3)
    assert told(sessions, "decided", rates.period("2026-Q4")) == (1, 3)
    assert told(sessions, "decided", rates.period("2026-11")) == (0, 0)
    assert forgotten


def test_what_is_not_due_yet_is_not_missed(sessions: sessionmaker[Session]) -> None:
    file_ticket(sessions)
    assert told(sessions, "decided", DECEMBER, today=date(2026, 12, 2)) == (0, 0)
    assert told(sessions, "decided", DECEMBER, today=date(2026, 12, 3)) == (0, 1)


def test_answers_to_suggestions_and_ratings(sessions: sessionmaker[Session]) -> None:
    answered, _ = (file_ticket(sessions, ticket_kind="suggestion") for _ in range(2))
    complaint = file_ticket(sessions)
    with sessions.begin() as session:
        service.assign(session, answered, actor=CLERK, now=NOW, department="一科")
        service.reply(session, answered, actor=SUPERVISOR, now=NOW, text="谢谢")
        service.accept(session, complaint, actor=CLERK, now=NOW, office=an_office())
        service.assign(session, complaint, actor=CLERK, now=NOW, department="一科")
        service.close(session, complaint, actor=SUPERVISOR, now=NOW, office=an_office(), result="退款")
        service.rate(session, complaint, actor=CITIZEN, now=NOW, score=2)
        service.rate(session, complaint, actor=CITIZEN, now=NOW, score=5)
    november = rates.period("2026-11")
    assert told(sessions, "answered", november) == (1, 2)
    assert told(sessions, "content", november) == (1, 1)
    assert told(sessions, "followed", november) == (0, 1)
    assert told(sessions, "settled", november) == (0, 0)


@pytest.mark.parametrize(("code", "first", "last"), [
    ("2026-02", date(2026, 2, 1), date(2026, 2, 28)), ("2026-12", date(2026, 12, 1), date(2026, 12, 31)),
    ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31)), ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
])  # fmt: skip
def test_months_and_quarters(code: str, first: date, last: date) -> None:
    assert rates.period(code) == rates.Period(code, first, last)


@pytest.mark.parametrize("code", ["", "2026", "2026-13", "2026-Q5", "1999-01", "2026-1", "' OR 1=1"])
def test_no_other_period_is_taken(code: str) -> None:
    with pytest.raises(InvalidField):
        rates.period(code)


def test_recent_periods_cross_the_year() -> None:
    assert rates.recent(date(2027, 2, 1)) == [
        *("2027-02", "2027-01", "2026-12", "2026-11", "2026-10", "2026-09"),
        *("2027-Q1", "2026-Q4", "2026-Q3", "2026-Q2"),
    ]


def test_a_mediation_counts_as_settled_only_with_an_agreement(sessions: sessionmaker[Session]) -> None:
    agreed, ended, never_begun = (file_ticket(sessions) for _ in range(3))
    steps = {agreed: (Step.MEDIATE, Step.AGREE), ended: (Step.MEDIATE, Step.TERMINATE), never_begun: (Step.TERMINATE,)}
    with sessions.begin() as session:
        for number, taken in steps.items():
            ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
            for step in taken:
                ticket.events.append(
                    TicketEvent(at=NOW, step=str(step), status_to="closed", role="handler", payload={})
                )
    assert told(sessions, "settled", rates.period("2026-11")) == (1, 2)


def test_an_archived_suggestion_was_answered(sessions: sessionmaker[Session]) -> None:
    file_ticket(sessions, ticket_kind="suggestion")
    with sessions.begin() as session:
        session.scalars(select(Ticket)).one().status = str(Status.ARCHIVED)
    assert told(sessions, "answered", rates.period("2026-11")) == (1, 1)
