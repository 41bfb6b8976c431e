"""From the bot to a clerk and back: the queue, the silence, the race of two clerks, nothing lost; on both databases."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from tests.conversations.conftest import NOON
from xiaobao.conversations import messages, takeovers, turns
from xiaobao.conversations.messages import Draft
from xiaobao.conversations.tables import BOT, CITIZEN
from xiaobao.conversations.takeovers import Patience
from xiaobao.conversations.turns import Owed, Runner

Sessions = sessionmaker[Session]
ANNA, BERT = {"account_id": 1, "name": "王小云"}, {"account_id": 2, "name": "李一"}
MINUTE = timedelta(minutes=1)
PATIENCE = Patience(wait=10 * MINUTE, silence=10 * MINUTE, staffed=True)
US = Runner("here:1")


def begin(sessions: Sessions) -> tuple[str, int]:
    """A conversation whose citizen waits, and the id of their wish."""
    with sessions.begin() as session:
        conversation_id = messages.open_conversation(session, channel="website", now=NOON)
        takeovers.ask(session, conversation_id, {"slots": {"merchant": "乐动健身"}}, NOON)
        mine = [view.id for view in takeovers.queue(session) if view.conversation_id == conversation_id]
        return conversation_id, mine[0]


def take(sessions: Sessions, wish: int, who: dict[str, object] = ANNA) -> None:
    with sessions.begin() as session:
        takeovers.take(session, wish, greeting="现在是王小云", now=NOON, **who)  # type: ignore[arg-type]


def hear(sessions: Sessions, conversation_id: str, text: str, at=NOON) -> int:
    with sessions.begin() as session:
        return messages.append(session, conversation_id, Draft(CITIZEN, text, payload=text), at)[0].seq


def owed(sessions: Sessions, conversation_id: str, at=NOON) -> Owed | None:
    with sessions.begin() as session:
        return turns.next_turn(session, conversation_id, US, at)


def answer(sessions: Sessions, turn: Owed, text: str) -> bool:
    with sessions.begin() as session:
        return turns.answer(session, turn.turn_id, [Draft(BOT, text)], NOON)


def said(sessions: Sessions, conversation_id: str) -> list[tuple[str, str]]:
    with sessions.begin() as session:
        return [(one.speaker, one.text) for one in messages.of_conversation(session, conversation_id)]


def look_after(sessions: Sessions, wish: int, at, patience: Patience = PATIENCE) -> str | None:
    with sessions.begin() as session:
        if wish not in takeovers.overdue(session, at, patience):
            return None
        return takeovers.look_after(session, wish, at, patience)


def test_the_place_in_the_queue_is_kept_and_moves_up(sessions: Sessions) -> None:
    first, wish = begin(sessions)
    second, _ = begin(sessions)
    third, _ = begin(sessions)
    with sessions.begin() as session:
        assert [takeovers.ask(session, one, {}, NOON + MINUTE) for one in (first, second, third)] == [1, 2, 3]
        assert [view.conversation_id for view in takeovers.queue(session)] == [first, second, third]
        assert takeovers.get(session, wish).summary == {"slots": {"merchant": "乐动健身"}}
        assert takeovers.cancel(session, second, NOON) and not takeovers.cancel(session, second, NOON)
        assert takeovers.ask(session, third, {}, NOON) == 2
    take(sessions, wish)
    with sessions.begin() as session:
        assert [view.conversation_id for view in takeovers.queue(session)] == [third, first], "who waits stands first"
        assert not takeovers.cancel(session, first, NOON)


def test_while_the_clerk_talks_the_bot_owes_nothing_and_all_that_was_said_is_there(sessions: Sessions) -> None:
    conversation_id, wish = begin(sessions)
    hear(sessions, conversation_id, "还没人答我")
    take(sessions, wish)
    with sessions.begin() as session:
        takeovers.say(session, wish, account_id=1, text="您好\r\n", key="k1", now=NOON)
        takeovers.say(session, wish, account_id=1, text="您好", key="k1", now=NOON)
    seq = hear(sessions, conversation_id, "卡是10月3日办的")
    assert owed(sessions, conversation_id) is None
    with sessions.begin() as session:
        assert turns.replies_to(session, conversation_id, seq) == [], "the page waits for no answer of the bot"
        assert turns.unfinished(session, "website") == []
        takeovers.leave(session, wish, account_id=1, now=NOON)
        assert takeovers.get(session, wish).summary == {}, "kept no longer than the clerk needs it"
    back = owed(sessions, conversation_id)
    assert back is not None and back.payload == '/human_left{"value": "left"}'
    answer(sessions, back, "我回来了")
    hear(sessions, conversation_id, "好")
    again = owed(sessions, conversation_id)
    assert again is not None and again.payload == "好"
    assert said(sessions, conversation_id) == [
        ("citizen", "还没人答我"), ("system", "现在是王小云"), ("staff", "您好"), ("citizen", "卡是10月3日办的"),
        ("bot", "我回来了"), ("citizen", "好"),
    ]  # fmt: skip


def test_the_bot_ends_its_sentence_before_the_clerk_is_announced(sessions: Sessions) -> None:
    conversation_id, wish = begin(sessions)
    hear(sessions, conversation_id, "确认提交")
    running = owed(sessions, conversation_id)
    assert running is not None
    take(sessions, wish)
    with pytest.raises(takeovers.BotSpeaks), sessions.begin() as session:
        takeovers.say(session, wish, account_id=1, text="您好", key="k", now=NOON)
    assert answer(sessions, running, "已提交")
    with sessions.begin() as session:
        takeovers.say(session, wish, account_id=1, text="您好", key="k", now=NOON)
    assert [text for _, text in said(sessions, conversation_id)] == ["确认提交", "已提交", "现在是王小云", "您好"]


def test_a_turn_that_fails_waits_until_the_clerk_has_left(sessions: Sessions) -> None:
    """Its process may be dead, or late: whatever it says after the greeting is not said."""
    conversation_id, wish = begin(sessions)
    hear(sessions, conversation_id, "确认提交")
    running = owed(sessions, conversation_id)
    assert running is not None
    take(sessions, wish)
    late = NOON + turns.LEASE + MINUTE
    assert look_after(sessions, wish, NOON) is None and said(sessions, conversation_id)[-1][0] == "citizen"
    assert look_after(sessions, wish, late) is None and said(sessions, conversation_id)[-1][0] == "system"
    assert not answer(sessions, running, "已提交")
    with sessions.begin() as session:
        assert not turns.renew(session, running.turn_id, US, late)
        takeovers.leave(session, wish, account_id=1, now=late)
    payloads = []
    while (turn := owed(sessions, conversation_id, late)) is not None:
        payloads.append(turn.payload)
        assert answer(sessions, turn, "好")
    assert payloads == ['/human_left{"value": "left"}', "确认提交"], "first that the bot is back, then what it owes"


def test_a_runner_between_two_tries_makes_way(sessions: Sessions) -> None:
    conversation_id, wish = begin(sessions)
    hear(sessions, conversation_id, "你好")
    running = owed(sessions, conversation_id)
    assert running is not None
    take(sessions, wish)
    with sessions.begin() as session:
        assert not turns.renew(session, running.turn_id, US, NOON)
    assert said(sessions, conversation_id)[-1] == ("system", "现在是王小云")


def test_of_two_clerks_one_gets_the_conversation(sessions: Sessions) -> None:
    _, wish = begin(sessions)
    start, outcomes = threading.Barrier(2), []

    def one(who: dict[str, object]) -> None:
        start.wait()
        try:
            take(sessions, wish, who)
            outcomes.append("mine")
        except takeovers.Taken as taken:
            outcomes.append(taken.name)

    threads = [threading.Thread(target=one, args=(who,)) for who in (ANNA, BERT)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with sessions.begin() as session:
        winner = takeovers.get(session, wish)
    assert sorted(outcomes) == sorted(["mine", winner.staff_name or ""])
    other = 3 - (winner.account_id or 0)
    with pytest.raises(takeovers.NotYours), sessions.begin() as session:
        takeovers.say(session, wish, account_id=other, text="我也在", key="k", now=NOON)
    take(sessions, wish, ANNA if winner.account_id == 1 else BERT)  # the same one again


def test_a_message_and_a_take_at_once_leave_no_word_without_an_answerer(sessions: Sessions) -> None:
    """Either the bot owes it and ends before the greeting, or it is said to the clerk."""
    for _ in range(5):
        conversation_id, wish = begin(sessions)
        start = threading.Barrier(2)

        def speak(conversation_id: str = conversation_id, start: threading.Barrier = start) -> None:
            start.wait()
            hear(sessions, conversation_id, "你好")

        speaker = threading.Thread(target=speak)
        speaker.start()
        start.wait()
        take(sessions, wish)
        speaker.join()
        assert owed(sessions, conversation_id) is None
        with sessions.begin() as session:
            [mine] = [one for one in messages.of_conversation(session, conversation_id) if one.speaker == CITIZEN]
            assert mine.turn_id is not None and mine.payload == "你好"


@pytest.mark.parametrize(
    ("spoken", "at", "ending"),
    [
        ([], 9, None),
        ([], 10, "silent"),
        (["staff 6"], 15, None),
        (["staff 6"], 16, "silent"),
        (["citizen 6"], 15, None),
        (["staff 6", "citizen 12"], 22, "silent"),
        (["citizen 1", "citizen 9", "citizen 18"], 20, None),
        (["citizen 1", "citizen 9", "citizen 18"], 21, "silent"),  # the clerk is gone, the citizen goes on writing
        (["citizen 1", "staff 9", "citizen 18"], 21, None),
    ],
)
def test_after_silence_the_bot_comes_back(sessions: Sessions, spoken: list[str], at: int, ending: str | None) -> None:
    conversation_id, wish = begin(sessions)
    take(sessions, wish)
    for one in spoken:
        speaker, minute = one.split()
        when = NOON + int(minute) * MINUTE
        if speaker == "citizen":
            hear(sessions, conversation_id, "在吗", when)
        else:
            with sessions.begin() as session:
                takeovers.say(session, wish, account_id=1, text="在", key=one, now=when)
    assert look_after(sessions, wish, NOON + at * MINUTE) == ending
    turn = owed(sessions, conversation_id)
    assert (turn.payload if turn else None) == ('/human_left{"value": "silent"}' if ending else None)
    if ending:
        assert look_after(sessions, wish, NOON + at * MINUTE) is None, "once"
        with pytest.raises(takeovers.Ended), sessions.begin() as session:
            takeovers.say(session, wish, account_id=1, text="在", key="late", now=NOON + at * MINUTE)


def test_who_waits_too_long_or_past_the_hours_is_told(sessions: Sessions) -> None:
    for at, patience, ending in (
        (9, PATIENCE, None),
        (10, PATIENCE, "nobody"),
        (1, Patience(10 * MINUTE, 10 * MINUTE, staffed=False), "nobody"),
    ):
        conversation_id, wish = begin(sessions)
        assert look_after(sessions, wish, NOON + at * MINUTE, patience) == ending
        assert (owed(sessions, conversation_id) is not None) == (ending is not None)
        with sessions.begin() as session:
            takeovers.cancel(session, conversation_id, NOON)
            if ending:
                with pytest.raises(takeovers.Ended):
                    takeovers.take(session, wish, greeting="", now=NOON, **ANNA)  # type: ignore[arg-type]
                assert takeovers.ask(session, conversation_id, {}, NOON) == 1, "asked again, it waits again"
                takeovers.cancel(session, conversation_id, NOON)


def test_a_button_pressed_to_the_clerk_does_nothing_and_stays_good(sessions: Sessions) -> None:
    conversation_id, wish = begin(sessions)
    with sessions.begin() as session:
        offered = Draft(BOT, "提交吗", buttons=[{"title": "确认提交", "payload": "/affirm"}])
        button = messages.append(session, conversation_id, offered, NOON)[0].buttons[0]["id"]
    take(sessions, wish)
    with sessions.begin() as session:
        messages.press(session, conversation_id, button, "c1", NOON)
    assert owed(sessions, conversation_id) is None
    with sessions.begin() as session:
        takeovers.leave(session, wish, account_id=1, now=NOON)
    answer(sessions, owed(sessions, conversation_id), "我回来了")  # type: ignore[arg-type]
    with sessions.begin() as session:
        messages.press(session, conversation_id, button, "c2", NOON)
    turn = owed(sessions, conversation_id)
    assert turn is not None and turn.payload == "/affirm"


def test_each_piece_of_news_is_told_to_the_bot_until_it_knows(sessions: Sessions) -> None:
    conversation_id, wish = begin(sessions)
    take(sessions, wish)
    with sessions.begin() as session:
        [ring] = takeovers.rings(session, NOON)
        assert (ring.conversation_id, ring.channel) == (conversation_id, "website")
        takeovers.rung(session, ring, again=NOON + MINUTE)
        assert takeovers.rings(session, NOON) == []
        [ring] = takeovers.rings(session, NOON + MINUTE)
        takeovers.say(session, wish, account_id=1, text="您好", key="k", now=NOON + 2 * MINUTE)
        takeovers.rung(session, ring)
        [ring] = takeovers.rings(session, NOON + 2 * MINUTE)
        takeovers.rung(session, ring)
        assert takeovers.rings(session, NOON + 9 * MINUTE) == []


@pytest.mark.parametrize("text", ["", " \n", "字" * 601])
def test_words_that_cannot_be_sent_are_refused(sessions: Sessions, text: str) -> None:
    _, wish = begin(sessions)
    take(sessions, wish)
    with pytest.raises(takeovers.WrongText), sessions.begin() as session:
        takeovers.say(session, wish, account_id=1, text=text, key="k", now=NOON)


def test_a_forgotten_conversation_leaves_no_wish(sessions: Sessions) -> None:
    _, wish = begin(sessions)
    take(sessions, wish)
    with sessions.begin() as session:
        messages.forget_older_than(session, NOON + timedelta(days=1))
        with pytest.raises(takeovers.Unknown):
            takeovers.get(session, wish)
