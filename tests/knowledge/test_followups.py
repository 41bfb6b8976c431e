"""Words that only mean something after an answer."""

from __future__ import annotations

import pytest

from xiaobao.knowledge import followups


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("依据原文", "text"),
        ("哪条法律规定的", "text"),
        ("我该准备什么", "keep"),
        ("没有小票怎么办", "keep"),
        ("去哪里投诉", "where"),
        ("打哪个电话", "where"),
        ("说简单点", "simple"),
        ("看不懂", "simple"),
        ("具体怎么办", "steps"),
        ("然后呢", "steps"),
        ("那食品呢", "changed"),
        ("要是超过七天呢", "changed"),
        ("二手的也一样吗", "changed"),
        ("第56条呢", "article"),
    ],
)
def test_a_short_word_after_an_answer_is_understood(text, kind):
    assert followups.read(text) == kind


@pytest.mark.parametrize(
    "text", ["健身卡能退吗", "退货运费谁出", "好的谢谢", "我在网上买了双鞋子穿了两天就开胶了卖家说不给退货我该准备什么"]
)
def test_a_question_of_its_own_is_none(text):
    assert followups.read(text) is None
