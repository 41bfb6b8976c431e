"""The index of words on both databases: what is found, in which order, and that nothing breaks out of a question."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event, select, text
from sqlalchemy.orm import Session, sessionmaker

from benchmarks import desk_fill
from tests.factories import NOW, file_ticket
from xiaobao.tickets import grams, keeping, queries, search_index
from xiaobao.tickets.tables import Ticket

NASTY = ("'; DROP TABLE tickets; --", '" OR 1=1', "<script>alert(1)</script>", "a'b\"c", "NEAR(退款 漏电)", "退款 OR *",
         "tokens:退款", "^退款", "退款:*", "& | ! <->", "\\", "\x00", "{退款}", "(" * 50, "退" * 5000, "🙂", "%", "_")  # fmt: skip


def found(sessions: sessionmaker[Session], words: str) -> list[int]:
    with sessions.begin() as session:
        return [int(row.number[-6:]) for row in queries.search(session, text=words).items]


def test_any_stretch_of_two_characters_is_found_and_the_newest_stands_first(sessions: sessionmaker[Session]) -> None:
    stories = ["店里的水壶会漏电，很危险。", "漏水的电水壶", "电水壶漏电"]
    for story in stories:
        file_ticket(sessions, narrative=story, item="家电", merchant="好物店")
    assert found(sessions, "漏电") == [3, 1]
    assert found(sessions, "水壶") == [3, 2, 1]
    assert found(sessions, "电水壶漏电") == [3]
    assert found(sessions, "壶水") == []
    assert found(sessions, "危险 漏电") == [1]
    assert found(sessions, "险") == [1]


def test_the_end_of_an_order_number_and_a_whole_telephone_number_are_enough(sessions: sessionmaker[Session]) -> None:
    file_ticket(sessions, order_number="E2026112233445566", contact_phone="13911112222")
    file_ticket(sessions, contact_phone="13800000000", narrative="请打13911112222找店长")
    assert found(sessions, "5566") == found(sessions, "445566") == [1]
    assert found(sessions, "13911112222") == [2, 1]
    assert found(sessions, "13911112222 水壶") == [2, 1]
    assert found(sessions, "1391111") == [2]  # of a story's number the beginning is a word, of a citizen's it is not


@pytest.mark.parametrize("words", NASTY)
def test_whatever_stands_in_the_box_is_only_looked_for(sessions: sessionmaker[Session], words: str) -> None:
    file_ticket(sessions, narrative="退款 漏电")
    found(sessions, words)
    with sessions.begin() as session:
        assert session.scalar(select(Ticket.id)) is not None


def test_any_text_at_all_can_be_looked_for(sessions: sessionmaker[Session]) -> None:
    file_ticket(sessions)

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.text(max_size=40))
    def look(words: str) -> None:
        found(sessions, words)

    look()


def test_a_changed_text_is_found_by_its_new_words_only(sessions: sessionmaker[Session]) -> None:
    file_ticket(sessions, merchant="旧名商店")
    with sessions.begin() as session:
        ticket = session.scalars(select(Ticket)).one()
        ticket.merchant = "新名商店"
    assert found(sessions, "旧名") == [] and found(sessions, "新名") == [1]
    with sessions.begin() as session:
        session.delete(session.scalars(select(Ticket)).one())
    assert found(sessions, "新名") == []
    file_ticket(sessions, merchant="再开商店")
    assert found(sessions, "新名") == [] and found(sessions, "再开") == [2]


def test_what_is_rolled_back_is_not_in_the_index(sessions: sessionmaker[Session]) -> None:
    file_ticket(sessions)
    with sessions() as session:
        session.scalars(select(Ticket)).one().narrative = "绝无此事"
        session.flush()
        session.rollback()
    assert found(sessions, "绝无此事") == [] and found(sessions, "漏电") == [1]


def test_a_very_long_story_is_indexed(sessions: sessionmaker[Session]) -> None:
    file_ticket(sessions, narrative="漏电又漏水，" * 3000 + "尾")
    file_ticket(sessions, narrative="a" * 20_000)
    assert found(sessions, "漏电又漏水") == [1] and found(sessions, "a" * 20_000) == [2]


@pytest.mark.slow
def test_the_plan_uses_the_index_and_pages_follow_one_another_at_thousands_of_tickets(
    engine: Engine, sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_index, "BUCKET", 256)  # so that three thousand tickets lie in a dozen
    desk_fill.fill(engine, 3000, NOW)
    with sessions.begin() as session:
        assert "ticket_search" in _plan(session)
        below, seen = None, []
        while ids := queries.ids_with(session, "退款", [], 200, below):
            seen += ids
            below = ids[-1]
        wanted = [id_ for id_, story in session.execute(select(Ticket.id, Ticket.narrative)) if "退款" in story]
    assert seen == sorted(wanted, reverse=True) and len(seen) > 300


def _plan(session: Session) -> str:
    phrases = grams.asked("检测报告")
    if session.get_bind().dialect.name == "sqlite":
        sql = text("EXPLAIN QUERY PLAN SELECT s.rowid FROM ticket_search s JOIN tickets t ON t.id = s.rowid "
                   "WHERE ticket_search MATCH :q ORDER BY s.rowid DESC LIMIT 51")  # fmt: skip
        plan = "\n".join(row[-1] for row in session.execute(sql, {"q": search_index.fts5(phrases)}))
        assert "VIRTUAL TABLE INDEX" in plan and "TEMP B-TREE" not in plan, plan
        return plan + "ticket_search"
    sql = text("EXPLAIN SELECT ticket_id FROM ticket_search WHERE tokens @@ CAST(:q AS tsquery) "
               "ORDER BY ticket_id + 0 DESC LIMIT 51")  # fmt: skip
    plan = "\n".join(row[0] for row in session.execute(sql, {"q": "'第9' & '次维'"}))
    assert "ix_ticket_search_tokens" in plan, plan
    return plan


def test_rebuilding_finds_what_bare_sql_wrote(engine: Engine, sessions: sessionmaker[Session]) -> None:
    file_ticket(sessions)
    with engine.begin() as connection:
        connection.execute(text("UPDATE tickets SET narrative = '凭空出现', status = 'closed'"))
        keeping.rebuild(connection)
    assert found(sessions, "凭空出现") == [1] and found(sessions, "漏电") == []
    with sessions.begin() as session:
        assert not session.scalars(select(Ticket.is_open)).one()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # PostgreSQL plans by its own statistics
def test_rebuilding_asks_for_the_few_clocks_of_each_ticket(sessions: sessionmaker[Session]) -> None:
    """Not for all clocks that run, once a ticket: 100,000 tickets took longer than anybody waits."""
    file_ticket(sessions)
    with sessions.begin() as session:
        connection = session.connection()
        asked: list[tuple[str, Any]] = []
        event.listen(connection, "before_cursor_execute", lambda *told: asked.append((told[2], told[3])))
        keeping.rebuild(connection)
        ((statement, values),) = [one for one in asked if one[0].startswith("UPDATE tickets SET is_open")]
        plan = str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all())
    assert "(ticket_id=?)" in plan and "state=?" not in plan, plan
