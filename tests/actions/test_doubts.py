"""What may stand in the way is told with what can be done, changes nothing by itself, and art. 17 stays out of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.actions.test_intake import CONTACT, tickets, to_summary
from tests.simulators.loop import Conversation

Talk = Callable[[], Conversation]
PLAIN = "我10月3日在乐动健身办了张健身卡，交了2680元，上周店关门了，电话没人接，我要退款"


def lines(citizen: Conversation) -> str:
    return "\n".join(citizen.card("summary")["lines"])


def value(citizen: Conversation, slot: str) -> str:
    return next(row["value"] for row in citizen.card("summary")["rows"] if row["slot"] == slot)


def test_an_old_matter_is_asked_for_the_day_of_discovery(talk: Talk) -> None:
    citizen = talk()
    citizen.say("我2021年3月在乐动健身办了张健身卡，交了2680元，店关门了，我要退款", "submit_complaint")
    assert citizen.asking == "discovered_date"
    citizen.say("今年5月2日才发现被骗", "fraud_now")
    citizen.say("演示路8号")
    citizen.say("可以")
    citizen.press(CONTACT)
    assert citizen.asking == "confirmed"
    assert "超过三年" not in lines(citizen) and "5月2日" in value(citizen, "discovered_date")
    citizen.press("/affirm")
    assert tickets()[0]["discovered_date"] == "2026-05-02"


def test_more_than_three_years_is_a_hint_and_the_ticket_is_filed(talk: Talk) -> None:
    citizen = talk()
    citizen.say("我2021年3月在乐动健身办了张健身卡，交了2680元，店关门了，我要退款", "submit_complaint")
    citizen.say("不知道", "dont_know")
    citizen.say("演示路8号")
    citizen.say("可以")
    citizen.press(CONTACT)
    assert "超过三年" in lines(citizen) and "可能" in lines(citizen)
    citizen.press("/affirm")
    assert citizen.card("receipt") and len(tickets()) == 1


def test_what_was_said_of_another_authority_is_not_declared_away(talk: Talk) -> None:
    citizen = talk()
    to_summary(citizen, PLAIN + "。之前向消协投诉过，他们调解不成")
    assert value(citizen, "elsewhere") == "有" and "仲裁或起诉" in lines(citizen)
    citizen.press("/affirm")
    assert tickets()[0]["elsewhere"] == "yes"


def test_whoever_corrects_it_is_taken_at_their_word_in_the_ticket(talk: Talk) -> None:
    citizen = talk()
    to_summary(citizen, PLAIN + "。之前向消协投诉过，他们调解不成")
    row = next(row for row in citizen.card("summary")["rows"] if row["slot"] == "elsewhere")
    citizen.press(row["payload"])
    citizen.say("没有")
    assert value(citizen, "elsewhere") == "没有"


def test_the_way_of_buying_follows_from_the_street(talk: Talk) -> None:
    citizen = talk()
    to_summary(citizen)
    assert value(citizen, "purchase_mode") == "线下"
    assert citizen.slots["details"]["purchase_mode"]["source"] in ("read", "inferred")


@pytest.mark.parametrize("office_id", ["demo"])
@pytest.mark.parametrize(
    "factor", ["我分五次下单买了40份，", "我事先就看出有问题才买的，", "我们十几个人都用我的手机号登记，"]
)
def test_factors_change_nothing_the_citizen_or_the_queue_can_see(talk: Talk, factor: str) -> None:
    told = "10月3日在乐动健身办了健身卡，花了2680元，店关门了，我要退款"
    seen: list[dict[str, Any]] = []
    for story in (told, factor + told):
        citizen = talk()
        to_summary(citizen, story)
        citizen.press("/affirm")
        ticket = dict(tickets()[-1])
        for own in ("id", "number", "query_code", "draft_id", "conversation_id", "narrative", "as_filed", "submitted_at", "updated_at"):  # fmt: skip
            ticket.pop(own)
        seen.append({"said": citizen.responses, "ticket": ticket, "deadline": citizen.card("receipt")["deadline"]})
    assert seen[0] == seen[1]
