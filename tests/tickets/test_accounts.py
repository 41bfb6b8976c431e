"""Accounts of staff: unique, lockable, never with their hash in a view."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories import CLERK, NOW, an_office, file_ticket
from xiaobao.tickets import accounts, queries, service
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


def test_a_term_of_office_ends_with_its_last_day(sessions):
    with sessions.begin() as session:
        account = accounts.create(session, login="t", name="听", role="inspector", password_hash="-", now=NOW)
        kept = accounts.change(session, account.id, name="听", role="inspector", valid_until=NOW.date())
        assert accounts.may_log_in(kept, NOW)
        assert not accounts.may_log_in(kept, NOW + timedelta(days=1))


def test_a_closed_account_leaves_no_ticket_without_an_owner(sessions):
    number = file_ticket(sessions)
    with sessions.begin() as session:
        handler = accounts.create(session, login="h", name="王", role="handler", password_hash="-", now=NOW)
        service.accept(session, number, actor=CLERK, now=NOW, office=an_office())
        service.assign(session, number, actor=CLERK, now=NOW, department="一科", handler=handler.id)
        assert accounts.open_tickets(session, handler.id) == 1
        before = queries.ticket(session, number).version
        assert accounts.set_disabled(session, handler.id, True) == 1
        session.expire_all()
        ticket = queries.ticket(session, number)
        assert (ticket.assignee_id, ticket.department, ticket.version) == (None, "一科", before + 1)
        assert accounts.set_disabled(session, handler.id, False) == 0


@pytest.mark.parametrize(
    ("field", "changes"),
    [("role", {"role": "king"}), ("name", {"name": " "}), ("institution", {"role": "liaison", "institution": None})],
)
def test_a_wrong_change_names_its_field(sessions, field, changes):
    with sessions.begin() as session:
        account = accounts.create(session, login="h", name="王", role="clerk", password_hash="-", now=NOW)
        with pytest.raises(InvalidField) as refused:
            accounts.change(session, account.id, **{"name": "王", "role": "clerk", **changes})
    assert refused.value.field == field


def test_a_handler_with_open_tickets_keeps_the_role(sessions):
    number = file_ticket(sessions)
    with sessions.begin() as session:
        handler = accounts.create(session, login="h", name="王", role="handler", password_hash="-", now=NOW)
        service.accept(session, number, actor=CLERK, now=NOW, office=an_office())
        service.assign(session, number, actor=CLERK, now=NOW, department="一科", handler=handler.id)
        with pytest.raises(InvalidField):
            accounts.change(session, handler.id, name="王", role="clerk")


def test_institutions_are_those_with_a_liaison_who_can_sign_in(sessions):
    with sessions.begin() as session:
        for login, bank in (("a", "甲银行"), ("b", "乙银行"), ("c", "甲银行")):
            accounts.create(
                session, login=login, name="联", role="liaison", password_hash="-", now=NOW, institution=bank
            )
        accounts.set_disabled(session, accounts.find(session, "b").id, True)
        assert accounts.institutions(session) == ["甲银行"]
