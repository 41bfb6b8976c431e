from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reading.conftest import TODAY
from xiaobao.reading import corrections
from xiaobao.reading.corrections import Correction


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("改3", Correction(row_number=3)), ("修改第5条", Correction(row_number=5)), ("第二项错了", Correction(row_number=2)),
        ("第2项改成2860元", Correction(row_number=2, value="2860元")), ("金额不对，是2860", Correction("amount", value="2860")),
        ("店名写错了", Correction("merchant")), ("日期应该是上周三", Correction("event_date", value="上周三")), ("改一下金额", Correction("amount")),
        ("不是2680，是2860", Correction("amount", value="2860", instead_of="2680")), ("电话错了，13812345678", Correction("contact_phone", value="13812345678")),
        ("商家不是淘宝，是拼多多", Correction("merchant", value="拼多多", instead_of="淘宝")), ("不是淘宝是京东", Correction(value="京东", instead_of="淘宝")),
        ("地址改成人民路168号", Correction("merchant_address", value="人民路168号")), ("把金额改为1万2", Correction("amount", value="1万2")),
        ("店名应该叫乐动健身", Correction("merchant", value="乐动健身")), ("时间错了，10月4号", Correction("event_date", value="10月4号")),
        ("改10月3日", Correction("event_date", value="10月3日")), ("我的名字写错了，应该是李四", Correction("contact_name", value="李四")),
    ],
)  # fmt: skip
def test_a_correction_names_what_and_into_what(text: str, meant: Correction) -> None:
    assert corrections.read(text, TODAY) == meant


@pytest.mark.parametrize("text", ["确认提交", "你好", "没问题", "花了2680", "", "我在乐动健身办卡"])
def test_other_words_change_nothing(text: str) -> None:
    assert corrections.read(text, TODAY) is None


@given(st.text(alphabet="改第不是对错了金额店名日期12345三项，。 成", max_size=40))
def test_a_new_value_is_a_piece_of_what_was_said(text: str) -> None:
    found = corrections.read(text, TODAY)
    if found is not None and found.value is not None:
        assert found.value in text
