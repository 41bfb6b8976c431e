"""Whose matter a question is."""

from __future__ import annotations

import pytest

from xiaobao.knowledge.routes import route_of

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("question", "route"),
    [
        ("健身房关门了，卡里的钱能退吗", "consumer"),
        ("网上买的鞋子开胶了，卖家不给退货", "consumer"),
        ("信用卡逾期了，银行不同意分期", "finance"),
        ("保险公司拒赔，说我没有如实告知", "finance"),
        ("公司拖欠工资不给，怎么申请劳动仲裁", "out_of_scope"),
        ("老公要离婚，孩子的抚养权怎么判", "out_of_scope"),
        ("朋友借了我五万块钱，打了欠条不还", "out_of_scope"),
    ],
)
def test_a_question_goes_to_its_side(searcher, question, route):
    assert route_of(searcher.rank(question)) == route
