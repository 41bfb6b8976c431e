"""What has to hold after filing is checked by checks that are themselves checked: broken variants must not pass them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session, sessionmaker

from tests.bot.channels.wechat.world import ANNA, World, play
from tests.factories import CITIZEN, CLERK, NOW, an_office, file_ticket
from tests.mutants.broken_wechat import who_has_left_is_sent_to
from tests.simulators.sms import Gateway
from tests.worker.test_outbox import Receiver, receiver
from tests.worker.test_sms import CODES, unreached
from xiaobao.conversations import messages
from xiaobao.conversations.messages import Draft
from xiaobao.conversations.quiet import read
from xiaobao.conversations.tables import BOT, Conversation, Message
from xiaobao.tickets import delivery, outbox, service, stepping
from xiaobao.tickets import sms as texts
from xiaobao.tickets.errors import NotFound, UrgedToday
from xiaobao.tickets.service import Actor
from xiaobao.tickets.tables import OutboxRow, Ticket
from xiaobao.worker import outbox as worker
from xiaobao.worker import sms

pytestmark = pytest.mark.slow

Sessions = sessionmaker[Session]
OFFICE = an_office()
HALF_A_MINUTE = timedelta(seconds=31)
__all__ = ["receiver"]


class Killed(Exception):
    """A process that dies here."""


# What must hold.


def nothing_is_told_that_did_not_happen(sessions: Sessions, receiver: Receiver) -> None:
    number = file_ticket(sessions)
    with suppress(Killed, InvalidRequestError), sessions.begin() as session:
        service.accept(session, number, actor=CLERK, now=NOW, office=OFFICE)
        raise Killed
    worker.deliver(sessions, receiver.bot, lambda: NOW)
    assert receiver.got == []
    with sessions.begin() as session:
        assert session.scalars(select(Ticket.status)).one() == "submitted"


def a_notice_is_shown_once_whoever_dies(sessions: Sessions, receiver: Receiver) -> None:
    """The worker dies after the bot took it, before it could note that; the next worker sends it again."""
    _put(sessions, "c1")
    for now in (NOW, NOW + HALF_A_MINUTE):
        with sessions.begin() as session:
            notices = worker.claim(session, now)
        assert len(notices) == 1
        with sessions.begin() as session:
            messages.append(session, "c1", Draft(BOT, "已退款", notice_id=str(notices[0].id)), now)
    worker.deliver(sessions, receiver.bot, lambda: NOW + 2 * HALF_A_MINUTE)
    assert worker.deliver(sessions, receiver.bot, lambda: NOW + timedelta(days=1)) == 0
    with sessions.begin() as session:
        assert len(session.scalars(select(Message.id).where(Message.conversation_id == "c1")).all()) == 1
    assert len(receiver.got) == 1


def notices_keep_their_order(sessions: Sessions, receiver: Receiver) -> None:
    first, second = _put(sessions, "c1"), _put(sessions, "c1")
    receiver.answers[first] = (503, {})
    worker.deliver(sessions, receiver.bot, lambda: NOW)
    receiver.answers.clear()
    worker.deliver(sessions, receiver.bot, lambda: NOW + timedelta(seconds=6))
    worker.deliver(sessions, receiver.bot, lambda: NOW + timedelta(minutes=1))
    assert [notice["notice_id"] for notice in receiver.got] == [first, second]


def what_was_refused_for_a_day_is_somebodys_work(sessions: Sessions, receiver: Receiver) -> None:
    only = _put(sessions, "c1")
    receiver.answers[only] = (422, {"code": "response_unknown"})
    worker.deliver(sessions, receiver.bot, lambda: NOW + timedelta(hours=25))
    with sessions.begin() as session:
        assert session.scalars(select(OutboxRow.state)).one() in delivery.UNHEARD


def an_urge_counts_once_a_working_day(sessions: Sessions, receiver: Receiver) -> None:
    number = file_ticket(sessions)
    with sessions.begin() as session:
        service.urge(session, number, actor=CITIZEN, now=NOW, office=OFFICE)
    for _ in range(3):
        with pytest.raises(UrgedToday), sessions.begin() as session:
            service.urge(session, number, actor=CITIZEN, now=NOW + timedelta(hours=1), office=OFFICE)
    with sessions.begin() as session:
        assert session.scalars(select(Ticket.urged)).one() == 1


def nobody_acts_on_another_persons_ticket(sessions: Sessions, receiver: Receiver) -> None:
    number = file_ticket(sessions)
    stranger = Actor.citizen("somebody else")
    with pytest.raises(NotFound), sessions.begin() as session:
        service.urge(session, number, actor=stranger, now=NOW, office=OFFICE)
    with pytest.raises(NotFound), sessions.begin() as session:
        service.withdraw(session, number, actor=stranger, now=NOW)


def nobody_is_woken_by_night(sessions: Sessions, receiver: Receiver) -> None:
    _put(sessions, "c1", "wechat")
    night = NOW.replace(hour=23)
    worker.deliver(sessions, receiver.bot, lambda: night, read("22:00-08:00"))
    assert receiver.shown == []
    worker.deliver(sessions, receiver.bot, lambda: night + timedelta(hours=9), read("22:00-08:00"))
    assert len(receiver.shown) == 1


def a_text_is_posted_once_whoever_dies(sessions: Sessions, receiver: Receiver) -> None:
    unreached(sessions)
    with sessions.begin() as session:
        texts.adopt(session, NOW, None, "")
    with sessions.begin() as session:
        assert len(texts.claim(session, NOW, None, "")) == 1  # posted, and then it dies
    for minutes in (2, 60):
        with sessions.begin() as session:
            texts.lapse(session, NOW + timedelta(minutes=minutes))
        with sessions.begin() as session:
            assert texts.claim(session, NOW + timedelta(minutes=minutes + 1), None, "") == []


def a_text_without_a_report_is_somebodys_work(sessions: Sessions, receiver: Receiver) -> None:
    unreached(sessions)
    with Gateway() as gateway:
        for days in (0, 2):
            sms.work(sessions, gateway.settings, CODES, lambda at=NOW + timedelta(days=days): at)
    with sessions() as session:
        assert session.scalars(select(OutboxRow.state)).one() in delivery.UNHEARD


# The broken variants.


def it_commits_with_the_notice(patch: pytest.MonkeyPatch) -> None:
    def put(session: Session, **fields: Any) -> OutboxRow:
        row = outbox_put(session, **fields)
        session.commit()
        return row

    outbox_put = outbox.put
    patch.setattr(outbox, "put", put)


def it_shows_what_it_has_shown(patch: pytest.MonkeyPatch) -> None:
    def append(session: Session, conversation_id: str, draft: Draft, now: datetime) -> Any:
        return known(session, conversation_id, Draft(draft.speaker, draft.text), now)

    known = messages.append
    patch.setattr(messages, "append", append)


def it_forgets_what_it_has_sent(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(delivery, "settle", lambda *_: True)


def it_sends_what_is_due_in_any_order(patch: pytest.MonkeyPatch) -> None:
    def claim(session: Session, now: datetime, **_: Any) -> list[outbox.Notice]:
        rows = session.scalars(
            select(OutboxRow).where(OutboxRow.state == "waiting", OutboxRow.due_at <= now).order_by(OutboxRow.id.desc())
        ).all()
        for row in rows:
            row.due_at = now + HALF_A_MINUTE
        return [outbox.notice(row) for row in rows]

    patch.setattr(worker, "claim", claim)


def it_never_gives_up(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(delivery, "GIVEN_UP_AFTER", timedelta(days=999))


def it_knows_no_night(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(worker, "_holds", lambda *_: False)


def it_posts_again_what_nobody_knows(patch: pytest.MonkeyPatch) -> None:
    known = texts.said
    again = {texts.UNKNOWN: texts.AGAIN}
    patch.setattr(texts, "said", lambda session, id_, what, now: known(session, id_, again.get(what, what), now))


def it_takes_a_posted_text_for_told(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(texts, "silent", lambda *_: 0)


def it_counts_every_urge(patch: pytest.MonkeyPatch) -> None:
    known = service.deadlines.working_days_after
    past = partial(replace, due=date.min)
    patch.setattr(service.deadlines, "working_days_after", lambda *given, **named: past(known(*given, **named)))


def it_asks_nobody_whose_it_is(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(stepping, "_own", lambda ticket, actor: True)


Check = Callable[[Sessions, Receiver], None]
BROKEN: list[tuple[Check, Callable[[pytest.MonkeyPatch], None]]] = [
    (nothing_is_told_that_did_not_happen, it_commits_with_the_notice),
    (a_notice_is_shown_once_whoever_dies, it_shows_what_it_has_shown),
    (a_notice_is_shown_once_whoever_dies, it_forgets_what_it_has_sent),
    (notices_keep_their_order, it_sends_what_is_due_in_any_order),
    (what_was_refused_for_a_day_is_somebodys_work, it_never_gives_up),
    (nobody_is_woken_by_night, it_knows_no_night),
    (a_text_is_posted_once_whoever_dies, it_posts_again_what_nobody_knows),
    (a_text_without_a_report_is_somebodys_work, it_takes_a_posted_text_for_told),
    (an_urge_counts_once_a_working_day, it_counts_every_urge),
    (nobody_acts_on_another_persons_ticket, it_asks_nobody_whose_it_is),
]


@pytest.mark.parametrize("check", dict.fromkeys(check for check, _ in BROKEN))
def test_the_product_passes(check: Check, sessions: Sessions, receiver: Receiver) -> None:
    check(sessions, receiver)


@pytest.mark.parametrize(("check", "broken"), BROKEN)
def test_a_broken_variant_is_caught(
    check: Check,
    broken: Callable[[pytest.MonkeyPatch], None],
    sessions: Sessions,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken(monkeypatch)
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        check(sessions, receiver)


async def leaves(world: World) -> None:
    """Somebody writes and unfollows; then staff do something. Nothing may even be tried, and somebody calls."""
    await world.pusher.say(ANNA, "你好")
    await world.pusher.event(ANNA, "unsubscribe")
    conversation = world.runs()[0]["sender"]
    for name, hold in (("n1", False), ("n2", True)):
        told = await world.notice(conversation, name, "utter_notice_accepted", hold=hold, number="XB1", handler="李")
        assert worker.TAKEN.get(told["delivery"]) == delivery.UNDELIVERED
        assert [call for call in world.platform.calls if call.endswith("/send")] == []


def test_nothing_is_sent_to_who_has_unfollowed_and_a_variant_that_does_is_caught(tmp_path: Path) -> None:
    play(tmp_path / "whole", leaves)
    server = ("tests.mutants.broken_wechat", who_has_left_is_sent_to.__name__)
    with pytest.raises(AssertionError):
        play(tmp_path / "broken", leaves, judged=False, server=server)


def _put(sessions: Sessions, conversation: str, channel: str = "website") -> str:
    with sessions.begin() as session:
        if session.get(Conversation, conversation) is None:
            session.add(Conversation(id=conversation, channel=channel, created_at=NOW, last_seen_at=NOW))
        row = outbox.put(
            session, conversation_id=conversation, channel=channel, response="utter_notice_closed", params={}, now=NOW
        )
        session.flush()
        return str(row.id)
