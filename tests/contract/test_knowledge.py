"""What the knowledge files promise: nothing is said that an article in force does not carry."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from xiaobao.knowledge import library

LOADED = library.load(Path(__file__).parents[2] / "data" / "knowledge")
TOPICS = sorted(LOADED.topics.values(), key=lambda topic: topic.id)
DIGITS = "零一二三四五六七八九十百千万两"
UNITS = "个工作日|工作日|日|天|年|个月|小时|万元|元|倍|周岁|岁|次|万公里|公里|%|名"
NUMBER = re.compile(rf"(?<!第)(?:百分之[{DIGITS}]+|(?:\d[\d,.]*|[{DIGITS}]+)\s?(?:{UNITS}))")
CALENDAR = re.compile(r"\d{4}年(?:\d+月(?:\d+日)?)?")
NO_FIGURES = {"一次", "一日", "一名"}  # "once", as in "ask for everything at once"
OFFICIALESE = re.compile("予以|敬请|贵方|相关部门|谅解|[!！]")


def figures_in(text: str) -> set[str]:
    return {found for found in NUMBER.findall(CALENDAR.sub("", text)) if found not in NO_FIGURES}


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.id)
def test_every_number_in_an_answer_names_the_article_that_carries_it(topic):
    assert figures_in(topic.body) <= {figure.figure for figure in topic.figures}


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.id)
def test_the_words_behind_a_number_are_in_the_article(topic):
    for figure in topic.figures:
        text = LOADED.laws[figure.law].articles[figure.article]
        assert text is None or (figure.words and figure.words in text), figure


@pytest.mark.parametrize("topic", [t for t in TOPICS if not t.verified], ids=lambda topic: topic.id)
def test_what_was_not_verified_gives_no_number_and_says_so(topic):
    assert topic.first.startswith("这条我还没有核实到现行规定，不敢给您具体数字。")
    assert figures_in(topic.body) == set()


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.id)
def test_the_first_message_is_short_and_speaks_to_the_citizen(topic):
    assert len(topic.first) <= 120
    assert "你" not in topic.body
    assert not OFFICIALESE.search(topic.body)
    assert topic.steps


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.id)
def test_there_are_many_unlike_wordings(topic):
    assert len(set(topic.wordings)) >= library.LEAST_WORDINGS


def test_no_wording_stands_under_two_topics():
    seen: dict[str, str] = {}
    for topic in TOPICS:
        for wording in (topic.question, *topic.wordings):
            assert seen.setdefault(wording, topic.id) == topic.id, wording


def test_no_wording_is_both_ours_and_elsewhere():
    ours = {wording for topic in TOPICS for wording in topic.wordings}
    elsewhere = {wording for field in LOADED.elsewhere.values() for wording in field.wordings}
    assert not ours & elsewhere


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


def test_a_law_that_was_not_read_carries_no_figure():
    for topic in TOPICS:
        assert all(LOADED.laws[figure.law].state != "unchecked" for figure in topic.figures), topic.id


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
