"""The citizen's story with the words marked that became fields of the form (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xiaobao import privacy

# In the order in which they win where two overlap.
MARKED = ("merchant", "institution", "amount", "event_date", "item", "claim", "platform", "shop_name", "order_number")
TEXT_OF = {"amount": "amount_text", "event_date": "event_date_text"}


@dataclass(frozen=True)
class Piece:
    """A stretch of the story; `slot` names the field it was read into, None for the words between."""

    text: str
    slot: str | None = None


def pieces(narrative: str, spans: Mapping[str, Any], fields: Mapping[str, Any], *, masked: bool = False) -> list[Piece]:
    """Cut `narrative` at the marks. Spans whose words are not there (corrected since) are looked for, else left out.

    `masked` hides telephone numbers and addresses of mail in the words between the marks.
    """
    taken: list[tuple[int, int, str]] = []
    for slot in MARKED:
        value = fields.get(TEXT_OF.get(slot, slot))
        found = _place(narrative, spans.get(slot), value) if value else None
        if found and all(found[1] <= start or end <= found[0] for start, end, _ in taken):
            taken.append((*found, slot))
    cut, at = [], 0
    for start, end, slot in sorted(taken):
        cut += [Piece(narrative[at:start]), Piece(narrative[start:end], slot)]
        at = end
    cut.append(Piece(narrative[at:]))
    shown = [Piece(privacy.mask_pii(piece.text), piece.slot) for piece in cut] if masked else cut
    return [piece for piece in shown if piece.text]


def _place(narrative: str, span: Any, value: str) -> tuple[int, int] | None:
    """Where the value stands: by its span when the words agree, else its first occurrence."""
    if isinstance(span, Mapping) and isinstance(span.get("start"), int) and isinstance(span.get("end"), int):
        start, end = span["start"], span["end"]
        if 0 <= start < end and narrative[start:end] == value:
            return start, end
    start = narrative.find(value)
    return (start, start + len(value)) if start >= 0 else None
