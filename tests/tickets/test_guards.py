"""Every guard of the table has its words on the desk."""

from __future__ import annotations

from pathlib import Path

from xiaobao.tickets import workflow

WORDS = Path(workflow.__file__).parents[1] / "desk" / "templates" / "_error_words.html"


def test_every_guard_of_the_table_has_its_words():
    words = WORDS.read_text(encoding="utf-8")
    assert all(f'"{guard.__name__}":' in words for row in workflow.TABLE for guard in row.guards)


def test_every_notice_of_the_table_has_its_text():
    texts = Path(workflow.__file__).parents[2] / "data" / "responses" / "notices.yml"
    found = texts.read_text(encoding="utf-8")
    assert all(f"  {row.notice}:" in found for row in workflow.TABLE if row.notice)
