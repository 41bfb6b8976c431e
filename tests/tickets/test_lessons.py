"""Questions to learn from: masked, grouped, put away, forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from xiaobao.tickets import lessons

NOW = datetime(2026, 11, 2, 4, 0, tzinfo=timezone.utc)


@pytest.fixture
def kept(sessions: Any) -> Any:
    with sessions.begin() as session:
        for n, question in enumerate(
            ["月子中心退钱吗", "月子中心能退钱吗", "我的电话13812345678，宠物店的猫病了", "月子中心不退钱怎么办", " "]
        ):
            lessons.add(session, kind="declined", question=question, now=NOW + timedelta(minutes=n))
        lessons.add(session, kind="disliked", question="鞋子开胶", now=NOW - timedelta(days=200), topic_id="qual-01")
    return sessions


def test_alike_questions_come_together_and_the_largest_group_first(kept: Any) -> None:
    with kept() as session:
        first, *others = lessons.groups(lessons.open_rows(session))
    assert [row.question for row in first.rows] == ["月子中心不退钱怎么办", "月子中心能退钱吗", "月子中心退钱吗"]
    assert sorted(len(group.rows) for group in others) == [1, 1]


def test_telephone_numbers_are_masked_before_they_are_kept(kept: Any) -> None:
    with kept() as session:
        texts = [row.question for row in lessons.open_rows(session, "declined")]
    assert "我的电话138****5678，宠物店的猫病了" in texts
    assert len(texts) == 4, "an empty question was kept"


def test_what_is_closed_is_gone_from_the_list_and_closed_once(kept: Any) -> None:
    with kept.begin() as session:
        group = lessons.groups(lessons.open_rows(session))[0]
        assert lessons.close(session, group.ids, 1, NOW) == 3
        assert lessons.close(session, group.ids, 2, NOW) == 0
        assert lessons.counts(session) == {"declined": 1, "disliked": 1}


def test_old_questions_are_forgotten(kept: Any) -> None:
    with kept.begin() as session:
        assert lessons.forget(session, NOW) == 1
        assert lessons.counts(session) == {"declined": 4}
