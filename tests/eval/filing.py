"""`make eval-filing SET=in.jsonl OUT=out.jsonl [OFFICE=any]`: labelled stories filed through the running product."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from pathlib import Path
from typing import Any

from tests.simulators.citizen import Honest
from tests.simulators.product import Product

TOP = ("merchant", "item", "amount", "date", "claim")
COLUMNS = {"merchant": "merchant", "item": "item", "amount": "amount_text", "date": "event_date_text", "claim": "claim"}


def filed_slots(database: Path, number: str) -> dict[str, Any]:
    """The ticket's values, read from the database by a reader that shares no code with the product."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        connection.row_factory = sqlite3.Row
        row = dict(connection.execute("SELECT * FROM tickets WHERE number = ?", (number,)).fetchone())
    slots = {name: row.get(column) for name, column in COLUMNS.items()}
    slots["merchant"] = slots["merchant"] or row.get("institution")
    return slots


def main(source: str, target: str) -> None:
    rows = [json.loads(line) for line in Path(source).read_text(encoding="utf-8").splitlines() if line.strip()]
    rows = [row for row in rows if row.get("slots")]
    office = os.environ.get("EVAL_OFFICE", "any")
    with Product(office=office, SEMANTIC_SEARCH="1") as product, Path(target).open("w", encoding="utf-8") as out:
        for n, row in enumerate(rows, 1):
            outcome = Honest(product.bot, row=row).file()
            number = outcome["number"]
            slots = filed_slots(product.data / "xiaobao.db", number) if number else {}
            result = {
                "id": row["id"],
                "number": number,
                "turns": outcome["turns"],
                "referred_to": outcome["referred_to"],
                "slots": slots,
            }
            out.write(json.dumps(result, ensure_ascii=False) + "\n")
            print(
                f"{n}/{len(rows)} {row['id']}: {number or outcome['referred_to'] or 'not filed'} in {outcome['turns']} turns"
            )


if __name__ == "__main__":
    main(*sys.argv[1:3])
