"""Bring whole statutes into data/knowledge/laws from a collection of articles.

    python -m xiaobao.knowledge.import_laws ARTICLES.jsonl [FOLDER]

One JSON object a line: law, version, effective, status, source, article, text. A law that already has a file keeps its
front matter and gets the articles that it lacks; words that differ are reported and left for a person to judge.
Articles that were transcribed by hand are entered by number only, since they may not be shown as quotation.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from xiaobao.knowledge import numerals
from xiaobao.knowledge.sheet import Sheet

_ARTICLE = re.compile(r"^###\s+(\S+)\s*$", re.MULTILINE)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_REPLACED_BY = re.compile(r"由(\S+?)替代")
_SHORTENED = (("中华人民共和国", ""), ("最高人民法院关于审理", "最高法"), ("最高人民法院关于适用", "最高法"))


@dataclass(frozen=True)
class Imported:
    """What one law's import did: articles that came new, and numbers whose words differ from ours."""

    path: Path
    new: int
    differing: tuple[str, ...]


def run(rows: Iterable[dict[str, Any]], folder: Path) -> list[Imported]:
    """Merge `rows` into the law files of `folder`, law by law. Raises KeyError when a row lacks a field."""
    by_law: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_law.setdefault(_bare(row["law"]), []).append(row)
    ours = {}
    for path in sorted(folder.glob("*.md")):
        front = Sheet(path).front
        ours[_bare(front["full_title"])] = ours[_bare(front["title"])] = path
    return [_merge(law, found, ours.get(law), folder) for law, found in by_law.items()]


def article_number(name: str) -> float:
    """第一百四十八条 -> 148, 第十条之一 -> 10.01: the order of articles in a law."""
    main, _, inserted = name.removeprefix("第").partition("条")
    return numerals.number(main) + numerals.number(inserted.removeprefix("之")) / 100


def _merge(law: str, rows: list[dict[str, Any]], path: Path | None, folder: Path) -> Imported:
    front, ours = (Sheet(path).front, _articles(Sheet(path).body)) if path else (_front(law, rows), {})
    path = path or folder / f"{front['title']}.md"
    differing, new = [], 0
    for row in rows:
        name, text = row["article"], None if _by_hand(row) else row["text"].strip()
        if name not in ours:
            ours[name], new = text, new + 1
        elif text and ours[name] is None:
            ours[name] = text
        elif text and _squeezed(text) != _squeezed(ours[name] or ""):
            differing.append(name)
    front["text_known"] = any(ours.values())
    body = "".join(f"### {name}\n\n{ours[name]}\n\n" if ours[name] else f"### {name}\n\n" for name in _sorted(ours))
    head = yaml.safe_dump(front, allow_unicode=True, sort_keys=False, width=1000)
    path.write_text(f"---\n{head}---\n\n{body.rstrip()}\n", encoding="utf-8")
    return Imported(path, new, tuple(differing))


def _front(law: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Front matter of a law that is new to us; the day in force is that of this version or none."""
    first = rows[0]
    day = _DAY.match(str(first["version"]))
    version = day.group() if day else None
    since = next((row["effective"] for row in rows if row["effective"]), None)
    if version and since and since < version:  # the day on which the first version came into force
        since = None
    repealed = "废止" in first["status"]
    replaced = _REPLACED_BY.search(first["status"])
    title = law
    for long, short in _SHORTENED:
        title = title.replace(long, short)
    return {
        "title": title,
        "full_title": law,
        "number": None,
        "date": version,
        "effective": since,
        "state": "repealed" if repealed else "in_force" if since else "amended",
        "by": replaced.group(1) if replaced else None,
        "text_known": True,
        "source": first["source"],
        "note": None if repealed else first["status"],
    }


def _articles(body: str) -> dict[str, str | None]:
    pieces = _ARTICLE.split(body)
    return {name: text.strip() or None for name, text in zip(pieces[1::2], pieces[2::2], strict=True)}


def _sorted(articles: dict[str, str | None]) -> list[str]:
    return sorted(articles, key=article_number)


def _by_hand(row: dict[str, Any]) -> bool:
    return str(row["source"]).upper().startswith("TRANSCRIBED")


def _bare(title: str) -> str:
    bare = title.replace("中华人民共和国", "").strip()
    return f"最高人民法院{bare}" if bare.startswith("关于审理") else bare


def _squeezed(text: str) -> str:
    return re.sub(r"\W", "", text)


def main(arguments: list[str]) -> None:
    """Import and say what happened, law by law."""
    if len(arguments) not in (1, 2):
        sys.exit(__doc__)
    folder = Path(arguments[1]) if len(arguments) == 2 else Path("data/knowledge/laws")
    with Path(arguments[0]).open(encoding="utf-8") as lines:
        done = run((json.loads(line) for line in lines), folder)
    for law in done:
        print(f"{law.path.stem}: {law.new} new" + (f"; differ: {'、'.join(law.differing)}" if law.differing else ""))


if __name__ == "__main__":
    main(sys.argv[1:])
