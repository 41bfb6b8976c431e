"""Files of rows as offices write them, and files that are none."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from xiaobao.imports import sheets
from xiaobao.imports.sheets import FileProblem, Line

HEADER = "编号,内容"


def written(tmp_path: Path, content: bytes, name: str = "file.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def workbook(tmp_path: Path, *rows: list[Any]) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "book.xlsx")
    return tmp_path / "book.xlsx"


def read(path: Path) -> list[list[str]]:
    return [line.cells for line in sheets.lines(path)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_delimiters(tmp_path: Path, encoding: str, delimiter: str) -> None:
    text = f"编号{delimiter}内容\r\n一{delimiter}买的电水壶，漏电\r\n"
    assert read(written(tmp_path, text.encode(encoding))) == [["编号", "内容"], ["一", "买的电水壶，漏电"]]


def test_quotes_line_breaks_and_blank_lines_keep_the_numbers_of_excel(tmp_path: Path) -> None:
    text = 'a,b\n"1","第一行\n第二行, ""引号"""\n\n  , \n2,x\n'
    found = list(sheets.lines(written(tmp_path, text.encode())))
    assert found == [Line(1, ["a", "b"]), Line(2, ["1", '第一行\n第二行, "引号"']), Line(5, ["2", "x"])]


def test_a_character_cut_by_the_end_of_a_block_is_still_utf8(tmp_path: Path) -> None:
    text = "a,b\n" + "1," + "x" * (1024 * 1024 - 7) + "\n"
    path = written(tmp_path, text.encode() + "2,好\n".encode() * 3)
    with pytest.raises(FileProblem):  # the long field, not the encoding
        read(path)
    long = "a,b\n" + "1,好好好好好好好好好好\n" * 60_000
    assert read(written(tmp_path, long.encode()))[-1] == ["1", "好" * 10]


def test_a_workbook_is_read_as_a_person_reads_it(tmp_path: Path) -> None:
    path = workbook(
        tmp_path, ["编号", "日期", "时间", "电话", "金额", "是否"],
        [7, date(2024, 3, 5), datetime(2024, 3, 5, 9, 30), 13800001234.0, 12.5, True], [None, None], ["二"],
    )  # fmt: skip
    assert read(path)[1:] == [["7", "2024-03-05", "2024-03-05 09:30:00", "13800001234", "12.5", "是"], ["二"]]
    assert [line.number for line in sheets.lines(path)] == [1, 2, 4]


def test_a_formula_is_not_evaluated(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["a", "b"], ["x", "=1+1"], ["y", '=HYPERLINK("http://x.example","按")'])
    assert read(path) == [["a", "b"], ["x"], ["y"]]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "old_excel"),
        (b"PK\x03\x04 no zip at all", "broken_workbook"),
        (b"a,b\n\x00\x01\x02", "not_text"),
        (b"\xff\xd8\xff\xe0 a photograph \x80", "not_text"),
        (b'a,b\n1,"' + b"x" * 200_000, "broken_csv"),
        (b"a," * 300 + b"b\n", "too_many_columns"),
    ],
)
def test_what_is_no_sheet_is_said_to_be_none(tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(FileProblem) as found:
        read(written(tmp_path, content))
    assert found.value.code == code


def test_the_bounds_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_ROWS", 3)
    assert len(read(written(tmp_path, b"a\n1\n2\n3\n"))) == 4
    with pytest.raises(FileProblem, match="too_many_rows"):
        read(written(tmp_path, b"a\n1\n2\n3\n4\n"))
    monkeypatch.setattr(sheets, "MOST_BYTES", 5)
    with pytest.raises(FileProblem, match="too_large"):
        read(written(tmp_path, b"a\n1\n2\n"))


def test_a_bomb_and_another_archive_are_refused_before_they_are_opened(tmp_path: Path) -> None:
    packed = zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED)
    with packed, packed.open("xl/workbook.xml", "w", force_zip64=True) as part:
        for _ in range(700):
            part.write(b"0" * 1024 * 1024)
    with pytest.raises(FileProblem, match="too_large"):
        read(tmp_path / "bomb.xlsx")
    with zipfile.ZipFile(tmp_path / "other.xlsx", "w") as packed:
        packed.writestr("word/document.xml", "<a/>")
    with pytest.raises(FileProblem, match="not_a_workbook"):
        read(tmp_path / "other.xlsx")
    with zipfile.ZipFile(tmp_path / "half.xlsx", "w") as packed:
        packed.writestr("xl/workbook.xml", "<a")
    with pytest.raises(FileProblem, match="broken_workbook"):
        read(tmp_path / "half.xlsx")
