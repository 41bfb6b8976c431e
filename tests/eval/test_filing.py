"""The judge of `make eval-filing` is itself judged: bots that lose, invent or never end must not pass."""

from __future__ import annotations

from datetime import date

import pytest

from tests.eval.filing import MOST, Outcome, Shown, drive, halting_facts
from tests.eval.filing_score import SLOTS, Fact, Filed, right, score
from tests.eval.halting.halting import ASK_BACK, NOT_KNOWN, SUBMIT, UNSURE_SAY, Halting, Reply, load_people

PEOPLE = load_people()
QUESTIONS = {
    "merchant": "请问是哪家店？",
    "item": "您买的是什么东西？",
    "amount": "一共花了多少钱？",
    "date": "是哪天的事？",
    "claim": "您希望怎么解决？",
    "address": "店在哪里？",
    "name": "请问怎么称呼您？",
    "phone": "您的手机号是多少？",
    "home": "您的联系地址是哪里？",
}


class Asking:
    """A bot that asks one thing after the other and understands 不知道 and questions."""

    def __init__(self) -> None:
        self.left = list(QUESTIONS)
        self.values: dict[str, str | None] = {}
        self.begun = False

    def turn(self, reply: Reply) -> Shown:
        if reply.press == SUBMIT:
            return Shown("已提交", number="1")
        if not self.begun:
            self.begun = True
        elif self.left and reply.text not in ASK_BACK:
            slot = self.left.pop(0)
            self.keep(slot, None if reply.text in (*NOT_KNOWN, *UNSURE_SAY) else reply.text)
        if self.left:
            return Shown(QUESTIONS[self.left[0]])
        return Shown("都记好了，没问题就点确认提交。", [SUBMIT])

    def keep(self, slot: str, value: str | None) -> None:
        self.values[slot] = value

    def filed(self, number: str) -> Filed:
        return Filed(self.values)


class Dropping(Asking):
    def keep(self, slot: str, value: str | None) -> None:
        self.values[slot] = value if slot in ("name", "phone") else None


class Credulous(Asking):
    """Takes whatever is said for the answer."""

    def turn(self, reply: Reply) -> Shown:
        if self.begun and self.left and reply.press is None:
            self.values[self.left[0]] = reply.text
            self.left.pop(0)
            return Shown(QUESTIONS[self.left[0]]) if self.left else Shown("都记好了。", [SUBMIT])
        return super().turn(reply)


class Deaf(Asking):
    def turn(self, reply: Reply) -> Shown:
        return Shown(QUESTIONS["merchant"])


def talk(bot: Asking, person: dict[str, object]) -> tuple[Outcome, dict[str, list[str]]]:
    citizen = Halting(person, 1)
    outcome = drive(citizen, bot, str(person["id"]))
    return outcome, score(halting_facts(citizen, date(2026, 11, 25)), outcome.filed, outcome.dodged)


# No corrections, and nothing in the opening that this simple bot would have to read.
PLAIN = [person for person in PEOPLE if not person["fixes"] and person["opening_tells"] == ["story"]]


def test_a_bot_that_listens_passes() -> None:
    results = [talk(Asking(), person) for person in PLAIN]
    assert all(outcome.number and outcome.turns <= 20 for outcome, _ in results)
    wrong = [(outcome.who, slot) for outcome, scored in results for slot in (*scored["wrong"], *scored["open"])]
    assert set(wrong) <= {("ha22", "item")}  # its shop's name holds the ware, which counts as told


def test_dropped_answers_are_wrong_and_unaccounted_for() -> None:
    results = [talk(Dropping(), person) for person in PLAIN]
    told = [(scored["wrong"], scored["open"]) for outcome, scored in results if outcome.number]
    assert told and all({"merchant", "item", "amount", "date", "claim"} & set(wrong) for wrong, _ in told)
    assert all("item" in open_ or "amount" in open_ or "claim" in open_ for _, open_ in told)


def test_a_dodge_taken_for_an_answer_is_wrong() -> None:
    results = [talk(Credulous(), person) for person in PLAIN]
    dodgers = [scored for outcome, scored in results if outcome.dodges]
    assert sum(bool(scored["wrong"]) for scored in dodgers) > len(dodgers) / 2


def test_a_bot_that_never_ends_is_not_filed() -> None:
    outcome, scored = talk(Deaf(), PEOPLE[0])
    assert outcome.number is None and outcome.turns == MOST
    assert scored["wrong"] == list(SLOTS)


@pytest.mark.parametrize(
    ("slot", "fact", "stored", "counted", "good"),
    [
        ("merchant", Fact(("秀秀美发",), True), "叫秀秀美发好像", None, True),
        ("merchant", Fact(("秀秀美发",), True), "不知道", None, False),
        ("merchant", Fact(("秀秀美发",), False), None, None, True),
        ("merchant", Fact(("秀秀美发",), True), None, None, False),
        ("merchant", None, "不知道", None, False),
        ("merchant", Fact(("秀秀美发",), True), "秀秀美发" * 9, None, False),
        ("amount", Fact(("680元", "六百八"), True, "680"), "六百八", {"amount": "680"}, True),
        ("amount", Fact(("680元", "六百八"), True, "680"), "六百八", {"amount": "608"}, False),
        ("amount", Fact(("680元", "六百八"), True, "680"), "六百八", None, True),
        ("date", Fact(("今年4月",), True, "2026-04"), "今年4月", {"date": None}, True),
        ("date", Fact(("11月9号",), True, "2026-11-09"), "11月9号", {"date": None}, False),
    ],
)
def test_one_slot(
    slot: str, fact: Fact | None, stored: str | None, counted: dict[str, str | None] | None, good: bool
) -> None:
    assert right(slot, fact, Filed({slot: stored}, counted=counted)) is good
