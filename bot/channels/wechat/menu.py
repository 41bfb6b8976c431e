"""The account's menu: what each key says to the bot (data/reference/wechat_menu.csv)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Entry:
    """`group` is the title of the menu above it; `payload` a command as a button of the bot has it."""

    key: str
    group: str
    title: str
    payload: str


def read(reference_dir: Path) -> tuple[Entry, ...]:
    """All entries in their order."""
    with (reference_dir / "wechat_menu.csv").open(encoding="utf-8", newline="") as file:
        return tuple(Entry(**row) for row in csv.DictReader(file))


def as_platform(entries: tuple[Entry, ...]) -> dict[str, Any]:
    """The body of menu/create: at most three groups of five."""
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.group, []).append(entry)
    return {
        "button": [
            {
                "name": group,
                "sub_button": [{"type": "click", "name": entry.title, "key": entry.key} for entry in members],
            }
            for group, members in groups.items()
        ]
    }
