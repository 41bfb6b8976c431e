"""Loading the knowledge files, and what is said when one is broken."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.factories import knowledge
from xiaobao.knowledge import library

KNOWLEDGE = Path(__file__).parents[2] / "data" / "knowledge"
TOPIC = "faq/online/net-01.md"


@pytest.fixture
def loaded() -> library.Library:
    return knowledge()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The real files with two topics of the 286: reading all of them takes half a second."""
    copied = tmp_path / "knowledge"
    shutil.copytree(KNOWLEDGE, copied, ignore=shutil.ignore_patterns("faq", "*.npz"))
    for name in (TOPIC, "faq/online/net-02.md"):
        (copied / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(KNOWLEDGE / name, copied / name)
    (copied / "faq" / "price").mkdir()
    return copied


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def problems(directory: Path) -> list[library.Problem]:
    with pytest.raises(library.KnowledgeError) as caught:
        library.load(directory)
    return list(caught.value.problems)


def test_the_two_topics_alone_are_sound(copy: Path):
    assert len(library.load(copy).topics) == 2


def test_everything_loads(loaded: library.Library):
    assert len(loaded.topics) >= 220
    assert loaded.elsewhere and loaded.uncovered
    assert "自收到商品之日起七日内退货" in (loaded.laws["消费者权益保护法"].articles["第二十五条"] or "")


def test_a_topic_keeps_its_sections_apart(loaded: library.Library):
    topic = loaded.topics["net-01"]
    assert topic.first.startswith("可以退。")
    assert len(topic.steps) >= 3
    assert all(not step[0].isdigit() for step in topic.steps)
    assert topic.keep
    assert topic.route == "consumer"


def test_broken_yaml_is_named_with_its_line(copy: Path):
    change(copy / TOPIC, "route: consumer", "route: [consumer")
    (problem,) = problems(copy)
    assert problem.path.name == "net-01.md"
    assert problem.line > 20


def test_an_unknown_route_names_the_allowed_ones(copy: Path):
    change(copy / TOPIC, "route: consumer", "route: trader")
    (problem,) = problems(copy)
    assert "trader" in problem.what
    assert "consumer, finance" in problem.remedy
    assert (copy / TOPIC).read_text(encoding="utf-8").splitlines()[problem.line - 1] == "route: trader"


def test_a_cited_article_that_its_law_does_not_list_is_refused(copy: Path):
    change(copy / TOPIC, "article: 第二十五条", "article: 第九百条")
    assert any("第九百条 is not in the law's file" in problem.what for problem in problems(copy))


def test_words_that_the_article_does_not_say_are_refused(copy: Path):
    change(copy / TOPIC, "words: 消费者有权自收到商品之日起七日内退货", "words: 消费者有权自收到商品之日起九日内退货")
    (problem,) = problems(copy)
    assert "九日内" in problem.what
    assert problem.remedy == "Copy its exact words."


def test_all_broken_files_are_reported_at_once(copy: Path):
    change(copy / TOPIC, "next: complain", "next: cry")
    change(copy / "faq/online/net-02.md", "verified: true\nreviewed_on", "verified: perhaps\nreviewed_on")
    assert {problem.path.stem for problem in problems(copy)} == {"net-01", "net-02"}


def test_an_unknown_section_is_refused(copy: Path):
    change(copy / TOPIC, "## 怎么办", "## 怎麼辦")
    (problem,) = problems(copy)
    assert "怎麼辦" in problem.what


def test_two_files_may_not_hold_one_topic(copy: Path):
    shutil.copy(copy / TOPIC, copy / "faq/price/net-01.md")
    assert any("is already in" in problem.what for problem in problems(copy))


def test_a_field_elsewhere_needs_a_place_to_go(copy: Path):
    change(copy / "out_of_scope.md", "这属于劳动纠纷，", "- 这属于劳动纠纷，")
    (problem,) = problems(copy)
    assert "labour" in problem.what
    assert problem.line > 1


def test_a_wrong_directory_is_named(tmp_path: Path):
    with pytest.raises(FileNotFoundError, match="data/knowledge"):
        library.load(tmp_path)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("怎么tuikuan", "怎么退款"),
        ("推款", "退款"),
        ("消肥者协会", "消费者协会"),
        ("iPhone怎么Refund", "iPhone怎么退款"),
        ("qianbao", "钱包"),
    ],
)
def test_pinyin_and_wrong_characters_are_read_as_meant(loaded, typed, meant):
    assert loaded.plain(typed) == meant
