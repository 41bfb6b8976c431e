"""Reads data/reference/*.csv: what an expert may change without touching code.

Every file is UTF-8 (with or without a byte order mark, as Excel writes it), its first row the column names.
Lists inside a cell are separated by blanks, citations by `；`.
"""

from __future__ import annotations

import csv
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from chinese_calendar import constants

from xiaobao.tickets import deadline_words
from xiaobao.tickets.deadlines import HOURS, UNITS, Holidays
from xiaobao.tickets.evidence_list import Item, Scene
from xiaobao.tickets.hints import FACTOR, GROUND, HintRule
from xiaobao.tickets.required import Required
from xiaobao.tickets.routing import Authorities, Authority, Rule

OPEN_AMOUNT = 0  # an extension whose length is decided in the case


class ReferenceFileError(ValueError):
    """A reference file is wrong; the message names file, row and column."""


@dataclass(frozen=True)
class Period:
    """One row of deadlines.csv. `amount` is None where the law was not verified: such a row starts no clock."""

    id: str
    channel: str
    step: str
    duty_holder: str
    amount: int | None
    unit: str
    starts_from: str
    law: str
    verified: bool
    clock: str
    label: str
    office_kinds: frozenset[str]
    ticket_kinds: frozenset[str]
    start_step: str
    met_by: frozenset[str]
    backwards: bool  # counted back from an event: so many days before it
    by_telling: bool  # met when the citizen was told, not when it was decided
    sectors: frozenset[str]  # which institutions; empty: all
    intakes: frozenset[str]  # sources.Source that the ticket came by; empty: any
    pauses: dict[str, str]  # cause -> the article that leaves it out
    extensions: tuple[int, ...]  # in the period's unit, one after the other; OPEN_AMOUNT: as long as is decided
    approvers: tuple[str, ...]  # who approves each extension, in Chinese; empty: the office itself
    extension_law: str
    restart_law: str  # the article by which new facts begin it anew; empty: none does

    def binds(self, office_kind: str, kind: str, step: str, *, sector: str = "", intake: str = "") -> bool:
        """Whether this period starts with `step` and counts against an office of this kind and sector."""
        return (
            self.verified
            and self.amount is not None
            and self.unit != HOURS
            and not self.backwards
            and office_kind in self.office_kinds
            and kind in self.ticket_kinds
            and step == self.start_step
            and (not self.sectors or sector in self.sectors)
            and (not self.intakes or intake in self.intakes)
        )

    def pause_article(self, cause: str) -> str:
        """The article by which this cause is left out of the period; empty: it is not."""
        return self.pauses.get(cause, "")


@dataclass(frozen=True)
class Target:
    """A row of targets.csv: what an office promises itself for one of its clocks. Never law."""

    amount: int
    unit: str


@dataclass(frozen=True)
class Ground:
    """A ground for refusing a complaint; `law` is empty where an office of that kind has no statutory list."""

    code: str
    office_kind: str
    text: str
    law: str
    article: str


@dataclass(frozen=True)
class Hotline:
    """A row of hotlines.csv. Grade A to C: read on an official page or in several sources; D: not yet.

    An admin confirms a number of grade D by the day and the place where it was read.
    """

    number: str
    name: str
    grade: str
    confirmed_on: str
    source: str

    @property
    def may_be_told(self) -> bool:
        return self.grade in ("A", "B", "C") or bool(self.confirmed_on and self.source)


@dataclass(frozen=True)
class Reference:
    """All reference data that the tickets room needs."""

    holidays: Holidays
    periods: dict[str, Period]
    targets: dict[tuple[str, str], Target]  # by office id and code of the clock
    grounds: tuple[Ground, ...]
    authorities: Authorities
    hotlines: dict[str, Hotline]
    hints: tuple[HintRule, ...]
    required: tuple[Required, ...]
    evidence: tuple[Scene, ...]

    @functools.cached_property
    def periods_of_step(self) -> dict[str, list[Period]]:
        """The periods that each step may start: a step looks at its own, not at all of them."""
        found: dict[str, list[Period]] = {}
        for period in self.periods.values():
            found.setdefault(period.start_step, []).append(period)
        return found

    def may_be_told(self, number: str) -> bool:
        """Whether a telephone number of the public service may be told to a citizen."""
        return number in self.hotlines and self.hotlines[number].may_be_told

    def grounds_for(self, office_kind: str) -> list[Ground]:
        return [ground for ground in self.grounds if ground.office_kind == office_kind]

    def ground(self, office_kind: str, code: str) -> Ground | None:
        return next((g for g in self.grounds_for(office_kind) if g.code == code), None)


@functools.lru_cache(maxsize=8)
def _load(directory: Path) -> Reference:
    return Reference(
        holidays=load_holidays(directory),
        periods=load_periods(directory),
        targets=load_targets(directory),
        grounds=load_grounds(directory),
        authorities=load_authorities(directory),
        hotlines=load_hotlines(directory),
        hints=load_hints(directory),
        required=load_required(directory),
        evidence=load_evidence(directory),
    )


def load(reference_dir: Path) -> Reference:
    """Everything; read once per process and directory. Raises ReferenceFileError with file and row."""
    return _load(Path(reference_dir))


def rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a CSV file, cells stripped."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), start=2):
            if None in row or None in row.values():
                raise ReferenceFileError(f"{path.name}, line {line}: wrong number of columns")
            yield {key: value.strip() for key, value in row.items()}


@functools.lru_cache(maxsize=1)
def published_holidays() -> Holidays:
    """The yearly arrangements that chinesecalendar knows, without an office's own table."""
    return Holidays(
        frozenset(constants.holidays), frozenset(constants.workdays), frozenset(day.year for day in constants.holidays)
    )


def load_holidays(reference_dir: Path) -> Holidays:
    """chinesecalendar (2004 on) with holidays.csv on top; `statutory` rows do not make a year published."""
    known = published_holidays()
    off, work, published = set(known.off), set(known.work), set(known.published)
    for row in rows(reference_dir / "holidays.csv"):
        day, kind = date.fromisoformat(row["date"]), row["kind"]
        if kind not in {"off", "work", "statutory"}:
            raise ReferenceFileError(f"holidays.csv, {row['date']}: kind is off, work or statutory")
        (work if kind == "work" else off).add(day)
        (off if kind == "work" else work).discard(day)
        if kind != "statutory":
            published.add(day.year)
    return Holidays(frozenset(off), frozenset(work), frozenset(published))


def load_periods(reference_dir: Path) -> dict[str, Period]:
    """deadlines.csv by id. Raises ReferenceFileError for an unknown unit or cause, or a rule without its article."""
    return {row["id"]: _period(row) for row in rows(reference_dir / "deadlines.csv")}


def load_targets(reference_dir: Path) -> dict[tuple[str, str], Target]:
    """targets.csv by office and clock; without the file nobody promised anything."""
    path = reference_dir / "targets.csv"
    found = {}
    for row in rows(path) if path.exists() else ():
        if not row["amount"].isdecimal() or int(row["amount"]) < 1 or row["unit"] not in UNITS or row["unit"] == HOURS:
            raise ReferenceFileError(f"targets.csv, {row['office']} {row['clock']}: an amount from 1, in days to years")
        found[row["office"], row["clock"]] = Target(int(row["amount"]), row["unit"])
    return found


def _period(row: dict[str, str]) -> Period:
    verified = row["verified"] == "yes"
    if row["unit"] and row["unit"] not in UNITS:
        raise ReferenceFileError(f"deadlines.csv, {row['id']}, unit: {', '.join(UNITS)}")
    if bool(row["extension_amount"]) != bool(row["extension_article"]):
        raise ReferenceFileError(
            f"deadlines.csv, {row['id']}, extension_article: an extension needs it, and it needs one"
        )
    if row["extension_unit"] not in ("", row["unit"]):
        raise ReferenceFileError(f"deadlines.csv, {row['id']}, extension_unit: the unit of the period")
    return Period(
        id=row["id"],
        channel=row["channel"],
        step=row["step"],
        duty_holder=row["duty_holder"],
        amount=int(row["amount"]) if verified and row["amount"] else None,
        unit=row["unit"],
        starts_from=row["starts_from"],
        law=row["citations"].split("；")[0],
        verified=verified,
        clock=row["clock"],
        label=row["label"],
        office_kinds=frozenset(row["office_kinds"].split()),
        ticket_kinds=frozenset(row["ticket_kinds"].split()),
        start_step=row["start_step"],
        met_by=frozenset(row["met_by"].split()),
        backwards=row["direction"] == "before",
        by_telling=row["by_telling"] == "yes",
        sectors=frozenset(row["sectors"].split()),
        intakes=frozenset(row["intakes"].split()),
        pauses=_pauses(row),
        extensions=tuple(OPEN_AMOUNT if one == "*" else int(one) for one in row["extension_amount"].split()),
        approvers=tuple(row["approver"].split("；")) if row["approver"] else (),
        extension_law=row["extension_article"],
        restart_law=row["restart_article"],
    )


def _pauses(row: dict[str, str]) -> dict[str, str]:
    """Groups of causes and, in the same order, the article of each."""
    groups = [one.split() for one in row["pause_causes"].split("；") if one]
    articles = [one for one in row["pause_article"].split("；") if one]
    if len(groups) != len(articles) or any(c not in deadline_words.CAUSES for group in groups for c in group):
        raise ReferenceFileError(f"deadlines.csv, {row['id']}, pause_causes: known causes, each group with its article")
    return {cause: article for group, article in zip(groups, articles, strict=True) for cause in group}


def load_grounds(reference_dir: Path) -> tuple[Ground, ...]:
    """grounds.csv in its order."""
    return tuple(
        Ground(row["code"], row["office_kind"], row["text"], row["law"], row["article"])
        for row in rows(reference_dir / "grounds.csv")
    )


def load_hotlines(reference_dir: Path) -> dict[str, Hotline]:
    """hotlines.csv by number. Raises ReferenceFileError for an unknown grade or a day that is none."""
    found = {}
    for row in rows(Path(reference_dir) / "hotlines.csv"):
        if row["grade"] not in ("A", "B", "C", "D"):
            raise ReferenceFileError(f"hotlines.csv, {row['number']}, grade: A, B, C or D")
        try:
            _ = row["confirmed_on"] and date.fromisoformat(row["confirmed_on"])
        except ValueError:
            raise ReferenceFileError(f"hotlines.csv, {row['number']}, confirmed_on: a day as 2026-11-25") from None
        found[row["number"]] = Hotline(**{name: row[name] for name in Hotline.__dataclass_fields__})
    return found


def load_hints(reference_dir: Path) -> tuple[HintRule, ...]:
    """hints.csv in its order. Raises ReferenceFileError for an unknown kind, or a pattern that is none."""
    found = []
    for row in rows(Path(reference_dir) / "hints.csv"):
        words = _pattern("hints.csv", row, "words")
        if row["kind"] not in (GROUND, FACTOR) or words is None:
            raise ReferenceFileError(f"hints.csv, {row['id']}: ground or factor, and words")
        together, unless = _pattern("hints.csv", row, "together"), _pattern("hints.csv", row, "unless")
        codes = tuple(row["code"].split())
        found.append(HintRule(row["id"], row["kind"], codes, words, together, unless, row["law"], row["article"]))
    return tuple(found)


def load_required(reference_dir: Path) -> tuple[Required, ...]:
    """required.csv in its order. Raises ReferenceFileError for a row without a field."""
    found = []
    for line, row in enumerate(rows(Path(reference_dir) / "required.csv"), start=2):
        if not row["slots"]:
            raise ReferenceFileError(f"required.csv, line {line}, slots: empty")
        slots, unless = tuple(row["slots"].split()), tuple(row["unless"].split())
        found.append(Required(row["office_kind"], row["kind"], slots, unless, row["law"], row["article"]))
    return tuple(found)


def load_evidence(reference_dir: Path) -> tuple[Scene, ...]:
    """evidence.csv in its order. Raises ReferenceFileError for a pattern that is none, or a note without its article."""
    found = []
    for row in rows(Path(reference_dir) / "evidence.csv"):
        if bool(row["note"]) != bool(row["law"] and row["article"]):
            raise ReferenceFileError(f"evidence.csv, {row['id']}, note: needs law and article, and they need it")
        found.append(_scene(row))
    return tuple(found)


def _scene(row: dict[str, str]) -> Scene:
    items = [one.split("|") for one in row["items"].split("；") if one]
    return Scene(
        id=row["id"],
        objects=tuple(row["object"].split()),
        problems=tuple(row["problem"].split()),
        modes=tuple(row["purchase_mode"].split()),
        routes=frozenset(row["route"].split()),
        words=_pattern("evidence.csv", row, "words"),
        unless=_pattern("evidence.csv", row, "unless"),
        items=tuple(Item(text, tuple(also)) for text, *also in items),
        held=_pattern("evidence.csv", row, "held"),
        sensitive=tuple(row["sensitive"].split()),
        note=row["note"],
        law=row["law"],
        article=row["article"],
    )


def load_authorities(reference_dir: Path) -> Authorities:
    """authorities.csv and the ordered rules of routes.csv. Raises ReferenceFileError for an unknown code."""
    reference_dir = Path(reference_dir)
    known = {row["code"]: _authority(row) for row in rows(reference_dir / "authorities.csv")}
    rules = tuple(_rule(row) for row in rows(reference_dir / "routes.csv"))
    for rule in rules:
        for code in (rule.code, *rule.also):
            if code not in known:
                raise ReferenceFileError(f"routes.csv, {rule.id}: no authority {code}")
    return Authorities(known, rules)


def _authority(row: dict[str, str]) -> Authority:
    return Authority(
        code=row["code"],
        subject=row["subject"],
        name=row["authority"],
        hotline=row["hotline"] or None,
        must_complain_first=row["must_complain_first"] == "yes",
        first=row["first"],
        jurisdiction=row["jurisdiction"],
        citations=tuple(filter(None, row["citations"].split("；"))),
        note=row["note"],
    )


def _pattern(file: str, row: dict[str, str], column: str) -> re.Pattern[str] | None:
    words = row[column].split()
    try:
        return re.compile("|".join(words)) if words else None
    except re.error as error:
        raise ReferenceFileError(f"{file}, {row['id']}, {column}: {error}") from None


def _rule(row: dict[str, str]) -> Rule:
    return Rule(
        id=row["id"],
        stage=row["stage"],
        code=row["code"],
        words=_pattern("routes.csv", row, "words"),
        together=_pattern("routes.csv", row, "together"),
        unless=_pattern("routes.csv", row, "unless"),
        names=_pattern("routes.csv", row, "names"),
        objects=frozenset(row["objects"].split()),
        also=tuple(row["also"].split()),
    )
