"""Entities of a fixed form."""

from __future__ import annotations

import pytest
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.components.patterns import EntityPatterns


def found(text: str) -> dict[str, str]:
    message = Message({TEXT: text})
    EntityPatterns().process([message])
    return {entity["entity"]: entity["value"] for entity in message.get(ENTITIES)}


@pytest.mark.parametrize(
    "typed",
    [
        "XB20261124-000017",
        "xb20261124-000017",
        "xb20261124000017",
        "XB 20261124 000017",
        "ＸＢ２０２６１１２４－００００１７",
        "单号是XB20261124—000017，帮我催一下",
        "XB20261124-000017 483920",
    ],
)
def test_a_ticket_number_is_found_however_it_was_typed(typed: str) -> None:
    assert found(typed)["ticket_number"] == "XB20261124-000017"


@pytest.mark.parametrize(
    "typed", ["483920", " 483920。", "查询码483920", "查询码是 483920", "XB20261124-000017 483920"]
)
def test_six_digits_alone_or_named_are_a_query_code(typed: str) -> None:
    assert found(typed)["query_code"] == "483920"


@pytest.mark.parametrize(
    "typed", ["我花了483920元", "XB20261124-000017", "13812345678", "花了4839201块", "订单483920没发货"]
)
def test_other_digits_are_no_query_code(typed: str) -> None:
    assert "query_code" not in found(typed)


@pytest.mark.parametrize(
    "typed", ["电话13812345678", "138 1234 5678", "138-1234-5678", "+8613812345678", "打１３８１２３４５６７８"]
)
def test_a_mobile_number_is_found_with_blanks_or_without(typed: str) -> None:
    assert found(typed)["phone"] == "13812345678"


def test_a_landline_is_found_and_a_longer_number_is_not_a_telephone() -> None:
    assert found("0571-88886666")["phone"] == "057188886666"
    assert "phone" not in found("订单号2026113812345678901")


@pytest.mark.parametrize(
    ("typed", "row"),
    [
        ("改3", "3"),
        ("改 12", "12"),
        ("修改第三项", "3"),
        ("第2条写错了", "2"),
        ("4要改", "4"),
        ("第十项不对", "10"),
        ("我要改一下第5个", "5"),
    ],
)
def test_the_row_to_be_changed_is_a_number(typed: str, row: str) -> None:
    assert found(typed)["row_number"] == row


@pytest.mark.parametrize("typed", ["金额改成3000", "改成三千", "3号买的", "换了3次", "我买了2个都错了"])
def test_other_numbers_are_no_row(typed: str) -> None:
    assert "row_number" not in found(typed)


def test_an_entity_points_into_the_typed_text() -> None:
    typed = "😀单号 ＸＢ20261124－000017 麻烦"
    message = Message({TEXT: typed})
    EntityPatterns().process([message])
    (entity,) = message.get(ENTITIES)
    assert typed[entity["start"] : entity["end"]] == "ＸＢ20261124－000017"
    assert entity["value"] == "XB20261124-000017"
