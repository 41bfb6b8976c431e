"""Words that ask for punishment, and words that only speak of it."""

from __future__ import annotations

import pytest

from xiaobao.reading import wishes

ASKS = [
    "要求退款，并请你们查处这家店",
    "希望市场监管局严惩这种黑心商家",
    "我要举报乐动健身虚假宣传",
    "投诉举报：某超市卖过期奶",
    "强烈要求吊销他们的执照",
    "请求依法追究商家责任，赔偿我的损失",
    "建议立案查处",
    "钱要退，还要罚款",
    "恳请贵局依法处理这家公司",
    "应该取缔这种店",
    "举报并投诉张记饭店",
    "我想让你们去查封它",
    "麻烦你们整治一下这条街的商家",
    "务必处罚，不能再坑人",
]
SPEAKS_OF = [
    "我要退款，不想举报",
    "举报电话是多少",
    "我举报过了，没有结果",
    "商家说要罚款500元",
    "物业要求我交罚款200元",
    "他说我再举报就不给退",
    "我没有举报他们的意思，退钱就行",
    "店家威胁我说要举报我",
    "因为超速被处罚了",
    "请告诉我举报奖励办法",
    "要求退款2680元",
    "我想退课，老师说要扣违约金",
    "平台要求我举证",
    "希望尽快处理",
]


@pytest.mark.parametrize("text", ASKS)
def test_who_wants_punishment_is_heard(text: str) -> None:
    found = wishes.punishment(text)
    assert found and text[found.start : found.end] == found.text


@pytest.mark.parametrize("text", SPEAKS_OF)
def test_who_only_speaks_of_it_is_not(text: str) -> None:
    assert wishes.punishment(text) is None


@pytest.mark.parametrize(
    ("claim", "left"),
    [
        ("退款并查处", "退款"),
        ("退一赔三，处罚商家", "退一赔三"),
        ("查处", ""),
        ("退货退款", "退货退款"),
        ("赔偿和道歉", "赔偿，道歉"),
    ],
)
def test_a_claim_without_its_punishment(claim: str, left: str) -> None:
    assert wishes.without_punishment(claim) == left
