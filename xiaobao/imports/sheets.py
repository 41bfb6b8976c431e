"""A file of rows, read one by one: CSV in the ways that offices write it, or a workbook of Excel.

What a file is follows from its bytes, not from its name. Nothing in it is evaluated: of a formula only the result that
was stored is taken. Line numbers are those that Excel shows: the header is 1, a cell with line breaks is one line.
"""

from __future__ import annotations

import codecs
import csv
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, TextIO

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

MOST_BYTES = 100 * 1024 * 1024
MOST_UNPACKED = 600 * 1024 * 1024  # bytes of a workbook
MOST_PARTS = 2_000  # files inside a workbook
MOST_ROWS = 200_000  # with something in them
MOST_COLUMNS = 200
MOST_BLANK = 10_000  # one after the other: a sheet that was formatted to its very end
LONGEST_CELL = 20_000  # characters
DELIMITERS = ",;\t，"
_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_QUOTED = re.compile(r'"[^"]*"')
_CHUNK = 1024 * 1024


class FileProblem(ValueError):
    """Nothing of this file can be read; `code` names the words, `detail` what stands in them."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code, self.detail = code, detail


@dataclass(frozen=True)
class Line:
    """A row with something in it."""

    number: int
    cells: list[str]


def lines(path: Path) -> Iterator[Line]:
    """The header and every row after it that is not blank. Raises FileProblem, also on the way."""
    if path.stat().st_size > MOST_BYTES:
        raise FileProblem("too_large", str(MOST_BYTES // 1024 // 1024))
    with path.open("rb") as file:
        start = file.read(8)
    if not start:
        raise FileProblem("empty")
    if start.startswith(_OLD_EXCEL):
        raise FileProblem("old_excel")
    rows = _workbook(path) if start.startswith(_ZIP) else _text(path)
    yield from _bounded(rows)


def _bounded(rows: Iterator[list[str]]) -> Iterator[Line]:
    found = blank = 0
    for number, row in enumerate(rows, 1):
        cells = [cell.strip() for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            blank += 1
            if blank > MOST_BLANK:
                return
            continue
        found, blank = found + 1, 0
        if found > MOST_ROWS + 1:
            raise FileProblem("too_many_rows", str(MOST_ROWS))
        if len(cells) > MOST_COLUMNS:
            raise FileProblem("too_many_columns", str(number))
        yield Line(number, cells)


def _text(path: Path) -> Iterator[list[str]]:
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        delimiter = _delimiter(file)
        file.seek(0)
        reader = csv.reader(file, delimiter=delimiter)
        record = 0
        try:
            for record, row in enumerate(reader, 1):  # noqa: B007 - told when the next one breaks
                yield row
        except csv.Error as wrong:  # an open quote swallows the rest of the file
            raise FileProblem("broken_csv", str(record + 1)) from wrong


def _encoding(path: Path) -> str:
    """UTF-8 when every byte of the file is; else what Excel writes in China. Raises FileProblem."""
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _readable(path, "utf-16")
    return _readable(path, "utf-8-sig", "gb18030")


def _readable(path: Path, *encodings: str) -> str:
    for encoding in encodings:
        try:
            with path.open(encoding=encoding, newline="") as file:
                while chunk := file.read(_CHUNK):
                    if "\0" in chunk:
                        raise FileProblem("not_text")
        except UnicodeError:
            continue
        return encoding
    raise FileProblem("not_text")


def _delimiter(file: TextIO) -> str:
    """The one that stands most often in the header, outside quotes."""
    for row in file:
        if row.strip():
            bare = _QUOTED.sub("", row)
            return max(DELIMITERS, key=bare.count)
    raise FileProblem("empty")


def _workbook(path: Path) -> Iterator[list[str]]:
    _check_size(path)
    try:
        book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
        sheet = next((one for one in book.worksheets if one.sheet_state == "visible"), None)
        if sheet is None:
            raise FileProblem("empty")
        sheet.reset_dimensions()  # what a file says of its size need not be true
        for row in sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS + 1):
            yield [_cell(value) for value in row]
        book.close()
    except FileProblem:
        raise
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, TypeError, SyntaxError, OSError) as wrong:
        raise FileProblem("broken_workbook", type(wrong).__name__) from wrong  # SyntaxError: XML that is none


def _check_size(path: Path) -> None:
    """A few kilobytes can be packed so that they fill a disk. Raises FileProblem."""
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as wrong:
        raise FileProblem("broken_workbook", type(wrong).__name__) from wrong
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise FileProblem("too_large", str(MOST_UNPACKED // 1024 // 1024))
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        raise FileProblem("not_a_workbook")


def _cell(value: Any) -> str:
    """As a person reads it on the sheet."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d" if value.time() == time(0) else "%Y-%m-%d %H:%M:%S")
    return value.isoformat() if isinstance(value, (date, time)) else str(value)
