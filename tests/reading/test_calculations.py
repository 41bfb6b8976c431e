"""Which messages ask for a calculation, and what stands in them."""

from __future__ import annotations

from datetime import date

import pytest

from xiaobao.reading import calculations

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("text", "kind", "values"),
    [
        ("健身卡交了3000，一共30次，用了5次，店关门了，能退多少钱", "prepaid", {"shape": "sessions", "paid": "3000", "total": "30", "used": "5", "reason": "operator"}),
        ("充了1000送200，用了300，不想去了能退多少", "prepaid", {"shape": "value", "paid": "1000", "gift": "200", "spent": "300", "reason": "consumer"}),
        ("年卡2400用了3个月，健身房倒闭了，能退我多少", "prepaid", {"shape": "period", "paid": "2400", "total": "12", "used": "3", "reason": "operator"}),
        ("买了20节课花了4000，上了6节，帮我算一下退费", "prepaid", {"shape": "sessions", "paid": "4000", "total": "20", "used": "6"}),
        ("充值一千块，余额还剩六百，店关门了能退多少", "prepaid", {"paid": "1000", "spent": "400", "reason": "operator"}),
        ("帮我算一下健身卡能退多少", "prepaid", {}),
        ("买到假货花了120元，退一赔三能赔多少", "threefold", {"price": "120"}),
        ("网购假鞋899元，欺诈三倍赔偿帮我算一下", "threefold", {"price": "899"}),
        ("买了50块钱的过期面包，能赔多少钱", "food", {"price": "50"}),
        ("吃出虫子，花了38元，医药费500元，十倍能赔多少", "food", {"price": "38", "loss": "500"}),
        ("药店买到假药花了80元，能赔多少", "drug", {"price": "80"}),
        ("借1万到手9000，分12期每期还1000，年化利率是多少", "annual_rate", {"principal": "10000", "received": "9000", "months": "12", "payment": "1000"}),
        ("借款10000先扣手续费800，每月还950，还12个月，实际利率多少", "annual_rate", {"principal": "10000", "received": "9200", "months": "12", "payment": "950"}),
        ("贷款10万，年利率6%，3年期，先息后本，还了12个月，提前还能省多少利息", "early", {"principal": "100000", "rate": "6", "months": "36", "used": "12", "method": "interest_first"}),
        ("银行倒闭了，我存了80万利息2万，能赔多少", "deposit", {"principal": "800000", "interest": "20000"}),
        ("11月20日收到的货，七天无理由退货最晚哪天", "return", {"day": "2026-11-20"}),
        ("从10月3日起7个工作日是哪天", "working_days", {"day": "2026-10-03", "count": "7"}),
    ],
)  # fmt: skip
def test_a_wish_for_a_figure_is_read_with_its_values(text, kind, values):
    found = calculations.read(text, TODAY)
    assert found is not None and found.kind == kind
    assert values.items() <= found.values.items()


@pytest.mark.parametrize(
    "text",
    [
        "能赔三倍吗",
        "十倍赔偿怎么算",
        "预付卡退费怎么算",
        "银行倒闭了存款最多赔多少",
        "年化24%以上合法吗",
        "网购七天内能退货吗",
        "网贷年利率最高多少",
        "提前还款要不要违约金",
        "信用卡欠了5000元最低还多少",
        "外卖吃出虫子能赔多少",
        "7个工作日内没有答复怎么办",
        "预付卡最多能充多少钱",
        "退款几天到账",
        "这算不算欺诈",
        "买到500元的假货怎么办",
        "健身卡3000元能退吗",
        "孩子偷偷给游戏充值3000元能退多少",
        "我10月3日在乐动健身办了张健身卡，交了2680元，上周店关门了，我要退款",
        "我要投诉健身房，交了3000元，帮我算一下能退多少",
        "上个月办了张游泳卡花了1980元，去了三次就停业装修，微信也不回了，希望把没用的钱退给我",
        "假一赔十买了30元的东西赔多少",
        "存款3万利率多少",
    ],
)
def test_an_ordinary_question_and_a_story_are_no_calculation(text):
    assert calculations.read(text, TODAY) is None


@pytest.mark.parametrize(
    ("kind", "asking", "text", "values"),
    [
        ("prepaid", "paid", "3000", {"paid": "3000"}),
        ("prepaid", "paid", "花了三千块", {"paid": "3000"}),
        ("prepaid", "paid", "1.5万元", {"paid": "15000"}),
        ("prepaid", "used", "用了5次", {"used": "5"}),
        ("prepaid", "used", "五次吧", {"used": "5"}),
        ("prepaid", "used", "3个月", {"used": "3"}),
        ("prepaid", "used", "还没用过", {"used": "0"}),
        ("prepaid", "total", "两年", {"total": "24"}),
        ("prepaid", "spent", "0", {"spent": "0"}),
        ("prepaid", "shape", "按次数的", {"shape": "sessions"}),
        ("prepaid", "reason", "店里关门了", {"reason": "operator"}),
        ("prepaid", "reason", "我自己不想去了", {"reason": "consumer"}),
        ("prepaid", "list_price", "没有打折", {"list_price": "none"}),
        ("prepaid", "paid", "交了3000，一共30次，用了5次", {"paid": "3000", "total": "30", "used": "5"}),
        ("early", "rate", "6%", {"rate": "6"}),
        ("early", "rate", "月利率1%", {"rate": "12"}),
        ("early", "method", "等额本息", {"method": "equal_instalments"}),
        ("annual_rate", "months", "12期", {"months": "12"}),
        ("return", "day", "11月20号", {"day": "2026-11-20"}),
    ],
)  # fmt: skip
def test_an_answer_to_the_open_question(kind, asking, text, values):
    found = calculations.answer(kind, {}, asking, text, TODAY)
    assert found is not None and values.items() <= found.values.items()


@pytest.mark.parametrize(
    ("asking", "text", "error"),
    [("paid", "-3000", "negative"), ("paid", "0元", "not_positive"), ("paid", "两三千", "approximate"), ("used", "-2次", "negative")],
)  # fmt: skip
def test_an_impossible_answer_has_its_error(asking, text, error):
    assert calculations.answer("prepaid", {}, asking, text, TODAY).error == error


def test_half_and_two_or_three_thousand_are_no_sums():
    found = calculations.read("在理发店充了两三千，用了一半，帮我算一下能退多少", TODAY)
    assert found is not None and not {"paid", "spent"} & set(found.values)


def test_a_month_is_no_day():
    assert calculations.answer("return", {}, "day", "去年3月", TODAY).error == "date_no_day"


@pytest.mark.parametrize("text", ["算了", "不算了", "那算了吧", "不用算了", "取消"])
def test_enough_of_it(text):
    assert calculations.answer("prepaid", {}, "paid", text, TODAY).stop


@pytest.mark.parametrize(
    "text", ["网购能退货吗", "转人工", "你好", "我要投诉", "查进度", "今天天气不错", "12315电话是多少"]
)
def test_what_is_about_something_else_is_no_answer(text):
    assert calculations.answer("prepaid", {}, "paid", text, TODAY) is None


def test_unknown_is_unknown():
    assert calculations.answer("prepaid", {}, "paid", "不记得了", TODAY).unknown
