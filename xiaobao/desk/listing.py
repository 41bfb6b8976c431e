"""The filters of the list, as they stand in its address: for the list, for saved filters and for exports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import abort

from xiaobao.desk.access import me
from xiaobao.desk.context import here
from xiaobao.tickets import boards, deadlines, matches, worklist
from xiaobao.tickets.workflow import Kind, Status

FILTERS = (
    *("status", "kind", "mine", "nobody", "overdue", "stuck", "unheard", "follow"),
    *("department", "person", "q", "merchant"),
)
EVERY_STATUS = "all"
LONGEST_TEXT = 100  # characters


def asked(given: Mapping[str, str]) -> dict[str, str]:
    """The filters of a request, every one of them there. 404 for a status, kind or person that cannot be."""
    found = {name: given.get(name, "").strip()[:LONGEST_TEXT] for name in FILTERS}
    if status(found) not in (EVERY_STATUS, worklist.ANY_OPEN, *Status) or found["kind"] not in ("", *Kind):
        abort(404)
    if found["person"] and not (
        found["person"].isascii() and found["person"].isdecimal() and len(found["person"]) < 10
    ):
        abort(404)
    return found


def status(found: Mapping[str, str]) -> str:
    """What is not over yet, unless something else is asked for."""
    return found["status"] or worklist.ANY_OPEN


def filters(found: Mapping[str, str]) -> dict[str, Any]:
    """The filters as `worklist.conditions` takes them, narrowed to what this person may see."""
    desk, staff, state = here(), me(), status(found)
    assignee = staff.account.id if found["mine"] else worklist.NOBODY if found["nobody"] else None
    if found["person"]:
        assignee = int(found["person"])
    return {
        "status": None if state == EVERY_STATUS else state,
        "kind": found["kind"] or None,
        "assignee": assignee,
        "department": found["department"] or None,
        "overdue": bool(found["overdue"]),
        "quiet_since": desk.now() - boards.STUCK_AFTER if found["stuck"] else None,
        "unheard": bool(found["unheard"]),
        "to_follow": bool(found["follow"]),
        "distress": staff.sees_distress,
        "reports": staff.sees_reports,
        "merchant": _of_merchant(found["merchant"]),
    }


def where(found: Mapping[str, str]) -> Any:
    """The same as conditions on tickets."""
    return worklist.conditions(today=deadlines.local_date(here().now()), **filters(found))


def _of_merchant(key: str) -> worklist.OfMerchant | None:
    """The list of one merchant holds what its count counted."""
    since = here().now() - matches.WINDOW
    return worklist.OfMerchant(here().office.id, key, since, me().matched_kinds) if key else None
