"""`make eval-narratives SET=in.jsonl OUT=out.jsonl`: what the form holds after one message."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

from xiaobao.reading import reference, story
from xiaobao.settings import ROOT


def slots_of(told: story.Story) -> dict[str, str | None]:
    """Slots under the names of the labels; an institution stands for the merchant when there is none."""
    slots: dict[str, str | None] = {slot: value.text for slot, value in told.values.items()}
    slots["merchant"] = slots.get("merchant") or slots.get("institution")
    slots["date"] = slots.get("event_date")
    return slots


def main(source: str, target: str) -> None:
    known = reference.load(ROOT / "data" / "reference")
    with Path(target).open("w", encoding="utf-8") as out:
        for line in Path(source).read_text(encoding="utf-8").splitlines():
            if not line.strip():
                continue
            row = json.loads(line)
            told = story.read(row["text"], date.today(), known)
            cents, day = told.values.get("amount"), told.values.get("event_date")
            normalised = {
                "amount_yuan": cents.normalised / 100 if cents and cents.normalised is not None else None,
                "date_iso": day.normalised if day else None,
            }
            out.write(
                json.dumps({"id": row["id"], "slots": slots_of(told), "normalised": normalised}, ensure_ascii=False)
                + "\n"
            )


if __name__ == "__main__":
    main(*sys.argv[1:3])
