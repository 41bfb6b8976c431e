"""Which passwords do, and how they are kept."""

from __future__ import annotations

import pytest
from argon2 import extract_parameters

from xiaobao.desk import passwords


@pytest.mark.parametrize("good", ["春天的第一场雨下了很久", "correct horse battery", "x7-Kq0pPw2"])
def test_a_long_own_sentence_does(good: str) -> None:
    assert passwords.problem(good, "clerk") is None


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ("", "too_short"),
        ("九个字的密码不够长", "too_short"),
        ("x" * 201, "too_long"),
        ("Password123", "too_common"),
        ("1234567890", "too_common"),
        ("abcdefghijk", "too_common"),
        ("9876543210", "too_common"),
        ("aaaaaaaaaaaa", "too_common"),
        ("abababababab", "too_common"),
        ("woaini1314520", "too_common"),
        ("wang-20261125", "too_common"),
    ],
)
def test_short_common_and_simple_ones_do_not(bad: str, code: str) -> None:
    assert passwords.problem(bad, "wang") == code


def test_every_password_of_the_list_is_long_enough_to_matter() -> None:
    common = passwords.COMMON.read_text(encoding="utf-8").split()
    assert len(common) > 100
    assert [one for one in common if passwords.problem(one, "-") not in {"too_common", "too_short"}] == []


@pytest.mark.slow
def test_a_hash_knows_its_password_only() -> None:
    hashed = passwords.hash_password("春天的第一场雨")
    assert hashed.startswith("$argon2id$")
    assert passwords.matches(hashed, "春天的第一场雨") and not passwords.matches(hashed, "春天的第一场雪")


@pytest.mark.parametrize("no_hash", ["!", "", "-", "$argon2id$broken"])
def test_what_is_no_hash_matches_nothing(no_hash: str) -> None:
    assert not passwords.matches(no_hash, no_hash)


@pytest.mark.slow
def test_an_unknown_login_costs_as_much_as_a_known_one() -> None:
    fresh = passwords.hash_password("x" * 12)
    assert extract_parameters(passwords.NOBODY) == extract_parameters(fresh)
    assert not passwords.matches(passwords.NOBODY, "")


def test_one_time_passwords_are_readable_strong_and_new_each_time() -> None:
    made = {passwords.one_time() for _ in range(50)}
    assert len(made) == 50
    assert all(len(one) == 14 and not set("01lo") & set(one) and passwords.problem(one, "x") is None for one in made)


@pytest.mark.parametrize(
    "password", ["床前明月光疑是地上霜", "为人民服务为人民服务", "市场监督管理局12315", "woaizhongguo"]
)
def test_what_everybody_in_china_thinks_of_first_is_common(password: str) -> None:
    assert passwords.problem(password, "wang") == "too_common"
