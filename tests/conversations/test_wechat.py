"""Who is owed what on WeChat, on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from tests.conversations.conftest import NOON
from xiaobao.conversations import messages, wechat
from xiaobao.conversations.messages import Draft
from xiaobao.conversations.tables import BOT, WechatCitizen

ANNA, BERT, CARL = "oAnna", "oBert", "oCarl"


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    with sessions.begin() as opened:
        yield opened


def follower(session: Session, openid: str) -> str:
    """Somebody who wrote a moment ago."""
    row = wechat.citizen(session, openid, NOON)
    wechat.opened(row, wechat.MESSAGE, NOON)
    session.flush()
    return row.conversation_id


def test_what_waits_and_what_is_parked_is_sent_while_a_window_is_open(session: Session) -> None:
    waits, parked, _ = (follower(session, openid) for openid in (ANNA, BERT, CARL))
    messages.append(session, waits, Draft(speaker=BOT, text="好"), NOON)
    wechat.park(session, BERT, ("上次的",))
    session.flush()
    assert set(wechat.unanswered(session, NOON)) == {waits, parked}
    wechat.take(session, BERT)
    session.flush()
    assert wechat.unanswered(session, NOON) == [waits]
    assert wechat.unanswered(session, NOON + timedelta(hours=49)) == []
    wechat.used_up(session, ANNA)
    session.flush()
    assert wechat.unanswered(session, NOON) == []


def test_what_a_dead_process_was_sending_is_unsure_and_only_that(session: Session) -> None:
    for openid in (ANNA, BERT):
        follower(session, openid)
    wechat.begin_sending(session, ANNA, ("一", "二"), NOON + timedelta(minutes=1))
    session.flush()
    wechat.orphaned(session, NOON)
    assert not wechat.take(session, ANNA)
    wechat.orphaned(session, NOON + timedelta(minutes=2))
    session.flush()
    assert not wechat.take(session, ANNA, visited=False)
    assert wechat.take(session, ANNA).unsure == ("一", "二")
    assert not wechat.take(session, ANNA)


def test_a_message_that_never_left_is_paid_back_but_never_more_than_was_paid(session: Session) -> None:
    follower(session, ANNA)
    wechat.spend(session, ANNA, 2)
    row = wechat.known(session, ANNA)
    assert row is not None and wechat.left_to_send(row, NOON) == 3
    for left in (4, 5, 5):
        wechat.refund(session, ANNA)
        row = wechat.known(session, ANNA)
        assert row is not None and wechat.left_to_send(row, NOON) == left


def test_a_refused_token_is_handed_out_to_nobody_even_when_the_new_one_cannot_be_fetched(session: Session) -> None:
    assert wechat.token(session, "wx1", NOON) == (None, True)
    wechat.keep_token(session, "wx1", "old", 7200, NOON)
    assert wechat.token(session, "wx1", NOON) == ("old", False)
    wechat.forget_token(session, "wx1", "another")
    assert wechat.token(session, "wx1", NOON) == ("old", False)
    wechat.forget_token(session, "wx1", "old")
    assert wechat.token(session, "wx1", NOON, "old") == (None, True)
    wechat.keep_token(session, "wx1", None, 0, NOON)  # the fetch failed
    assert wechat.token(session, "wx1", NOON) == (None, True)
    wechat.keep_token(session, "wx1", "new", 7200, NOON)
    assert wechat.token(session, "wx1", NOON, "old") == ("new", False)


def test_a_file_is_fetched_by_one_process_at_a_time(session: Session) -> None:
    conversation_id = follower(session, ANNA)
    wechat.note_push(session, "k", NOON, conversation_id=conversation_id, media_id="m")
    key, later = wechat.digest("k"), NOON + timedelta(minutes=3)
    assert wechat.unfetched(session, NOON) == []
    assert wechat.unfetched(session, later) == [(key, conversation_id, "m")]
    wechat.fetching(session, key, later)
    session.flush()
    assert wechat.unfetched(session, later) == []
    wechat.fetched(session, key)
    session.flush()
    assert wechat.unfetched(session, later + timedelta(minutes=3)) == []


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


def test_after_a_long_absence_it_is_handed_over_in_portions_and_in_order(session: Session) -> None:
    mine = follower(session, ANNA)
    for n in range(wechat.MOST_TAKEN + 10):
        messages.append(session, mine, Draft(speaker=BOT, text=str(n)), NOON)
    portions = []
    while taken := wechat.take(session, ANNA):
        portions.append([int(message.text) for message in taken.messages])
        session.flush()
    assert [len(portion) for portion in portions] == [wechat.MOST_TAKEN, 10]
    assert [n for portion in portions for n in portion] == list(range(wechat.MOST_TAKEN + 10))
