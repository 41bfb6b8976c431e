"""A quarrel with a trader is told from a question about the law."""

from __future__ import annotations

import pytest

from xiaobao.knowledge import acts
from xiaobao.knowledge.search import Ranking


@pytest.mark.parametrize(
    "text",
    [
        "洗衣店把我大衣染花了，去找了三次都不给赔，怎么办",
        "在直播间买的玉镯是假的，客服一直不理我，我要退款",
        "交了三千报舞蹈班，才上两节就关门了，能退吗",
        "要求商家给我换货",
    ],
)
def test_who_was_wronged_by_a_trader_wants_it_put_right(text):
    assert acts.tells_of_a_quarrel(text)


@pytest.mark.parametrize(
    "text",
    [
        "经营者拒绝退款的，消费者如何救济",
        "如果酒店取消订单能要求赔偿吗",
        "我在网上卖衣服，顾客要退货怎么办",
        "房东不退押金怎么办",
        "存款保险是什么意思",
        "七天无理由是怎么规定的",
    ],
)
def test_who_studies_supposes_sells_or_asks_is_not_offered_a_form(text):
    assert not acts.tells_of_a_quarrel(text)


def test_a_term_of_the_law_in_ones_own_story_makes_no_study_of_it():
    told = "今年8月我和装修公司约好做橱柜，双方说好十天装好，到现在拖着不装，能要求退款吗"
    assert acts.tells_of_a_quarrel(told)
    assert not acts.tells_of_a_quarrel("装修公司拖着不装，双方约定的期限已过，能要求退款吗")


@pytest.mark.parametrize(
    ("text", "act"),
    [("公司欠我三个月工资，我该怎么办", "ask"), ("我和邻居一直合不来，他家的狗天天在楼道里叫唤", "other")],
)
def test_what_belongs_elsewhere_is_a_question_or_nothing(text, act):
    sides = {"consumer": 0.0, "finance": 0.0, "elsewhere": 1.0}
    assert acts.act_of(text, Ranking((), "decline", None, None, sides, 0.0)) == act
