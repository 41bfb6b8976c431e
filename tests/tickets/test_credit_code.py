"""统一社会信用代码: structure and check character."""

from __future__ import annotations

import pytest

from xiaobao.tickets import credit_code


@pytest.mark.parametrize(
    "code",
    ["91110108551385082Q", "91440300708461136T", "914403001922038216", "91330100799655058B", "12100000400000624D",
     "91350100M000100Y43"],
)  # fmt: skip
def test_codes_of_real_bodies_are_right(code):
    assert credit_code.fault(code) is None
    assert credit_code.check_character(code[:-1]) == code[-1]


@pytest.mark.parametrize("place", range(18))
def test_one_wrong_character_anywhere_is_found(place):
    code = "91350100M000100Y43"
    other = "2" if code[place] == "1" else "1"
    assert credit_code.fault(code[:place] + other + code[place + 1 :]) is not None


@pytest.mark.parametrize("place", range(2, 17))
def test_two_neighbours_swapped_are_found(place):
    code = "91110108551385082Q"
    swapped = code[: place - 1] + code[place] + code[place - 1] + code[place + 1 :]
    assert swapped == code or credit_code.fault(swapped) is not None


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("", "length"),
        ("9111010855138508", "length"),
        ("91110108551385082Q0", "length"),
        ("9I110108551385082Q", "letters"),
        ("91110108551385082O", "letters"),
        ("91110108S51385082Q", "letters"),
        ("91110108V51385082Q", "letters"),
        ("91110108Z51385082Q", "letters"),
        ("91A10108551385082Q", "structure"),
        ("91110108551385082R", "check"),
        ("91110108551385082店", "letters"),
    ],
)
def test_what_is_wrong_is_named(code, fault):
    assert credit_code.fault(code) == fault


@pytest.mark.parametrize(
    "text",
    ["91110108551385082q", " 91110108 551385082Q ", "9111-0108-5513-8508-2Q", "９１１１０１０８５５１３８５０８２Ｑ"],
)
def test_however_it_was_copied_the_code_is_one(text):
    assert credit_code.normalise(text) == "91110108551385082Q"


def test_no_code_is_empty():
    assert credit_code.normalise(None) == credit_code.normalise(" - ") == ""
