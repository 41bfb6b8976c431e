from __future__ import annotations

import pytest

from xiaobao.reading import places


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("店在朝阳区幸福路18号", "朝阳区幸福路18号"), ("商家地址：XX市XX区XX大厦3楼发生时间：3月1日", "XX市XX区XX大厦3楼"), ("在人民路168号那家店", "人民路168号"),
    ],
)  # fmt: skip
def test_the_merchants_address_is_found(text: str, address: str) -> None:
    assert places.read(text)["merchant_address"].text == address


def test_ones_own_address_is_not_the_merchants() -> None:
    assert "merchant_address" not in places.read("我的地址：幸福路18号3单元")


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("在成都市武侯区买的车", "成都市武侯区"),
        ("广西壮族自治区XX市某店", "广西壮族自治区XX市"),
        ("4月6日在XX市买的", "XX市"),
    ],
)
def test_the_region_is_cut_clean(text: str, region: str) -> None:
    assert places.read(text)["region"].text == region


@pytest.mark.parametrize("text", ["在超市买的", "小区门口", "家电卖场", "景区门票"])
def test_other_words_are_no_region(text: str) -> None:
    assert "region" not in places.read(text)
