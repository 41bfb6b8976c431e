"""Hints by words, answers and dates; each rule with a story that comes near and is none."""

from __future__ import annotations

from datetime import date

import pytest

from tests.factories import REFERENCE
from xiaobao.tickets import hints, reference
from xiaobao.tickets.hints import Facts

RULES = reference.load(REFERENCE).hints
TODAY = date(2026, 11, 25)


def found(narrative: str, **facts: object) -> list[str]:
    return [hint.id for hint in hints.read(Facts(narrative, **facts), RULES, TODAY)]


@pytest.mark.parametrize(
    ("told", "near"),
    [
        ("上个月向市场监管局投诉过，他们调解不成", "我打12315咨询过，让我自己来投诉"),
        ("消协已经受理了，还没出结果", "再不退钱我就去消协投诉"),
        ("这事我去法院起诉了，下月开庭", "实在不行我打算去法院起诉"),
    ],
)
def test_handled_elsewhere(told: str, near: str) -> None:
    assert {"handled.authority", "handled.court"}.intersection(found(told))
    assert not {"handled.authority", "handled.court"}.intersection(found(near))


@pytest.mark.parametrize(
    ("told", "near", "rule"),
    [
        ("我开了家小面馆，从他那买的和面机坏了", "在一家小面馆吃面吃出了钢丝球", "use.business"),
        ("一次进了一批袜子转手卖，全是次品", "商家说他进货也是这个价", "use.business"),
        ("我爸在讲座上买了床垫，八千多", "我给我爸买了个床垫，八千多", "agent"),
        ("我是替同事投诉的，他不会打字", "同事推荐我去的这家店", "agent"),
        ("我不想留真实姓名，就用表哥的名字吧", "商家要我的身份证才肯退款", "identity"),
        ("分五次下单买了40瓶蜂蜜", "买了两瓶蜂蜜，一瓶结晶了", "quantity"),
        ("我事先就看出过期了才买的", "店家明知过期还卖给我", "knowing"),
        ("我们十几个人都用我的手机号登记", "我换了手机号，原来的登记不了", "shared_contact"),
    ],
)
def test_words_raise_a_hint_and_near_ones_do_not(told: str, near: str, rule: str) -> None:
    assert rule in found(told)
    assert rule not in found(near)


@pytest.mark.parametrize(
    ("known_on", "late"),
    [
        (date(2023, 11, 24), True),
        (date(2023, 11, 25), False),
        (date(2022, 12, 31), True),
        (date(2024, 2, 29), False),
        (None, False),
    ],
)
def test_three_years_count_from_the_day_of_knowing(known_on: date | None, late: bool) -> None:
    assert ("late" in found("买的床垫塌了", known_on=known_on)) is late


@pytest.mark.parametrize(
    ("normalised", "day"),
    [
        ("2022", date(2022, 12, 31)),
        ("2024-02", date(2024, 2, 29)),
        ("2024-02-10", date(2024, 2, 10)),
        ("2024-13", None),
        ("soon", None),
        (None, None),
    ],
)
def test_an_unclear_date_counts_to_its_last_day(normalised: object, day: date | None) -> None:
    assert hints.last_day(normalised) == day


def test_answers_raise_the_ground_without_words() -> None:
    [hint] = hints.read(Facts("买的床垫塌了", elsewhere="yes"), RULES, TODAY)
    assert hint.code == "N2" and hint.words == ""
    assert found("买的床垫塌了", own_use="no") == ["use.business"]
    assert found("买的床垫塌了", own_use="yes", elsewhere="no") == []


def test_each_ground_is_in_the_list_of_some_office_and_each_rule_names_its_article() -> None:
    known = {ground.code for ground in reference.load(REFERENCE).grounds}
    for rule in RULES:
        assert rule.article.startswith("第十六条" if rule.kind == hints.GROUND else "第十七条")
        assert rule.kind == hints.FACTOR or known.intersection(rule.codes), rule.id


def test_a_long_text_is_read_quickly_enough_to_finish() -> None:
    assert found("我妈" * 4000 + "向消协" * 4000) is not None
