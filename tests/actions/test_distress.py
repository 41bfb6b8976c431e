"""Somebody who may harm themselves: met at once, seen only by those on duty, counted nowhere."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from actions import base
from tests.simulators.loop import Conversation
from xiaobao.tickets import queries, worklist
from xiaobao.tickets.deadlines import local_date
from xiaobao.tickets.tables import Ticket

Talk = Callable[[], Conversation]
WORDS = "我不想活了，被骗了三万块"


def tickets() -> list[tuple[str, bool, str | None]]:
    with base.context().sessions() as session:
        return [(t.kind, t.urgent, t.narrative) for t in session.scalars(select(Ticket))]


def test_a_cry_for_help_calls_those_on_duty_once_and_opens_no_form(talk: Talk) -> None:
    citizen = talk()
    citizen.say(WORDS, "ask")
    assert citizen.responses[0].startswith("utter_distress") and citizen.form is None
    citizen.say("活着没意思，想跳楼", "submit_complaint")
    assert citizen.responses[0].startswith("utter_distress") and citizen.form is None
    assert tickets() == [("distress", True, WORDS)]


def test_it_is_no_ticket_to_the_citizen_and_in_no_list_or_figure(talk: Talk) -> None:
    citizen = talk()
    citizen.say(WORDS, "ask")
    with base.context().sessions() as session:
        number = session.scalars(select(Ticket.number)).one()
        conversation = session.scalars(select(Ticket.conversation_id)).one()
        today = local_date(session.scalars(select(Ticket.submitted_at)).one())
        assert queries.of_conversation(session, conversation) == []
        assert queries.search(session, status=None).items == []
        assert worklist.page(session, today=today).rows == []
        assert [row.ticket.number for row in worklist.page(session, today=today, distress=True).rows] == [number]
        assert worklist.alarms(session, today) == worklist.Alarms(0, 0, 0)
        assert worklist.alarms(session, today, distress=True).distress == 1


def test_the_psychological_line_is_told_only_when_confirmed(talk: Talk) -> None:
    citizen = talk()
    citizen.say(WORDS, "ask")
    assert "utter_psychological_line" not in citizen.responses


def test_a_database_that_is_away_leaves_nobody_without_an_answer(talk: Talk) -> None:
    citizen = talk()
    citizen.say("你好", "greet")
    from xiaobao.tickets.tables import Base

    Base.metadata.tables["tickets"].drop(base.context().sessions.kw["bind"])
    citizen.say(WORDS, "ask")
    assert citizen.responses[0].startswith("utter_distress")


def test_a_typed_wish_to_complain_takes_along_what_was_asked_before(talk: Talk) -> None:
    citizen = talk()
    asked = "上周在悦动健身房办了年卡花了1980元，去了三次就关门了，钱能退吗"
    citizen.say(asked, "ask")
    citizen.say("帮我投诉", "submit_complaint")
    assert citizen.form == "complaint_form"
    assert "utter_understood" in citizen.responses
