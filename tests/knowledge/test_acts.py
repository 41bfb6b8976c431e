"""A quarrel with a trader is told from a question about the law."""

from __future__ import annotations

import pytest

from tests.factories import knowledge
from xiaobao.knowledge import acts
from xiaobao.knowledge.search import Ranked, Ranking


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


@pytest.mark.parametrize(
    ("text", "act"),
    [("公司欠我三个月工资，我该怎么办", "ask"), ("我和邻居一直合不来，他家的狗天天在楼道里叫唤", "other")],
)
def test_what_belongs_elsewhere_is_a_question_or_nothing(text, act):
    sides = {"consumer": 0.0, "finance": 0.0, "elsewhere": 1.0}
    assert acts.act_of(text, Ranking((), "decline", None, None, sides, 0.0)) == act


@pytest.mark.parametrize(
    "text",
    [
        "上个礼拜我在街口那家干洗铺送了条羊毛裙，取的时候缩得我女儿都穿不进去，老板说料子本来就这样，爱找谁找谁",
        "我爸订的空调到现在还没来装，打了四回电话，客服每次都说师傅在路上，今天干脆让我自己去仓库搬",
    ],
)
def test_a_story_with_another_side_to_it_is_a_grievance(text):
    assert acts.tells_a_grievance(text)


@pytest.mark.parametrize(
    "text",
    [
        "老板说不能退",
        "我刚买了一台空调，想了解一下国家规定的保修期是几年，从开发票那天算起还是从装好那天算起，零件和整机一样吗",
        "我开网店的，上个月有个买家把衣服穿了半个月又退回来，平台不帮我说话，让我把运费也出了，这样对我公平吗",
    ],
)
def test_a_few_words_a_question_and_a_sellers_story_are_none(text):
    assert not acts.tells_a_grievance(text)


@pytest.mark.parametrize(("following", "act"), [("complain", "complain"), ("none", "ask")])
def test_a_grievance_counts_where_the_topic_leads_to_a_complaint(following, act):
    story = "上个礼拜我送了条羊毛裙去洗，取的时候缩得我女儿都穿不进去，人家说料子本来就这样，让我往后别再去找他们了"
    topic = next(topic for topic in knowledge().topics.values() if topic.next == following)
    ranking = Ranking((Ranked(topic, 0.6),), "answer", None, None, {"consumer": 0.9}, 0.9)
    assert not acts.tells_of_a_quarrel(story)
    assert acts.act_of(story, ranking) == act
