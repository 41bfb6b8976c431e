"""Everything a tired or angry person may type, at every question of the form: always an answer, nothing lost, nothing filed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.actions.test_intake import CONTACT, STORY, tickets
from tests.simulators.loop import Conversation

pytestmark = pytest.mark.slow
Talk = Callable[[], Conversation]

ANSWERS = {
    "merchant": "乐动健身", "item": "健身卡", "amount": "2680元", "event_date": "10月3日", "claim": "退款",
    "merchant_address": "演示路8号",
}  # fmt: skip
QUESTIONS = ["narrative", "facts", *ANSWERS, "contact_name", "confirmed"]
BAD = {
    "guess": ("你猜", "unsure"),
    "question": ("你问这个干什么？", "ask_why"),
    "other_question": ("你们几点下班？", "ask_office"),
    "signs": ("？？？！！！", "unsure"),
    "emoji": ("😡😡😡", "unsure"),
    "blank": ("   ", "unsure"),
    "abuse": ("你个废物", "abuse"),
    "english": ("what do you mean", "unsure"),
    "markup": ("<script>alert(1)</script>", "unsure"),
    "sql": ("'; DROP TABLE tickets; --", "unsure"),
    "zero_width": ("​​", "unsure"),
    "digits": ("1" * 60, "unsure"),
    "dollars": ("100美元", "unsure"),
    "future": ("明年3月5日", "unsure"),
    "no_such_day": ("2月30日", "unsure"),
    "negative": ("-500元", "unsure"),
    "against_oneself": ("其实是我自己弄坏的，我想让他们赔", "unsure"),
    "revenge": ("老板王某某身份证110101199003077758，大家去他家闹", "unsure"),
    "never_mind": ("随便吧", "unsure"),
}


def until(citizen: Conversation, question: str) -> None:
    """Answer up to this question, which is then open; facts come one by one."""
    citizen.say("我要投诉", "submit_complaint")
    for _ in range(15):
        if citizen.asking == question:
            return
        if citizen.asking == "narrative":
            citizen.say("他们关门跑路了，电话也没人接，气死我了")
        elif citizen.asking == "contact_name":
            citizen.press(CONTACT)
        else:
            citizen.say(ANSWERS[citizen.asking or ""])
    raise AssertionError(f"{question} is never asked, but {citizen.asking}")


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("kind", BAD)
def test_bad_input_at_every_question(talk: Talk, one_by_one: Talk, question: str, kind: str) -> None:
    citizen = talk() if question == "facts" else one_by_one()
    until(citizen, question)
    before = {slot: citizen.slots.get(slot) for slot in (*ANSWERS, "contact_phone") if slot != question}
    for _ in range(2):
        citizen.say(*BAD[kind])
        assert citizen.responses and not tickets()
        if citizen.form is None:  # an answer that closed the form kept the draft
            assert citizen.slots.get("draft_id")
            citizen.say("接着来", "resume")
    kept = {slot: citizen.slots.get(slot) for slot in before if before[slot] is not None}
    assert kept == {slot: value for slot, value in before.items() if value is not None}
    assert "110101199003077758" not in str(citizen.slots)


def test_twenty_corrections_in_a_row_end_with_the_last(talk: Talk) -> None:
    citizen = talk()
    citizen.say(STORY, "submit_complaint")
    for n in range(20):
        citizen.say(f"金额不对，是{2000 + n}元", "correct_answer")
        assert citizen.slots["amount"] == f"{2000 + n}元"
    assert citizen.form == "complaint_form" and not tickets()


def test_who_answers_every_question_with_a_question_can_still_file(talk: Talk) -> None:
    citizen = talk()
    citizen.say(STORY, "submit_complaint")
    for _ in range(12):
        if citizen.asking == "confirmed":
            break
        asking = citizen.asking
        citizen.say("这个一定要填吗？", "ask_why")
        assert citizen.asking == asking and citizen.responses
        if asking == "facts":
            citizen.fill_from(ANSWERS)
        else:
            citizen.press(CONTACT) if asking == "contact_name" else citizen.say(ANSWERS[asking or ""])
    citizen.press("/affirm")
    assert len(tickets()) == 1
