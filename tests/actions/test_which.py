"""Several sums or days that may be meant are asked about, with the likely ones as buttons; nothing is guessed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.actions.test_intake import tickets, to_summary
from tests.simulators.loop import Conversation

SLIP = "我10月3日在乐动健身办卡，交了4347.98元，关门了。我付的4347.89元请退给我"
Talk = Callable[[], Conversation]


def asked_which(citizen: Conversation) -> list[str]:
    found = [m for m in citizen.said if m.get("response") == "utter_which_amount"]
    return [button["title"] for button in found[0]["buttons"]] if found else []


def until_amount(citizen: Conversation, story: str = SLIP) -> None:
    citizen.say(story, "submit_complaint")
    for _ in range(8):
        if citizen.asking == "amount":
            return
        citizen.say("健身卡")
    raise AssertionError(citizen.asking)


def test_the_same_sum_told_in_two_ways_is_asked(talk: Talk) -> None:
    citizen = talk()
    until_amount(citizen)
    assert asked_which(citizen)[-1] == "都不是" and {"4347.98元", "4347.89元"} == set(asked_which(citizen)[:-1])


@pytest.mark.parametrize(("says", "cents"), [("4347.89", 434789), ("第一个", None), ("第二个", None), ("五千", 500000)])
def test_the_answer_decides(talk: Talk, says: str, cents: int | None) -> None:
    citizen = talk()
    until_amount(citizen)
    options = asked_which(citizen)
    citizen.say(says)
    assert citizen.asking != "amount"
    wanted = cents if cents else int(float(options[0 if "一" in says else 1][:-1]) * 100 + 0.5)
    assert citizen.slots["details"]["amount"]["normalised"] == wanted


def test_none_of_them_is_asked_once_more_plainly(talk: Talk) -> None:
    citizen = talk()
    until_amount(citizen)
    citizen.say("都不是")
    card = citizen.card("facts")  # where something else is missing, too, the sum stands on the card beside it
    assert asked_which(citizen) == [] and "amount" in (
        [one["name"] for one in card["fields"]] if card else [citizen.asking]
    )
    citizen.say("2680元")
    assert citizen.slots["amount"] == "2680元" and citizen.asking != "amount"


def test_a_button_decides_and_unknown_leaves_it_open(talk: Talk) -> None:
    citizen = talk()
    until_amount(citizen)
    citizen.press('/answer_slot{"slot_name": "amount", "value": "4347.89元"}')
    assert citizen.slots["details"]["amount"]["normalised"] == 434789 and citizen.asking != "amount"
    other = talk()
    until_amount(other)
    other.say("不知道", "dont_know")
    assert other.slots.get("amount") is None and other.asking != "amount"


def test_a_later_slip_is_asked_about(talk: Talk) -> None:
    citizen = talk()
    to_summary(citizen)
    citizen.say("补充一下，教练和前台都跑了，当时交的2860元没有开发票")
    assert citizen.asking == "amount" and {"2680元", "2860元"} <= set(asked_which(citizen))
    citizen.say("第二个")
    citizen.press("/affirm")
    assert tickets()[0]["amount_cents"] == 286000


def test_one_sum_told_twice_is_not_asked(talk: Talk) -> None:
    citizen = talk()
    citizen.say("我10月3日在乐动健身办健身卡，交了2680元，关门了，要求退2680元", "submit_complaint")
    assert citizen.slots["amount"] == "2680元" and citizen.asking not in ("amount", None)
