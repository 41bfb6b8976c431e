"""The judge of the form is itself judged: broken variants of the product must not get past it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from actions import digressions, filing, filling, intake
from tests.actions.test_intake import STORY, tickets
from tests.simulators.loop import Conversation

pytestmark = pytest.mark.slow

Talk = Callable[[], Conversation]


def judge(talk: Talk) -> None:
    """One citizen's course with what the form must never do."""
    citizen = talk()
    citizen.say(STORY, "submit_complaint")
    asking = citizen.asking
    citizen.say("健身卡能退吗？", "ask")
    assert citizen.asking == asking and citizen.slots["narrative"] == STORY
    citizen.say("不投诉了", "stop")
    assert citizen.form and citizen.slots["narrative"] == STORY
    citizen.press("/deny")
    to_summary_from_here(citizen)
    citizen.say("金额不对，是2860", "correct_answer")
    assert citizen.slots["amount"] == "2860" and citizen.slots["merchant"] == "乐动健身"
    slots, form = dict(citizen.slots), citizen.form
    citizen.press("/affirm")
    citizen.slots, citizen.form = slots, form  # killed between commit and save
    citizen.press("/affirm")
    [ticket] = tickets()
    assert ticket["amount_cents"] == 286000
    assert citizen.card("receipt")["number"] == ticket["number"]  # type: ignore[index]
    assert not citizen.slots["contact_phone"]


def to_summary_from_here(citizen: Conversation) -> None:
    contact = '/give_contact{"contact_name": "林晓芳", "contact_phone": "13800138000", "contact_address": "演示市演示区演示路1号"}'
    for _ in range(8):
        if citizen.asking == "confirmed":
            return
        if citizen.asking == "contact_name":
            citizen.press(contact)
        else:
            citizen.say(
                {"merchant_address": "演示路8号", "pass_on_to_merchant": "可以"}.get(citizen.asking or "", "不知道")
            )
    raise AssertionError(citizen.asking)


def a_new_draft_at_each_press(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filing, "filed", lambda turn, draft: None)
    whole = filing.submission

    def forgetful(turn: Any, draft: Any, *more: Any) -> Any:
        draft.draft_id = f"{turn.now.timestamp()}"
        return whole(turn, draft, *more)

    monkeypatch.setattr(filing, "submission", forgetful)


def a_question_is_taken_as_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digressions, "_meant", lambda turn, asking: None)


def stopping_does_not_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digressions, "handle", lambda turn, draft, asking, form: (True, form.end(turn, draft)))


def a_correction_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake.Intake, "meant_as_correction", staticmethod(lambda turn, draft, asking: None))


def confirmed_before_committed(monkeypatch: pytest.MonkeyPatch) -> None:
    def told_only(turn: Any, draft: Any) -> Any:
        raise LookupError("nothing was committed")

    monkeypatch.setattr(filing, "file", told_only)


def contact_data_stays_after_filing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake.Draft, "clear", lambda draft: None)


def the_story_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "read_story", lambda *_, **__: None)


MUTANTS = (
    a_new_draft_at_each_press,
    a_question_is_taken_as_the_answer,
    stopping_does_not_ask,
    a_correction_is_not_taken,
    confirmed_before_committed,
    contact_data_stays_after_filing,
    the_story_is_not_read,
)


def test_the_judge_accepts_the_product(talk: Talk) -> None:
    judge(talk)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_the_judge_catches_the_broken_variant(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, mutant: Callable[[pytest.MonkeyPatch], None]
) -> None:
    mutant(monkeypatch)
    with pytest.raises((AssertionError, ValueError, TypeError, KeyError)):
        judge(talk)
