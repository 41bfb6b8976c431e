from __future__ import annotations

import pytest

from xiaobao.reading import items
from xiaobao.reading.reference import Reference


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("花80元购买了一个水杯，漏水", "水杯"), ("购买一台二手“华为”平板，屏幕坏了", "二手“华为”平板"), ("买的鞋穿了三天就开胶", "鞋"),
        ("充值1500元会员卡，店跑了", "会员卡"), ("预订海景房和家庭房时说没房", "海景房和家庭房"), ("购买挂面8袋", "挂面"), ("出场停车费收35元太贵", "停车费"),
        ("通过平台借款6000元分24期", "借款"), ("给厨房进行防水维修施工，楼下还是漏", "防水维修施工"), ("买了双鞋穿了两天", "鞋"),
        ("天天暴力催收，打我家人电话", "催收"), ("给孩子报了一对一辅导", "一对一辅导"), ("修空调花了三百", "修空调"), ("买了只布偶猫，三天就死了", "布偶猫"),
    ],
)  # fmt: skip
def test_the_item_ends_where_its_noun_ends(reference: Reference, text: str, name: str) -> None:
    found = items.read(text, reference)
    assert found is not None and found.text == name
    assert text[found.start : found.end] == name


@pytest.mark.parametrize("text", ["买的东西坏了", "商家态度很差", "你好", "我要投诉"])
def test_words_for_anything_are_no_item(reference: Reference, text: str) -> None:
    assert items.read(text, reference) is None
