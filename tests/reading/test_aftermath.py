"""What is said of a ticket already filed."""

from __future__ import annotations

from datetime import date

import pytest

from xiaobao.reading import aftermath

TODAY = date(2026, 11, 26)  # a Thursday


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("商家退钱了", "full"),
        ("钱退回来了", "full"),
        ("钱全部到账了", "full"),
        ("老板把押金还给我了", "full"),
        ("已经给我换了新的", "full"),
        ("我们私下和解了", "full"),
        ("商家只退了一半", "part"),
        ("先退了我500，还差800没给", "part"),
        ("退了一部分", "part"),
        ("老板答应下个月15号退", "promise"),
        ("商家说月底退钱给我", "promise"),
        ("写了欠条，说12月20日还", "promise"),
        ("商家还没退钱", "none"),
        ("说好的钱没给", "none"),
        ("一分钱都没退", "none"),
        ("你好", None),
        ("查进度", None),
    ],
)
def test_what_came_of_it(text: str, found: str | None) -> None:
    assert aftermath.settlement(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("都兑现了", "yes"),
        ("钱到账了", "yes"),
        ("有", "yes"),
        ("没有", "no"),
        ("还没", "no"),
        ("没到账", "no"),
        ("一分没给", "no"),
        ("一部分", "part"),
        ("只退了一半", "part"),
        ("退了一半", "part"),
        ("当时没谈成", "none"),
        ("今天天气好", None),
    ],
)
def test_whether_it_was_fulfilled(text: str, found: str | None) -> None:
    assert aftermath.fulfilment(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("同意调解", "yes"),
        ("我愿意参加调解", "yes"),
        ("可以先调解看看", "yes"),
        ("我不同意调解", "no"),
        ("不想跟他们调解", "no"),
        ("拒绝调解，直接起诉", "no"),
        ("调解就算了", "no"),
        ("调解什么时候开始", None),
        ("同意", None),
    ],
)
def test_whether_to_mediate(text: str, found: str | None) -> None:
    assert aftermath.wish(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("满意", "good"),
        ("非常满意", "good"),
        ("给个五星", "good"),
        ("一般般", "fair"),
        ("还算满意吧", "fair"),
        ("不满意", "poor"),
        ("一点都不满意", "poor"),
        ("差评", "poor"),
        ("评价", None),
    ],
)
def test_three_grades(text: str, found: str | None) -> None:
    assert aftermath.grade(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("商家没按协议退钱", "unperformed"),
        ("说好的钱一直没给", "unperformed"),
        ("我有新证据", "new_facts"),
        ("检测结果出来了", "new_facts"),
        ("你们弄错了商家", "our_mistake"),
        ("工作人员根本没联系商家", "our_mistake"),
        ("重新处理", None),
    ],
)
def test_why_again(text: str, found: str | None) -> None:
    assert aftermath.because(text) == found


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("下个月15号退", date(2026, 12, 15)),
        ("下月初", date(2026, 12, 10)),
        ("月底前退", date(2026, 11, 30)),
        ("下个月底", date(2026, 12, 31)),
        ("12月15日", date(2026, 12, 15)),
        ("1月8号", date(2027, 1, 8)),
        ("2026年12月31日前", date(2026, 12, 31)),
        ("12月底", date(2026, 12, 31)),
        ("三天内退款", date(2026, 11, 29)),
        ("七个工作日内到账", date(2026, 12, 7)),
        ("两个星期后", date(2026, 12, 10)),
        ("一个月内", date(2026, 12, 26)),
        ("下周五退给我", date(2026, 12, 4)),
        ("周三给", date(2026, 12, 2)),
        ("明天", date(2026, 11, 27)),
        ("大后天", date(2026, 11, 29)),
        ("28号之前", date(2026, 11, 28)),
        ("5号", date(2026, 12, 5)),
        ("11月26日", TODAY),
        ("2月30日", None),
        ("10月3日", None),
        ("2025年12月1日", None),
        ("13月1日", None),
        ("过两天", None),
        ("", None),
    ],
)
def test_the_day_of_a_promise(text: str, day: date | None) -> None:
    assert aftermath.promised(text, TODAY) == day


@pytest.mark.parametrize(
    "text", ["单子里的金额写错了", "更正一下投诉内容", "我提交的投诉地址写错了要改", "XB20261124-000017 电话留错了"]
)
def test_a_filed_ticket_is_to_be_amended(text: str) -> None:
    assert aftermath.amends(text)


@pytest.mark.parametrize("text", ["金额不对，是2860", "眼镜配错了", "我要投诉", "补充材料"])
def test_other_corrections_are_not_of_a_ticket(text: str) -> None:
    assert not aftermath.amends(text)


@pytest.mark.parametrize(
    "text", ["我的投诉有哪些", "我投诉过几件", "列出我的单子", "我有几个投诉，都查一下", "投诉记录"]
)
def test_a_list_is_wanted(text: str) -> None:
    assert aftermath.LISTS.search(text)


@pytest.mark.parametrize("text", ["查进度", "我的投诉怎么样了", "XB20261124-000017到哪了"])
def test_one_is_wanted(text: str) -> None:
    assert not aftermath.LISTS.search(text)
