"""The server of the channel's tests with one mistake built in. Usage: ... -m tests.mutants.broken_wechat FOLDER PORT NAME"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.channels.wechat import delivery, door, incoming, outgoing, reception
from bot.channels.wechat.door import Door, Visit
from tests.bot.channels.wechat.stand_in import build
from xiaobao.conversations import wechat


def nothing_is_recognised_again() -> None:
    """No dedupe: every push is a new message."""
    whole, count = incoming.read, iter(range(10**9))

    def anew(fields: Any) -> incoming.Push:
        push = whole(fields)
        return replace(push, key=f"{push.key}|{next(count)}")

    door.incoming.read = anew


def a_repetition_gets_another_answer() -> None:
    """What went back with the first push is not kept for the second."""
    wechat.replied = lambda session, key, text: None


def the_answer_is_sent_and_given_back() -> None:
    """The retry gets the answer, and a message of our own brings it once more."""

    def peek(self: delivery.Delivery, session: Any, openid: str, key: str) -> str | None:
        nested = session.begin_nested()
        shown = self._shown(session, openid, visited=True)
        nested.rollback()
        session.expire_all()
        return shown.texts[0] if shown.texts else None

    delivery.Delivery._take_passive = peek  # type: ignore[method-assign]
    whole = reception.Reception._reply

    async def and_sent(self: reception.Reception, push: Any, taken: Any, begun: float, tries: int) -> str | None:
        text = await whole(self, push, taken, begun, tries)
        self._run(self._delivery.send(taken.openid))
        return text

    reception.Reception._reply = and_sent  # type: ignore[method-assign]


def the_answer_comes_after_the_platform_hung_up() -> None:
    """Five seconds are not heeded."""
    reception.IN_TIME = reception.HOLD = 60.0


def the_quota_is_not_counted() -> None:
    wechat.left_to_send = lambda row, now: 5


def a_refused_token_is_used_again() -> None:
    whole = wechat.token
    wechat.token = lambda session, app_id, now, refused=None: whole(session, app_id, now)
    wechat.forget_token = lambda session, app_id, refused: None


def safe_mode_answers_in_plain_text() -> None:
    def plain(self: Door, visit: Visit, text: str, now: int) -> str:
        return outgoing.text_reply(citizen=visit.push.sender, account=visit.push.account, text=text, now=now)

    door.Door.answer = plain  # type: ignore[method-assign]


def who_has_left_is_sent_to() -> None:
    """Unfollowing is heard and nothing comes of it."""

    def kept(session: Any, openid: str) -> str | None:
        row = wechat.known(session, openid)
        return row.conversation_id if row is not None else None

    wechat.gone = kept


def nothing_is_broken() -> None:
    """The product as it is."""


MISTAKES: dict[str, Callable[[], None]] = {
    mistake.__name__: mistake
    for mistake in (
        nothing_is_broken,
        nothing_is_recognised_again,
        a_repetition_gets_another_answer,
        the_answer_is_sent_and_given_back,
        the_answer_comes_after_the_platform_hung_up,
        the_quota_is_not_counted,
        a_refused_token_is_used_again,
        safe_mode_answers_in_plain_text,
    )
} | {
    who_has_left_is_sent_to.__name__: who_has_left_is_sent_to
}  # caught by test_echo.py; the platform itself would refuse


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    MISTAKES[sys.argv[3]]()
    build(Path(sys.argv[1])).run(host="127.0.0.1", port=int(sys.argv[2]), access_log=False)
