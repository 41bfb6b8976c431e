from __future__ import annotations

import pytest

from xiaobao.reading import claims
from xiaobao.reading.reference import Reference


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("要求退款", {"refund"}), ("希望换货或者退货", {"exchange", "return_goods"}), ("要求退一赔三并道歉", {"punitive_fraud", "apology"}),
        ("我要求十倍赔偿", {"punitive_food"}), ("请求解除合同，双倍返还定金", {"terminate_contract", "double_deposit"}), ("要求停止骚扰", {"stop_infringement"}),
        ("希望恢复征信", {"correct_record"}), ("商家不给退款", {"refund"}), ("东西坏了", set()), ("要求按承诺假一赔十", {"promised_compensation"}),
    ],
)  # fmt: skip
def test_wishes_are_read_as_claims(reference: Reference, text: str, codes: set[str]) -> None:
    assert {claim.category.code for claim in claims.read(text, reference)} == codes


def test_a_told_wish_outweighs_what_the_shop_refused(reference: Reference) -> None:
    found = claims.read("商家不给换货，我要求退款", reference)
    assert [claim.category.code for claim in found] == ["refund"]


def test_the_slot_holds_the_words_and_the_names(reference: Reference) -> None:
    text = "我要求退款、赔偿损失"
    found = claims.as_value(text, claims.read(text, reference))
    assert found is not None and found.text == "退款、赔偿损失" == text[found.start : found.end]
    assert found.normalised == "退还货款/费用(退赔费用)；赔偿损失"
    assert claims.as_value(text, []) is None
