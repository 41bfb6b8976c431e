from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reading.conftest import TODAY
from xiaobao.reading import answers


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("2680", 268000),
        ("一千二", 120000),
        ("大概两千", 200000),
        ("1万2", 1200000),
        ("￥299", 29900),
        ("两百五", 25000),
        ("一共300，定金100", 30000),
        ("花了200块", 20000),
    ],
)
def test_a_sum_needs_no_unit_in_an_answer(text: str, cents: int) -> None:
    answer = answers.amount(text)
    assert (answer.error, answer.normalised) == (None, cents)
    assert answer.value is not None and answer.value in text


def test_a_vague_sum_is_kept_in_its_words_with_bounds() -> None:
    answer = answers.amount("两三千")
    assert (answer.value, answer.approximate, answer.bounds, answer.error) == ("两三千", True, (200000, 300000), None)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "empty"), ("   ", "empty"), ("-200", "amount_negative"), ("负五百", "amount_negative"), ("0", "amount_zero"), ("0元", "amount_zero"),
        ("免费的", "amount_zero"), ("99999999999999", "amount_too_large"), ("50亿", "amount_too_large"), ("很多", "amount_unclear"),
        ("200块，不对，300块", "amount_unclear"), ("字" * 500, "too_long"),
    ],
)  # fmt: skip
def test_a_wrong_sum_says_what_is_wrong(text: str, error: str) -> None:
    assert answers.amount(text).error == error


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("12.25", "2025-12-25"),
        ("20240305", "2024-03-05"),
        ("3/5", "2026-03-05"),
        ("5号", "2026-11-05"),
        ("上周三", "2026-11-18"),
        ("去年", "2025"),
        ("2024.3", "2024-03"),
    ],
)
def test_a_date_may_be_terse_in_an_answer(text: str, iso: str) -> None:
    answer = answers.date(text, TODAY)
    assert (answer.error, answer.normalised, answer.value) == (None, iso, text)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("2月30日", "date_invalid"),
        ("13.45", "date_invalid"),
        ("2027年1月1日", "date_in_future"),
        ("明天", "date_in_future"),
        ("下周一", "date_in_future"),
        ("那天", "date_unclear"),
        ("", "empty"),
    ],
)
def test_a_wrong_date_says_what_is_wrong(text: str, error: str) -> None:
    assert answers.date(text, TODAY).error == error


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("13812345678", "13812345678"),
        ("138 1234 5678", "13812345678"),
        ("+86 13812345678", "13812345678"),
        ("010-62345678", "01062345678"),
        ("我的电话是１３８１２３４５６７８", "13812345678"),
    ],
)
def test_a_telephone_number_is_cleaned(text: str, digits: str) -> None:
    answer = answers.phone(text)
    assert (answer.error, answer.normalised) == (None, digits)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("1381234567", "phone_wrong_length"),
        ("138123456789", "phone_wrong_length"),
        ("12345678901", "phone_invalid"),
        ("没有", "phone_invalid"),
        ("", "empty"),
    ],
)
def test_a_wrong_telephone_number_says_what_is_wrong(text: str, error: str) -> None:
    assert answers.phone(text).error == error


@pytest.mark.parametrize("text", ["不知道", "记不清了", "忘了", "不记得了", "我不太清楚", "想不起来了。"])
def test_not_knowing_is_an_answer_to_any_question(text: str) -> None:
    for answer in (
        answers.amount(text),
        answers.date(text, TODAY),
        answers.phone(text),
        answers.yes_no(text),
        answers.address(text),
    ):
        assert answer.unknown and answer.error is None and answer.normalised is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("我叫张三", "张三"),
        ("张三", "张三"),
        ("阿依古丽·买买提江·吐尔逊娜依·阿卜杜热合曼", "阿依古丽·买买提江·吐尔逊娜依·阿卜杜热合曼"),
        ("欧阳娜娜。", "欧阳娜娜"),
        ("叫我李女士", "李女士"),
        ("John Smith", "John Smith"),
    ],
)
def test_a_name_is_taken_out_of_its_sentence(text: str, name: str) -> None:
    assert answers.name(text).value == name


def test_a_number_is_no_name() -> None:
    assert answers.name("123").error == "name_unclear"


def test_an_address_loses_only_its_lead() -> None:
    assert answers.address("店在幸福路18号。").value == "幸福路18号"
    assert answers.address("1").error == "address_unclear"


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("2", 1),
        ("第二个", 1),
        ("选3", 2),
        ("线下", 0),
        ("网购", 1),
        ("网", None),
        ("5", None),
        ("都行", None),
        ("最后一个", 2),
    ],
)
def test_a_choice_by_number_or_words(text: str, index: int | None) -> None:
    answer = answers.choice(text, ["线下", "网购", "直播"])
    assert answer.normalised == index
    assert (answer.error is None) == (index is not None)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("是的", True),
        ("对", True),
        ("没错", True),
        ("联系过", True),
        ("嗯嗯", True),
        ("不是", False),
        ("没有", False),
        ("还没", False),
        ("不用了", False),
    ],
)
def test_yes_and_no(text: str, meant: bool) -> None:
    assert answers.yes_no(text).normalised is meant


def test_neither_yes_nor_no_is_asked_again() -> None:
    assert answers.yes_no("可能吧").error == "yes_no_unclear"


def test_words_are_taken_as_they_are() -> None:
    assert answers.words("乐动健身。").value == "乐动健身"
    assert answers.words("字" * 101).error == "too_long"
    assert answers.is_skip("跳过")
    assert not answers.is_skip("没有发票")


@given(st.text(max_size=300))
def test_no_answer_breaks_a_reader(text: str) -> None:
    for answer in (
        answers.amount(text),
        answers.date(text, TODAY),
        answers.phone(text),
        answers.name(text),
        answers.address(text),
        answers.yes_no(text),
        answers.words(text),
        answers.choice(text, ["甲", "乙"]),
    ):
        assert (answer.error is None) == (answer.value is not None)


@given(st.integers(min_value=1, max_value=10**8))
def test_a_plain_number_answers_how_much(yuan: int) -> None:
    assert answers.amount(str(yuan)).normalised == yuan * 100


@pytest.mark.parametrize(
    ("text", "rubbish"),
    [
        ("asdfgh", True), ("qwerty", True), ("zxcvbnm", True), ("asdf asdf", True), ("啊啊啊啊", True), ("hjkdfg", True),
        ("KFC", False), ("lululemon", False), ("ZARA", False), ("Tesla", False), ("好味饭店", False), ("2680", False), ("7-11", False),
        ("", False),
    ],
)  # fmt: skip
def test_keys_beside_each_other_are_no_name(text: str, rubbish: bool) -> None:
    assert answers.is_rubbish(text) == rubbish
