"""The same matter told again: to the open ticket, or apart; and never a word about another conversation's ticket."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from actions import base
from tests.actions.test_intake import STORY, tickets, to_summary
from tests.factories import CLERK
from tests.simulators.loop import Conversation
from xiaobao.tickets import deadlines, queries, service
from xiaobao.tickets.views import TicketView

Talk = Callable[[], Conversation]
AGAIN = "还是乐动健身那张健身卡，2680元，今天他们说一分都不退"


def filed(citizen: Conversation) -> str:
    """File the story and return its number."""
    to_summary(citizen)
    citizen.press("/affirm")
    return str(citizen.card("receipt")["number"])


def button(citizen: Conversation, title: str) -> str:
    """The payload of a button that was just offered."""
    words = base.context().words
    return next(b["payload"] for m in citizen.said for b in m.get("buttons") or [] if b["title"] == words.button(title))


def ticket(number: str) -> TicketView:
    with base.context().sessions.begin() as session:
        return queries.ticket(session, number)


def supplements(number: str) -> list[str]:
    return [event.payload["text"] for event in ticket(number).events if event.step == "supplement"]


def test_the_same_matter_is_asked_about_before_anything_else(talk: Talk) -> None:
    citizen = talk()
    number = filed(citizen)
    citizen.say(AGAIN, "submit_complaint")
    asked = next(m for m in citizen.said if m.get("response") == "utter_same_matter")
    assert asked["number"] == number and len(asked["buttons"]) == 2
    assert citizen.card("summary") is None


@pytest.mark.parametrize("typed", [None, "补充到那一件吧", "同一件"])
def test_more_goes_to_the_open_ticket_and_the_form_ends(talk: Talk, typed: str | None) -> None:
    citizen = talk()
    number = filed(citizen)
    citizen.say(AGAIN, "submit_complaint")
    citizen.say(typed) if typed else citizen.press(button(citizen, "add_to_ticket"))
    assert "utter_supplemented" in citizen.responses and citizen.form is None
    assert supplements(number) == [AGAIN] and len(tickets()) == 1
    assert citizen.slots["narrative"] is None and citizen.slots["form_flags"] is None


@pytest.mark.parametrize("typed", [None, "不是同一件", "另外提交"])
def test_a_ticket_of_its_own_is_filed_when_that_is_wanted(talk: Talk, typed: str | None) -> None:
    citizen = talk()
    number = filed(citizen)
    citizen.say(AGAIN, "submit_complaint")
    citizen.say(typed) if typed else citizen.press(button(citizen, "file_apart"))
    assert "utter_same_matter" not in citizen.responses
    to_summary_from_here(citizen)
    citizen.press("/affirm")
    assert citizen.card("receipt")["number"] != number and len(tickets()) == 2 and supplements(number) == []


def to_summary_from_here(citizen: Conversation) -> None:
    for _ in range(12):
        if citizen.asking == "confirmed":
            return
        citizen.say("不知道") if citizen.asking != "contact_name" else citizen.press(
            '/give_contact{"contact_name": "林晓芳", "contact_phone": "13800138000", "contact_address": "演示路1号"}'
        )


def test_the_same_turn_again_adds_nothing_twice(talk: Talk) -> None:
    citizen = talk()
    number = filed(citizen)
    citizen.say(AGAIN, "submit_complaint")
    slots, form, payload = dict(citizen.slots), citizen.form, button(citizen, "add_to_ticket")
    citizen.press(payload)
    citizen.slots, citizen.form = slots, form  # the bot died before it saved the conversation
    citizen.press(payload)
    assert "utter_supplemented" in citizen.responses and supplements(number) == [AGAIN]


@pytest.mark.parametrize("words", ["是", "好的", "/affirm", "/deny"])
def test_a_yes_that_answers_neither_files_nothing(talk: Talk, words: str) -> None:
    citizen = talk()
    filed(citizen)
    citizen.say(AGAIN, "submit_complaint")
    citizen.press(words) if words.startswith("/") else citizen.say(words, "affirm")
    assert "utter_same_matter" in citizen.responses and len(tickets()) == 1


def test_more_of_the_story_is_kept_and_the_question_comes_again(talk: Talk) -> None:
    citizen = talk()
    number = filed(citizen)
    citizen.say(AGAIN, "submit_complaint")
    citizen.say("另外他们昨天还在群里骂了我，我有截图")
    assert "utter_same_matter" in citizen.responses
    citizen.press(button(citizen, "add_to_ticket"))
    assert supplements(number) == [f"{AGAIN}\n另外他们昨天还在群里骂了我，我有截图"]


def test_what_was_answered_goes_along(talk: Talk) -> None:
    citizen = talk()
    number = filed(citizen)
    citizen.say("乐动健身一分钱都没有退给我们，太气人", "submit_complaint")
    assert citizen.asking == "facts"
    citizen.fill_from({"merchant": "乐动健身", "item": "健身卡"})
    citizen.press(button(citizen, "add_to_ticket"))
    assert supplements(number)[0].endswith("：健身卡")


def test_another_matter_with_the_same_merchant_is_not_asked_about(talk: Talk) -> None:
    citizen = talk()
    filed(citizen)
    citizen.say("昨天在乐动健身喝了杯果汁，花了18元，喝完拉肚子，要求赔偿", "submit_complaint")
    assert "utter_same_matter" not in citizen.responses


def test_a_ticket_that_has_ended_is_not_asked_about(talk: Talk) -> None:
    citizen = talk()
    number = filed(citizen)
    citizen.say(AGAIN, "submit_complaint")
    payload = button(citizen, "add_to_ticket")
    context = base.context()
    with context.sessions.begin() as session:
        now = deadlines.now()
        ground = context.office.grounds()[1].code  # the first asks where to go instead
        service.reject(session, number, actor=CLERK, now=now, office=context.office, ground=ground)
    citizen.press(payload)
    assert "utter_same_matter" not in citizen.responses and "utter_supplemented" not in citizen.responses
    assert citizen.form and supplements(number) == []


def test_no_conversation_hears_of_the_ticket_of_another_even_with_the_same_telephone(talk: Talk) -> None:
    number = filed(talk())
    stranger = talk()
    said = []
    stranger.say(AGAIN, "submit_complaint")
    for _ in range(12):
        said += stranger.said
        if stranger.asking == "confirmed":
            break
        if stranger.asking == "contact_name":
            stranger.press(
                '/give_contact{"contact_name": "林晓芳", "contact_phone": "13800138000", "contact_address": "演示路1号"}'
            )
        else:
            stranger.say("不知道")
    assert stranger.card("summary") and number not in repr(said + stranger.said)
    stranger.press(f'/supplement_ticket{{"ticket_number": "{number}"}}')
    assert supplements(number) == [] and number not in repr(stranger.slots.get("form_flags"))


def test_sources_reach_the_ticket(talk: Talk) -> None:
    citizen = talk()
    citizen.say(STORY, "submit_complaint")
    to_summary_from_here(citizen)
    citizen.press("/affirm")
    sources = ticket(str(citizen.card("receipt")["number"])).sources
    assert sources["merchant"] == sources["amount"] == "read" and sources["contact_phone"] == "said"
    assert sources["own_use"] == sources["elsewhere"] == "declared" and sources["merchant_address"] == "unknown"


def test_a_later_paragraph_is_marked_where_it_stands(talk: Talk) -> None:
    citizen = talk()
    to_summary(citizen)
    citizen.say("再补充一句，订单号是DD20261003778，合同上写着")
    found = citizen.slots["details"]["order_number"]
    assert citizen.slots["narrative"][found["start"] : found["end"]] == citizen.slots["order_number"]
    citizen.press("/affirm")
    kept = ticket(str(citizen.card("receipt")["number"])).spans["order_number"]
    assert kept["words"] == "DD20261003778" and kept["start"] > len(STORY)
