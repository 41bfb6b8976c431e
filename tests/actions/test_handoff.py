"""转人工: a place in the queue within the hours, a call-back outside of them; the form goes on where it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from actions import base
from tests.actions.test_intake import STORY, tickets
from tests.factories import NOW
from tests.simulators.loop import Conversation
from xiaobao.conversations import messages, takeovers
from xiaobao.tickets import deadlines, office_settings

Talk = Callable[[], Conversation]
BACK = '/human_left{"value": "%s"}'


@pytest.fixture
def clock(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """A working day within the hours, in an office that receives; tests move it."""
    moments = [NOW]
    monkeypatch.setattr(deadlines, "now", lambda: moments[-1])
    with base.context().sessions.begin() as session:
        office_settings.save(session, {"wait_minutes": "10"})
    assert base.context().office.receives_at(NOW)
    return moments


def begin(talk: Talk) -> Conversation:
    citizen = talk()
    with base.context().sessions.begin() as session:
        citizen.conversation_id = messages.open_conversation(session, channel="website", now=NOW)
    return citizen


def queue() -> list[takeovers.View]:
    with base.context().sessions.begin() as session:
        return takeovers.queue(session)


def test_the_place_in_the_queue_is_told_and_the_form_stays(talk: Talk, clock: list[datetime]) -> None:
    begin(talk).say("转人工", "request_human")
    citizen = begin(talk)
    citizen.say(STORY, "submit_complaint")
    asking = citizen.asking
    citizen.say("转人工", "request_human")
    [told] = [m for m in citizen.said if m["response"] == "utter_human_queued"]
    assert told["ahead"] == 1 and told["minutes"] == 10
    assert citizen.form == "complaint_form" and citizen.asking == asking, "one may go on while waiting"
    citizen.say("人呢，转人工", "request_human")
    assert "utter_human_queued" in citizen.responses and len(queue()) == 2
    summary = queue()[1].summary
    assert summary["kind"] == "complaint" and "健身" in summary["story"] and summary["slots"]["merchant"]
    assert not {"contact_phone", "contact_name", "narrative"} & set(summary["slots"]) and tickets() == []


@pytest.mark.parametrize(
    ("ending", "told"),
    [("left", "utter_human_left"), ("silent", "utter_human_silent"), ("nobody", "utter_human_not_free")],
)
def test_coming_back_is_said_and_the_form_goes_on_where_it_was(
    talk: Talk, clock: list[datetime], ending: str, told: str
) -> None:
    citizen = begin(talk)
    citizen.say(STORY, "submit_complaint")
    asking, values = citizen.asking, dict(citizen.slots)
    citizen.press(BACK % ending)
    assert citizen.responses[0] == told and len(citizen.responses) == 2
    assert (citizen.form, citizen.asking) == ("complaint_form", asking)
    assert {name: citizen.slots.get(name) for name in values} == values
    other = begin(talk)
    other.press(BACK % ending)
    assert other.responses == [told] and other.form is None and other.said[0]["buttons"]


def test_coming_back_to_an_open_question_asks_it_again(talk: Talk, clock: list[datetime]) -> None:
    citizen = begin(talk)
    citizen.press('/request_human{"value": "call_back"}')
    assert citizen.form == "question_form"
    citizen.press(BACK % "left")
    assert citizen.responses[0] == "utter_human_left" and citizen.form == "question_form"
    citizen.say("13800138000")
    assert [ticket["kind"] for ticket in tickets()] == ["callback"]


def test_who_would_rather_be_called_waits_no_longer(talk: Talk, clock: list[datetime]) -> None:
    citizen = begin(talk)
    citizen.say("转人工", "request_human")
    [button] = citizen.said[0]["buttons"]
    citizen.press(button["payload"])
    assert queue() == [] and citizen.form == "question_form"
    citizen.say("13800138000")
    assert "utter_call_back_filed" in citizen.responses


def test_who_cannot_telephone_waits_or_is_answered_in_writing(talk: Talk, clock: list[datetime]) -> None:
    citizen = begin(talk)
    citizen.say("我听不见", "unsure")
    citizen.say("转人工", "request_human")
    assert citizen.responses == ["utter_human_queued_first"], "words are all it takes"
    citizen.press(citizen.said[0]["buttons"][0]["payload"])
    assert "utter_write_back_filed" in citizen.responses and queue() == []


def test_a_child_may_wait_and_gives_no_number(talk: Talk, clock: list[datetime]) -> None:
    citizen = begin(talk)
    citizen.say("我今年12岁", "unsure")
    citizen.press("/request_human")
    assert citizen.responses == ["utter_human_queued_first"]
    citizen.press(citizen.said[0]["buttons"][0]["payload"])
    assert citizen.responses == ["utter_child_human"] and citizen.form is None and not tickets() and queue() == []


def test_outside_the_hours_and_without_a_place_to_answer_it_is_a_call_back(talk: Talk, clock: list[datetime]) -> None:
    stranger = talk()  # of a channel that keeps no messages
    stranger.say("转人工", "request_human")
    assert stranger.responses[0] == "utter_human_now" and stranger.form == "question_form"
    clock.append(NOW + timedelta(hours=12))
    citizen = begin(talk)
    citizen.say("转人工", "request_human")
    assert citizen.responses[0] == "utter_human_nobody_there" and citizen.form == "question_form" and queue() == []
