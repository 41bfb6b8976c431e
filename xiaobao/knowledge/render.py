"""A topic as the words that a citizen reads, and its articles as cards. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from xiaobao.knowledge.library import Citation, Law, Library, Topic

NUMBERS = "①②③④⑤⑥⑦⑧⑨⑩"


@dataclass(frozen=True)
class CitationCard:
    """One article as shown to a citizen; `text` is None when it may not be quoted."""

    law: str
    article: str | None
    text: str | None
    effective: str
    source: str


@dataclass(frozen=True)
class Rendered:
    """An answer, ready to be spoken: the first message, what unfolds, and what it rests on."""

    first: str
    steps: tuple[str, ...]
    keep: tuple[str, ...]
    where: tuple[str, ...]
    basis: str
    citations: tuple[CitationCard, ...]


def answer(topic: Topic, library: Library) -> Rendered:
    """What to say about `topic`; only what was verified is given as the basis."""
    cited = [citation for citation in topic.citations if citation.article]
    cards = tuple(_card(citation, library.laws[citation.law]) for citation in cited)
    return Rendered(topic.first, topic.steps, topic.keep, topic.where, _basis(cited), cards)


def in_review(topic: Topic, library: Library) -> bool:
    """Whether a law that the topic cites was repealed or changed and the answer not yet read again."""
    return any(library.laws[citation.law].state in ("repealed", "under_review") for citation in topic.citations)


def section(rendered: Rendered, name: str) -> str:
    """The text behind "展开说说": `steps`, `keep` or `where`; empty when the answer has none.

    Raises ValueError for another name.
    """
    if name == "steps":
        return "\n".join(f"{_number(n)} {step}" for n, step in enumerate(rendered.steps, 1))
    if name == "keep":
        return "\n".join(f"· {item}" for item in rendered.keep)
    if name == "where":
        return "\n".join(rendered.where)
    raise ValueError(f"{name!r} is no section of an answer. Use steps, keep or where.")


def _number(n: int) -> str:
    return NUMBERS[n - 1] if n <= len(NUMBERS) else f"{n}."


def _basis(cited: Iterable[Citation]) -> str:
    """Law by law, in the order in which the topic cites them."""
    by_law: dict[str, list[str]] = {}
    for citation in cited:
        by_law.setdefault(citation.law, []).append(str(citation.article))
    return (
        f"依据：{'；'.join(f'《{law}》' + '、'.join(articles) for law, articles in by_law.items())}。" if by_law else ""
    )


def _card(citation: Citation, law: Law) -> CitationCard:
    return CitationCard(
        law=law.title,
        article=citation.article,
        text=law.articles.get(citation.article or ""),
        effective=in_force(law),
        source=law.number or law.source,
    )


def in_force(law: Law) -> str:
    """Since when the present version holds; amendments without a stated day give the day of the version."""
    if law.effective:
        return f"{_day(law.effective)}起施行"
    if law.date:
        return f"{_day(law.date)}的版本"
    return ""


def _day(iso: str) -> str:
    year, month, day = map(int, iso.split("-"))
    return f"{year}年{month}月{day}日"
