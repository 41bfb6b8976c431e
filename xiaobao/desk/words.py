"""Words that live in data: what the bot will say to the citizen, and names of categories."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from xiaobao.tickets import reference

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
CATEGORIES = ("objects", "problems", "claims")


@dataclass(frozen=True)
class Notice:
    """What a citizen will read: the text and the titles of the buttons below it."""

    text: str
    buttons: tuple[str, ...]
    by_staff: bool


@dataclass(frozen=True)
class Words:
    """`responses` as data/responses/notices.yml has them; `categories` maps a code to its Chinese name."""

    responses: Mapping[str, Any]
    categories: Mapping[str, str]

    def notice(self, name: str, params: Mapping[str, Any], by_staff: bool) -> Notice:
        """The response `name` as the bot fills it: an unknown placeholder stays as it is, like in the bot."""
        response = self.responses[name][0]
        text = _PLACEHOLDER.sub(lambda found: str(params.get(found[1], found[0])), response.get("text", ""))
        return Notice(text, tuple(button["title"] for button in response.get("buttons", ())), by_staff)


def load(reference_dir: Path) -> Words:
    """Read data/responses (beside data/reference) and the names of categories."""
    responses = reference_dir.parent / "responses" / "notices.yml"
    found = YAML(typ="safe").load(responses.read_text(encoding="utf-8"))
    categories = {
        row["code"]: row["name"] for name in CATEGORIES for row in reference.rows(reference_dir / f"{name}.csv")
    }
    return Words(found["responses"], categories)
