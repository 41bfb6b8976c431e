"""What stands in a rendered document, as blocks that a page can show (pure): the preview is read from the file itself."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.table import Table
from docx.text.paragraph import Paragraph

PLACES = {WD_ALIGN_PARAGRAPH.CENTER: "center", WD_ALIGN_PARAGRAPH.RIGHT: "right"}
TITLES = re.compile(r"Title|Heading", re.IGNORECASE)


@dataclass(frozen=True)
class Block:
    """A paragraph or a table. `kind` is title, paragraph or table; `place` left, center or right."""

    kind: str
    text: str = ""
    place: str = "left"
    bold: bool = False
    rows: tuple[tuple[str, ...], ...] = ()


def blocks(document: bytes) -> list[Block]:
    """Head, body and foot in reading order; empty paragraphs are left out."""
    opened = Document(io.BytesIO(document))
    section = opened.sections[0]
    found = [*_of(section.header.iter_inner_content()), *_of(opened.iter_inner_content())]
    return [*found, *_of(section.footer.iter_inner_content())]


def text(document: bytes) -> str:
    """The words alone, a line for each paragraph and each row."""
    lines: list[str] = []
    for block in blocks(document):
        lines += ["：".join(filter(None, row)) for row in block.rows] if block.kind == "table" else [block.text]
    return "\n".join(lines)


def _of(content: Iterator[Paragraph | Table]) -> Iterator[Block]:
    for one in content:
        if isinstance(one, Table):
            yield Block("table", rows=tuple(_cells(row.cells) for row in one.rows))
        elif one.text.strip():
            style = one.style.name if one.style is not None else ""
            bold = bool(one.runs) and all(run.bold for run in one.runs if run.text.strip())
            kind = "title" if TITLES.match(style or "") else "paragraph"
            yield Block(kind, one.text.strip(), PLACES.get(one.alignment or WD_ALIGN_PARAGRAPH.LEFT, "left"), bold)


def _cells(cells: object) -> tuple[str, ...]:
    """Texts of a row; a merged cell comes several times and is told once."""
    told: list[str] = []
    seen: set[int] = set()
    for cell in cells:  # type: ignore[attr-defined]
        if id(cell._tc) not in seen:
            seen.add(id(cell._tc))
            told.append(cell.text.strip())
    return tuple(told)
