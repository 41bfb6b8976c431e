"""Departments: added, closed, offered."""

from __future__ import annotations

import pytest

from tests.factories import NOW
from xiaobao.tickets import accounts, departments
from xiaobao.tickets.errors import InvalidField, NotFound


def test_departments_of_the_table_and_of_accounts_are_offered_without_closed_ones(sessions):
    with sessions.begin() as session:
        accounts.create(session, login="w", name="王", role="handler", password_hash="-", now=NOW, department="二科")
        one = departments.add(session, "一科")
        departments.add(session, " 三科 ")
        assert departments.names(session) == ["一科", "三科", "二科"]
        departments.set_closed(session, one.id, True)
        assert departments.names(session) == ["三科", "二科"]
        departments.set_closed(session, one.id, False)
        assert "一科" in departments.names(session)


@pytest.mark.parametrize("name", ["", " ", "一科", "x" * 41])
def test_an_empty_overlong_or_known_name_is_refused(sessions, name):
    with sessions.begin() as session:
        departments.add(session, "一科")
        with pytest.raises(InvalidField):
            departments.add(session, name)


def test_an_unknown_department_is_not_found(sessions):
    with sessions.begin() as session, pytest.raises(NotFound):
        departments.set_closed(session, 999, True)
