"""Reads data/knowledge: what the law says (`laws`), our answers (`faq`) and what belongs elsewhere.

Pure: one call of `load` reads the files and checks them against each other; nothing is cached.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from xiaobao import spelling
from xiaobao.knowledge import numerals
from xiaobao.knowledge.sheet import BULLET, KnowledgeError, Problem, Sheet, line_of, sections_of
from xiaobao.spelling import Spellings

ROUTES = ("consumer", "finance")
NEXT_BUTTONS = ("complain", "report", "none", "urgent")
LAW_STATES = ("in_force", "amended", "repealed", "unchecked", "under_review")
STAGES = ("before", "during", "after")
LEAST_WORDINGS = 8
LEAST_ARTICLES = 5  # fewer are an extract, not a law

_ARTICLE = re.compile(r"^###\s+(\S+)\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Citation:
    """An article that an answer rests on; `article` is None when only the law could be named."""

    law: str
    article: str | None
    verified: bool


@dataclass(frozen=True)
class Figure:
    """A number in an answer and the words of the article that carry it.

    `words` is None when the article was read but its text may not be quoted.
    """

    figure: str
    law: str
    article: str
    words: str | None


@dataclass(frozen=True)
class Topic:
    """One question that Xiaobao can answer."""

    id: str
    question: str
    wordings: tuple[str, ...]
    citations: tuple[Citation, ...]
    verified: bool
    reviewed_on: date
    route: str
    next: str
    refines: str | None
    figures: tuple[Figure, ...]
    stages: tuple[str, ...]
    persons: tuple[str, ...]
    first: str
    steps: tuple[str, ...]
    keep: tuple[str, ...]
    where: tuple[str, ...]
    path: Path

    @property
    def body(self) -> str:
        """Everything a citizen may be shown, as one text."""
        return "\n".join((self.first, *self.steps, *self.keep, *self.where))


@dataclass(frozen=True)
class Law:
    """A law with the articles that our answers cite; an article's text is None when it may not be quoted."""

    title: str
    full_title: str
    number: str | None
    date: str | None
    effective: str | None
    state: str
    by: str | None
    text_known: bool
    source: str
    note: str | None
    articles: Mapping[str, str | None]
    path: Path
    aliases: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether every article is listed, so that a number which is not here does not exist."""
        numbers = {numerals.number(name[1:-1]) for name in self.articles if name.endswith("条")}
        return len(numbers) >= LEAST_ARTICLES and numbers == set(range(1, len(numbers) + 1))


@dataclass(frozen=True)
class Field:
    """A field of life without topics: no consumer matter, or ours (`side` consumer or finance) but not written yet.

    `where` says where it belongs, or what can be done while there is no answer.
    """

    id: str
    title: str
    where: str
    wordings: tuple[str, ...]
    side: str = "elsewhere"


@dataclass(frozen=True)
class Library:
    """All knowledge, by topic id, by short title of the law, by field that belongs elsewhere or has no topic yet."""

    topics: Mapping[str, Topic]
    laws: Mapping[str, Law]
    elsewhere: Mapping[str, Field]
    uncovered: Mapping[str, Field]
    directory: Path
    spellings: Spellings = field(default_factory=Spellings)

    def plain(self, text: str) -> str:
        """`text` with pinyin and common wrong characters written as they are meant."""
        return self.spellings.plain(text)


def load(directory: Path) -> Library:
    """Read and check every file below `directory` (`faq/**`, `laws/*`, `in_scope.md`, `out_of_scope.md`).

    Raises KnowledgeError with all findings, FileNotFoundError when the directory is not there.
    """
    directory = Path(directory)
    if not (directory / "faq").is_dir() or not (directory / "laws").is_dir():
        raise FileNotFoundError(f"{directory} holds no faq and laws. Set the knowledge directory to data/knowledge.")
    problems: list[Problem] = []
    laws = _read_all(sorted((directory / "laws").glob("*.md")), read_law, lambda law: law.title, problems)
    topics = _read_all(sorted((directory / "faq").rglob("*.md")), read_topic, lambda topic: topic.id, problems)
    elsewhere = _read_fields(directory / "out_of_scope.md", problems)
    uncovered = _read_fields(directory / "in_scope.md", problems, sided=True)
    if not problems:
        for topic in topics.values():
            problems.extend(_contradictions(topic, topics, laws))
    if problems:
        raise KnowledgeError(problems)
    return Library(topics, laws, elsewhere, uncovered, directory, spelling.load(directory))


def _read_all(
    paths: list[Path], read: Callable[[Path], Any], key: Callable[[Any], str], problems: list[Problem]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path in paths:
        try:
            item = read(path)
        except KnowledgeError as error:
            problems.extend(error.problems)
            continue
        if key(item) in found:
            problems.append(Problem(path, 1, f"{key(item)!r} is already in {found[key(item)].path}.", "Rename one."))
        found[key(item)] = item
    return found


def read_topic(path: Path) -> Topic:
    """One topic file: front matter, a first sentence, sections of short steps. Raises KnowledgeError."""
    sheet = Sheet(path)
    first, sections = sections_of(sheet)
    topic = Topic(
        id=sheet.text("id"),
        question=sheet.text("question"),
        wordings=tuple(map(str, sheet.items("wordings"))),
        citations=tuple(Citation(c["law"], c.get("article"), c["verified"]) for c in sheet.items("citations")),
        verified=sheet.take("verified", bool),
        reviewed_on=sheet.take("reviewed_on", date),
        route=sheet.one_of("route", ROUTES),
        next=sheet.one_of("next", NEXT_BUTTONS),
        refines=sheet.front.get("refines"),
        figures=tuple(Figure(str(f["figure"]), f["law"], f["article"], f.get("words")) for f in sheet.items("figures")),
        stages=tuple(sheet.front.get("stages") or ()),
        persons=tuple(sheet.front.get("persons") or ()),
        first=first,
        steps=sections.get("steps", ()),
        keep=sections.get("keep", ()),
        where=sections.get("where", ()),
        path=path,
    )
    if topic.id != path.stem:
        raise sheet.error("id", f"The id {topic.id!r} differs from the file's name.", "Give both the same name.")
    if len(set(topic.wordings)) < LEAST_WORDINGS:
        raise sheet.error("wordings", "Too few different wordings.", f"Write at least {LEAST_WORDINGS}.")
    return topic


def read_law(path: Path) -> Law:
    """One law file: front matter, then `### article` with its text, or without when it may not be quoted."""
    sheet = Sheet(path)
    pieces = _ARTICLE.split(sheet.body)
    articles = {n: text.strip() or None for n, text in zip(pieces[1::2], pieces[2::2], strict=True)}
    law = Law(
        title=sheet.text("title"),
        full_title=sheet.text("full_title"),
        number=sheet.front.get("number"),
        date=sheet.front.get("date"),
        effective=sheet.front.get("effective"),
        state=sheet.one_of("state", LAW_STATES),
        by=sheet.front.get("by"),
        text_known=sheet.take("text_known", bool),
        source=sheet.text("source"),
        note=sheet.front.get("note"),
        articles=articles,
        path=path,
        aliases=tuple(map(str, sheet.front.get("aliases") or ())),
    )
    if law.text_known != any(articles.values()):
        raise sheet.error("text_known", "text_known says other than the body.", "Correct it or add the text.")
    return law


def _read_fields(path: Path, problems: list[Problem], sided: bool = False) -> dict[str, Field]:
    """`## id title`, with `sided` a line consumer or finance, one line of advice, then wordings as a list."""
    found: dict[str, Field] = {}
    if not path.exists():
        return found
    for block in re.split(r"^## ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        head, *lines = [line.strip() for line in block.splitlines() if line.strip()]
        name, _, title = head.partition(" ")
        wordings = tuple(BULLET.sub("", line) for line in lines if BULLET.match(line))
        told = [line for line in lines if not BULLET.match(line)]
        side = told.pop(0) if sided and told else "elsewhere"
        if not title or len(told) != 1 or not wordings or (sided and side not in ROUTES):
            number = line_of(path.read_text(encoding="utf-8"), f"## {head}")
            lines_wanted = "`consumer` or `finance`, " if sided else ""
            remedy = f"Write `## id title`, {lines_wanted}one line of advice, then `- wordings`."
            problems.append(Problem(path, number, f"Section {head!r} is not complete.", remedy))
            continue
        found[name] = Field(name, title, told[0], wordings, side)
    return found


def _contradictions(topic: Topic, topics: Mapping[str, Topic], laws: Mapping[str, Law]) -> list[Problem]:
    """What one topic says that the other files do not bear out."""
    text = topic.path.read_text(encoding="utf-8")
    found = []

    def wrong(needle: str, what: str, remedy: str) -> None:
        found.append(Problem(topic.path, line_of(text, needle), what, remedy))

    for law, article in [(c.law, c.article) for c in topic.citations] + [(f.law, f.article) for f in topic.figures]:
        if law not in laws:
            wrong(law, f"Law {law!r} has no file.", f"Add laws/{law}.md.")
        elif article and article not in laws[law].articles:
            wrong(article, f"{law} {article} is not in the law's file.", "Add the article, or correct the number.")
    for figure in topic.figures:
        carried = (laws[figure.law].articles.get(figure.article) if figure.law in laws else None) or ""
        if figure.figure not in topic.body:
            wrong(figure.figure, f"Figure {figure.figure!r} is not in the answer.", "Delete it or correct it.")
        if carried and (figure.words is None or figure.words not in carried):
            wrong(figure.figure, f"The article does not say {figure.words!r}.", "Copy its exact words.")
    if topic.refines and topic.refines not in topics:
        wrong("refines", f"Topic {topic.refines!r} does not exist.", "Name an existing topic or null.")
    return found
