"""`make eval-screening [SET=rows.jsonl]`: hints read from whole stories, beside what another writer expects.

Rows carry `hints`: grounds N1 to N6, or A17 for a factor of art. 17. N1 is the routing's part (`routing.referral` at a
market regulator). The bot refuses in no row: hints are words, the filing goes on.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from datetime import date
from pathlib import Path

from xiaobao.reading import reference as reading_reference
from xiaobao.reading import story
from xiaobao.settings import ROOT
from xiaobao.tickets import hints, office, reference, routing

REFERENCE = ROOT / "data" / "reference"
SCREENING = ROOT / "tests" / "eval" / "screening.jsonl"
LABELS = ("N1", "N2", "N3", "N4", "N5", "N6", "A17")


def read(text: str, today: date) -> set[str]:
    """Labels for one story, as draft and desk work them out."""
    known = reference.load(REFERENCE)
    told = story.read(text, today, reading_reference.load(REFERENCE)).values
    day = told.get("discovered_date") or told.get("event_date")
    facts = hints.Facts(text, known_on=hints.last_day(day.normalised) if day else None)
    labels = {"A17" if hint.kind == hints.FACTOR else hint.code for hint in hints.read(facts, known.hints, today)}
    slots = {name: told[name].text if name in told else None for name in ("item", "merchant", "institution")}
    object_ = str(told["object"].normalised) if "object" in told else None
    route = routing.route(text, **slots, object_=object_, authorities=known.authorities)
    referred = routing.referral(office.load(REFERENCE, "regulator"), route)
    return labels | ({"N1"} if referred else set())


def main(source: Path) -> None:
    rows = [json.loads(line) for line in source.read_text(encoding="utf-8").splitlines() if line.strip()]
    right, wanted, told = Counter[str](), Counter[str](), Counter[str]()
    agree = 0
    for row in rows:
        found, label = read(row["text"], date(2026, 11, 25)), set(row["hints"])
        agree += found == label
        wanted.update(label)
        told.update(found)
        right.update(found & label)
        if found != label:
            print(f"{row['id']} {sorted(found)}, wanted {sorted(label)}: {row['text']} [{row.get('why', '')}]")
    for code in LABELS:
        print(f"{code}: {right[code]} found of {wanted[code]}, {told[code] - right[code]} besides")
    print(f"{agree} of {len(rows)} stories with exactly the hints wanted")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else SCREENING)
