"""After filing: progress, urging, withdrawing, more material; only for the citizen's own tickets."""

from __future__ import annotations

from collections.abc import Callable

from actions import base
from tests.actions.test_intake import tickets, to_summary
from tests.simulators.loop import Conversation
from xiaobao.tickets import deadlines, service, workflow

Talk = Callable[[], Conversation]


def filed(talk: Talk) -> tuple[Conversation, str, str]:
    citizen = talk()
    to_summary(citizen)
    citizen.press("/affirm")
    receipt = citizen.card("receipt")
    assert receipt
    return citizen, receipt["number"], receipt["query_code"]


def test_the_own_ticket_is_shown_without_number_or_code(talk: Talk) -> None:
    citizen, number, _ = filed(talk)
    citizen.say("我的投诉到哪了", "ask_progress")
    [message] = citizen.said
    assert message["response"] == "utter_progress" and message["number"] == number
    assert [b["title"] for b in message["buttons"]] == ["补材料", "催一下", "商家有回应", "更正", "撤回"]


def test_a_stranger_is_asked_for_number_and_code_and_hears_the_same_for_wrong_and_missing(talk: Talk) -> None:
    _, number, _ = filed(talk)
    stranger = talk()
    stranger.say("查进度", "ask_progress")
    assert stranger.responses == ["utter_ask_number_and_code"] or stranger.form == "question_form"
    stranger.say(f"{number} 999999")
    wrong = stranger.responses
    stranger.say("XB20200101-000001 999999", "ask_progress")
    assert wrong == stranger.responses == ["utter_error_wrong_code"]


def test_number_and_code_show_the_ticket_in_another_conversation(talk: Talk) -> None:
    _, number, code = filed(talk)
    other = talk()
    other.say(f"{number} {code}", "ask_progress")
    assert other.responses == ["utter_progress"]
    payload = next(b["payload"] for b in other.said[0]["buttons"] if b["title"] == "催一下")
    other.press(payload)
    assert "utter_urged" in other.responses


def test_too_many_wrong_codes_close_the_door_for_this_conversation_only(talk: Talk) -> None:
    citizen, number, code = filed(talk)
    stranger = talk()
    for n in range(6):
        stranger.say(f"{number} 99999{n}", "ask_progress")
    stranger.say(f"{number} {code}", "ask_progress")
    assert stranger.responses == ["utter_error_too_many_codes"]
    citizen.say("到哪了", "ask_progress")
    assert citizen.responses == ["utter_progress"]


def test_urging_twice_a_day_is_told(talk: Talk) -> None:
    citizen, *_ = filed(talk)
    citizen.say("催一下", "urge_ticket")
    assert "utter_urged" in citizen.responses
    citizen.say("再催", "urge_ticket")
    assert citizen.responses == ["utter_urged_already"] and citizen.said[0]["again"]


def test_withdrawing_asks_first_and_then_does_it(talk: Talk) -> None:
    citizen, number, _ = filed(talk)
    citizen.say("我不投诉了要撤回", "withdraw_ticket")
    assert citizen.responses == ["utter_withdraw_sure"] and tickets()[0]["status"] == "submitted"
    citizen.press(f'/withdraw_ticket{{"ticket_number": "{number}", "confirmed": "yes"}}')
    assert tickets()[0]["status"] == "withdrawn"


def test_more_material_goes_to_the_ticket(talk: Talk) -> None:
    citizen, *_ = filed(talk)
    citizen.say("我要补充材料", "supplement_ticket")
    assert citizen.form == "question_form"
    citizen.say("老板今天又发短信威胁我")
    assert "utter_supplemented" in citizen.responses and citizen.form is None


def test_a_human_is_asked_for_and_a_wrong_telephone_number_is_told(talk: Talk) -> None:
    citizen = talk()
    citizen.say("转人工", "request_human")
    assert citizen.form == "question_form"
    citizen.say("1380013800")
    assert citizen.responses[0] == "utter_error_phone_wrong_length" and citizen.form
    citizen.say("13800138000")
    assert "utter_call_back_filed" in citizen.responses
    [ticket] = tickets()
    assert ticket["kind"] == "callback" and ticket["urgent"] and ticket["contact_phone"] == "13800138000"


def test_progress_says_who_has_it(talk: Talk) -> None:
    citizen, number, _ = filed(talk)
    with base.context().sessions.begin() as session:
        clerk = service.Actor(workflow.Role.SUPERVISOR, name="王工")
        for step, fields in ((service.accept, {}), (service.assign, {"department": "市场监管一科"})):
            step(session, number, actor=clerk, now=deadlines.now(), office=base.context().office, **fields)
    citizen.say("到哪了", "ask_progress")
    assert "市场监管一科" in citizen.said[0]["told"] and citizen.said[0]["status"] == "办理中"


def test_a_second_yes_hears_number_and_query_code_again(talk: Talk) -> None:
    citizen, number, code = filed(talk)
    citizen.press("/affirm")
    [message] = citizen.said
    assert message["response"] == "utter_already_filed"
    assert (message["number"], message["query_code"]) == (number, code)
