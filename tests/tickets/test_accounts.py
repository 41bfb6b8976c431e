"""Accounts of staff: unique, lockable, never with their hash in a view."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories import NOW
from xiaobao.tickets import accounts
from xiaobao.tickets.errors import InvalidField, NotFound


def create(session, login="li", role="clerk", **changes):
    values = {"name": "李受理", "password_hash": "hash", "now": NOW} | changes
    return accounts.create(session, login=login, role=role, **values)


def test_a_login_is_found_whatever_its_case_and_blanks(sessions):
    with sessions.begin() as session:
        create(session, " Li ")
        found = accounts.find(session, "LI")
    assert (found.login, found.name, found.role, found.must_change) == ("li", "李受理", "clerk", True)
    assert "hash" not in repr(found)


def test_a_taken_login_is_refused_and_the_transaction_goes_on(sessions):
    with sessions.begin() as session:
        create(session)
        with pytest.raises(InvalidField, match="taken"):
            create(session, "LI")
        create(session, "wang")
    with sessions.begin() as session:
        assert [account.login for account in accounts.all_accounts(session)] == ["li", "wang"]


@pytest.mark.parametrize(
    ("field", "changes"), [("role", {"role": "citizen"}), ("role", {"role": "king"}), ("login", {"login": " "})]
)
def test_a_wrong_account_is_refused(sessions, field, changes):
    with sessions.begin() as session, pytest.raises(InvalidField) as error:
        create(session, **changes)
    assert error.value.field == field


def test_the_fifth_wrong_password_locks_for_a_quarter_of_an_hour(sessions):
    with sessions.begin() as session:
        create(session)
        for _ in range(4):
            accounts.record_failure(session, "li", NOW)
        assert accounts.may_log_in(accounts.find(session, "li"), NOW)
        accounts.record_failure(session, "li", NOW)
        locked = accounts.find(session, "li")
        assert not accounts.may_log_in(locked, NOW + timedelta(minutes=14))
        assert accounts.may_log_in(locked, NOW + timedelta(minutes=15))


def test_a_right_password_forgets_the_wrong_ones(sessions):
    with sessions.begin() as session:
        create(session)
        accounts.record_failure(session, "li", NOW)
        accounts.record_success(session, "li")
        assert accounts.find(session, "li").failed == 0
        accounts.record_failure(session, "nobody", NOW)


def test_a_new_password_unlocks_and_a_disabled_account_stays_out(sessions):
    with sessions.begin() as session:
        account = create(session)
        for _ in range(5):
            accounts.record_failure(session, "li", NOW)
        accounts.set_password(session, account.id, "new")
        assert accounts.password_hash(session, "li") == "new"
        assert accounts.may_log_in(accounts.get(session, account.id), NOW)
        accounts.set_disabled(session, account.id, True)
        assert not accounts.may_log_in(accounts.get(session, account.id), NOW)


def test_only_handlers_in_office_can_be_assigned_to(sessions):
    with sessions.begin() as session:
        create(session)
        create(session, "wang", "handler")
        gone = create(session, "zhao", "handler")
        accounts.set_disabled(session, gone.id, True)
        assert [account.login for account in accounts.handlers(session)] == ["wang"]


def test_an_unknown_account_is_not_found(sessions):
    with sessions.begin() as session:
        for change in (lambda: accounts.set_password(session, 9, "x"), lambda: accounts.set_disabled(session, 9, True)):
            with pytest.raises(NotFound):
                change()
        assert accounts.get(session, 9) is None
        assert accounts.password_hash(session, "nobody") is None
