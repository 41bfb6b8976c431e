from __future__ import annotations

import pytest

from xiaobao.reading import heads, parties
from xiaobao.reading.reference import Reference


def merchant(text: str, reference: Reference) -> str | None:
    found = parties.read(text, reference, heads.read(text, reference).accused).merchant
    return found.text if found else None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("在乐动健身办了张年卡", "乐动健身"), ("我从青岛海润家具销售有限公司买了张床", "青岛海润家具销售有限公司"),
        ("在好又多超市买的牛奶过期了", "好又多超市"), ("通过分*花借款7000元", "分*花"), ("被拍*贷扣了会员费", "拍*贷"),
        ("在拼多多买的充电宝坏了", "拼多多"), ("在拼多多一家叫“小兔家居旗舰店”的店买了床垫", "小兔家居旗舰店"),
        ("小区门口那家水果店卖的橘子是烂的", "小区门口那家水果店"), ("商户名称：XX烤鱼店发生时间：3月2日", "XX烤鱼店"),
        ("来电人称在XX县XX百货负一层8号柜花费20元购买袜子", "XX县XX百货负一层8号柜"), ("店名是力健国际健身，我要退卡", "力健国际健身"),
        ("在某健身公司报了私教课", "某健身公司"), ("11月15日在海底捞万达店吃饭", "海底捞万达店"), ("给中石化城东加油站投诉", "中石化城东加油站"),
    ],
)  # fmt: skip
def test_a_merchant_is_named_as_written(reference: Reference, text: str, name: str) -> None:
    assert merchant(text, reference) == name


@pytest.mark.parametrize(
    "text",
    [
        "商家不给退款", "在这家店买的东西坏了", "该店铺拒绝处理，卖家不理人", "我在网上买了双鞋", "苹果手机屏幕坏了", "我家住XX县XX超市西路9号，水管爆了",
        "保险公司不赔", "在店里办的卡", "今天天气不错", "联系了市场监管局和消协", "我用支付宝转账给他",
    ],
)  # fmt: skip
def test_words_for_anybody_are_no_merchant(reference: Reference, text: str) -> None:
    assert merchant(text, reference) is None


def test_shop_and_platform_are_told_apart(reference: Reference) -> None:
    found = parties.read("我在天猫“良品优选数码专营店”买了笔记本", reference)
    assert found.platform is not None and found.platform.normalised == "天猫"
    assert found.shop_name is not None and found.shop_name.text == "良品优选数码专营店"
    assert found.merchant == found.shop_name


def test_an_institution_keeps_its_words_and_gets_its_full_name(reference: Reference) -> None:
    found = parties.read("工行信用卡乱扣年费", reference).institution
    assert found is not None and (found.text, found.normalised) == ("工行", "中国工商银行")


def test_a_branch_is_an_institution_too(reference: Reference) -> None:
    found = parties.read("我在青山农村商业银行办的存单取不出来", reference).institution
    assert found is not None and found.text.endswith("农村商业银行")
