"""One Markdown file with front matter."""

from __future__ import annotations

from pathlib import Path

import pytest

from xiaobao.knowledge.sheet import KnowledgeError, Sheet, line_of, sections_of


def sheet(tmp_path: Path, text: str) -> Sheet:
    path = tmp_path / "net-01.md"
    path.write_text(text, encoding="utf-8")
    return Sheet(path)


def test_front_matter_and_body_come_apart(tmp_path):
    read = sheet(tmp_path, "---\nid: net-01\n---\n\n可以退。\n\n## 怎么办\n\n1. 先截图。\n2. 再提出。\n")
    assert read.text("id") == "net-01"
    assert sections_of(read) == ("可以退。", {"steps": ("先截图。", "再提出。")})


def test_a_file_without_front_matter_says_how_to_begin(tmp_path):
    with pytest.raises(KnowledgeError, match="Begin with `---`"):
        sheet(tmp_path, "可以退。\n")


def test_a_missing_key_is_named(tmp_path):
    with pytest.raises(KnowledgeError, match="verified is missing or no bool"):
        sheet(tmp_path, "---\nid: net-01\n---\n可以退。\n").take("verified", bool)


def test_an_answer_needs_a_first_sentence(tmp_path):
    with pytest.raises(KnowledgeError, match="no first sentence"):
        sections_of(sheet(tmp_path, "---\nid: net-01\n---\n## 怎么办\n\n1. 先截图。\n"))


def test_lines_are_counted_from_one():
    assert line_of("a\nb\nc", "c") == 3
    assert line_of("a", "z") == 1
