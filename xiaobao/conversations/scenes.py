"""What a printed code stands for: a shop's window, a market's complaint station, a poster (wechat_scenes.csv).

The office edits the table and makes the codes in WeChat's console with the same scene. What a code knows fills the
form only where the citizen's own words say nothing else.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")  # the platform's scene_str
SOURCES = ("", "stall", "visit")  # tickets.sources that a code may name; "": as for everybody in WeChat
FILLS = ("merchant", "merchant_address", "region")
COLUMNS = {"scene", "title", "source", *FILLS}


@dataclass(frozen=True)
class Scene:
    """A row of wechat_scenes.csv."""

    scene: str
    title: str
    merchant: str
    merchant_address: str
    region: str
    source: str

    @property
    def values(self) -> dict[str, str]:
        """What it fills, by slot."""
        return {slot: getattr(self, slot) for slot in FILLS if getattr(self, slot)}


def load(reference_dir: Path) -> dict[str, Scene]:
    """The scenes by their name. Raises ValueError with file, row and column."""
    path = Path(reference_dir) / "wechat_scenes.csv"
    found: dict[str, Scene] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        table = csv.DictReader(file)
        if set(table.fieldnames or ()) != COLUMNS:
            raise ValueError(f"{path.name}: the columns are {', '.join(sorted(COLUMNS))}")
        for line, row in enumerate(table, start=2):
            scene = _scene(path.name, line, row)
            if scene.scene in found:
                raise ValueError(f"{path.name} row {line}, column scene: {scene.scene} stands there twice")
            found[scene.scene] = scene
    return found


def _scene(name: str, line: int, row: dict[str, str]) -> Scene:
    if None in row or None in row.values():
        raise ValueError(f"{name} row {line}: not as many cells as columns")
    scene = Scene(**{column: value.strip() for column, value in row.items()})
    problem = ""
    if not NAME.fullmatch(scene.scene):
        problem = "scene: 1 to 64 letters, digits, _ or -"
    elif not scene.title:
        problem = "title: missing, citizens read it"
    elif scene.merchant_address and not scene.merchant:
        problem = "merchant_address: needs a merchant"
    elif scene.source not in SOURCES:
        problem = f"source: {scene.source!r} is none of {', '.join(one for one in SOURCES if one)}"
    elif max(len(value) for value in (scene.title, *scene.values.values())) > 120:
        problem = "a cell holds more than 120 characters"
    if problem:
        raise ValueError(f"{name} row {line}, column {problem}")
    return scene
