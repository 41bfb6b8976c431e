from __future__ import annotations

import pytest

from xiaobao.reading import items, objects
from xiaobao.reading.reference import Reference


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("买了一台冰箱不制冷", "家用电器"), ("买的奶粉有异味", "母婴及玩具"), ("办了健身年卡，店关了", "体育健身"), ("停车费太贵", "交通运输/停车"),
        ("网贷催收骚扰", "金融-银行"), ("车险理赔拒赔", "金融-保险"), ("快递丢件", "快递邮政"), ("外卖吃出头发", "餐饮"),
    ],
)  # fmt: skip
def test_the_ware_decides_the_category(reference: Reference, text: str, name: str) -> None:
    found = objects.read_object(text, reference, items.read(text, reference))
    assert found is not None and found.normalised == name
    assert text[found.start : found.end] == found.text


def test_nothing_known_gives_no_category(reference: Reference) -> None:
    assert objects.read_object("你好", reference, None) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("凉皮里吃出虫子，还拉肚子", "食品安全"), ("办了会员卡，店关门跑路了", "预付款/退卡"), ("称一下缺斤少两", "计量"), ("店员辱骂我", "人格尊严/人身权利"),
        ("不给开发票", "发票凭证"), ("买到假货，不是正品", "假冒(以假充真、以次充好、冒充合格)"), ("鞋开胶了", "质量"),
    ],
)  # fmt: skip
def test_the_problem_told_most_comes_first(reference: Reference, text: str, name: str) -> None:
    found = objects.read_problems(text, reference)
    assert found and found[0].normalised == name


def test_a_report_has_categories_of_its_own(reference: Reference) -> None:
    assert objects.read_problems("这家店无照经营", reference, "report")[0].normalised == "无证无照经营"


@pytest.mark.parametrize(
    ("text", "mode"), [("在抖音直播间拍的", "直播"), ("闲鱼上买的", "二手"), ("淘宝店买的", "网购-平台内商家"), ("在菜市场买的", "线下"), ("京东自营买的", "网购-平台自营")]
)  # fmt: skip
def test_the_way_of_buying_is_told(text: str, mode: str) -> None:
    assert objects.read_manner(text)["purchase_mode"].normalised == mode


def test_whether_the_shop_was_asked_before() -> None:
    assert objects.read_manner("找过商家没用")["tried_with_merchant"].normalised == "yes"
    assert objects.read_manner("还没联系商家")["tried_with_merchant"].normalised == "no"
    assert "tried_with_merchant" not in objects.read_manner("鞋坏了")
