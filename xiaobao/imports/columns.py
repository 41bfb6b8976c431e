"""Which column is which field: the names that offices give them, from data/reference/import_columns.csv and import_values.csv."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from xiaobao.imports.sheets import FileProblem

SHEETS = ("tickets", "accounts")
_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]|【[^】]*】")
_MARKS = re.compile(r"[\s*:·_\-/.、,]+")


@dataclass(frozen=True)
class Column:
    """A field that a sheet may have; `title` is how we call it."""

    field: str
    title: str
    required: bool
    names: frozenset[str]


@dataclass(frozen=True)
class Names:
    """Columns of each sheet, and what the words in their cells mean."""

    columns: dict[str, tuple[Column, ...]]
    values: dict[str, dict[str, str]]  # field -> plain word -> value

    def value(self, field: str, said: str) -> str | None:
        """What a word of a column with fixed values means, None when it is not one of them."""
        return self.values[field].get(plain(said))


@dataclass(frozen=True)
class Header:
    """Where each field stands, and what is left over."""

    places: dict[str, int]
    titles: dict[str, str]  # as the file calls them
    unused: tuple[str, ...]

    def cells(self, row: Sequence[str]) -> dict[str, str]:
        """The row by field; cells that are not there are empty."""
        return {field: row[place] if place < len(row) else "" for field, place in self.places.items()}


def load(reference_dir: Path) -> Names:
    """Read both files."""
    columns: dict[str, tuple[Column, ...]] = {}
    for sheet in SHEETS:
        rows = [row for row in _rows(reference_dir / "import_columns.csv") if row["sheet"] == sheet]
        columns[sheet] = tuple(
            Column(
                row["field"],
                row["title"],
                row["required"] == "yes",
                frozenset(plain(name) for name in (row["title"], *row["aliases"].split())),
            )
            for row in rows
        )
    values: dict[str, dict[str, str]] = {}
    for row in _rows(reference_dir / "import_values.csv"):
        words = {plain(word): row["value"] for word in (row["value"], *row["words"].split())}
        values.setdefault(row["field"], {}).update(words)
    return Names(columns, values)


def header(names: Names, sheet: str, row: Sequence[str]) -> Header:
    """The columns of a file by the first row. Raises FileProblem for one that is missing or stands there twice."""
    places: dict[str, int] = {}
    titles: dict[str, str] = {}
    unused = []
    for place, title in enumerate(row):
        found = _column(names.columns[sheet], title)
        if found is None:
            unused += [title[:40]] if title else []
        elif found.field in places:
            raise FileProblem("column_twice", f"{titles[found.field]}、{title[:40]}")
        else:
            places[found.field], titles[found.field] = place, title[:40]
    missing = [column.title for column in names.columns[sheet] if column.required and column.field not in places]
    if missing:
        raise FileProblem("column_missing", "、".join(missing))
    return Header(places, titles, tuple(unused))


def plain(name: str) -> str:
    """投诉人 姓名＊, 金额（元） and 金额 元: without what people add."""
    text = unicodedata.normalize("NFKC", name).lower()
    return _MARKS.sub("", _BRACKETS.sub("", text)) or _MARKS.sub("", text)


def _column(columns: Sequence[Column], title: str) -> Column | None:
    return next((column for column in columns if plain(title) in column.names), None)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
