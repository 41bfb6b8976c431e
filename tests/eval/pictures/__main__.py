"""`make eval-pictures [SEEDS=5] [FIRST=1] [LINES=file]`: what is read from drawn papers and screens, each damaged.

The pictures here were drawn by a writer who saw neither rules nor recogniser (draw.py, degrade.py, labels.jsonl).
Every seed damages every picture anew, by numbers alone. A value is right when it is one that the writer accepts; a
name is compared without blanks and signs. Where nothing is shown, only nothing is right. LINES keeps the recognised
lines in a file, and takes them from there when it exists: the rules may then be measured without the recogniser.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
import unicodedata
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import numpy

from tests.eval.pictures.degrade import degrade, load
from xiaobao.reading import papers
from xiaobao.settings import ROOT
from xiaobao.worker import recogniser

PICTURES = ROOT / "tests" / "eval" / "pictures"
TODAY = date(2026, 11, 25)  # the pictures were drawn then
SLOTS = {"amount": "amount_cents", "event_date": "date", "merchant": "merchant"}
BARS = {"amount": 0.95, "event_date": 0.95}
MERCHANT_BARS = {"screen": 0.85, "paper": 0.80}
Right = dict[tuple[str, str], list[bool]]


def plain(value: Any) -> Any:
    """A name without blanks and signs; anything else as it is."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", value)) if isinstance(value, str) else value


def is_right(slot: str, label: dict[str, Any], found: dict[str, papers.Found]) -> bool:
    """Whether what was read is one of the answers that the writer accepts."""
    accepted = label["accept"][SLOTS[slot]]
    told = found[slot].normalised if slot in found else None
    return told in accepted if slot != "merchant" else plain(told) in [plain(one) for one in accepted]


def recognise(seeds: range) -> dict[str, list[Any]]:
    """Lines of every picture under every seed, by `id/seed`; seed 0 is the clean picture."""
    engine, lines = recogniser.load(threads=2), {}
    with tempfile.TemporaryDirectory() as folder:
        for label, picture in load(PICTURES):
            for seed in seeds:
                damaged = degrade(picture, numpy.random.default_rng([seed, int(label["id"])])) if seed else picture
                path = Path(folder) / "picture.png"
                damaged.save(path)
                lines[f"{label['id']}/{seed}"] = recogniser.read(engine, path)
    return lines


def measure(lines: dict[str, list[Any]], labels: list[dict[str, Any]], seed: int, misses: list[str]) -> Right:
    """Right or wrong by slot and kind, and by slot and screen or paper."""
    right: Right = defaultdict(list)
    for label in labels:
        found = papers.read(papers.lines(lines[f"{label['id']}/{seed}"]), TODAY)
        for slot in SLOTS:
            ok = is_right(slot, label, found)
            side = "paper" if label["kind"] == "paper" else "screen"
            for group in dict.fromkeys((label["kind"], side, "all")):
                right[slot, group].append(ok)
            if label["amount_cents"] is None and slot == "amount":
                right["none where none", "all"].append(ok)
            if not ok:
                told = found[slot].normalised if slot in found else None
                misses.append(
                    f"{label['id']}/{seed} {label['layout']} {slot}: {told!r}, not {label['accept'][SLOTS[slot]]}"
                )
    return right


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--lines", type=Path)
    parser.add_argument("--misses", action="store_true", help="name what was read wrong")
    asked = parser.parse_args()
    seeds = range(asked.first, asked.first + asked.seeds)
    kept = asked.lines and asked.lines.is_file()
    lines = json.loads(asked.lines.read_text(encoding="utf-8")) if kept else recognise(seeds)
    if asked.lines and not kept:
        asked.lines.write_text(json.dumps(lines, ensure_ascii=False), encoding="utf-8")
    labels = [label for label, _ in load(PICTURES)]
    misses: list[str] = []
    by_seed = [measure(lines, labels, seed, misses) for seed in seeds]
    print(f"{len(labels)} pictures, seeds {seeds.start} to {seeds.stop - 1}")
    print(f"{'':24}" + "".join(f"{'mean':>8}{'worst':>8}{'of':>5}"))
    for slot, group in by_seed[0]:
        shares = [sum(right[slot, group]) / len(right[slot, group]) for right in by_seed]
        print(f"{slot:16} {group:8}{sum(shares) / len(shares):8.3f}{min(shares):8.3f}{len(by_seed[0][slot, group]):5}")
    if asked.misses:
        print(*misses, sep="\n")
    bars = [(slot, "all", bar) for slot, bar in BARS.items()]
    bars += [("merchant", group, bar) for group, bar in MERCHANT_BARS.items()]
    low = [(slot, group) for slot, group, bar in bars if any(sum(r[slot, group]) < bar * len(r[slot, group]) for r in by_seed)]  # fmt: skip
    print("below the bar in the worst seed:", ", ".join(f"{slot} ({group})" for slot, group in low) or "none")
    return 1 if low else 0


if __name__ == "__main__":
    raise SystemExit(main())
