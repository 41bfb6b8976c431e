"""Fields and people for any step of the table, plausible or wrong: what the state machine and the walk over HTTP type."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from xiaobao.tickets.office import Office
from xiaobao.tickets.workflow import CHOICES, TABLE, Field, Status, Step, Transition

PLANTED = "只供内部看的备注"
# Each is wrong for at least one type of field; none may do more than be refused or be kept as words.
WRONG = ("", "x" * 201, "９９", "-1", "9" * 40, "a\x00b", "2026-13-01", "<b>1</b>", "，,", "'; DROP TABLE tickets; --")


def row_of(process: str, status: str | None, step: str) -> Transition | None:
    """The row of the table, found without its index."""
    found = [row for row in TABLE if (row.process, row.status, row.step) == (process, status, step)]
    return found[0] if found else None


def plausible(row: Transition, office: Office, now: datetime, handlers: list[int], others: list[str]) -> dict[str, Any]:
    """What a member of staff who knows the law would type."""
    return {field.name: _value(field, row, office, now, handlers, others) for field in row.fields}


def _value(field: Field, row: Transition, office: Office, now: datetime, handlers: list[int], others: list[str]) -> str:
    if field.name == "told_at":
        return (now - timedelta(hours=1)).isoformat()
    by_name = {
        "ground": office.grounds()[-1].code,
        "place": "东湖市场监管所",
        "score": "5",
        "into": (others or ["没有"])[0],
    }
    by_name |= {"handler": str(handlers[0]), "ending": "no_agreement", "form": "paper"}
    if field.name in by_name:
        return by_name[field.name]
    if field.type == "choice":
        return next(iter(CHOICES[field.choices]))
    moment = now + timedelta(days=2)
    by_type = {
        "number": "20",
        "date": moment.date().isoformat(),
        "datetime": moment.isoformat(),
        "checkbox": "yes",
        "accounts": ",".join(map(str, handlers)),
    }
    return by_type.get(field.type, PLANTED if row.step == Step.NOTE else "写好的话")


@st.composite
def typed(
    draw: st.DrawFn, row: Transition, office: Office, now: datetime, handlers: list[int], others: list[str]
) -> dict[str, Any]:
    """Mostly plausible, with other choices, and at times one field wrong or left out."""
    found = plausible(row, office, now, handlers, others)
    for field in row.fields:
        if field.type == "choice":
            found[field.name] = draw(st.sampled_from(sorted(CHOICES[field.choices])))
        elif field.name == "handler":
            found[field.name] = draw(st.sampled_from(["", *map(str, handlers)]))
        elif field.name == "into":
            found[field.name] = draw(st.sampled_from(others or ["没有"]))
    if found and draw(st.integers(0, 4)) == 0:
        found[draw(st.sampled_from(sorted(found)))] = draw(st.sampled_from((None, *WRONG)))
    return found


def way_out(process: str, status: str, possible: list[Transition]) -> Transition | None:
    """The first step of a shortest way to the end; from `status` itself only rows of `possible` can be taken."""
    last = Status.CLOSED if process == "distress" else Status.ARCHIVED
    seen, ends = {status}, [(str(row.next), row) for row in possible if row.next != status]
    while ends:
        reached, first = ends.pop(0)
        if reached == last:
            return first
        if reached not in seen:
            seen.add(reached)
            rows = [row for row in TABLE if (row.process, row.status) == (process, reached)]
            ends += [(str(row.next), first) for row in rows if row.next != reached]
    return None
