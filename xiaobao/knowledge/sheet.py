"""A Markdown file with YAML front matter, and how to say what is wrong in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

SECTIONS = {"怎么办": "steps", "留好这些": "keep", "去哪里": "where"}
BULLET = re.compile(r"^(?:\d+\.|-)\s+")
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml is about eight times faster


@dataclass(frozen=True)
class Problem:
    """One thing wrong in one file, with what to do about it."""

    path: Path
    line: int
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what} {self.remedy}"


class KnowledgeError(ValueError):
    """The knowledge files are broken; `problems` lists every finding with file, line and remedy."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, problems)))


class Sheet:
    """A Markdown file with YAML front matter; knows the lines of its keys for error messages."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.source = path.read_text(encoding="utf-8")
        pieces = self.source.split("---\n", 2)
        if len(pieces) != 3 or pieces[0]:
            raise KnowledgeError([Problem(path, 1, "No front matter.", "Begin with `---`, YAML, `---`.")])
        self.body = pieces[2]
        try:
            front = yaml.load(pieces[1], Loader=_Loader)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 2 if mark else 1
            raise KnowledgeError([Problem(path, line, f"{error}.", "Correct the YAML.")]) from None
        self.front: dict[str, Any] = front if isinstance(front, dict) else {}

    def error(self, key: str, what: str, remedy: str) -> KnowledgeError:
        return KnowledgeError([Problem(self.path, line_of(self.source, f"{key}:"), what, remedy)])

    def take(self, key: str, kind: type) -> Any:
        value = self.front.get(key)
        if not isinstance(value, kind):
            raise self.error(key, f"{key} is missing or no {kind.__name__}.", f"Write `{key}:` in the front matter.")
        return value

    def text(self, key: str) -> str:
        return self.take(key, str)

    def items(self, key: str) -> list[Any]:
        return self.take(key, list)

    def one_of(self, key: str, allowed: tuple[str, ...]) -> str:
        value = self.front.get(key)
        if value not in allowed:
            raise self.error(key, f"{key} is {value!r}.", f"Use one of: {', '.join(allowed)}.")
        return value


def sections_of(sheet: Sheet) -> tuple[str, dict[str, tuple[str, ...]]]:
    head, *blocks = re.split(r"^## ", sheet.body, flags=re.MULTILINE)
    if not head.strip():
        raise sheet.error("---", "The answer has no first sentence.", "Write it before the first `##`.")
    sections = {}
    for block in blocks:
        title, *lines = block.strip().splitlines()
        if title not in SECTIONS:
            raise KnowledgeError(
                [
                    Problem(
                        sheet.path,
                        line_of(sheet.source, f"## {title}"),
                        f"Section {title!r} is unknown.",
                        f"Use: {', '.join(SECTIONS)}.",
                    )
                ]
            )
        sections[SECTIONS[title]] = tuple(BULLET.sub("", line) for line in lines if line.strip())
    return head.strip(), sections


def line_of(text: str, needle: str) -> int:
    return text[: max(text.find(needle), 0)].count("\n") + 1
