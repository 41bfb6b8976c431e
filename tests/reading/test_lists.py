"""Several answers in one message."""

from __future__ import annotations

from datetime import date

import pytest

from xiaobao.reading import lists
from xiaobao.reading.reference import Reference

TODAY = date(2026, 11, 26)
WANTED = ["merchant", "item", "amount", "event_date", "claim", "merchant_address"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "好味饭店，火锅套餐，260，上周六，退钱，解放路8号",
            {"merchant": "好味饭店", "item": "火锅套餐", "amount": "260", "event_date": "上周六", "claim": "退钱", "merchant_address": "解放路8号"},
        ),
        ("店名：好味饭店\n多少钱：260\n地址：解放路", {"merchant": "好味饭店", "amount": "260", "merchant_address": "解放路"}),
        ("退货退款 好味饭店 260元", {"merchant": "好味饭店", "amount": "260元", "claim": "退货退款"}),
        ("上个月 18号", {"event_date": "上个月 18号"}),
        ("好味饭店", {"merchant": "好味饭店"}),
        ("不知道，火锅，260，昨天，退钱，不知道", {"merchant": "不知道", "item": "火锅", "amount": "260", "event_date": "昨天", "claim": "退钱", "merchant_address": "不知道"}),
    ],
)  # fmt: skip
def test_each_part_goes_where_it_belongs(reference: Reference, text: str, found: dict[str, str]) -> None:
    assert lists.read(text, WANTED, TODAY, reference) == found


@pytest.mark.parametrize("text", ["我在好味饭店吃火锅花了260，后来拉肚子，想退钱", "后来又去了两趟", "老板说不给退的"])
def test_a_sentence_is_no_list(reference: Reference, text: str) -> None:
    assert "merchant" not in lists.read(text, WANTED, TODAY, reference) and "item" not in lists.read(
        text, WANTED, TODAY, reference
    )


def test_whether_they_were_asked_first_is_no_ware(reference: Reference) -> None:
    wanted = ["institution", "complained_to_institution", "item", "amount"]
    assert lists.read("演示银行，找过，年费，300元", wanted, TODAY, reference) == {
        "institution": "演示银行", "complained_to_institution": "找过", "item": "年费", "amount": "300元",
    }  # fmt: skip


def test_more_names_than_questions_are_not_guessed_at(reference: Reference) -> None:
    assert lists.read("好味饭店，火锅，毛肚，鸭血", WANTED, TODAY, reference) == {}


def test_what_was_not_asked_is_left_out(reference: Reference) -> None:
    assert lists.read("好味饭店，260", ["item", "amount"], TODAY, reference) == {"item": "好味饭店", "amount": "260"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("好味饭店，别的不知道", {"merchant": "好味饭店"}),
        ("好味理发，理发卡，不知道，680，退钱，演示路8号",
         {"merchant": "好味理发", "item": "理发卡", "amount": "680", "claim": "退钱", "merchant_address": "演示路8号"}),
        ("680，不给退", {"amount": "680"}), ("680，有股怪味道", {"amount": "680"}), ("关门了", {}), ("算了吧", {}), ("太麻烦了", {}),
        ("有家小馆，680", {"merchant": "有家小馆", "amount": "680"}),
    ],
)  # fmt: skip
def test_what_names_nothing_becomes_no_name_and_no_place(
    reference: Reference, text: str, found: dict[str, str]
) -> None:
    assert lists.read(text, WANTED, TODAY, reference) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("苹果手机，华强北通讯，5999", {"merchant": "华强北通讯", "item": "苹果手机", "amount": "5999"}),
        ("双十一，羽绒服，899", {"event_date": "双十一", "item": "羽绒服", "amount": "899"}),
        ("5999，苹果手机，演示银行", {"merchant": "演示银行", "item": "苹果手机", "amount": "5999"}),
    ],
)
def test_the_look_of_a_name_says_what_it_is_wherever_it_stands(
    reference: Reference, text: str, found: dict[str, str]
) -> None:
    assert lists.read(text, WANTED, TODAY, reference) == found


def test_every_wish_of_a_list_is_kept(reference: Reference) -> None:
    found = lists.read("好味饭店，退款，赔偿", WANTED, TODAY, reference)
    assert found == {"merchant": "好味饭店", "claim": "退款，赔偿"}


def test_bought_there_names_the_shop(reference: Reference) -> None:
    found = lists.read("瓜子上买的 7万8 10月份", ("merchant", "amount", "event_date"), TODAY, reference)
    assert found == {"merchant": "瓜子", "amount": "7万8", "event_date": "10月份"}
