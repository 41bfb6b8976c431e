from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from tests.conversations.conftest import NOON
from xiaobao.conversations import messages, turns, uploads
from xiaobao.conversations.messages import Draft, UnknownButton, UnknownConversation, UsedButton
from xiaobao.conversations.tables import BOT, CITIZEN, STAFF
from xiaobao.conversations.uploads import Received


def say(session: Session, conversation_id: str, text: str = "您好", **fields: object) -> messages.Message:
    return messages.append(session, conversation_id, Draft(speaker=BOT, text=text, **fields), NOON)[0]  # type: ignore[arg-type]


def test_messages_are_numbered_from_one_without_gaps(session: Session, conversation_id: str) -> None:
    assert [say(session, conversation_id).seq for _ in range(3)] == [1, 2, 3]
    other = messages.open_conversation(session, channel="website", now=NOON)
    assert say(session, other).seq == 1


def test_the_same_client_message_is_appended_once(session: Session, conversation_id: str) -> None:
    draft = Draft(speaker=CITIZEN, text="鞋开胶了", payload="鞋开胶了", client_message_id="a1")
    first, fresh = messages.append(session, conversation_id, draft, NOON)
    again, fresh_again = messages.append(session, conversation_id, draft, NOON)
    assert (fresh, fresh_again, again.seq) == (True, False, first.seq)
    assert len(messages.of_conversation(session, conversation_id)) == 1


def test_two_citizens_may_use_the_same_client_message_id(session: Session, conversation_id: str) -> None:
    other = messages.open_conversation(session, channel="website", now=NOON)
    draft = Draft(speaker=CITIZEN, text="在吗", payload="在吗", client_message_id="a1")
    assert messages.append(session, conversation_id, draft, NOON)[1]
    assert messages.append(session, other, draft, NOON)[1]


def test_a_notice_is_appended_once(session: Session, conversation_id: str) -> None:
    draft = Draft(speaker=STAFF, text="已受理", staff_name="王工", notice_id="n1")
    assert messages.append(session, conversation_id, draft, NOON)[1]
    assert not messages.append(session, conversation_id, draft, NOON)[1]


def test_an_unknown_conversation_is_refused(session: Session) -> None:
    with pytest.raises(UnknownConversation):
        say(session, "f" * 32)


def test_payloads_of_buttons_and_rows_never_reach_the_client(session: Session, conversation_id: str) -> None:
    card = {"type": "summary", "rows": [{"n": 1, "title": "金额", "value": "2680元", "payload": "/secret_row"}]}
    message = say(session, conversation_id, buttons=[{"title": "确认", "payload": "/secret_button"}], card=card)
    shown = messages.as_json(message, "智能助手")
    assert "secret" not in str(shown)
    assert [b["title"] for b in shown["buttons"]] == ["确认"]
    assert shown["card"]["rows"][0]["button"]


def test_a_pressed_button_becomes_the_citizens_message_and_is_dead(session: Session, conversation_id: str) -> None:
    shown = say(
        session, conversation_id, buttons=[{"title": "退款", "payload": "/claim"}, {"title": "换货", "payload": "/x"}]
    )
    button_id = shown.buttons[0]["id"]
    pressed = messages.press(session, conversation_id, button_id, "p1", NOON)
    assert (pressed.text, pressed.payload, pressed.speaker) == ("退款", "/claim", CITIZEN)
    assert [b["used"] for b in messages.as_json(shown, "")["buttons"]] == [True, False]
    with pytest.raises(UsedButton):
        messages.press(session, conversation_id, button_id, "p2", NOON)
    assert messages.press(session, conversation_id, button_id, "p1", NOON).seq == pressed.seq


def test_the_change_link_of_a_row_stays_alive(session: Session, conversation_id: str) -> None:
    card = {"type": "summary", "rows": [{"n": 1, "title": "金额", "value": "1", "payload": "/change"}]}
    link = messages.as_json(say(session, conversation_id, card=card), "")["card"]["rows"][0]["button"]
    assert messages.press(session, conversation_id, link, "p1", NOON).payload == "/change"
    assert messages.press(session, conversation_id, link, "p2", NOON).payload == "/change"


@pytest.mark.parametrize("button_id", ["1-foreign", "", "x", "1", "99999999999999999999-a", "²-a"])
def test_a_button_of_another_conversation_is_unknown(session: Session, conversation_id: str, button_id: str) -> None:
    say(session, conversation_id, buttons=[{"title": "退款", "payload": "/claim"}])
    with pytest.raises(UnknownButton):
        messages.press(session, conversation_id, button_id, None, NOON)


def test_only_what_came_after_is_listed(session: Session, conversation_id: str) -> None:
    for text in "一二三":
        say(session, conversation_id, text)
    assert [m.text for m in messages.after(session, conversation_id, 1)] == ["二", "三"]


def test_old_conversations_are_forgotten_with_their_unfiled_files(session: Session, conversation_id: str) -> None:
    say(session, conversation_id)
    turns.begin(session, conversation_id, "/greet", NOON)
    loose = Received("a.jpg", "image/jpeg", 1, "0" * 64, "aa/loose")
    filed = Received("b.jpg", "image/jpeg", 1, "1" * 64, "aa/filed")
    uploads.add(session, conversation_id, loose, NOON)
    kept = uploads.add(session, conversation_id, filed, NOON)[0]
    uploads.mark_filed(session, [kept.evidence_id], "XB20261124-000017")
    young = messages.open_conversation(session, channel="website", now=NOON + timedelta(days=10))
    gone = messages.forget_older_than(session, NOON + timedelta(days=5))
    assert (gone.conversations, gone.paths) == (1, ("aa/loose",))
    assert messages.seen(session, young, NOON) and not messages.seen(session, conversation_id, NOON)
    assert uploads.get(session, kept.evidence_id) is not None


def test_a_conversation_with_an_open_ticket_is_kept(session: Session, conversation_id: str) -> None:
    gone = messages.forget_older_than(session, NOON + timedelta(days=5), keep=[conversation_id])
    assert gone.conversations == 0
    assert messages.seen(session, conversation_id, NOON)
