from __future__ import annotations

from sqlalchemy import event
from sqlalchemy.orm import Session

from tests.conversations.conftest import NOON
from xiaobao.conversations import messages, turns
from xiaobao.conversations.messages import Draft
from xiaobao.conversations.tables import BOT, CITIZEN, SYSTEM
from xiaobao.conversations.turns import Runner


def hear(session: Session, conversation_id: str, *payloads: str) -> list[int]:
    drafts = [Draft(speaker=CITIZEN, text=p, payload=p) for p in payloads]
    return [messages.append(session, conversation_id, draft, NOON)[0].seq for draft in drafts]


def reply(text: str) -> list[Draft]:
    return [Draft(speaker=BOT, text=text)]


def test_waiting_texts_are_joined_into_one_turn(session: Session, conversation_id: str) -> None:
    first, second = hear(session, conversation_id, "办了健身卡", "店关了")
    owed = turns.next_turn(session, conversation_id)
    assert owed is not None and owed.payload == "办了健身卡\n店关了"
    turns.answer(session, owed.turn_id, reply("听明白了"), NOON)
    said = [[m.text for m in turns.replies_to(session, conversation_id, seq) or []] for seq in (first, second)]
    assert said == [["听明白了"], ["听明白了"]]
    assert turns.next_turn(session, conversation_id) is None


def test_a_command_is_never_joined_with_words(session: Session, conversation_id: str) -> None:
    hear(session, conversation_id, "一", "二", "/affirm", "三")
    payloads = []
    while (owed := turns.next_turn(session, conversation_id)) is not None:
        payloads.append(owed.payload)
        turns.answer(session, owed.turn_id, reply("好"), NOON)
    assert payloads == ["一\n二", "/affirm", "三"]


def test_an_unanswered_turn_is_given_out_again_unchanged(session: Session, conversation_id: str) -> None:
    hear(session, conversation_id, "一")
    owed = turns.next_turn(session, conversation_id)
    hear(session, conversation_id, "二")
    assert turns.next_turn(session, conversation_id) == owed


def test_since_when_the_running_turn_is_owed(session: Session, conversation_id: str) -> None:
    assert turns.owed_since(session, conversation_id) is None
    hear(session, conversation_id, "一")
    assert turns.owed_since(session, conversation_id) is None, "nobody took it up yet"
    owed = turns.next_turn(session, conversation_id)
    assert owed is not None and turns.owed_since(session, conversation_id) == NOON
    turns.answer(session, owed.turn_id, reply("好"), NOON)
    assert turns.owed_since(session, conversation_id) is None


def test_a_turn_is_answered_once(session: Session, conversation_id: str) -> None:
    (seq,) = hear(session, conversation_id, "一")
    owed = turns.next_turn(session, conversation_id)
    assert owed is not None
    assert turns.answer(session, owed.turn_id, reply("好"), NOON, form={"title": "草稿", "filled": 1, "missing": 2})
    assert not turns.answer(session, owed.turn_id, reply("再来"), NOON)
    assert [m.text for m in turns.replies_to(session, conversation_id, seq) or []] == ["好"]
    assert messages.conversation(session, conversation_id).form == {"title": "草稿", "filled": 1, "missing": 2}


def test_the_form_strip_stays_until_a_turn_takes_it_away(session: Session, conversation_id: str) -> None:
    messages.set_form(session, conversation_id, {"title": "草稿", "filled": 1, "missing": 2})
    for form, expected in ((False, True), (None, False)):
        hear(session, conversation_id, "一")
        owed = turns.next_turn(session, conversation_id)
        assert owed is not None
        turns.answer(session, owed.turn_id, reply("好"), NOON, form=form)
        assert bool(messages.conversation(session, conversation_id).form) is expected


def test_the_word_that_all_is_kept_is_said_once_a_turn(session: Session, conversation_id: str) -> None:
    hear(session, conversation_id, "一")
    told = [turns.tell_once(session, conversation_id, "都存好了", NOON) for _ in range(2)]
    assert told[0] is not None and told[0] is told[1] and told[0].speaker == SYSTEM
    owed = turns.next_turn(session, conversation_id)
    assert owed is not None
    turns.answer(session, owed.turn_id, reply("好"), NOON)
    assert turns.tell_once(session, conversation_id, "都存好了", NOON) is None


def test_what_is_owed_is_found_after_a_crash(session: Session, conversation_id: str) -> None:
    waiting = messages.open_conversation(session, channel="website", now=NOON)
    running = messages.open_conversation(session, channel="website", now=NOON)
    hear(session, waiting, "还没排上")
    hear(session, running, "正在跑")
    turns.next_turn(session, running)
    assert turns.unfinished(session, "website") == sorted([waiting, running])


def test_an_abandoned_turn_is_owed_no_more(session: Session, conversation_id: str) -> None:
    (seq,) = hear(session, conversation_id, "一")
    owed = turns.next_turn(session, conversation_id)
    assert owed is not None
    turns.abandon(session, owed.turn_id, [Draft(speaker=SYSTEM, text="没能处理")], NOON)
    assert turns.unfinished(session, "website") == []
    assert [m.text for m in turns.replies_to(session, conversation_id, seq) or []] == ["没能处理"]


def test_a_turn_belongs_to_one_living_process_at_a_time(session: Session, conversation_id: str) -> None:
    hear(session, conversation_id, "一")
    one, two = Runner("host:1"), Runner("host:2")
    owed = turns.next_turn(session, conversation_id, one, NOON)
    assert owed is not None and owed.channel == "website"
    assert turns.next_turn(session, conversation_id, two, NOON) is None
    assert turns.next_turn(session, conversation_id, one, NOON) == owed
    assert turns.renew(session, owed.turn_id, one, NOON + turns.LEASE / 2)
    assert turns.next_turn(session, conversation_id, two, NOON + turns.LEASE) is None
    assert turns.next_turn(session, conversation_id, two, NOON + 2 * turns.LEASE) == owed
    assert not turns.renew(session, owed.turn_id, one, NOON + 2 * turns.LEASE)


def test_the_turn_of_a_dead_process_is_taken_over_at_once(session: Session, conversation_id: str) -> None:
    hear(session, conversation_id, "一")
    owed = turns.next_turn(session, conversation_id, Runner("host:1"), NOON)
    undertaker = Runner("host:2", is_dead=lambda name: name == "host:1")
    assert turns.next_turn(session, conversation_id, undertaker, NOON) == owed


def test_an_answered_turn_cannot_be_kept(session: Session, conversation_id: str) -> None:
    hear(session, conversation_id, "一")
    me = Runner("host:1")
    owed = turns.next_turn(session, conversation_id, me, NOON)
    assert owed is not None
    turns.answer(session, owed.turn_id, reply("好"), NOON)
    assert not turns.renew(session, owed.turn_id, me, NOON)


def test_each_channel_takes_up_its_own_conversations(session: Session, conversation_id: str) -> None:
    hear(session, conversation_id, "一")
    other = messages.open_conversation(session, channel="wechat", now=NOON)
    hear(session, other, "一")
    assert turns.unfinished(session, "wechat") == [other]
    assert turns.unfinished(session, "website") == [conversation_id]


def test_what_waits_is_found_without_looking_through_all_that_was_said(session: Session, conversation_id: str) -> None:
    if session.get_bind().dialect.name != "sqlite":
        return  # PostgreSQL chooses by the number of rows
    seen: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        seen.append((statement, parameters))

    event.listen(session.get_bind(), "before_cursor_execute", note)
    turns.next_turn(session, conversation_id)
    event.remove(session.get_bind(), "before_cursor_execute", note)
    [(statement, parameters)] = [(s, p) for s, p in seen if "FROM message" in s]
    plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    assert "ix_message_owed" in str(plan)
