"""No text that a citizen sees tells a telephone number that nobody has confirmed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from xiaobao.knowledge import library
from xiaobao.tickets import reference

DATA = Path(__file__).parents[2] / "data"
NUMBER = re.compile(r"(?<![\d.])(?:1[12]0|12[13]\d{2}|96\d{3})(?![\d.]|元|天|块)")


@pytest.fixture(scope="module")
def known() -> reference.Reference:
    return reference.load(DATA / "reference")


def texts() -> dict[str, str]:
    found = library.load(DATA / "knowledge")
    said = {topic.id: topic.body for topic in found.topics.values()}
    said |= {field.id: field.where for field in (*found.elsewhere.values(), *found.uncovered.values())}
    said |= {path.name: path.read_text(encoding="utf-8") for path in (DATA / "responses").glob("*.yml")}
    said["authorities.csv"] = ",".join(row["hotline"] for row in reference.rows(DATA / "reference" / "authorities.csv"))
    return said


def test_every_number_told_is_confirmed(known):
    told = {(name, number) for name, text in texts().items() for number in NUMBER.findall(text)}
    assert {number for _, number in told} >= {"12315", "12345", "12378", "110"}
    assert [(name, number) for name, number in sorted(told) if not known.may_be_told(number)] == []


def test_a_doubtful_number_is_told_once_day_and_source_are_given(known):
    line = known.hotlines["12356"]
    assert not line.may_be_told
    confirmed = reference.Hotline(line.number, line.name, line.grade, "2026-11-25", "official page")
    assert confirmed.may_be_told
    assert not reference.Hotline(line.number, line.name, line.grade, "2026-11-25", "").may_be_told
