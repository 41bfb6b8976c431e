from __future__ import annotations

import pytest

from xiaobao.reading import contacts


@pytest.mark.parametrize(
    ("text", "number"),
    [("我电话13812345678", "13812345678"), ("打138 1234 5678找我", "13812345678"), ("家里010-62345678", "01062345678")],
)
def test_the_citizens_number_is_found(text: str, number: str) -> None:
    found = contacts.read(text)["contact_phone"]
    assert found.normalised == number and text[found.start : found.end] == found.text


@pytest.mark.parametrize(
    "text", ["商家电话13812345678", "客服13812345678不接", "订单号13812345678", "1381234567", "卡号622202138123456789"]
)
def test_other_numbers_are_not_the_citizens(text: str) -> None:
    assert "contact_phone" not in contacts.read(text)


@pytest.mark.parametrize(
    ("text", "name"), [("我叫王小明，电话1", "王小明"), ("姓名：欧阳娜娜 电话", "欧阳娜娜"), ("免贵姓李，", "李")]
)
def test_a_name_follows_its_sign(text: str, name: str) -> None:
    assert contacts.read(text)["contact_name"].text == name


@pytest.mark.parametrize("text", ["我叫外卖吃出虫子", "我叫了一辆车", "他叫我滚"])
def test_calling_for_something_is_no_name(text: str) -> None:
    assert "contact_name" not in contacts.read(text)


def test_order_policy_and_mail() -> None:
    found = contacts.read("订单号：2987654321098，保单号PA20261234567，邮箱li.wei@example.com")
    assert found["order_number"].text == "2987654321098"
    assert found["policy_number"].text == "PA20261234567"
    assert found["contact_email"].text == "li.wei@example.com"
