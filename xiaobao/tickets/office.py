"""The office that this installation works for: one row of data/reference/office.csv."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import Enum
from pathlib import Path
from typing import Any

from xiaobao.tickets import follow_up_rules
from xiaobao.tickets import reference as reference_data
from xiaobao.tickets.deadlines import TIMEZONE, local_date
from xiaobao.tickets.hints import FACTOR, Facts, Hint
from xiaobao.tickets.hints import read as read_hints
from xiaobao.tickets.required import Required, missing


class OfficeKind(str, Enum):
    """Which law binds the office: clocks, grounds of refusal and words follow it."""

    REGULATOR = "regulator"
    COUNCIL = "council"
    INSTITUTION = "institution"
    PBC = "pbc"

    def __str__(self) -> str:
        return self.value


# A council and an institution hold contact data by consent, an authority by its duty (个人信息保护法 art. 13).
ASKS_CONSENT = frozenset({OfficeKind.COUNCIL, OfficeKind.INSTITUTION})


class UnknownOffice(ValueError):
    """OFFICE names no row of office.csv; the message lists the rows there are."""


@dataclass(frozen=True)
class Office:
    """Who receives the tickets. `handles` holds codes of authorities.csv, {"*"} all of them."""

    id: str
    kind: OfficeKind
    name: str
    region: str
    address: str
    telephone: str
    hours: str
    handles: frozenset[str]
    holder: str
    footer: str
    connected_12315: bool
    reference: reference_data.Reference = field(repr=False, compare=False)
    target_days: int | None = None
    staffed: tuple[tuple[time, time], ...] = ()
    sector: str = ""  # of an institution: bank, life (人身保险公司), property, payment
    keep_days: int = 1095  # natural days that a ticket is kept after its last step
    keep_basis: str = ""  # the article that says so, as it is cited; empty: the office's own rule
    reopen_days: int = 30  # natural days after closing in which a citizen may reopen: the office's own, no law's
    wait_minutes: int = 10  # a citizen waits for a clerk in the conversation; 0: nobody receives there, only call-backs
    silent_minutes: int = 10  # without a word between citizen and clerk, before the bot comes back
    quiet: str = ""  # quiet hours as `22:00-08:00`; conversations/quiet.py reads them
    follow_up_grave: str = "urgent major reopened supervised"  # rules of follow_ups.py: always asked how it went
    follow_up_share: int = 20  # of a hundred others that are asked

    def may_handle(self, code: str) -> bool:
        """Whether matters of this authority code may be filed here."""
        return "*" in self.handles or code in self.handles

    def staffed_at(self, now: datetime) -> bool:
        """Whether somebody is there to answer: a working day, within the hours of service."""
        if not self.reference.holidays.is_working(local_date(now)):
            return False
        moment = now.astimezone(TIMEZONE).time()
        return any(start <= moment < end for start, end in self.staffed)

    def receives_at(self, now: datetime) -> bool:
        """Whether a citizen may wait for a clerk in the conversation."""
        return self.wait_minutes > 0 and self.staffed_at(now)

    def grounds(self) -> list[reference_data.Ground]:
        """Grounds on which this kind of office may refuse."""
        return self.reference.grounds_for(self.kind)

    def missing(self, kind: str, values: Mapping[str, Any]) -> list[Required]:
        """What a ticket of this kind should tell here and does not."""
        return missing(self.reference.required, str(self.kind), kind, values)

    def hints(self, facts: Facts, today: date) -> list[tuple[Hint, reference_data.Ground | None]]:
        """Hints for this kind of office, each with its ground; factors come without, and only where art. 16 binds."""
        grounds = {ground.code: ground for ground in self.grounds()}
        found = read_hints(facts, self.reference.hints, today)
        pairs = [(hint, next((grounds[code] for code in hint.codes if code in grounds), None)) for hint in found]
        return [(hint, ground) for hint, ground in pairs if ground or (hint.kind == FACTOR and "N3" in grounds)]


def load(reference_dir: Path, office_id: str) -> Office:
    """The office with its reference data. Raises UnknownOffice, ValueError for a rule of follow-ups there is not."""
    table = {row["id"]: row for row in reference_data.rows(Path(reference_dir) / "office.csv")}
    if office_id not in table:
        raise UnknownOffice(f"OFFICE={office_id}: office.csv has {', '.join(table)}")
    row = table[office_id]
    if wrong := follow_up_rules.unknown(row.get("follow_up_grave") or ""):
        raise ValueError(f"office.csv: follow_up_grave knows no {' '.join(wrong)}")
    return Office(
        id=row["id"],
        kind=OfficeKind(row["kind"]),
        name=row["name"],
        region=row["region"],
        address=row["address"],
        telephone=row["telephone"],
        hours=row["hours"],
        handles=frozenset(row["handles"].split()),
        holder=row["holder"],
        footer=row["footer"],
        connected_12315=row["connected_12315"] == "yes",
        reference=reference_data.load(Path(reference_dir)),
        target_days=int(row["target_days"]) if row["target_days"] else None,
        staffed=_times(row["staffed"]),
        sector=row.get("sector", ""),
        keep_days=int(row.get("keep_days") or Office.keep_days),
        keep_basis=row.get("keep_basis") or "",
        reopen_days=int(row.get("reopen_days") or Office.reopen_days),
        wait_minutes=int(row.get("wait_minutes") or Office.wait_minutes),
        silent_minutes=int(row.get("silent_minutes") or Office.silent_minutes),
        quiet=row.get("quiet") or "",
        follow_up_grave=row.get("follow_up_grave") or Office.follow_up_grave,
        follow_up_share=int(row.get("follow_up_share") or Office.follow_up_share),
    )


def _times(text: str) -> tuple[tuple[time, time], ...]:
    """`09:00-12:00 13:30-17:30` as pairs of times."""
    found = re.findall(r"(\d\d:\d\d)-(\d\d:\d\d)", text)
    return tuple((time.fromisoformat(start), time.fromisoformat(end)) for start, end in found)
