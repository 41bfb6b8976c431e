"""The WeChat side of a conversation, on a real database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from tests.conversations.conftest import NOON
from xiaobao.conversations import messages, wechat
from xiaobao.conversations.messages import Draft
from xiaobao.conversations.tables import BOT, WechatCitizen

ANNA = "oAnna"


def waiting(session: Session, window: str | None, sent: int = 0, followed: bool = True) -> WechatCitizen:
    """A follower to whom something was said that they have not been shown."""
    row = wechat.citizen(session, ANNA, NOON)
    if window:
        wechat.opened(row, window, NOON)
    row.window_sent, row.followed = sent, followed
    messages.append(session, row.conversation_id, Draft(speaker=BOT, text="已受理"), NOON)
    session.flush()
    return row


@pytest.mark.parametrize(
    ("window", "sent", "followed", "minutes", "told"),
    [
        (wechat.MESSAGE, 4, True, 48 * 60 - 1, True),
        (wechat.MESSAGE, 0, True, 48 * 60, False),
        (wechat.MESSAGE, 5, True, 1, False),
        (wechat.ACTION, 2, True, 0, True),
        (wechat.ACTION, 0, True, 1, False),
        (wechat.ACTION, 3, True, 0, False),
        (None, 0, True, 0, False),
        (wechat.MESSAGE, 0, False, 1, False),
    ],
)
def test_only_what_may_be_sent_now_is_taken_up(
    session: Session, window: str | None, sent: int, followed: bool, minutes: int, told: bool
) -> None:
    row = waiting(session, window, sent, followed)
    at = NOON + timedelta(minutes=minutes)
    assert (wechat.unanswered(session, at) == [row.conversation_id]) is told
    assert (wechat.left_to_send(row, at) > 0) is told, "both rules say the same"


def test_what_was_read_on_the_website_is_not_said_again(session: Session) -> None:
    row = waiting(session, wechat.MESSAGE)
    seq = messages.conversation(session, row.conversation_id).last_seq
    assert wechat.behind(session, row.conversation_id, seq)
    wechat.shown_elsewhere(session, row.conversation_id, seq)
    assert not wechat.behind(session, row.conversation_id, seq) and not wechat.waits(session, row)
    assert wechat.unanswered(session, NOON) == []


def test_a_client_cannot_claim_what_was_never_said(session: Session) -> None:
    row = waiting(session, wechat.MESSAGE)
    wechat.shown_elsewhere(session, row.conversation_id, 10**9)
    messages.append(session, row.conversation_id, Draft(speaker=BOT, text="办结了"), NOON)
    assert wechat.waits(session, row)
