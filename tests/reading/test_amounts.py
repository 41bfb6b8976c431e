from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaobao.reading import amounts


@pytest.mark.parametrize(
    ("text", "written", "cents"),
    [
        ("花了200块", "200块", 20000), ("￥299包邮", "￥299", 29900), ("交了1万2。", "1万2", 1200000), ("退款一千二", "一千二", 120000),
        ("才两百五", "两百五", 25000), ("付了两万三", "两万三", 2300000), ("八千元", "八千元", 800000), ("2000多块", "2000多块", 200000),
        ("车价96 500元", "96 500元", 9650000), ("合计 23 元。", "23 元", 2300), ("5元8角", "5元8角", 580), ("八块五", "八块五", 850),
        ("五毛钱", "五毛钱", 50), ("赔我一个亿", "一个亿", 10**10), ("１２００元", "１２００元", 120000), ("1,299.00元", "1,299.00元", 129900),
        ("人均680，", "680", 68000), ("一罐328，", "328", 32800), ("买了一万二的保健品", "一万二", 1200000), ("结账要998", "998", 99800),
        ("费用合计人民币5980元", "5980元", 598000), ("押金交了1500 10月31退房", "1500", 150000), ("一共花了七百八 种了地", "七百八", 78000),
    ],
)  # fmt: skip
def test_a_sum_is_found_as_written(text: str, written: str, cents: int) -> None:
    found = amounts.parse(text)
    assert [(a.text, a.cents) for a in found] == [(written, cents)]


@pytest.mark.parametrize(
    "text",
    [
        "订单号20261010123456", "电话13812345678", "买了小米14手机", "3号楼2单元", "一块手表", "我们一块去的", "万一坏了", "千万不要买", "100美元",
        "2024年3月5日", "年化36%", "买了12个", "分12期", "5kg装", "三个月", "A4纸", "0元购", "退一赔三", "95号汽油", "去了两百次",
    ],
)  # fmt: skip
def test_other_numbers_are_no_money(text: str) -> None:
    assert amounts.parse(text) == []


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("花了两三千", 200000, 300000), ("2000-3000元", 200000, 300000), ("2000多元", 200000, 300000), ("几百块钱", 20000, 100000),
        ("十几万块", 10000000, 20000000), ("13万余元", 13000000, 14000000), ("二十来块", 2000, 3000),
    ],
)  # fmt: skip
def test_vague_sums_carry_their_bounds(text: str, low: int, high: int) -> None:
    (found,) = amounts.parse(text)
    assert found.approximate
    assert (found.low_cents, found.cents) == (low, low)
    assert found.high_cents == high


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("花了200元", "paid"), ("消费金额：750元", "paid"), ("要求赔偿1000元", "claimed"), ("商家只退500元", "refunded"), ("借款6000元分24期", "loan"),
        ("扣了269元会员费", "fee"), ("原价999元", "other"), ("充值1888元", "paid"), ("每月要还412.50元", "loan"), ("多收取利息1715元", "fee"),
    ],
)  # fmt: skip
def test_the_words_around_a_sum_tell_its_part(text: str, role: str) -> None:
    assert [a.role for a in amounts.parse(text)] == [role]


def test_what_was_paid_goes_before_what_is_claimed_or_borrowed() -> None:
    text = "花了76元买蜂蜜，要求赔偿760元"
    found = amounts.main(amounts.parse(text), text)
    assert found is not None and found.text == "76元"
    text = "借款9000元，每月还866元，又扣会员费239元"
    found = amounts.main(amounts.parse(text), text)
    assert found is not None and found.text == "239元"


def test_no_sum_gives_no_main_sum() -> None:
    assert amounts.main([], "没提钱") is None


@given(st.integers(min_value=1, max_value=10**8), st.integers(min_value=0, max_value=99))
def test_any_sum_in_yuan_reads_back_to_the_cent(yuan: int, cents: int) -> None:
    (found,) = amounts.parse(f"花了{yuan}.{cents:02d}元")
    assert found.cents == yuan * 100 + cents


@given(st.text(alphabet="花了0123456789一二两三四五百千万亿元块角毛多余几-,. ￥退赔号月", max_size=60))
def test_every_sum_is_a_piece_of_the_text(text: str) -> None:
    for found in amounts.parse(text):
        assert found.text and text[found.start : found.end] == found.text
        assert 0 < found.cents == found.low_cents <= found.high_cents


def widened(text: str) -> list[str]:
    return [one.text for one, _ in amounts.widened(text, amounts.parse(text))]


def test_a_number_that_one_calls_is_no_sum() -> None:
    assert widened("打10086和95017都没人接，12315也打了，我的2680怎么办") == ["2680"]


def test_a_price_may_stand_before_a_parcel_or_a_blank() -> None:
    assert widened("说九成新，420包邮") == ["420"]
    assert widened("锅炉4500包安装 结账微信扫了130 本来是13块") == ["4500", "130", "13块"]
    assert widened("买了3包 12本书") == []


def test_parts_are_no_sum_of_their_own_where_the_whole_is_told() -> None:
    assert widened("定金1500，尾款2100")[0] == "定金1500，尾款2100"
    assert widened("定金1500，尾款2100，一共3600元") == ["1500", "2100", "3600元"]


def test_an_answer_needs_no_unit() -> None:
    assert [a.text for a in amounts.parse_bare("两三千")] == ["两三千"]
