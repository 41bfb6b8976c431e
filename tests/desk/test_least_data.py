"""What an institution reads of a complaint: no contact data without consent, no word of a report ever."""

from __future__ import annotations

import pytest

from tests.factories import NOW, file_ticket
from xiaobao.desk import least_data
from xiaobao.desk.context import Desk
from xiaobao.tickets import queries


@pytest.mark.parametrize(
    "sentence",
    [
        "我要举报你们", "已经向12315举报过", "请市监局查处", "要求罚款三千", "我 要 举 报", "我要“举”报", "我要舉報", "jubao他们",
        "请给举报奖励", "内部员工告诉我的", "请为我保密", "希望严惩黑心商家", "材料已交稽查队", "请依法追究责任", "检举信附上", "要求立案",
    ],
)  # fmt: skip
def test_a_sentence_that_speaks_of_reporting_is_left_out_whole(sentence: str) -> None:
    told = f"买的卡被划走500元。{sentence}，证据在紫檀岭。请退钱。"
    assert least_data.without_report(told) == "买的卡被划走500元。请退钱。"


def test_a_word_cut_in_two_by_a_full_stop_leaves_nothing() -> None:
    assert least_data.without_report("我要举。报他，在紫檀岭") == ""


@pytest.mark.parametrize("told", ["电水壶漏电，老板不肯退。", "银行扣了年费，说好免的！", "", "第一天\n第二天坏了"])
def test_an_ordinary_story_stays_as_it_is(told: str) -> None:
    assert least_data.without_report(told) == told
    assert not least_data.speaks_of_report(told)


def test_without_consent_nobody_is_named_and_with_it_only_name_and_telephone(desk: Desk) -> None:
    told = "我叫欧阳娜娜，电话13800001234，身份证110101199003074610，家住幸福里3号。水壶漏电。"
    numbers = [file_ticket(desk.writing, narrative=told, pass_on_to_merchant=answer) for answer in ("no", "yes", None)]
    with desk.reading() as session:
        tickets = [queries.ticket(session, number) for number in numbers]
    contact = ("欧阳娜娜", "13800001234")
    refused, agreed, unasked = [least_data.of(ticket, contact) for ticket in tickets]
    for shown in (refused, unasked):
        assert (shown.contact_name, shown.contact_phone) == ("", "")
        assert not any(word in shown.story for word in ("欧阳", "13800001234", "110101199003074610", "幸福里"))
        assert "水壶漏电" in shown.story
    assert (agreed.contact_name, agreed.contact_phone) == contact
    assert "110101199003074610" not in agreed.story


def test_the_claim_is_shown_without_its_wish_for_punishment(desk: Desk) -> None:
    number = file_ticket(desk.writing, claim="退款129元，并要求查处", now=NOW)
    with desk.reading() as session:
        assert least_data.of(queries.ticket(session, number)).claim == "退款129元"
