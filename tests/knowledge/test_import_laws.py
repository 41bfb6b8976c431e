"""Statutes from a collection of articles into law files."""

from __future__ import annotations

from pathlib import Path

from xiaobao.knowledge import import_laws, library

LAW = {
    "law": "虚构市场法",
    "version": "2020-05-01",
    "effective": "1999-01-01",
    "status": "现行有效",
    "source": "a book",
}


def rows(**articles: str) -> list[dict[str, str]]:
    return [{**LAW, "article": name, "text": text} for name, text in articles.items()]


def read(folder: Path) -> library.Law:
    return library.read_law(folder / "虚构市场法.md")


def test_a_new_law_has_all_articles_in_order_and_no_first_day_of_an_older_version(tmp_path):
    import_laws.run(rows(第十条="十", 第二条="二", 第一条="一"), tmp_path)
    law = read(tmp_path)
    assert list(law.articles.items()) == [("第一条", "一"), ("第二条", "二"), ("第十条", "十")]
    assert (law.date, law.effective, law.state) == ("2020-05-01", None, "amended")


def test_a_second_import_changes_nothing_and_reports_other_words(tmp_path):
    import_laws.run(rows(第一条="一。"), tmp_path)
    [done] = import_laws.run(rows(第一条="另一种说法", 第二条="二"), tmp_path)
    assert (done.new, done.differing) == (1, ("第一条",))
    assert read(tmp_path).articles["第一条"] == "一。"


def test_what_was_transcribed_by_hand_is_entered_without_its_words(tmp_path):
    import_laws.run([{**row, "source": "TRANSCRIBED from a scan"} for row in rows(第一条="一")], tmp_path)
    assert read(tmp_path).articles == {"第一条": None}


def test_a_repealed_law_names_its_successor(tmp_path):
    status = "已废止(2026-04-15起由新市场法替代)"
    import_laws.run([{**row, "status": status} for row in rows(第一条="一")], tmp_path)
    assert (read(tmp_path).state, read(tmp_path).by) == ("repealed", "新市场法")
