"""Which statute and article a citizen names."""

from __future__ import annotations

import pytest

from tests.factories import knowledge
from xiaobao.knowledge import statutes

LIBRARY = knowledge()


@pytest.mark.parametrize(
    ("text", "law", "articles"),
    [
        ("消法55条", "消费者权益保护法", ("第五十五条",)),
        ("食品安全法一百四十八条怎么说", "食品安全法", ("第一百四十八条",)),
        ("民法典第五百七十七条", "民法典", ("第五百七十七条",)),
        ("电商法第四九条", "电子商务法", ("第四十九条",)),
        ("消法24、25条都讲啥", "消费者权益保护法", ("第二十四条", "第二十五条")),
        ("保险法司法解释二第十条", "最高法保险法解释（二）", ("第十条",)),
        ("最高法预付式消费解释第14条原文", "最高法预付式消费解释", ("第十四条",)),
    ],
)
def test_an_article_is_found_under_the_names_people_use(text, law, articles):
    found = statutes.find(text, LIBRARY)
    assert (found.found, found.law.title, found.articles) == ("article", law, articles)
    assert all(found.law.articles[name] for name in articles)


@pytest.mark.parametrize(
    ("text", "last"), [("消法第99条规定十倍赔偿", "第六十三条"), ("食品安全法第200条", "第一百五十四条")]
)
def test_an_invented_article_is_called_so(text, last):
    found = statutes.find(text, LIBRARY)
    assert (found.found, found.last) == ("no_such_article", last)


def test_what_was_transcribed_by_hand_is_named_and_not_quoted():
    found = statutes.find("消法实施条例第46条", LIBRARY)
    assert (found.found, found.law.title) == ("no_text", "消费者权益保护法实施条例")


@pytest.mark.parametrize(
    ("text", "law"),
    [
        ("最新的投诉举报办法", "市场监督管理投诉举报处理办法"),
        ("价格法现在修改了吗", "价格法"),
        ("直播电商新规什么时候施行", "直播电商监督管理办法"),
    ],
)
def test_a_law_can_be_asked_for_as_such(text, law):
    found = statutes.find(text, LIBRARY)
    assert (found.found, found.law.title) == ("law", law)


@pytest.mark.parametrize(
    ("text", "successor"),
    [
        ("合同法52条", "民法典"),
        ("投诉举报处理暂行办法还有效吗", "市场监督管理投诉举报处理办法"),
        ("市场监督管理投诉举报处理暂行办法第十五条", "市场监督管理投诉举报处理办法"),
    ],
)
def test_a_repealed_law_leads_to_its_successor(text, successor):
    found = statutes.find(text, LIBRARY)
    assert found.found == "repealed"
    assert statutes.replaced_by(found.law, LIBRARY).title == successor


@pytest.mark.parametrize(
    "text",
    [
        "消法规定的三倍赔偿怎么算",
        "我按消法要求退款，商家说没这条",
        "退货运费谁出",
        "保险合同有效吗",
        "店里说按价格法可以多收钱，我上个月在他家买了个锅，花了三百八，用了两天手柄就掉了，找他退他说过了有效期不退，我该怎么办",
    ],
)
def test_a_question_that_only_mentions_a_law_is_left_to_the_search(text):
    assert statutes.find(text, LIBRARY) is None


def test_all_articles_of_the_great_laws_are_there():
    counts = {"消费者权益保护法": 63, "食品安全法": 154, "民法典": 1260, "电子商务法": 89, "保险法": 185}
    assert {name: len(LIBRARY.laws[name].articles) for name in counts} == counts
    assert sum(law.whole and law.text_known for law in LIBRARY.laws.values()) >= 40
