"""`make check-knowledge`: what is wrong with the files of data/knowledge, in seconds and in words an editor can act on.

    python -m xiaobao.knowledge.check [FOLDER]

Nothing that this finds goes live: the tests run the same rules. Exits 1 when something is wrong.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path

from xiaobao.knowledge import library, sheet
from xiaobao.knowledge.library import Law, Library, Topic
from xiaobao.knowledge.sheet import KnowledgeError, Problem, line_of

LONGEST_FIRST = 120  # characters: one bubble on a phone
UNVERIFIED = "这条我还没有核实到现行规定，不敢给您具体数字。"
MOST_SHARED = 0.5  # of the 4-grams of the shorter of two answers
DIGITS = "零一二三四五六七八九十百千万两"
UNITS = "个工作日|工作日|日|天|年|个月|小时|万元|元|倍|周岁|岁|次|万公里|公里|%|名"
NUMBER = re.compile(rf"(?<!第)(?:百分之[{DIGITS}]+|(?:\d[\d,.]*|[{DIGITS}]+)\s?(?:{UNITS}))")
CALENDAR = re.compile(r"\d{4}年(?:\d+月(?:\d+日)?)?")
NO_FIGURES = {"一次", "一日", "一名"}  # "once", as in "ask for everything at once"
OFFICIALESE = re.compile("予以|敬请|贵方|相关部门|谅解|[!！]")


def problems(known: Library) -> list[Problem]:
    """All findings about topics that load; `library.load` itself finds what contradicts another file."""
    found = [problem for topic in known.topics.values() for problem in _of_topic(topic, known.laws)]
    return [*found, *_twice(known), *_alike(known.topics)]


def figures_in(text: str) -> set[str]:
    """The numbers with a unit that an answer states; each needs an article."""
    return {found for found in NUMBER.findall(CALENDAR.sub("", text)) if found not in NO_FIGURES}


def shared(one: str, other: str) -> float:
    """Share of the shorter text's 4-grams that stand in the other, too."""
    first, second = _grams(one), _grams(other)
    return len(first & second) / max(min(len(first), len(second)), 1)


def _of_topic(topic: Topic, laws: Mapping[str, Law]) -> Iterator[Problem]:
    text = topic.path.read_text(encoding="utf-8")

    def wrong(needle: str, what: str, remedy: str) -> Problem:
        return Problem(topic.path, line_of(text, needle), what, remedy)

    carried = {figure.figure for figure in topic.figures}
    for number in sorted(figures_in(topic.body) - carried):
        yield wrong(number, f"No article carries {number!r}.", "Add it to figures with the words of the article.")
    for figure in topic.figures:
        if laws[figure.law].state == "unchecked":
            yield wrong(figure.figure, f"{figure.law} was not read.", "Take the number out, or cite a law that was.")
    for citation in topic.citations:
        if laws[citation.law].state in ("repealed", "under_review"):
            remedy = "Read the answer again and cite the law in force; until then it says that it is being checked."
            yield wrong(citation.law, f"{citation.law} is {laws[citation.law].state}.", remedy)
    if not topic.verified and (not topic.first.startswith(UNVERIFIED) or figures_in(topic.body)):
        yield wrong("verified", "An unverified answer must say so and hold no number.", f"Begin with {UNVERIFIED}")
    if len(topic.first) > LONGEST_FIRST:
        yield wrong(
            topic.first[:10], f"The first message has {len(topic.first)} characters.", f"At most {LONGEST_FIRST}."
        )
    if "你" in topic.body:
        yield wrong("你", "The citizen is called 你.", "Write 您.")
    if bad := OFFICIALESE.search(topic.body):
        yield wrong(bad.group(), f"{bad.group()!r} is no plain speech.", "Say it as one would at a counter.")
    for heading, name in sheet.SECTIONS.items():
        if not getattr(topic, name):
            yield wrong("---", f"Section {heading} is missing.", f"Write `## {heading}`.")
    if not topic.stages or set(topic.stages) - set(library.STAGES):
        yield wrong("stages", "The stages are missing or unknown.", f"List some of: {', '.join(library.STAGES)}.")


def _twice(known: Library) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for topic in known.topics.values():
        for wording in (topic.question, *topic.wordings):
            if seen.setdefault(wording, topic.id) != topic.id:
                line = line_of(topic.path.read_text(encoding="utf-8"), wording)
                yield Problem(topic.path, line, f"{wording!r} stands in {seen[wording]}, too.", "Keep one of them.")
    for name, fields in (("out_of_scope.md", known.elsewhere), ("in_scope.md", known.uncovered)):
        for field in fields.values():
            for wording in field.wordings:
                if seen.setdefault(wording, field.id) != field.id:
                    path = known.directory / name
                    line = line_of(path.read_text("utf-8"), wording)
                    yield Problem(path, line, f"{wording!r} stands in {seen[wording]}, too.", "Keep one of them.")


def _alike(topics: Mapping[str, Topic]) -> Iterator[Problem]:
    grams = {topic.id: _grams(topic.body) for topic in topics.values()}
    for one, other in combinations(topics.values(), 2):
        first, second = grams[one.id], grams[other.id]
        share = len(first & second) / max(min(len(first), len(second)), 1)
        if share > MOST_SHARED:
            what = f"{share:.0%} of the answer stands in {one.id}, too."
            yield Problem(
                other.path, line_of(other.path.read_text("utf-8"), other.first), what, "Say what is this topic's own."
            )


def _grams(text: str) -> set[str]:
    letters = re.sub(r"\W", "", text)
    return {letters[i : i + 4] for i in range(len(letters) - 3)}


def main(arguments: list[str]) -> int:
    """Print every finding; 0 when there is none."""
    folder = Path(arguments[0]) if arguments else Path(__file__).resolve().parents[2] / "data" / "knowledge"
    try:
        known = library.load(folder)
        found = problems(known)
    except KnowledgeError as error:
        found = list(error.problems)
    for problem in found:
        print(problem)
    if found:
        print(f"{len(found)} to mend.")
        return 1
    print(f"{len(known.topics)} topics, {len(known.laws)} laws: nothing wrong.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
