"""What the knowledge files promise: nothing is said that an article in force does not carry."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.factories import knowledge
from xiaobao.knowledge import check

LOADED = knowledge()
TOPICS = sorted(LOADED.topics.values(), key=lambda topic: topic.id)


def test_an_editor_is_told_of_nothing():
    """Numbers with their articles, plain words, unlike answers, sections, wordings: the rules of check.py."""
    assert [str(problem) for problem in check.problems(LOADED)] == []


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.id)
def test_the_words_behind_a_number_are_in_the_article(topic):
    for figure in topic.figures:
        text = LOADED.laws[figure.law].articles[figure.article]
        assert text is None or (figure.words and figure.words in text), figure


def test_there_are_many_topics_and_few_of_them_unverified():
    assert len(TOPICS) >= 220
    assert sum(not topic.verified for topic in TOPICS) <= 40


def test_the_ids_that_others_rely_on_are_all_there():
    counts = {"proc": 16, "net": 20, "qual": 16, "price": 10, "serv": 27, "pi": 5}
    counts |= {"fin": 15, "inv": 7, "ins": 8, "pay": 4, "fcp": 4}
    expected = {f"{section}-{n:02d}" for section, last in counts.items() for n in range(1, last + 1)}
    assert expected <= set(LOADED.topics)


def test_a_repealed_law_names_what_replaced_it_and_is_cited_by_nobody():
    repealed = {law.title for law in LOADED.laws.values() if law.state == "repealed"}
    assert "市场监督管理投诉举报处理暂行办法" in repealed
    assert all(LOADED.laws[title].by for title in repealed)
    assert not [t.id for t in TOPICS for citation in t.citations if citation.law in repealed]


def test_days_in_force_are_days():
    for law in LOADED.laws.values():
        for day in filter(None, (law.date, law.effective)):
            assert date.fromisoformat(day).year > 1980


def test_an_answer_about_being_cheated_right_now_begins_with_the_alarm():
    for name in ("pay-01", "fin-04", "price-10"):
        assert LOADED.topics[name].next == "urgent"
        assert "110" in LOADED.topics[name].first


def test_docs_list_each_law_whose_text_is_not_carried():
    docs = (Path(__file__).parents[2] / "docs" / "knowledge.md").read_text(encoding="utf-8")
    assert [law.title for law in LOADED.laws.values() if not law.text_known and law.title not in docs] == []
