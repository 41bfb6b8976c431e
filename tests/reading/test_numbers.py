from __future__ import annotations

from decimal import Decimal

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaobao.reading import numbers


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2680", "2680"), ("2,680.50", "2680.5"), ("138 000", "138000"), ("1万2", "12000"), ("1万2千", "12000"), ("1.5万", "15000"),
        ("一千二", "1200"), ("一千零二", "1002"), ("两百五", "250"), ("两百五十", "250"), ("两万三", "23000"), ("十五", "15"), ("二十", "20"),
        ("一个亿", "100000000"), ("壹仟贰佰", "1200"), ("3k", "3000"), ("2w", "20000"), ("三万零五十", "30050"), ("一亿二千万", "120000000"),
    ],
)  # fmt: skip
def test_numerals_are_read_as_spoken(written: str, meant: str) -> None:
    assert numbers.parse(written) == Decimal(meant)


@pytest.mark.parametrize("written", ["", "万", "千", "很多", "3台", "一2"])
def test_what_is_no_numeral_is_none(written: str) -> None:
    assert numbers.parse(written) is None


@given(st.integers(min_value=0, max_value=10**12 - 1))
def test_a_number_spelt_in_chinese_reads_back_as_itself(number: int) -> None:
    assert numbers.parse(cn2an.an2cn(number, "low")) == number
    assert numbers.parse(cn2an.an2cn(number, "up")) == number


@given(st.integers(min_value=0, max_value=10**12), st.integers(min_value=0, max_value=99))
def test_digits_read_back_as_themselves(whole: int, cents: int) -> None:
    assert numbers.parse(f"{whole:,}.{cents:02d}") == Decimal(f"{whole}.{cents:02d}")


def test_only_whole_numbers_are_whole() -> None:
    assert numbers.whole("十二") == 12
    assert numbers.whole("1.5") is None
