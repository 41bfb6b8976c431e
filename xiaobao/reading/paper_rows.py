"""Recognised lines of a picture put back into rows, as they stood on the paper or screen (pure).

A recogniser gives lines in any order, slanted as the photo was, and often 合计 and its sum as two lines far apart.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

Box = tuple[tuple[float, float], ...]
LEAST_OVERLAP = 0.45  # of the lower line's height: lines of one row
LONG = 2.5  # times as wide as high: such a line tells how the picture is slanted

_NUMBER_RUN = re.compile(r"(?<![A-Za-z\d])[\dOoQlI|¥][\dOoQlI|.,:/\-]*(?![A-Za-z])")
_SLIPS = str.maketrans("OoQlI|", "000111")
# The sign of the yuan in front of a number is read as one of these.
_YUAN = re.compile(r"(?<![A-Za-z\d])(?:[YV羊半¥?](?=\s?[-−]?\s?\d)|(?:RMB|CNY|rmb)\s?:?(?=\s?\d))")


@dataclass(frozen=True)
class Line:
    """One recognised line: its text, its four corners in pixels (from the upper left, clockwise), how sure."""

    text: str
    box: Box
    score: float = 1.0


@dataclass(frozen=True)
class Cell:
    """A line in the upright picture; `number` is its place among the lines, `text` is repaired."""

    number: int
    text: str
    left: float
    right: float
    top: float
    bottom: float
    score: float = 1.0

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def centre(self) -> float:
        return (self.left + self.right) / 2


Row = list[Cell]


def corners(box: Sequence[Any]) -> Box:
    """Four corners, also from x, y, width, height."""
    if len(box) == 4 and all(isinstance(number, (int, float)) for number in box):
        x, y, width, height = (float(number) for number in box)
        return (x, y), (x + width, y), (x + width, y + height), (x, y + height)
    return tuple((float(x), float(y)) for x, y in box)


def repair(text: str) -> str:
    """Half-width, one sign for the yuan, letters in numbers turned back into digits, a dot for a dot."""
    plain = unicodedata.normalize("NFKC", text).replace("−", "-").replace("〇", "○").replace("○", "〇")
    plain = re.sub(r"(?<=\d)\s?[，,]\s?(?=\d{3}(?!\d))", ",", plain)
    plain = re.sub(r"(?<=\d)\s?[。·]\s?(?=\d)", ".", plain)
    plain = re.sub(r"(?<=\d)[.,]\s(?=\d{2}(?!\d))", ".", plain)
    plain = re.sub(r"(?<=\d)\s[.,](?=\d{2}(?!\d))", ".", plain)
    plain = _YUAN.sub("¥", _NUMBER_RUN.sub(_digits, plain)).strip()
    # 8.800元 was written 8,800元: nobody pays thousandths.
    return re.sub(r"(?<![\d.])(\d{1,3})\.(\d{3})(?=\s?[元圆])|(?<=¥)(\d{1,3})\.(\d{3})(?!\d)", _thousands, plain)


def rows(lines: Iterable[Line]) -> list[Row]:
    """Rows from top to bottom, each from left to right, after the slant is taken out."""
    cells = _upright(list(lines))
    found: list[Row] = []
    for cell in sorted(cells, key=lambda c: c.left):
        fitting = [row for row in found if _beside(row, cell)]
        if fitting:
            min(fitting, key=lambda row: abs(row[-1].middle - cell.middle)).append(cell)
        else:
            found.append([cell])
    return sorted(found, key=lambda row: sum(c.middle for c in row) / len(row))


def text_of(row: Row) -> str:
    """The row as one text, two blanks between lines; a cut-off .00 is joined to its number."""
    text = ""
    for cell in row:
        joined = bool(re.match(r"\.\d", cell.text) and re.search(r"\d$", text)) or text.endswith("¥")
        text += cell.text if joined or not text else f"  {cell.text}"
    return text


def letter_height(rows_: list[Row]) -> float:
    """How high a usual line is."""
    return median([cell.height for row in rows_ for cell in row] or [1.0])


def paragraphs(rows_: list[Row]) -> list[list[Row]]:
    """Rows that go on in the next row: a bubble of a chat, a clause of a contract."""
    usual = letter_height(rows_)
    found: list[list[Row]] = []
    for row in rows_:
        if found and _goes_on(found[-1][-1], row, usual):
            found[-1].append(row)
        else:
            found.append([row])
    return found


def _goes_on(above: Row, below: Row, usual: float) -> bool:
    if len(above) != 1 or len(below) != 1:
        return False
    first, second = above[0], below[0]
    near = -0.5 * usual < second.top - first.bottom < 1.1 * usual
    wide = first.right - first.left > 6 * first.height
    alike = abs(first.left - second.left) < 3 * usual and 0.6 < first.height / max(1.0, second.height) < 1.6
    return near and wide and alike and first.right + 3 * usual > second.right


def _thousands(match: re.Match[str]) -> str:
    return f"{match[1] or match[3]},{match[2] or match[4]}"


def _digits(match: re.Match[str]) -> str:
    run = match[0]
    digits = sum(c.isdigit() for c in run)
    letters = sum(c in "OoQlI|" for c in run)
    return run.translate(_SLIPS) if digits >= 1 and digits >= letters else run


def _upright(lines: list[Line]) -> list[Cell]:
    """Cells with the slant taken out; a photo from the side slants more at one end of the page than at the other."""
    long = [line.box for line in lines if _is_long(line.box)]
    slant = _fitted([(_middle(box), _slant(box)) for box in long])
    centre = median([(box[0][0] + box[1][0]) / 2 for box in long]) if long else 0.0
    cells = []
    for number, line in enumerate(lines):
        text = repair(line.text)
        if not text:
            continue
        turn = math.tan(slant(_middle(line.box)))
        # Opposite edges are averaged: the upright box of a slanted line is no higher than its letters.
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = ((x, y - turn * (x - centre)) for x, y in line.box)
        top, bottom = sorted(((ay + by) / 2, (cy + dy) / 2))
        cells.append(Cell(number, text, min(ax, dx), max(bx, cx), top, bottom, line.score))
    return cells


def _fitted(slants: list[tuple[float, float]]) -> Callable[[float], float]:
    """The slant at a height: one for the page, or growing evenly over it when there are lines enough to tell."""
    if not slants:
        return lambda y: 0.0
    usual = median(angle for _, angle in slants)
    kept = [(y, angle) for y, angle in slants if abs(angle - usual) < 0.08]
    if len(kept) < 6:
        return lambda y: usual
    mean_y, mean = (sum(pair[n] for pair in kept) / len(kept) for n in (0, 1))
    spread = sum((y - mean_y) ** 2 for y, _ in kept)
    growth = sum((y - mean_y) * (angle - mean) for y, angle in kept) / spread if spread else 0.0
    return lambda y: mean + growth * (y - mean_y)


def _middle(box: Box) -> float:
    return sum(y for _, y in box) / len(box)


def _is_long(box: Box) -> bool:
    width, height = math.dist(box[0], box[1]), math.dist(box[0], box[3])
    return width > LONG * height


def _slant(box: Box) -> float:
    return math.atan2(box[1][1] - box[0][1], box[1][0] - box[0][0])


def _beside(row: Row, cell: Cell) -> bool:
    last = row[-1]
    overlap = min(last.bottom, cell.bottom) - max(last.top, cell.top)
    apart = cell.left - last.right > -0.3 * min(last.right - last.left, cell.right - cell.left)
    return apart and overlap >= LEAST_OVERLAP * min(last.height, cell.height)
