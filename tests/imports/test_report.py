"""The report of an import, in words."""

from __future__ import annotations

import ast
import csv
from pathlib import Path

import pytest

from xiaobao.imports import outcomes, report
from xiaobao.imports.outcomes import Outcome
from xiaobao.imports.sheets import FileProblem

ROOM = Path(report.__file__).parent


def test_a_line_names_its_cells_and_what_to_do() -> None:
    wrong = outcomes.wrong(9, "A9", ("金额", "no_sum"), ("电话", "no_phone"))
    assert report.row(wrong, dry=False) == [
        "9",
        "A9",
        "没有导入",
        "",
        "金额：看不出是多少钱，请写数字；电话：不像电话号码",
    ]
    assert report.row(Outcome(2, "good", "A1", "XB20261102-000001"), dry=False)[2:4] == ["导入", "XB20261102-000001"]
    assert report.row(Outcome(2, "good", "A1"), dry=True)[2] == "可以导入"


@pytest.mark.parametrize("key", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_of_the_file_becomes_a_formula(key: str, tmp_path: Path) -> None:
    told = report.row(outcomes.wrong(2, key, (key, "missing")), dry=True)
    assert told[1] == "'" + key and told[4].startswith("'")
    file = report.File(tmp_path / "r.csv", dry=True)
    file.add([outcomes.wrong(2, key)])
    file.close()
    with (tmp_path / "r.csv").open(encoding="utf-8-sig", newline="") as written:
        assert list(csv.reader(written))[1][1] == "'" + key


def test_every_code_of_the_room_has_its_words() -> None:
    codes, problems = set(), set()
    for path in ROOM.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[-1], ast.Constant):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                codes |= {node.args[-1].value} if name in ("Fault", "fault") else set()
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "FileProblem":
                problems |= {node.args[0].value} if isinstance(node.args[0], ast.Constant) else set()
    assert len(codes) > 8 and codes <= set(report.FAULTS), codes - set(report.FAULTS)
    assert len(problems) > 8 and problems <= set(report.PROBLEMS), problems - set(report.PROBLEMS)
    assert "3" in report.problem(FileProblem("broken_csv", "3"))
