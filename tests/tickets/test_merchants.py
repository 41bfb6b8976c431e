"""One key for the spellings of a merchant; near ones are only called near."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaobao.tickets import merchants


@pytest.mark.parametrize(
    "name",
    [
        "乐动健身",
        " 乐动 健身 ",
        "乐动健身（万达店）",
        "云泽市乐动健身有限公司",
        "云泽市东城区乐动健身有限责任公司",
        "乐动健身股份有限公司云泽分公司",
        "《乐动健身》",
    ],
)
def test_spellings_of_one_merchant_have_one_key(name: str) -> None:
    assert merchants.key(name) == "乐动健身"


@pytest.mark.parametrize("name", ["永辉超市", "大都市女装", "商业街区奶茶", "北京夜市烧烤"])
def test_a_word_that_only_looks_like_a_place_stays(name: str) -> None:
    assert merchants.key(name) == name


@pytest.mark.parametrize("name", [None, "", "***", "（ ）"])
def test_a_name_without_letters_has_no_key(name: str | None) -> None:
    assert merchants.key(name) is None


def test_a_shop_on_a_platform_is_the_merchant_and_a_bank_goes_first() -> None:
    assert merchants.key_of("拼多多", None, "花花小店", "拼多多") == "花花小店"
    assert merchants.key_of(None, None, "花花小店", "拼多多") == "花花小店"
    assert merchants.key_of("花花商贸有限公司", None, "花花小店", "拼多多") == "花花商贸"
    assert merchants.key_of("某中介", "上海银行", None, None) == "上海银行"
    assert merchants.key_of(None, None, None, "拼多多") == "拼多多"


@pytest.mark.parametrize(
    ("one", "other"),
    [("乐动健身", "动乐健身"), ("乐动健身", "乐洞健身"), ("乐动健身", "乐动健身中心"), ("乐动健身", "乐动的健身")],
)
def test_a_slip_of_the_pen_is_near(one: str, other: str) -> None:
    assert merchants.near(one, other) and merchants.near(other, one)


@pytest.mark.parametrize(
    ("one", "other"), [("老王面馆", "老李面馆"), ("东门药店", "西门药店"), ("好味", "好昧"), ("乐动健身", "乐动健身")]
)
def test_two_houses_that_look_alike_are_not_near(one: str, other: str) -> None:
    assert not merchants.near(one, other)


@given(st.text(max_size=150))
def test_a_key_is_short_and_its_own_key(name: str) -> None:
    key = merchants.key(name)
    assert key is None or 0 < len(key) <= merchants.LONGEST_KEY
    assert key is None or merchants.near(key, key) is False


@given(st.text(min_size=4, max_size=12), st.text(min_size=4, max_size=12))
def test_nearness_is_the_same_both_ways(one: str, other: str) -> None:
    assert merchants.near(one, other) == merchants.near(other, one)
