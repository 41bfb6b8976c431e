from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reading.conftest import TODAY
from xiaobao.reading import dates


@pytest.mark.parametrize(
    ("text", "written", "iso"),
    [
        ("2024年9月17日", "2024年9月17日", "2024-09-17"), ("24年3月5日买的", "24年3月5日", "2024-03-05"),
        ("二〇二四年三月五日", "二〇二四年三月五日", "2024-03-05"), ("2024-03-05", "2024-03-05", "2024-03-05"), ("2026.9.9我在", "2026.9.9", "2026-09-09"),
        ("12月8日", "12月8日", "2025-12-08"), ("3月5号", "3月5号", "2026-03-05"), ("10.28号收到", "10.28号", "2026-10-28"), ("昨天", "昨天", "2026-11-24"),
        ("前天晚上", "前天", "2026-11-23"), ("上周三", "上周三", "2026-11-18"), ("上上周六", "上上周六", "2026-11-14"), ("上个月5号", "上个月5号", "2026-10-05"),
        ("半个月前", "半个月前", "2026-11-08/2026-11-12"), ("三天前去", "三天前", "2026-11-22"), ("去年双十一", "去年双十一", "2025-11-11"),
        ("618买的", "618", "2026-06-18"), ("双十二", "双十二", "2025-12-12"), ("国庆期间", "国庆期间", "2026-10-01/2026-10-07"),
        ("五一小长假", "五一小长假", "2026-05-01/2026-05-05"), ("今年3月", "今年3月", "2026-03"), ("在2021年办", "2021年", "2021"),
        ("6月14日上午", "6月14日", "2026-06-14"), ("去年", "去年", "2025"), ("上个月", "上个月", "2026-10"), ("今年春节", "今年春节", "2026-02-16/2026-02-22"),
        ("我5号买的", "5号", "2026-11-05"), ("周三", "周三", "2026-11-25"), ("周四", "周四", "2026-11-19"), ("9月底", "9月底", "2026-09-21/2026-09-30"),
        ("2月29日", "2月29日", "2024-02-29"), ("国庆第二天去的", "国庆第二天", "2026-10-02"), ("九月初九换的", "九月初九", "2026-10-18"),
        ("今年正月间", "今年正月间", "2026-02-17/2026-03-17"), ("是十月二十九卸的", "十月二十九", "2026-10-29"), ("十一月廿二日", "十一月廿二日", "2026-11-22"),
        ("10月的第二个星期天", "10月的第二个星期天", "2026-10-11"), ("9月最后一个周六", "9月最后一个周六", "2026-09-26"), ("前儿个在", "前儿个", "2026-11-23"),
        ("寻晚叫嘅", "寻晚", "2026-11-24"), ("立冬那天", "立冬那天", "2026-11-06/2026-11-08"), ("小雪前一日", "小雪前一日", "2026-11-20"),
        ("2025 年 7 月", "2025 年 7 月", "2025-07"), ("元月六号", "元月六号", "2026-01-06"), ("今春", "今春", "2026-02-01/2026-04-30"),
        ("年初办的", "年初", "2026-01-01/2026-03-31"), ("建军节前一天", "建军节前一天", "2026-07-31"), ("八月十五", "八月十五", "2026-09-25"),
        ("国庆前一个礼拜", "国庆前一个礼拜", "2026-09-21/2026-09-27"), ("上周六一条鱼", "上周六", "2026-11-21"),
    ],
)  # fmt: skip
def test_a_date_is_read_against_today(text: str, written: str, iso: str) -> None:
    (found,) = dates.parse(text, TODAY)
    assert (found.text, found.iso, found.future) == (written, iso, False)


@pytest.mark.parametrize(
    "text",
    [
        "保质期18个月",
        "五一路",
        "3号楼",
        "618元",
        "每周三",
        "一周一次",
        "今年60岁",
        "月饼",
        "第3期",
        "中秋月饼",
        "十一个",
        "一点五",
        "三百一十五一桶",
        "谷雨科技",
        "大雪纷飞",
        "三年初中",
    ],
)
def test_what_only_looks_like_a_date_is_none(text: str) -> None:
    assert dates.parse(text, TODAY) == []


def test_what_may_be_a_day_is_kept_for_a_choice_among_several() -> None:
    text = "3月2日办的，演出是10.24，7/30充的，8号才拿到，是2.1版，重9.5斤"
    parsed = dates.parse(text, TODAY)
    found = [(day.text, day.iso) for day in dates.widened(text, TODAY, parsed) if not day.sure]
    assert [day.text for day in parsed] == ["3月2日"]
    assert found == [("10.24", "2026-10-24"), ("7/30", "2026-07-30"), ("8号", "2026-11-08")]


def test_today_without_a_year_is_today_and_tomorrow_is_last_year() -> None:
    assert [d.iso for d in dates.parse("11月25日", TODAY)] == ["2026-11-25"]
    assert [d.iso for d in dates.parse("11月26日", TODAY)] == ["2025-11-26"]


def test_an_impossible_day_is_kept_as_invalid() -> None:
    (found,) = dates.parse("2月30日", TODAY)
    assert (found.precision, found.iso) == ("invalid", None)
    assert dates.main([found], "2月30日") is None


def test_a_day_after_today_is_marked() -> None:
    assert [d.future for d in dates.parse("2027年1月1日", TODAY)] == [True]


def test_a_day_without_year_says_that_its_year_is_assumed() -> None:
    assert [d.assumed_year for d in dates.parse("12月8日", TODAY)] == [True]
    assert [d.assumed_year for d in dates.parse("2025年12月8日", TODAY)] == [False]


def test_a_later_day_belongs_to_the_year_named_before_it() -> None:
    found = dates.parse("2024年6月11日办卡，9月4日停课，次年不算，1月6日又扣", TODAY)
    assert [d.iso for d in found] == ["2024-06-11", "2024-09-04", "2025-01-06"]


def test_the_event_is_the_purchase_not_the_production_nor_the_talk() -> None:
    text = "生产日期2023年5月，11月20日买的阿胶，11月22日去协商被拒"
    found = dates.main(dates.parse(text, TODAY), text)
    assert found is not None and found.text == "11月20日"


def test_the_event_is_the_day_beside_the_sum() -> None:
    text = "4月2日寄存进去，4月7日取时要付寄存费33元"
    found = dates.main(dates.parse(text, TODAY), text, text.index("33"))
    assert found is not None and found.text == "4月7日"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("6月1日晚上车子停进医院车库，6月3日上午开出来的时候，机器要收96元", "6月3日"),
        ("4月2日寄存进去，4月7日去取，付了寄存费33元", "4月7日"),
        ("6月1日付了96元停进车库，6月3日开走", None),
        ("6月1日进入这家店办卡1200元，6月3日店关门了", None),
    ],
)
def test_what_is_charged_for_a_stay_is_charged_on_leaving(text: str, day: str | None) -> None:
    amount_at = next(place for place in (text.find("96元"), text.find("33元"), text.find("1200元")) if place >= 0)
    found = dates.of_a_stay(dates.parse(text, TODAY), text, amount_at)
    assert (found.text if found else None) == day


def test_the_day_of_discovery_is_told_apart() -> None:
    text = "3月1日买的车，5月6日发现是事故车"
    found = dates.parse(text, TODAY)
    event = dates.main(found, text)
    later = dates.discovered(found, text, event)
    assert event is not None and event.text == "3月1日"
    assert later is not None and later.text == "5月6日"


@given(st.dates(min_value=date(2000, 1, 1), max_value=TODAY))
def test_a_full_date_reads_back_as_itself(day: date) -> None:
    for spelt in (f"{day.year}年{day.month}月{day.day}日", day.isoformat()):
        (found,) = dates.parse(f"我在{spelt}买的", TODAY)
        assert found.first == found.last == day


@given(st.dates(min_value=TODAY - timedelta(days=364), max_value=TODAY))
def test_a_day_without_year_is_its_latest_past_one(day: date) -> None:
    (found,) = dates.parse(f"{day.month}月{day.day}日", TODAY)
    assert found.first == day


@given(st.text(alphabet="0123456789一二三十年月日号上下个周前天去今.-/ 双国庆五", max_size=50))
def test_every_date_is_a_piece_of_the_text(text: str) -> None:
    for found in dates.parse(text, TODAY):
        assert found.text and text[found.start : found.end] == found.text
