"""Masking: what must go goes, what is needed stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaobao import privacy

IDENTITY = "11010519491231002X"
CARD = "6222021234567890128"


def test_the_examples_of_this_file_pass_their_own_checks():
    assert privacy.is_identity_number(IDENTITY)
    assert privacy.passes_luhn(CARD)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"身份证{IDENTITY}。", "身份证110***********002X。"),
        ("身份证11010519491231002x", "身份证110***********002x"),
        ("证件110105 19491231 002X", "证件110***********002X"),
        (f"卡号{CARD}被扣", "卡号6222***********0128被扣"),
        ("卡号6222 0212 3456 7890 128", "卡号6222***********0128"),
        ("卡号6222-0212-3456-7890-128", "卡号6222***********0128"),
        ("验证码是123456", "验证码是******"),
        ("验证码：8848，别告诉别人", "验证码：******，别告诉别人"),
        ("CVV 321", "CVV ******"),
        ("密码是abc123!", "密码是******"),
        ("卡背后的安全码为 456", "卡背后的安全码为 ******"),
    ],
)
def test_secrets_are_masked(text, masked):
    assert privacy.mask_sensitive(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "身份证110105194912310021",  # wrong check digit
        f"订单号{CARD}",
        f"订单编号：{CARD}",
        f"运单号 {CARD}",
        f"保单号{CARD}",
        "卡号6222021234567890129",  # fails Luhn
        "花了129元，电话13800001234",
        "2026年11月2日下午3点",
        "我没收到验证码，密码也忘了",
        "",
    ],
)
def test_what_is_needed_stays(text):
    assert privacy.mask_sensitive(text) == text


def test_full_width_digits_are_masked_too():
    wide = "".join(chr(ord(mark) + 0xFEE0) if mark.isdigit() else mark for mark in IDENTITY)
    assert "１９４９" not in privacy.mask_sensitive(f"身份证{wide}")


def test_logs_carry_no_telephone_and_no_mail_address():
    text = "联系13800001234或0571-88886666，邮箱li.si@example.com，+86 139 0000 5678"
    assert privacy.mask_pii(text) == "联系138****1234或0571-****6666，邮箱l***@example.com，139****5678"


@pytest.mark.parametrize(
    ("phone", "masked"),
    [("13800001234", "138****1234"), ("138 0000 1234", "138****1234"), ("88886666", "****6666"), ("110", "****")],
)
def test_telephone_numbers(phone, masked):
    assert privacy.mask_phone(phone) == masked


@pytest.mark.parametrize(("name", "masked"), [("欧阳娜娜", "欧**"), ("李四", "李**"), ("李", "李**"), ("", "")])
def test_names_keep_the_first_character_only(name, masked):
    assert privacy.mask_name(name) == masked


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("云泽市西城区幸福里3号楼2单元501", "云泽市西城区****"),
        ("浙江省杭州市西湖区文三路1号", "浙江省杭州市西湖区****"),
        ("安吉县递铺街道1号", "安吉县****"),
        ("幸福里3号楼", "幸福****"),
        ("", ""),
    ],
)
def test_addresses_keep_the_district(address, masked):
    assert privacy.mask_address(address) == masked


@given(st.text(alphabet="我的卡号是0123456789Xx -，。验证码密", max_size=60))
def test_masking_twice_changes_nothing_more(text):
    once = privacy.mask_pii(text)
    assert privacy.mask_pii(once) == once


@given(st.integers(10**11, 10**18 - 1))
def test_every_card_number_with_a_right_check_digit_is_masked(payload):
    digits = next(f"{payload}{last}" for last in range(10) if privacy.passes_luhn(f"{payload}{last}"))
    masked = privacy.mask_sensitive(f"卡号{digits}")
    assert digits not in masked


def test_a_ticket_number_with_its_query_code_is_never_taken_for_a_card():
    for running in range(1, 60):
        for typed in (f"XB20261125-{running:06d}", f"xb20261125-{running:06d} 000000", f"ＸＢ 20261125-{running:06d}"):
            assert privacy.mask_sensitive(f"查一下 {typed}") == f"查一下 {typed}"
    assert "6222021234567894567" not in privacy.mask_sensitive("XB20261125-000017 6222021234567894567")


@pytest.mark.parametrize(
    ("told", "masked"),
    [
        ("我叫李小明，今年12岁", "我叫李**，今年12岁"),
        ("叫我小芳就行", "叫我小**就行"),
        ("我家住在和平路1号3单元，电话13800138000", "我家住在****，电话138****8000"),
        ("我住东城区，买的玩具坏了", "我住****，买的玩具坏了"),
        ("妈妈叫我去买的，叫我别说", "妈妈叫我去买的，叫我别说"),
        ("好玩玩具店在和平路8号", "好玩玩具店在和平路8号"),
    ],
)
def test_what_tells_who_a_child_is_goes_and_the_story_stays(told: str, masked: str) -> None:
    assert privacy.mask_person(told) == masked


@pytest.mark.parametrize(
    ("told", "masked"),
    [
        ("他电话13912345678", "他电话139****5678"),
        ("老板手机 139 1234 5678", "老板手机 139****5678"),
        ("我的电话是13800138000，他的是13912345678", "我的电话是13800138000，他的是139****5678"),
        ("店里座机0571-87654321", "店里座机057****4321"),
    ],
)
def test_numbers_of_others_are_masked_and_the_writers_own_stays(told: str, masked: str) -> None:
    assert privacy.mask_others(told) == masked
