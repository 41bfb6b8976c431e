"""The office that runs this installation, as its pages show it (data/reference/office.csv, see its README)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from xiaobao.settings import SettingsError


@dataclass(frozen=True)
class OfficeCard:
    """What a citizen may read about the office."""

    id: str
    kind: str
    name: str
    region: str
    address: str
    telephone: str
    hours: str
    holder: str
    footer: str
    keep_days: str  # that a ticket is kept after its last step
    keep_basis: str  # the article that says so; empty: the office's own rule
    quiet: str = ""  # quiet hours; conversations/quiet.py reads them


def read(reference_dir: Path, office_id: str) -> OfficeCard:
    """The row of `office_id`. Raises SettingsError when the table has none."""
    with (reference_dir / "office.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if row["id"] == office_id:
                return OfficeCard(**{name: (row.get(name) or "").strip() for name in OfficeCard.__dataclass_fields__})
    raise SettingsError(f"OFFICE={office_id}: data/reference/office.csv has no such row.")
