"""Rows of a list of staff as accounts, each with a one-time password that its owner has to change."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from xiaobao.imports import outcomes
from xiaobao.imports.columns import Header, Names
from xiaobao.imports.outcomes import GOOD, KNOWN, Outcome
from xiaobao.imports.sheets import Line
from xiaobao.tickets import accounts
from xiaobao.tickets.errors import InvalidField
from xiaobao.tickets.workflow import Role

LONGEST = 40  # characters, as on the screen
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:\s.*)?")


@dataclass(frozen=True)
class Entry:
    """A row that can become an account."""

    line: int
    login: str
    name: str
    role: str
    department: str | None
    institution: str | None
    region: str | None
    valid_until: date | None


@dataclass(frozen=True)
class Fresh:
    """A new account; the password is shown once and kept nowhere."""

    login: str
    name: str
    password: str


def read(line: Line, header: Header, names: Names) -> Entry | Outcome:
    """The row as an account, or all that is wrong with it."""
    values = header.cells(line.cells)
    titles = {column.field: header.titles.get(column.field, column.title) for column in names.columns["accounts"]}
    faults = []
    for name in ("login", "name", "role"):
        if not values.get(name):
            faults.append((titles[name], "missing"))
    faults += [(titles[name], "too_long") for name, said in values.items() if len(said) > LONGEST]
    if values.get("login") and not re.fullmatch(r"[\w.@-]+", values["login"]):
        faults.append((titles["login"], "no_login"))
    role = names.value("role", values["role"]) if values.get("role") else None
    if values.get("role") and role is None:
        faults.append((titles["role"], "no_choice"))
    if role == Role.LIAISON and not values.get("institution"):
        faults.append((titles["institution"], "liaison_without"))
    until = _day(values.get("valid_until", ""))
    if values.get("valid_until") and until is None:
        faults.append((titles["valid_until"], "no_date"))
    if faults or role is None:
        return outcomes.wrong(line.number, values.get("login", ""), *faults)
    department, institution, region = (values.get(name) or None for name in ("department", "institution", "region"))
    return Entry(line.number, values["login"].lower(), values["name"], role, department, institution, region, until)


def check(session: Session, entries: Sequence[Entry]) -> list[Outcome]:
    """Which of them are new, which are there, which logins are somebody else's."""
    found: list[Outcome] = []
    seen: dict[str, tuple[str, str]] = {}
    for entry in entries:
        known = accounts.find(session, entry.login)
        there = (known.name, known.role) if known else seen.get(entry.login)
        if there is None:
            found.append(Outcome(entry.line, GOOD, entry.login))
        elif there == (entry.name, entry.role):
            found.append(Outcome(entry.line, KNOWN, entry.login))
        else:
            found.append(outcomes.wrong(entry.line, entry.login, ("登录名", "login_taken")))
        seen.setdefault(entry.login, (entry.name, entry.role))
    return found


def create(
    session: Session, entries: Sequence[Entry], secrets: dict[str, tuple[str, str]], now: datetime
) -> tuple[list[Outcome], list[Fresh]]:
    """Make those that are new. `secrets`: password and its hash by login, made before the transaction: hashing is slow."""
    found, fresh = [], []
    for entry, outcome in zip(entries, check(session, entries), strict=True):
        if outcome.outcome == GOOD:
            password, hashed = secrets[entry.login]
            try:
                with session.begin_nested():
                    _create(session, entry, hashed, now)
            except InvalidField as refused:
                found.append(outcomes.wrong(entry.line, entry.login, (refused.field, "refused")))
                continue
            fresh.append(Fresh(entry.login, entry.name, password))
        found.append(outcome)
    return found, fresh


def _create(session: Session, entry: Entry, hashed: str, now: datetime) -> None:
    account = accounts.create(
        session, login=entry.login, name=entry.name, role=entry.role, password_hash=hashed, now=now
    )
    accounts.change(
        session,
        account.id,
        name=entry.name,
        role=entry.role,
        department=entry.department,
        institution=entry.institution,
        region=entry.region,
        valid_until=entry.valid_until,
    )


def secrets_for(
    entries: Sequence[Entry], one_time: Callable[[], str], hashed: Callable[[str], str]
) -> dict[str, tuple[str, str]]:
    """A password and its hash for each login (about 50 ms each)."""
    passwords = {entry.login: one_time() for entry in entries}
    return {login: (password, hashed(password)) for login, password in passwords.items()}


def _day(text: str) -> date | None:
    """The last day of a term; it may lie in the future."""
    found = _DAY.fullmatch(text.strip())
    try:
        return date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        return None
