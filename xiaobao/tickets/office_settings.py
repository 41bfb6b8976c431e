"""What an admin changed of the office, layered over office.csv and hotlines.csv; desk and bot read it here.

The files stay the source of everything else. The desk reads the layer with each request, the bot once in half a minute
(`Live`), so both say the same soon after a change and nobody restarts anything.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from xiaobao.tickets import directory, follow_up_rules
from xiaobao.tickets.errors import InvalidField
from xiaobao.tickets.office import Office
from xiaobao.tickets.roles_tables import DirectoryCheck, OfficeSetting

SHOWN = ("name", "address", "telephone", "hours", "footer")  # words that citizens read
NUMBERS = {
    "target_days": (1, 60),  # working days
    "reopen_days": (1, 365),  # natural days
    "wait_minutes": (0, 120),
    "silent_minutes": (1, 120),
    "follow_up_share": (0, 100),  # of a hundred
}
GRAVE = "follow_up_grave"  # rules of follow_up_rules.py
AUTO_ASSIGN = "auto_assign"  # "yes": a rule assigns at acceptance, no button is pressed
FIELDS = (*SHOWN, *NUMBERS, GRAVE, AUTO_ASSIGN)
LONGEST = 200  # characters
READ_EVERY = 30.0  # seconds
_COLUMNS = OfficeSetting.__table__.c
_VALUES = select(_COLUMNS.name, _COLUMNS.value)
_ALL_WORDS = func.aggregate_strings(_COLUMNS.name + "=" + _COLUMNS.value, "\n")
# As long as these stay the same nothing of the layer has changed; a check of a number is only ever added.
MARKS = (
    select(_ALL_WORDS).scalar_subquery().label("settings"),
    select(func.max(DirectoryCheck.__table__.c.id)).scalar_subquery().label("checks"),
)
_MARKS = select(*MARKS)


def values(reading: Session | Connection) -> dict[str, str]:
    """Fields that an admin entered."""
    return {name: value for name, value in reading.execute(_VALUES)}


def save(session: Session, given: Mapping[str, str]) -> list[str]:
    """Keep these fields; an empty one falls back to office.csv. Returns the names that changed.

    Raises InvalidField for an unknown field, one that is too long, a number out of its range.
    """
    before, changed = values(session), []
    for name, value in given.items():
        value = _checked(name, value.strip())
        if value == before.get(name, ""):
            continue
        changed.append(name)
        row = session.get(OfficeSetting, name)
        if not value and row is not None:
            session.delete(row)
        elif row is not None:
            row.value = value
        else:
            session.add(OfficeSetting(name=name, value=value))
    session.flush()
    return changed


def layered(office: Office, reading: Session | Connection, today: date | None = None) -> Office:
    """The office as its admin has it: own words in place of the file's, checked telephone numbers confirmed."""
    own = values(reading)
    changes: dict[str, Any] = {name: own[name] for name in (*SHOWN, GRAVE) if own.get(name)}
    changes |= {name: int(own[name]) for name in NUMBERS if own.get(name)}
    checks = directory.newest(reading)
    if checks:
        hotlines = directory.confirmed(office.reference.hotlines, checks)
        changes["reference"] = replace(office.reference, hotlines=hotlines)
    return replace(office, **changes) if changes else office


class Asked:
    """The layered office for a process that asks with each request: read anew only when its marks are others."""

    def __init__(self, office: Office) -> None:
        self.filed = office
        self._known: tuple[tuple[Any, ...], Office] | None = None

    def office(self, reading: Session | Connection, marks: Sequence[Any] | None = None) -> Office:
        """As it stands now; `marks`: the values of MARKS, where the caller has just read them beside something else."""
        now = tuple(marks or reading.execute(_MARKS).one())
        if self._known is None or self._known[0] != now:
            found = layered(self.filed, reading)
            if now != tuple(reading.execute(_MARKS).one()):
                return found  # changed this very moment: the next request asks again
            self._known = (now, found)
        return self._known[1]


class Live:
    """The layered office for a long-running process that cannot be asked to read again."""

    def __init__(self, office: Office, sessions: Any) -> None:
        self._office, self._sessions = office, sessions
        self._now, self._read_at = office, float("-inf")

    def office(self) -> Office:
        """At most READ_EVERY seconds old; without a database what was last known."""
        if time.monotonic() - self._read_at >= READ_EVERY:
            self._read_at = time.monotonic()
            try:
                with self._sessions() as session:
                    self._now = layered(self._office, session)
            except SQLAlchemyError:
                pass  # the citizen is answered with what is known; the next look tries again
        return self._now


def _checked(name: str, value: str) -> str:
    if name not in FIELDS:
        raise InvalidField(name, "no such setting")
    if len(value) > LONGEST:
        raise InvalidField(name, f"longer than {LONGEST} characters")
    if name in NUMBERS and value:
        least, most = NUMBERS[name]
        if not re.fullmatch(r"[0-9]{1,4}", value) or not least <= int(value) <= most:
            raise InvalidField(name, f"{least} to {most}")
    if name == GRAVE and follow_up_rules.unknown(value):
        raise InvalidField(name, "no such rule")
    if name == AUTO_ASSIGN and value not in ("", "yes"):
        raise InvalidField(name, "yes or empty")
    return value
