"""The office's table of printed codes, and what is wrong with a wrong one."""

from __future__ import annotations

from pathlib import Path

import pytest

from xiaobao.conversations import scenes
from xiaobao.settings import ROOT
from xiaobao.tickets.sources import Source

HEAD = "scene,title,merchant,merchant_address,region,source\n"


def table(folder: Path, rows: str, head: str = HEAD) -> Path:
    (folder / "wechat_scenes.csv").write_text(head + rows, encoding="utf-8-sig")
    return folder


def test_the_table_that_comes_with_the_product_is_right() -> None:
    found = scenes.load(ROOT / "data" / "reference")
    assert found["hall"].values == {"region": "云泽市"}
    assert all("样例" in one.merchant for one in found.values() if one.merchant), "no real shop may stand there"
    assert {one for one in scenes.SOURCES if one} <= set(Source)


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ("a b,厅,,,,\n", "row 2, column scene"),
        (",厅,,,,\n", "row 2, column scene"),
        ("a,,,,,\n", "row 2, column title"),
        ("a,厅,,路1号,,\n", "row 2, column merchant_address"),
        ("a,厅,,,,web\n", "row 2, column source"),
        ("a,厅,,,,\na,厅,,,,\n", "row 3, column scene"),
        ("a,厅\n", "row 2"),
        ("a,厅,,,,,多了\n", "row 2"),
        (f"a,{'厅' * 121},,,,\n", "120"),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, rows: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        scenes.load(table(tmp_path, rows))


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="columns"):
        scenes.load(table(tmp_path, "a,厅\n", "scene,title\n"))
