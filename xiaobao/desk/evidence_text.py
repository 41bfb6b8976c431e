"""What our worker read from the pictures of a ticket: for who works on it, beside the picture, masked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from xiaobao.conversations import uploads
from xiaobao.conversations.tables import FAILED, READ, Upload
from xiaobao.privacy import mask_sensitive
from xiaobao.tickets.views import TicketView


@dataclass(frozen=True)
class EvidenceText:
    """`state` as in the table of uploads; the lines of the picture and the values that were recognised in them."""

    state: str | None
    lines: tuple[str, ...]
    values: tuple[tuple[str, str], ...]


def of_ticket(reading: Session, ticket: TicketView) -> dict[str, EvidenceText]:
    """The text of each file by its id; a file whose text was never asked for is not there."""
    found = {one.evidence_id: uploads.get(reading, one.evidence_id) for one in ticket.evidence}
    return {
        evidence_id: _of(upload)
        for evidence_id, upload in found.items()
        if upload and upload.text_state in (READ, FAILED)
    }


def _of(upload: Upload) -> EvidenceText:
    lines = tuple(mask_sensitive(line["text"]) for line in upload.text_lines or [])
    values = tuple((slot, _shown(slot, value)) for slot, value in (upload.text_values or {}).items())
    return EvidenceText(upload.text_state, lines, values)


def _shown(slot: str, value: dict[str, Any]) -> str:
    if slot == "amount":
        return f"{int(value['normalised']) / 100:,.2f}"
    return mask_sensitive(str(value["normalised"]))
