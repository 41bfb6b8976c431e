"""The directory of telephone numbers: who looked a number up, when and where; older than three months is grey."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from xiaobao.tickets.errors import InvalidField
from xiaobao.tickets.reference import Hotline
from xiaobao.tickets.roles_tables import DirectoryCheck

FRESH_FOR = timedelta(days=92)
LONGEST_SOURCE = 300  # characters
_COLUMNS = DirectoryCheck.__table__.c  # read at every request of the desk: plain columns
_LAST = select(func.max(_COLUMNS.id)).group_by(_COLUMNS.number)
_NEWEST = select(_COLUMNS.number, _COLUMNS.checked_on, _COLUMNS.source, _COLUMNS.by_name).where(_COLUMNS.id.in_(_LAST))


@dataclass(frozen=True)
class Check:
    """The last look at a number."""

    number: str
    checked_on: date
    source: str
    by_name: str | None

    def stale(self, today: date) -> bool:
        """Whether it is time to look again."""
        return today - self.checked_on > FRESH_FOR


def newest(reading: Session | Connection) -> dict[str, Check]:
    """The last check of each number."""
    return {row.number: Check(*row) for row in reading.execute(_NEWEST)}


def record(
    session: Session,
    number: str,
    *,
    checked_on: date | None,
    source: str,
    by_name: str | None,
    now: datetime,
    today: date,
) -> None:
    """A look at a number. Raises InvalidField without a day that has come, or without a source."""
    if checked_on is None or checked_on > today:
        raise InvalidField("checked_on", "no day that has come")
    if not 0 < len(source.strip()) <= LONGEST_SOURCE:
        raise InvalidField("source", f"1 to {LONGEST_SOURCE} characters")
    row = DirectoryCheck(number=number, checked_on=checked_on, source=source.strip(), by_name=by_name, at=now)
    session.add(row)
    session.flush()


def confirmed(hotlines: Mapping[str, Hotline], checks: Mapping[str, Check]) -> dict[str, Hotline]:
    """Hotlines with what was checked here: one of grade D may be told from then on."""
    return {
        number: replace(line, confirmed_on=checks[number].checked_on.isoformat(), source=checks[number].source)
        if number in checks
        else line
        for number, line in hotlines.items()
    }
