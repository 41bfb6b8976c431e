"""Numbers of documents, on both databases and by several at once."""

from __future__ import annotations

import threading

from xiaobao import database
from xiaobao.documents import numbering


def test_numbers_run_for_each_kind_and_year_without_a_gap(engine, sessions):
    given: list[int] = []

    def take() -> None:
        with database.make_sessions(engine).begin() as session:
            given.append(numbering.take(session, "demo", "reply", 2026))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(given) == list(range(1, 9))
    with sessions.begin() as session:
        assert numbering.take(session, "demo", "reply", 2027) == 1
        assert numbering.take(session, "demo", "acceptance", 2026) == 1
        assert numbering.take(session, "other", "reply", 2026) == 1


def test_a_number_that_was_not_used_is_given_again(sessions):
    with sessions() as session:
        assert numbering.take(session, "demo", "reply", 2026) == 1
        session.rollback()
    with sessions.begin() as session:
        assert numbering.take(session, "demo", "reply", 2026) == 1
    assert numbering.written("消复", 2026, 12) == "消复〔2026〕12号"
