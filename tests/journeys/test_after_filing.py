"""After filing on the running product: one line an act, typed or pressed, with a clerk at the desk."""

from __future__ import annotations

import pytest

from tests.journeys.test_main_job import file, said
from tests.simulators import later
from tests.simulators.citizen import Citizen
from tests.simulators.product import Product
from tests.simulators.staff import Staff

pytestmark = [pytest.mark.model, pytest.mark.slow]


@pytest.fixture
def citizen(product: Product) -> Citizen:
    someone = Citizen(product.bot)
    someone.open()
    return someone


def test_from_filing_to_reopening_by_words_and_buttons(citizen: Citizen, supervisor: Staff) -> None:
    number = file(citizen)["number"]
    assert "受不受理还没决定" in said(citizen.say("查进度"))
    assert "一共1件" in said(citizen.say("把我投诉的事都列一列"))
    assert "已经替您催了" in said(citizen.say("催一下"))
    assert "可以再催" in said(citizen.say("催一下"))
    assert "2860元" in said(citizen.say("单子里的金额写错了，应该是2860元"))
    assert "要补充什么" in said(citizen.say("我要补充材料"))
    assert "补上了" in said(citizen.say("老板昨天又换了电话号码"))
    supervisor.take(number, "accept")
    supervisor.take(number, "assign", department="市场监管一科")
    assert "您愿意调解" in said(citizen.say("我愿意调解"))
    assert "哪天" in said(citizen.say("老板答应退钱给我"))
    assert "期限不会因此停" in said(citizen.say("三天内"))
    assert "2860元" in supervisor.get(f"/tickets/{number}") and "愿意调解" in supervisor.page
    assert "确认三件事" in said(citizen.say("我要撤回投诉"))
    assert "已撤回" not in said(citizen.press("先不撤"))
    supervisor.take(number, "close", result="双方谈好，退款2680元")
    assert "不用撤" in said(citizen.say("撤回投诉")) or "撤不了" in said(citizen.say("撤回投诉"))
    assert "兑现了没有" in said(citizen.say("我要评价"))
    assert "办得怎么样" in said(citizen.press("没兑现"))
    assert "不是法定期限" in said(replies := citizen.press("不满意")) and "还想说两句吗" in said(replies)
    assert "具体说说" in said(citizen.press("要求重开"))
    assert "重开了" in said(citizen.say("约好上周退钱，到今天一分没退"))
    assert "已经重开了" in said(citizen.say("我要重开"))
    assert "群众要求重开" in supervisor.get("/reminders")


def test_another_browser_withdraws_with_number_and_code(product: Product, citizen: Citizen) -> None:
    receipt = file(citizen)
    other = Citizen(product.bot)
    other.open()
    assert "编号和查询码" in said(other.say("撤回投诉"))
    assert "确认三件事" in said(other.say(f"{receipt['number']} {receipt['query_code']}"))
    assert "已撤回" in said(other.say("确定撤回"))
    assert "已经撤回过了" in said(citizen.say("我要撤回投诉"))


def test_a_strangers_guess_does_nothing(product: Product, citizen: Citizen) -> None:
    receipt = file(citizen)
    wrong = f"{(int(receipt['query_code']) + 1) % 1_000_000:06d}"
    other = Citizen(product.bot)
    other.open()
    assert "编号和查询码" in said(other.say("撤回投诉"))
    assert "没有查到" in said(other.say(f"{receipt['number']} {wrong}"))
    assert "受不受理还没决定" in said(citizen.say("查进度"))


def test_words_about_another_matter_leave_the_rating(citizen: Citizen, supervisor: Staff) -> None:
    number = file(citizen)["number"]
    supervisor.take(number, "accept")
    supervisor.take(number, "assign", department="市场监管一科")
    supervisor.take(number, "close", result="退款到账")
    citizen.say("我要评价")
    replies = citizen.say("我要投诉好味饭店，昨天吃饭花了300元，菜里有虫子")
    assert "好味饭店" in said(replies), said(replies)


def heard(someone: Citizen, words: str) -> str:
    """What is pushed until these words are."""
    told = ""
    for _ in range(10):
        told += said(someone.poll(wait=3))
        if words in told:
            return told
    raise AssertionError(f"{words} was not told, but: {told}")


def close(supervisor: Staff, number: str) -> None:
    supervisor.take(number, "accept")
    supervisor.take(number, "assign", department="市场监管一科")
    supervisor.take(number, "close", result="双方谈好，退款2680元")


@pytest.mark.parametrize("answer", ["一直没退", "没兑现"])
def test_a_follow_up_is_asked_and_answered_in_few_words_or_by_its_button(
    product: Product, citizen: Citizen, supervisor: Staff, answer: str
) -> None:
    number = file(citizen)["number"]
    later.grave(product.data, number)
    close(supervisor, number)
    assert later.ask(product.data, 4) >= 1
    heard(citizen, "说好要商家做的，兑现了没有")
    assert later.ask(product.data, 4) == 0, "asked once"
    replies = citizen.press(answer) if answer == "没兑现" else citizen.say(answer)
    assert "办得怎么样" in said(replies)
    assert "不是法定期限" in said(citizen.press("不满意"))
    assert "负责人会看到" in said(citizen.say("拖了一个月，电话也不接"))
    assert "群众答的" in supervisor.get(f"/tickets/{number}")
    assert "没做到的" in supervisor.get("/wall") or "履行率" in supervisor.page


def test_a_new_complaint_in_answer_is_taken_as_one(product: Product, citizen: Citizen, supervisor: Staff) -> None:
    number = file(citizen)["number"]
    later.grave(product.data, number)
    close(supervisor, number)
    later.ask(product.data, 4)
    heard(citizen, "说好要商家做的，兑现了没有")
    replies = citizen.say("我要投诉好味饭店，昨天吃饭花了300元，菜里有虫子，要求退款")
    assert "好味饭店" in said(replies), said(replies)
    assert "问过，等回音" in supervisor.get(f"/tickets/{number}")


def test_a_lost_telephone_another_browser_takes_over_with_number_and_code(
    product: Product, citizen: Citizen, supervisor: Staff
) -> None:
    receipt = file(citizen)
    number, code = receipt["number"], receipt["query_code"]
    other = Citizen(product.bot)
    other.open()
    shown = said(other.say(f"查进度 {number} {code}"))
    assert "受不受理还没决定" in shown
    assert "接到这里了" in said(other.press("在这里接着办"))
    assert "换到别的设备上接着办了" in heard(citizen, "换到别的设备")
    supervisor.take(number, "accept")
    assert "已受理" in heard(other, "已受理")
    assert "已受理" not in said(citizen.poll(wait=1))
    assert "编号和查询码" in said(citizen.say("查进度")), "the old one has to show them like anybody"
    assert "新查询码" in said(other.press("旧手机丢了，换查询码"))
    assert "没有查到" in said(citizen.say(f"{number} {code}"))
