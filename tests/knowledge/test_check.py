"""What the check finds in a file that an editor spoilt."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from xiaobao.knowledge import check, library

pytestmark = pytest.mark.slow

KNOWLEDGE = Path(__file__).parents[2] / "data" / "knowledge"
TOPIC = "faq/online/net-01.md"


@pytest.fixture
def spoilt(tmp_path: Path) -> Callable[[str, str, str], list[str]]:
    """A function that changes one file of a copy and says what the check finds that it did not find before."""
    folder = tmp_path / "knowledge"
    shutil.copytree(KNOWLEDGE, folder)
    before = {str(problem) for problem in check.problems(library.load(folder))}

    def change(name: str, old: str, new: str) -> list[str]:
        path = folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text, old
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return [p.what for p in check.problems(library.load(folder)) if str(p) not in before]

    return change


def first_of(name: str) -> str:
    return library.read_topic(KNOWLEDGE / name).first


@pytest.mark.parametrize(
    ("new", "found"),
    [
        ("九十天内都能退，", "No article carries '九十天'"),
        ("你可以退，", "called 你"),
        ("请予以谅解，", "no plain speech"),
        ("很" * 130, "characters"),
    ],
)
def test_what_an_editor_may_get_wrong_is_named(spoilt, new, found):
    first = first_of(TOPIC)
    assert any(found in what for what in spoilt(TOPIC, first, new + first))


def test_a_wording_that_stands_elsewhere_is_named(spoilt):
    wording = library.read_topic(KNOWLEDGE / "faq/services/serv-02.md").wordings[0]
    mine = library.read_topic(KNOWLEDGE / TOPIC).wordings[0]
    assert any("stands in" in what for what in spoilt(TOPIC, f"- {mine}\n", f"- {wording}\n"))


def test_a_law_that_changes_marks_every_topic_that_cites_it(spoilt):
    known = library.load(KNOWLEDGE)
    citing = {t.id for t in known.topics.values() if any(c.law == "旅游法" for c in t.citations)}
    state = f"state: {known.laws['旅游法'].state}\n"
    found = [what for what in spoilt("laws/旅游法.md", state, "state: under_review\n") if "under_review" in what]
    assert len(found) >= len(citing) > 2


def test_two_answers_that_say_the_same_are_named():
    assert check.shared("退货运费由买家承担，另有约定的除外", "退货运费由买家承担，另有约定的除外。先看页面") == 1
    assert check.shared("退货运费由买家承担", "银行卡被盗刷先挂失") == 0
