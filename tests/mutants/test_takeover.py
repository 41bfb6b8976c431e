"""What has to hold while a clerk talks is checked by a check that is itself checked: broken variants must not pass it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import NOW
from xiaobao.conversations import messages, takeovers, turns
from xiaobao.conversations.messages import Draft
from xiaobao.conversations.tables import BOT, CITIZEN
from xiaobao.conversations.takeovers import Patience
from xiaobao.conversations.turns import Owed, Runner

Sessions = sessionmaker[Session]
MINUTE = timedelta(minutes=1)
PATIENCE = Patience(wait=10 * MINUTE, silence=10 * MINUTE, staffed=True)


def course(sessions: Sessions) -> None:
    """A turn that ends in time, one that comes too late, two clerks, a silence; then judged by what was said."""
    conversation_id, wish = _asked(sessions)
    _hear(sessions, conversation_id, "在吗")
    in_time = _next(sessions, conversation_id)
    _take(sessions, wish, 1, "王")
    with pytest.raises(takeovers.Taken):
        _take(sessions, wish, 2, "李")
    assert _answer(sessions, in_time)
    _hear(sessions, conversation_id, "卡是10月3日办的")
    assert _next(sessions, conversation_id) is None
    with sessions.begin() as session:
        takeovers.say(session, wish, account_id=1, text="记下了", key="k", now=NOW)
        takeovers.look_after(session, wish, NOW + 10 * MINUTE, PATIENCE)
    told = []
    while (turn := _next(sessions, conversation_id)) is not None:
        told.append(turn.payload)
        assert _answer(sessions, turn)
    assert told == ['/human_left{"value": "silent"}']
    assert _said(sessions, conversation_id) == ["citizen", "bot", "system", "citizen", "staff", "bot"]
    _too_late(sessions)


def _too_late(sessions: Sessions) -> None:
    conversation_id, wish = _asked(sessions)
    _hear(sessions, conversation_id, "在吗")
    late = _next(sessions, conversation_id)
    _take(sessions, wish, 1, "王")
    after_all = NOW + turns.LEASE + MINUTE
    with sessions.begin() as session:
        takeovers.say(session, wish, account_id=1, text="您好", key="k2", now=after_all)
    assert not _answer(sessions, late)
    assert _said(sessions, conversation_id) == ["citizen", "system", "staff"]


def it_owes_what_is_said_to_the_clerk(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(messages, "_turn_of_the_clerk", lambda *_: None)


def it_speaks_after_the_greeting(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(takeovers, "staff_speaks", lambda *_: False)


def it_greets_before_the_bot_has_ended(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(takeovers, "_bot_speaks", lambda *_: False)


def it_never_announces_who_waited_for_the_bot(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(takeovers, "bot_has_ended", lambda *_: False)


def it_gives_one_talk_to_two_clerks(patch: pytest.MonkeyPatch) -> None:
    def locked(session: Session, takeover_id: int) -> Any:
        row, owner = known(session, takeover_id)
        if row.state == takeovers.TALKING and row.account_id == 1 and row.greeting is not None:
            row.state = takeovers.WAITING
        return row, owner

    known = takeovers._locked
    patch.setattr(takeovers, "_locked", locked)


def it_never_comes_back(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(takeovers, "_ending", lambda *_: None)


BROKEN: list[Callable[[pytest.MonkeyPatch], None]] = [
    it_owes_what_is_said_to_the_clerk,
    it_speaks_after_the_greeting,
    it_greets_before_the_bot_has_ended,
    it_never_announces_who_waited_for_the_bot,
    it_gives_one_talk_to_two_clerks,
    it_never_comes_back,
]


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_variant_is_caught(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch, broken: Callable[[pytest.MonkeyPatch], None]
) -> None:
    broken(monkeypatch)
    with pytest.raises((AssertionError, pytest.fail.Exception, takeovers.TakeoverError)):
        course(sessions)


def test_the_product_passes(sessions: Sessions) -> None:
    course(sessions)


def _asked(sessions: Sessions) -> tuple[str, int]:
    with sessions.begin() as session:
        conversation_id = messages.open_conversation(session, channel="website", now=NOW)
        takeovers.ask(session, conversation_id, {}, NOW)
        [wish] = [view.id for view in takeovers.queue(session) if view.conversation_id == conversation_id]
    return conversation_id, wish


def _take(sessions: Sessions, wish: int, account_id: int, name: str) -> None:
    with sessions.begin() as session:
        takeovers.take(session, wish, account_id=account_id, name=name, greeting=name, now=NOW)


def _hear(sessions: Sessions, conversation_id: str, text: str) -> None:
    with sessions.begin() as session:
        messages.append(session, conversation_id, Draft(CITIZEN, text, payload=text), NOW)


def _next(sessions: Sessions, conversation_id: str) -> Owed | None:
    with sessions.begin() as session:
        return turns.next_turn(session, conversation_id, Runner("bot:1"), NOW)


def _answer(sessions: Sessions, turn: Owed | None) -> bool:
    assert turn is not None
    with sessions.begin() as session:
        return turns.answer(session, turn.turn_id, [Draft(BOT, "好")], NOW)


def _said(sessions: Sessions, conversation_id: str) -> list[str]:
    with sessions.begin() as session:
        return [one.speaker for one in messages.of_conversation(session, conversation_id)]
