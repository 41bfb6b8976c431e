"""Which clocks start, are met and stop with a step."""

from __future__ import annotations

from datetime import date, timedelta

from tests.factories import CITIZEN, CLERK, HANDLER, NOW, SUPERVISOR, an_office, file_ticket
from xiaobao.tickets import queries, service


def clocks_after(sessions, number, *steps):
    with sessions.begin() as session:
        for step, actor, fields in steps:
            getattr(service, step)(session, number, actor=actor, now=NOW + timedelta(days=1), **fields)
        return [(clock.name, clock.state, clock.ended_on) for clock in queries.ticket(session, number).clocks]


TOMORROW = date(2026, 11, 24)
OFFICE = an_office()


def test_filing_starts_the_first_clock(sessions):
    assert clocks_after(sessions, file_ticket(sessions)) == [("accept", "running", None)]


def test_a_decision_meets_it_and_acceptance_starts_the_next(sessions):
    found = clocks_after(sessions, file_ticket(sessions), ("accept", CLERK, {"office": OFFICE}))
    assert found == [("accept", "met", TOMORROW), ("mediate", "running", None)]


def test_a_reply_does_not_end_mediation_but_closing_does(sessions):
    number = file_ticket(sessions)
    steps = [("accept", CLERK, {"office": OFFICE}), ("reply", HANDLER, {"text": "在谈"})]
    assert clocks_after(sessions, number, *steps)[-1] == ("mediate", "running", None)
    steps = [("assign", CLERK, {"department": "消保科"}), ("close", SUPERVISOR, {"result": "和解"})]
    assert clocks_after(sessions, number, *steps)[-1] == ("mediate", "met", TOMORROW)


def test_withdrawing_stops_what_still_runs_and_it_is_never_overdue(sessions):
    number = file_ticket(sessions)
    assert clocks_after(sessions, number, ("withdraw", CITIZEN, {})) == [("accept", "stopped", TOMORROW)]
    with sessions.begin() as session:
        assert not queries.ticket(session, number).clocks[0].overdue(date(2030, 1, 1))


def test_urging_and_adding_material_leave_clocks_alone(sessions):
    steps = [("urge", CITIZEN, {}), ("supplement", CITIZEN, {"text": "收据"})]
    assert clocks_after(sessions, file_ticket(sessions), *steps) == [("accept", "running", None)]


def test_a_report_runs_its_own_clock_until_it_is_closed(sessions):
    number = file_ticket(sessions, ticket_kind="report")
    assert clocks_after(sessions, number, ("assign", CLERK, {"department": "稽查"})) == [("verify", "running", None)]
    assert clocks_after(sessions, number, ("close", SUPERVISOR, {"result": "立案"})) == [("verify", "met", TOMORROW)]


def test_a_suggestion_and_the_central_bank_run_none(sessions):
    assert clocks_after(sessions, file_ticket(sessions, ticket_kind="suggestion")) == []
    assert clocks_after(sessions, file_ticket(sessions, "pbc")) == []


def test_a_clock_that_was_met_too_late_stays_overdue(sessions):
    number = file_ticket(sessions)
    with sessions.begin() as session:
        late = NOW + timedelta(days=30)
        (first, _) = service.accept(session, number, actor=CLERK, now=late, office=OFFICE).clocks
    assert (first.state, first.overdue(date(2026, 11, 24))) == ("met", True)
