"""Sessions of staff: seen, ended one by one and all at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.factories import NOW, staff
from xiaobao.tickets import accounts, staff_sessions
from xiaobao.tickets.roles_tables import StaffSession


@pytest.fixture
def account_id(sessions):
    with sessions.begin() as session:
        return staff(session).account_id


def start(session, account_id, **changes):
    given = {"now": NOW, "address": "203.0.113.9", "agent": "Firefox", **changes}
    return staff_sessions.start(session, account_id, **given)


def test_a_session_is_found_by_its_token_which_is_kept_nowhere(sessions, account_id):
    with sessions.begin() as session:
        token = start(session, account_id)
    with sessions.begin() as session:
        found = staff_sessions.find(session, token, account_id)
        assert found and (found.ip_prefix, found.agent) == ("203.0.113.0/24", "Firefox")
        assert token not in session.scalars(select(StaffSession.token_hash)).one()
        assert staff_sessions.find(session, token, account_id + 1) is None
        assert staff_sessions.find(session, "guessed", account_id) is None


def test_one_session_ends_and_the_other_goes_on(sessions, account_id):
    with sessions.begin() as session:
        first, second = start(session, account_id), start(session, account_id)
        one = staff_sessions.find(session, first, account_id)
        assert not staff_sessions.end(session, one.id, account_id + 1)
        assert staff_sessions.end(session, one.id, account_id)
        assert staff_sessions.find(session, first, account_id) is None
        assert staff_sessions.find(session, second, account_id)


@pytest.mark.parametrize("act", ["password", "disabled", "role"])
def test_a_new_password_a_closed_account_and_a_new_role_end_every_session(sessions, account_id, act):
    with sessions.begin() as session:
        token = start(session, account_id)
        if act == "password":
            accounts.set_password(session, account_id, "new")
        elif act == "disabled":
            accounts.set_disabled(session, account_id, True)
        else:
            accounts.change(session, account_id, name="王", role="clerk")
        assert staff_sessions.find(session, token, account_id) is None


def test_what_was_not_seen_for_thirty_days_is_forgotten(sessions, account_id):
    with sessions.begin() as session:
        old = start(session, account_id, now=NOW - timedelta(days=31))
        kept = start(session, account_id, now=NOW - timedelta(days=29))
        start(session, account_id)
        assert staff_sessions.find(session, old, account_id) is None
        assert staff_sessions.find(session, kept, account_id)


def test_the_latest_used_stands_first(sessions, account_id):
    with sessions.begin() as session:
        start(session, account_id)
        token = start(session, account_id, now=NOW - timedelta(days=1))
        staff_sessions.seen(session, staff_sessions.find(session, token, account_id).id, NOW + timedelta(minutes=5))
        assert staff_sessions.of_account(session, account_id)[0].last_seen == NOW + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("address", "network"),
    [("203.0.113.9", "203.0.113.0/24"), ("2001:db8:1:2::9", "2001:db8:1::/48"), ("unix:", ""), ("", "")],
)
def test_only_the_network_of_an_address_is_kept(address, network):
    assert staff_sessions.prefix(address) == network
