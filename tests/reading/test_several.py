"""Which messages tell of several matters, and which only mention other names."""

from __future__ import annotations

from datetime import date

import pytest

from xiaobao.reading import several
from xiaobao.reading.reference import Reference

TODAY = date(2026, 11, 25)
SEVERAL = {
    "第一件，乐动健身关门不退我2680元；第二件，好味饭店吃出虫子300元": ["乐动健身", "好味饭店"],
    "我在张记水果店买了坏苹果花了38元要退款。另外还要投诉李记修车铺，修车多收我500元": ["张记水果店", "李记修车铺"],
    "投诉乐动健身和好味饭店，都不给退钱": ["乐动健身", "好味饭店"],
    "一、韵达快递丢了我的包裹，赔偿200元。二、绿苑物业乱收停车费150元。": ["韵达快递", "绿苑物业"],
}
ONE = [
    "我在国美买了冰箱3000元坏了，另外我找了张师傅维修店检测花了200元",
    "昨天在鸿顺家电城买了洗衣机，另外送货费50元",
    "关于福寿园养老服务中心不退款的情况。一、基本情况。本人交了15万元。二、存在问题。补贴停发。三、诉求。退款。",
    "在乐动健身办卡2680元，1.关门不退；2.电话不接；3.教练也走了",
    "我在淘宝买了手机，顺丰快递送来，屏幕是碎的，要求退款2999元",
    "对面美美理发店办卡才500元，乐动健身收我2680元",
]


@pytest.mark.parametrize(("text", "against"), SEVERAL.items())
def test_each_matter_has_its_own_merchant(text: str, against: list[str], reference: Reference) -> None:
    found = several.matters(text, TODAY, reference)
    assert [one.against for one in found] == against


@pytest.mark.parametrize("text", ONE)
def test_one_matter_stays_one(text: str, reference: Reference) -> None:
    assert len(several.matters(text, TODAY, reference)) < 2


def test_no_word_is_lost(reference: Reference) -> None:
    text = "您好。第一件，乐动健身关门不退我2680元；电话不接。第二件，好味饭店吃出虫子300元。谢谢"
    assert "".join(one.text for one in several.matters(text, TODAY, reference)) == text
