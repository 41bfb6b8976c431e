"""Receipts, orders, transfers, contracts and chats: which number is the sum paid, which day counts, who took the money.

Lines are written here as a recogniser gives them: (text, x, y) with letters 20 high, in any order.
"""

from __future__ import annotations

import math
import random
from datetime import date

import pytest

from xiaobao.reading import paper_amounts, papers
from xiaobao.reading.paper_rows import Line, corners, repair, rows, text_of

TODAY = date(2026, 11, 25)
Place = tuple[str, float, float]


def line(text: str, x: float, y: float, height: float = 20) -> Line:
    width = sum(height if ord(c) > 255 else height * 0.55 for c in text)
    return Line(text, corners((x, y, width, height)), 0.98)


def told(*places: Place | tuple[str, float, float, float]) -> dict[str, object]:
    found = papers.read([line(*place) for place in places], TODAY)
    return {slot: value.normalised for slot, value in found.items()}


def column(*texts: str, x: float = 20) -> list[Place]:
    return [(text, x, 40.0 * n) for n, text in enumerate(texts)]


def pairs(*rows_: tuple[str, str], top: float = 0) -> list[Place]:
    """Labels on the left, values far on the right."""
    return [place for n, (label, value) in enumerate(rows_) for place in ((label, 20, top + 40.0 * n), (value, 400, top + 40.0 * n + 2))]  # fmt: skip


@pytest.mark.parametrize(
    ("rows_", "cents"),
    [
        ((("小计", "38.88"), ("优惠", "-2.00"), ("合计", "36.88"), ("实收", "50.00"), ("找零", "13.12")), 3688),
        ((("商品总价", "¥1499.00"), ("店铺优惠", "-¥200.00"), ("运费", "¥0.00"), ("实付款", "¥1299.00")), 129900),
        ((("应付", "91.80"), ("实付", "100.00"), ("找零", "8.20")), 9180),
        ((("总计", "200.00"), ("抹零", "0.50"), ("应付金额", "199.50")), 19950),
        ((("会员卡余额", "300.00"), ("本次积分", "36"), ("合计", "36.00")), 3600),
        ((("数量", "3"), ("合计", "3"), ("金额", "57.00")), 5700),
        ((("单价", "12.50"), ("电话", "0571-88231234"), ("总金额", "25元")), 2500),
        ((("订单金额", "512.30元"), ("优惠金额", "12.30元"), ("实付金额", "500.00元")), 50000),
    ],
)
def test_the_sum_that_was_paid(rows_: tuple[tuple[str, str], ...], cents: int) -> None:
    assert told(*pairs(*rows_))["amount"] == cents


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("实付款:Y1299.00", 129900),
        ("实付款 ?88.5", 8850),
        ("合计:羊1，299.00", 129900),
        ("合计 ￥１２９．００", 12900),
        ("合计 l28.O0", 12800),
        ("合计: 1.299.00", 129900),
        ("合计:128 .00", 12800),
        ("实付8.800元", 880000),
        ("金额:RMB 2,499.00", 249900),
        ("金额（大写）伍仟捌佰元整", 580000),
        ("人民币壹仟贰佰叁拾肆元伍角陆分", 123456),
        ("实付(已优惠¥5.00) ¥114.70", 11470),
        ("应付会员费9,800元，优惠1,000元，实付8,800元", 880000),
    ],
)
def test_what_a_recogniser_makes_of_numbers(text: str, cents: int) -> None:
    assert told((text, 20, 0))["amount"] == cents


@pytest.mark.parametrize(
    "texts",
    [
        ("生产日期:2026/03/15", "净含量:250g", "服务热线:400-820-8888", "条码6921234567895"),
        ("停业通知", "本店将于本月底停止营业", "咨询电话:0592-7713"),
        ("满300减50", "本次积分: 36", "会员卡余额 ¥316.05"),
        ("2026年11月6日09:15", "我11月3日下的单怎么还没发货", "订单尾号7702"),
    ],
)
def test_a_picture_without_a_sum_gives_none(texts: tuple[str, ...]) -> None:
    assert "amount" not in told(*column(*texts))


def test_a_sum_written_large_is_the_sum_and_the_name_over_it_the_merchant() -> None:
    screen = [("账单详情", 250.0, 0.0), ("好味轩餐厅", 240.0, 60.0), ("-356.50", 200.0, 110.0, 44.0)]
    found = told(*screen, *pairs(("支付时间", "2026-08-17 12:40:11"), ("付款方式", "零钱"), top=200))
    assert (found["amount"], found["merchant"], found["event_date"]) == (35650, "好味轩餐厅", "2026-08-17")


def test_a_label_over_its_value_and_two_columns_side_by_side() -> None:
    grid = [("应收金额", 20, 0), ("优惠", 220, 0), ("实收", 420, 0), ("128.00", 20, 40), ("8.00", 220, 40), ("200.00", 420, 40)]  # fmt: skip
    assert told(*grid)["amount"] == 12800


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("下单时间:2026-10-0814:32:07", "2026-10-08"),
        ("结账时间:2026/9/2619:20", "2026-09-26"),
        ("日期时间:26/10/08 09:15:20", "2026-10-08"),
        ("日期 20261008", "2026-10-08"),
        ("开票日期:2026年08月30日", "2026-08-30"),
        ("签订日期：二〇二六年二月二十日", "2026-02-20"),
        ("支付时间 2O26-1O-08 l2:05", "2026-10-08"),
        ("交易时间 20261008143201", "2026-10-08"),
        ("10月9日19:02", "2026-10-09"),
        ("12月25日 19:02", "2025-12-25"),
    ],
)
def test_days_in_every_writing(text: str, day: str) -> None:
    assert told((text, 20, 0))["event_date"] == day


def test_ordering_and_paying_count_before_printing_sending_and_expiry() -> None:
    found = told(*column("打印时间:2026-10-09 08:00", "发货时间:2026-10-03 09:00", "下单时间:2026-10-01 20:15", "有效期至2027-10-01"))  # fmt: skip
    assert found["event_date"] == "2026-10-01"
    assert "event_date" not in told(*column("生产日期:2026/03/15", "保质期至2026/12/15"))


def test_in_a_chat_the_day_that_is_told_counts_before_the_stamp() -> None:
    chat = column("2026年10月9日10:12", "你好，我10月6日在你们店付了268元订的窗帘", "收到颜色不对")
    assert told(*chat)["event_date"] == "2026-10-06"


@pytest.mark.parametrize(
    ("texts", "name"),
    [
        (("商户全称:杭州乐动健身服务有限公司", "收单机构:财付通支付科技有限公司"), "杭州乐动健身服务有限公司"),
        (("购买方名称:张伟", "销售方名称:宁波远航电器有限公司"), "宁波远航电器有限公司"),
        (("甲方:陈志明", "乙方(培训机构):杭州启航教育科技有限公司"), "杭州启航教育科技有限公司"),
        (("收款单位(盖章)素锦婚纱馆", "收款人李"), "素锦婚纱馆"),
        (("订单详情", "小鹿母婴专营店>", "婴儿推车"), "小鹿母婴专营店"),
        (("老街火锅(文一路店)", "结账单", "桌号:12"), "老街火锅(文一路店)"),
        (("蓝天驾校-李教练", "2026年9月5日上午10:20"), "蓝天驾校"),
        (("停业通知", "会员可转至他店", "灵犀舞蹈培训中心(东渡店)"), "灵犀舞蹈培训中心(东渡店)"),
    ],
)
def test_who_took_the_money(texts: tuple[str, ...], name: str) -> None:
    assert told(*column(*texts))["merchant"] == name


def test_the_order_number_keeps_its_letters() -> None:
    assert told(*pairs(("订单编号", "XM26O1140093"), ("交易号", "4200002345202610036677889900")))["order_number"] == "XM26O1140093"  # fmt: skip


def test_every_value_names_its_line() -> None:
    found = papers.read([line("福满多超市", 100, 0), line("合计", 20, 80), line("36.88", 400, 81)], TODAY)
    assert (found["amount"].line, found["merchant"].line) == (2, 0) and 0.5 < found["amount"].confidence <= 1


def turned(one: Line, degrees: float) -> Line:
    angle = math.radians(degrees)
    cos, sin = math.cos(angle), math.sin(angle)
    return Line(one.text, tuple((x * cos - y * sin, x * sin + y * cos) for x, y in one.box), one.score)


@pytest.mark.parametrize("degrees", [-12, -4, 0, 7, 14])
def test_rows_are_found_again_in_a_slanted_photo_in_any_order(degrees: float) -> None:
    texts = [("福满多超市欢迎光临", 20, 0), *pairs(("小计", "38.88"), ("会员优惠", "2.00"), ("合计", "36.88"), top=60), ("谢谢惠顾欢迎再来", 20, 200)]  # fmt: skip
    lines = [turned(line(*place), degrees) for place in texts]
    random.Random(3).shuffle(lines)
    assert [text_of(row) for row in rows(lines)][1:4] == ["小计  38.88", "会员优惠  2.00", "合计  36.88"]


def test_repair_leaves_words_and_numbers_of_orders_alone() -> None:
    assert repair("IOS OPPO l号店 GB/T22165") == "IOS OPPO l号店 GB/T22165"
    assert repair("￥1，299。00") == "¥1,299.00"


def test_nothing_gives_nothing() -> None:
    assert papers.read([], TODAY) == {} and papers.read([line("。", 0, 0)], TODAY) == {}


# Broken variants must not get past the judge below.


def judge() -> None:
    assert told(*pairs(("合计", "36.88"), ("实收", "50.00"), ("找零", "13.12")))["amount"] == 3688
    assert told(*pairs(("单价", "12.50"), ("合计", "25.00"), ("余额", "300.00")))["amount"] == 2500
    assert "amount" not in told(*pairs(("找零", "13.12"), ("余额", "300.00")))


def change_is_taken_for_the_total(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper_amounts, "_label", lambda text, known=paper_amounts._label: 90.0 if "找零" in text else known(text))  # fmt: skip


def what_was_handed_over_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper_amounts, "_label", lambda text, known=paper_amounts._label: 100.0 if "实收" in text else known(text))  # fmt: skip
    monkeypatch.setattr(paper_amounts, "_without_what_was_handed_over", lambda found, rows: found)


def the_largest_sum_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper_amounts, "_label", lambda text: 76.0 if text else None)


@pytest.mark.parametrize("mutant", [change_is_taken_for_the_total, what_was_handed_over_counts, the_largest_sum_wins])
def test_the_judge_of_sums_catches_the_broken_variant(monkeypatch: pytest.MonkeyPatch, mutant) -> None:
    judge()
    mutant(monkeypatch)
    with pytest.raises(AssertionError):
        judge()
