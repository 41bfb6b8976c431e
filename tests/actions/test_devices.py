"""Two devices in chat: a ticket goes on here with number and code; what was here before shows it no more."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from actions import base, devices
from tests.actions.test_after_filing import accept, buttons, told, view
from tests.actions.test_progress import filed
from tests.simulators.loop import Conversation
from xiaobao.tickets.tables import OutboxRow, Ticket

Talk = Callable[[], Conversation]


def code_of(number: str) -> str:
    with base.context().sessions() as session:
        return str(session.query(Ticket.query_code).filter(Ticket.number == number).scalar())


def test_looked_at_with_the_code_then_taken_over_and_the_old_telephone_sees_nothing_more(talk: Talk) -> None:
    old, number, code = filed(talk)
    new = talk()
    new.say(f"查进度 {number} {code}", "ask_progress")
    new.press(buttons(new)["在这里接着办"])
    assert new.responses == ["utter_taken_over"] and "以后的消息都发到这里" in told(new)
    new.press(buttons(new)["查进度"])
    assert new.responses == ["utter_progress"] and "在这里接着办" not in buttons(new)
    accept(number)
    with base.context().sessions() as session:
        rows = session.query(OutboxRow).order_by(OutboxRow.id)
        where = [(row.response, row.conversation_id == new.conversation_id) for row in rows]
    assert where == [
        ("utter_notice_taken_over", False),
        ("utter_notice_accepted", True),
        ("utter_notice_assigned", True),
    ]
    old.say("我的投诉到哪了", "ask_progress")
    assert old.form == "question_form", "it has to show number and code like anybody"


def test_the_lost_telephones_code_is_worth_nothing_once_the_new_device_has_a_new_one(talk: Talk) -> None:
    old, number, code = filed(talk)
    new = talk()
    new.say(f"我换手机了，单子 {number} {code} 接到这里", "unsure")
    assert new.responses == ["utter_taken_over"]
    payload = buttons(new)["旧手机丢了，换查询码"]
    new.press(payload)
    assert new.responses == ["utter_code_reissued"] and new.said[0]["query_code"] == code_of(number) != code
    new.press(payload)
    assert (
        new.said[0]["query_code"] == code_of(number)
        and len([e for e in view(number).events if e.step == "reissue_code"]) == 1
    )
    old.say(f"把单子转到这里 {number} {code}", "unsure")
    assert old.responses == ["utter_error_wrong_code"]
    old.press(f'/reissue_code{{"ticket_number": "{number}"}}')
    assert old.responses == ["utter_code_lost"]
    assert view(number).conversation_id == new.conversation_id


def test_without_number_and_code_they_are_asked_for_and_wrong_ones_tell_nothing_and_are_limited(talk: Talk) -> None:
    _, number, code = filed(talk)
    stranger = talk()
    stranger.say("我手机丢了，单子想在这里接着办", "unsure")
    assert stranger.form == "question_form"
    stranger.say(f"{number} {code}")
    assert stranger.responses == ["utter_taken_over"]
    other = talk()
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for asked in (number, "XB20990101-000001", number, number, number):
        other.say(f"转到这里 {asked} {wrong}", "ask_progress")
        assert other.responses == ["utter_error_wrong_code"], "the same for a ticket that there is and one there is not"
    other.say(f"转到这里 {number} {code}", "ask_progress")
    assert other.responses == ["utter_error_too_many_codes"]
    assert view(number).conversation_id == stranger.conversation_id


def test_the_own_conversation_and_a_first_conversation_have_nothing_to_take_over(talk: Talk) -> None:
    citizen, number, code = filed(talk)
    citizen.say(f"把 {number} {code} 转到这里", "unsure")
    assert citizen.responses == ["utter_taken_over_already"]
    citizen.say("查询码忘了怎么办", "ask")
    assert citizen.responses == ["utter_code_lost"] and "核对两件事" in told(citizen)


@pytest.mark.parametrize(("said", "moves"), [
    ("我换手机了，单子还想接着办", True), ("手机丢了，编号XB20261123-000001还查得到吗", True), ("投诉单转到微信上", True),
    ("商家答应换新手机又反悔", False), ("手机丢了怎么办", False), ("新买的手机换了两次屏还是坏", False),
])  # fmt: skip
def test_words_about_a_telephone_that_was_bought_are_no_change_of_device(said: str, moves: bool) -> None:
    assert bool(devices.MOVES.search(said)) == moves
