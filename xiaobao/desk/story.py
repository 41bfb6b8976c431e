"""The citizen's story with the words marked that became fields of the form (pure)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xiaobao import privacy

# Fields that hold the citizen's own words; in the order in which they win where two overlap.
VERBATIM = (
    *("merchant", "institution", "amount", "event_date", "item", "claim", "platform", "shop_name", "order_number"),
    *("policy_number", "merchant_address", "region"),
)
# Fields that say the same in other words (线下, no): marked only where the reading left its place.
IN_OTHER_WORDS = (
    *("purchase_mode", "problem", "discovered_date", "tried_with_merchant", "complained_to_institution"),
    *("own_use", "elsewhere"),
)
MARKED = (*VERBATIM, *IN_OTHER_WORDS)
TEXT_OF = {"amount": "amount_text", "event_date": "event_date_text"}
READ = "read"


@dataclass(frozen=True)
class Piece:
    """A stretch of the story; `slot` names the field it was read into, None for the words between."""

    text: str
    slot: str | None = None


def pieces(
    narrative: str,
    spans: Mapping[str, Any],
    fields: Mapping[str, Any],
    sources: Mapping[str, str] | None = None,
    *,
    masked: bool = False,
) -> list[Piece]:
    """Cut `narrative` at the marks of values that were read from it; a value that was answered marks nothing.

    Spans whose words are not there (masked or added to since) are looked for nearby, else left out. `masked` hides
    telephone numbers and addresses of mail: before the cutting, so that no mark lets a part of one through.
    """
    hide = privacy.mask_pii if masked else str
    shown = hide(narrative)
    taken: list[tuple[int, int, str]] = []
    for slot in MARKED:
        value = fields.get(TEXT_OF.get(slot, slot))
        if not value or (sources or {}).get(slot, READ) != READ:
            continue
        found = _place(shown, spans.get(slot), slot, value, hide)
        if found and all(found[1] <= start or end <= found[0] for start, end, _ in taken):
            taken.append((*found, slot))
    cut, at = [], 0
    for start, end, slot in sorted(taken):
        cut += [Piece(shown[at:start]), Piece(shown[start:end], slot)]
        at = end
    cut.append(Piece(shown[at:]))
    return [piece for piece in cut if piece.text]


def _place(shown: str, span: Any, slot: str, value: Any, hide: Any) -> tuple[int, int] | None:
    """Where the words stand: at their span, else where they occur nearest to it."""
    kept = span if isinstance(span, Mapping) else {}
    words = kept.get("words") or (value if slot in VERBATIM else None)
    if not isinstance(words, str) or not (words := hide(words)):
        return None
    start = kept.get("start")
    near = start if isinstance(start, int) else 0
    found = [match.start() for match in re.finditer(re.escape(words), shown)]
    at = min(found, key=lambda place: abs(place - near), default=None)
    return None if at is None else (at, at + len(words))
