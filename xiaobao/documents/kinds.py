"""Kinds of documents, the variables their templates may use and the articles they cite: read from data/documents.

An office changes the CSV files, never this code; a wrong file is refused with its name and row.
"""

from __future__ import annotations

import csv
import functools
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

CITIZEN, BOTH, AUTHORITY = "citizen", "both", "authority"  # whom a document is for
FOLDER = "documents"  # beside data/reference


class WrongFile(ValueError):
    """A file of data/documents that cannot be used; the message names file and row."""


@dataclass(frozen=True)
class DocumentKind:
    """One kind. `steps`: it may be written once the ticket has taken one of them; `word` stands before its number."""

    code: str
    title: str
    word: str
    processes: frozenset[str]
    steps: tuple[str, ...]
    to: str

    @property
    def for_citizen(self) -> bool:
        """Whether it is told to the citizen; a letter to another authority is not."""
        return self.to != AUTHORITY


@dataclass(frozen=True)
class Clause:
    """Words of law that a kind carries in a variable; `step` empty: whatever it tells."""

    kind: str
    office_kind: str
    step: str
    variable: str
    text: str
    law: str
    article: str

    @property
    def said(self) -> str:
        """With its article, as it stands in a document."""
        named = f"《{self.law}》{self.article}"
        return f"{self.text}（{named}）" if self.text else named


@dataclass(frozen=True)
class Variable:
    """What a template may write between braces."""

    name: str
    meaning: str
    sample: str


@dataclass(frozen=True)
class Catalogue:
    """All of data/documents but the templates; `fields` are titles of a ticket's fields for its sheet."""

    kinds: dict[str, DocumentKind]
    clauses: tuple[Clause, ...]
    variables: dict[str, Variable]
    fields: dict[str, str]
    folder: Path

    def for_process(self, process: str) -> list[DocumentKind]:
        """Kinds that a ticket of this process can have, in the order of the file."""
        return [kind for kind in self.kinds.values() if process in kind.processes]

    def clause(self, kind: str, office_kind: str, step: str, variable: str) -> str:
        """The words of law for a variable, several joined; empty where none is known."""
        found = [
            clause.said
            for clause in self.clauses
            if (clause.kind, clause.office_kind, clause.variable) == (kind, office_kind, variable)
            and clause.step in ("", step)
        ]
        return "、".join(found)

    def sample(self) -> dict[str, str]:
        """A value for every variable: what a template is tried with before it is taken."""
        return {name: variable.sample for name, variable in self.variables.items()}

    def shipped(self, kind: str) -> Path:
        """Where the template lies that comes with the product."""
        return self.folder / f"{kind}.docx"


@functools.lru_cache(maxsize=8)
def load(reference_dir: Path) -> Catalogue:
    """Read data/documents, which lies beside data/reference. Raises WrongFile."""
    folder = reference_dir.parent / FOLDER
    kinds = [
        DocumentKind(
            row["kind"],
            row["title"],
            row["word"],
            frozenset(row["processes"].split()),
            tuple(row["steps"].split()),
            row["to"],
        )
        for row in _rows(folder / "kinds.csv", "kind title word processes steps to")
    ]
    names = "kind office_kind step variable text law article"
    clauses = tuple(
        Clause(**{name: row[name] for name in names.split()}) for row in _rows(folder / "clauses.csv", names)
    )
    variables = [
        Variable(row["variable"], row["meaning"], row["sample"])
        for row in _rows(folder / "variables.csv", "variable meaning sample")
    ]
    fields = {row["field"]: row["title"] for row in _rows(folder / "fields.csv", "field title")}
    found = Catalogue({one.code: one for one in kinds}, clauses, {one.name: one for one in variables}, fields, folder)
    _check(found, kinds)
    return found


def _check(found: Catalogue, kinds: Iterable[DocumentKind]) -> None:
    for kind in kinds:
        if not kind.title or not kind.word or not kind.steps or kind.to not in (CITIZEN, BOTH, AUTHORITY):
            raise WrongFile(f"kinds.csv: {kind.code or 'a row'} lacks a title, a word, its steps or whom it is for")
    for clause in found.clauses:
        if (
            clause.kind not in found.kinds
            or clause.variable not in found.variables
            or not clause.law
            or not clause.article
        ):
            raise WrongFile(f"clauses.csv: {clause.kind} {clause.variable}: unknown kind or variable, or no article")


def _rows(path: Path, names: str) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    wanted = set(names.split())
    for place, row in enumerate(rows, start=2):
        if set(row) != wanted or None in row.values():
            raise WrongFile(f"{path.name}, row {place}: the columns must be {names}")
    return rows
