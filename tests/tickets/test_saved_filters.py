"""Filters under a name: one's own, few, replaced by the same name."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import NOW, staff
from xiaobao.tickets import saved_filters
from xiaobao.tickets.errors import InvalidField


def test_a_filter_is_kept_replaced_and_forgotten_by_its_owner_alone(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        wang, li = (staff(session, login=login).account_id or 0 for login in ("wang", "li"))
        saved_filters.save(session, wang, " 我的  超期 ", {"overdue": "1", "q": ""}, NOW)
        saved_filters.save(session, wang, "我的 超期", {"overdue": "1", "mine": "1"}, NOW)
        (kept,) = saved_filters.of_account(session, wang)
        assert (kept.name, kept.filters) == ("我的 超期", {"overdue": "1", "mine": "1"})
        assert saved_filters.of_account(session, li) == []
        saved_filters.remove(session, li, kept.id)
        assert saved_filters.of_account(session, wang) == [kept]
        saved_filters.remove(session, wang, kept.id)
        assert saved_filters.of_account(session, wang) == []


def test_a_filter_needs_a_short_name_and_there_are_not_too_many(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        wang = staff(session).account_id or 0
        for name in ("", "  ", "长" * 21):
            with pytest.raises(InvalidField):
                saved_filters.save(session, wang, name, {}, NOW)
        for n in range(saved_filters.MOST):
            saved_filters.save(session, wang, f"第{n}个", {}, NOW)
        with pytest.raises(InvalidField):
            saved_filters.save(session, wang, "再一个", {}, NOW)
