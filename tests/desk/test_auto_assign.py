"""Assigning by rule: filled in beforehand, or done at acceptance where the office wants it."""

from __future__ import annotations

import pytest

from tests.desk.conftest import Browser
from tests.factories import file_ticket
from xiaobao.desk.context import Desk
from xiaobao.tickets import assignment, office_settings, queries
from xiaobao.tickets.accounts import AccountView


@pytest.fixture
def ruled(desk: Desk, staff: dict[str, AccountView]) -> str:
    with desk.writing.begin() as session:
        assignment.add(session, {"name": "东城<b>的", "region": "东城", "department": "消保科", "handler": "least"})
    return file_ticket(desk.writing)


def test_the_form_is_filled_in_and_names_the_rule(clerk: Browser, staff: dict[str, AccountView], ruled: str) -> None:
    clerk.post(f"/tickets/{ruled}/accept", version="1")
    page = clerk.get(f"/tickets/{ruled}?step=assign").text
    assert 'value="消保科"' in page and f'<option value="{staff["handler"].id}" selected>' in page
    assert "按规则“东城&lt;b&gt;的”" in page


def test_acceptance_assigns_only_where_it_was_switched_on(clerk: Browser, desk: Desk, ruled: str) -> None:
    other = file_ticket(desk.writing)
    clerk.post(f"/tickets/{other}/accept", version="1")
    with desk.writing.begin() as session:
        assert queries.ticket(session, other).status == "accepted"
        office_settings.save(session, {"auto_assign": "yes"})
    clerk.post(f"/tickets/{ruled}/accept", version="1")
    with desk.reading() as session:
        ticket = queries.ticket(session, ruled)
    assert (ticket.status, ticket.department, ticket.assignee_name) == ("assigned", "消保科", "承办人甲")


def test_a_ticket_that_no_rule_fits_stays_accepted(clerk: Browser, desk: Desk, ruled: str) -> None:
    number = file_ticket(desk.writing, merchant_address="云泽市西城区", region=None)
    with desk.writing.begin() as session:
        office_settings.save(session, {"auto_assign": "yes"})
    clerk.post(f"/tickets/{number}/accept", version="1")
    with desk.reading() as session:
        assert queries.ticket(session, number).status == "accepted"
