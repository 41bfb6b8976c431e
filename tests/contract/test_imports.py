"""docs/architecture.md says who may import whom; this reads its table and every import statement."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = {"tickets", "conversations", "documents", "reading", "knowledge", "imports", "actions", "bot", "desk", "worker", "encoder"}  # fmt: skip
LIBRARY = {"privacy", "settings", "database"}
ROWS = re.findall(
    r"^\| (\w+) \| (.*?) \| (.*?) \|$", (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"), re.MULTILINE
)
TABLE = {name: (re.findall(r"\w+", may), re.findall(r"rasa_sdk|rasa|flask|sqlalchemy|os\.environ|\w+", never))
         for name, may, never in ROWS if name in OURS}  # fmt: skip


def imported(path: Path) -> set[str]:
    """Modules a file imports, ours as their room: xiaobao.tickets.office -> tickets."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} if node.module != "xiaobao" else {f"xiaobao.{alias.name}" for alias in node.names}
        elif (
            isinstance(node, ast.Attribute)
            and node.attr in ("environ", "getenv")
            and getattr(node.value, "id", "") == "os"
        ):
            names.add("os.environ")
    return {name.split(".")[1] if name.startswith("xiaobao.") else "os.environ" if name == "os.environ" else name.split(".")[0]
            for name in names}  # fmt: skip


@pytest.mark.parametrize("room", sorted(OURS))
def test_a_room_imports_only_what_the_table_allows(room):
    may, never = TABLE[room]
    folder = ROOT / room if room in ("actions", "bot") else ROOT / "xiaobao" / room
    for path in folder.rglob("*.py"):
        found = imported(path) - {room, "xiaobao"}
        assert not found & set(never), path
        assert found & (OURS | LIBRARY) <= set(may), path


def test_only_settings_and_the_start_read_the_environment():
    allowed = {
        "settings.py",
        "training.py",
        "processes.py",
        "start.py",
    }  # the start hands the environment on to its children
    readers = {
        p for d in ("actions", "bot", "xiaobao") for p in (ROOT / d).rglob("*.py") if "os.environ" in imported(p)
    }
    assert {path.name for path in readers} <= allowed, readers
