"""Which evidence helps in a matter: the list of its scenes, the most exact first. A help, never a demand.

The scenes are data/reference/evidence.csv, from top to bottom: exact ones first, the general one last. What the other
side holds anyway is left out where a rule forbids asking for it (银行业保险业消费投诉处理管理办法 art. 13).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MOST_LINES = 6
MOST_OF_SCENES = 5  # the rest is kept for what every matter needs
HAS = r"(?:有|留着?|保存|存|拍|录|附|截)(?:了|着|下|过|有)?[^，,。；;没]{0,6}"
HAS_NOT = r"(?:没|未|无|不)[^，,。；;]{0,4}$"


@dataclass(frozen=True)
class Item:
    """One thing to hand in; `also` are other words for it, in names of files and in stories."""

    text: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scene:
    """A row of evidence.csv. It holds when `route`, if given, fits, and one of the other signs does.

    With a `route` and no other sign, the route decides; with no sign at all it holds always.
    """

    id: str
    objects: tuple[str, ...]
    problems: tuple[str, ...]
    modes: tuple[str, ...]
    routes: frozenset[str]
    words: re.Pattern[str] | None
    unless: re.Pattern[str] | None
    items: tuple[Item, ...]
    held: re.Pattern[str] | None
    sensitive: tuple[str, ...]
    note: str
    law: str
    article: str


@dataclass(frozen=True)
class Facts:
    """What is known of a matter; `routes` are the authorities it belongs to, in part too."""

    text: str
    object: str = ""
    problem: str = ""
    purchase_mode: str = ""
    routes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Line:
    """An item, and whether it is there already."""

    text: str
    there: bool


@dataclass(frozen=True)
class EvidenceList:
    """What a citizen is shown. `notes` are scenes with a rule of law; `sensitive` kinds that need a consent of their own."""

    scenes: tuple[str, ...]
    lines: tuple[Line, ...]
    notes: tuple[Scene, ...]
    sensitive: tuple[str, ...]


def choose(scenes: Sequence[Scene], facts: Facts, names: Iterable[str] = ()) -> EvidenceList:
    """The list for a matter, at most MOST_LINES lines; `names` are those of the files handed in so far."""
    holding = [scene for scene in scenes if holds(scene, facts)]
    held = [scene.held for scene in holding if scene.held and any(one.note and one.held for one in holding)]
    chosen: list[Item] = []
    for scene in holding:
        most = MOST_OF_SCENES if _signs(scene) else MOST_LINES
        for item in scene.items:
            if len(chosen) < most and not any(one.search(item.text) for one in held) and not _doubles(item, chosen):
                chosen.append(item)
    shown = [scene for scene in holding if any(item in chosen for item in scene.items)]
    told = "\n".join(names)
    return EvidenceList(
        scenes=tuple(scene.id for scene in holding),
        lines=tuple(Line(item.text, is_there(item, facts.text, told)) for item in chosen),
        notes=tuple(scene for scene in holding if scene.note),
        sensitive=tuple(dict.fromkeys(kind for scene in shown for kind in scene.sensitive)),
    )


def holds(scene: Scene, facts: Facts) -> bool:
    """Whether a matter belongs to a scene."""
    if scene.routes and not scene.routes & facts.routes:
        return False
    if not _signs(scene):
        return True
    if scene.unless and scene.unless.search(facts.text):
        return False
    return (
        bool(scene.words and scene.words.search(facts.text))
        or facts.object.startswith(scene.objects or ("\n",))
        or facts.problem.startswith(scene.problems or ("\n",))
        or any(mode in facts.purchase_mode for mode in scene.modes)
    )


def is_there(item: Item, story: str, names: str) -> bool:
    """Whether a file is called so, or the story says that it is there (我有收据, not 没有收据)."""
    for word in (item.text, *item.also):
        if word in names:
            return True
        for found in re.finditer(HAS + re.escape(word), story):
            if not re.search(HAS_NOT, story[max(0, found.start() - 6) : found.start()]):
                return True
    return False


def _signs(scene: Scene) -> bool:
    return bool(scene.words or scene.objects or scene.problems or scene.modes)


def _doubles(item: Item, chosen: Sequence[Item]) -> bool:
    """Whether the same thing stands in the list under another name."""
    return any(set(item.also) & set(one.also) or item.text == one.text for one in chosen)
