"""Short words that code must place itself (titles of rows, labels of buttons), read from data/responses.

Whole messages are named (`utter_...`) and rendered by Rasa; only what goes into a card or a
dynamic button is looked up here, so that no Chinese word lives in Python.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ruamel.yaml import YAML


class Words:
    """The first text of each response, by name."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = dict(texts)

    @classmethod
    def load(cls, directory: Path) -> Words:
        """Read every `*.yml` below `directory` (Rasa `responses:` form)."""
        texts: dict[str, str] = {}
        for path in sorted(directory.glob("*.yml")):
            content = YAML(typ="safe").load(path.read_text(encoding="utf-8")) or {}
            for name, variants in (content.get("responses") or {}).items():
                texts[name] = (variants[0] or {}).get("text", "")
        return cls(texts)

    def text(self, name: str, **values: object) -> str:
        """The text of response `name`, with its placeholders filled.

        Raises KeyError when there is no such response.
        """
        text = self._texts[name]
        for key, value in values.items():
            text = text.replace("{" + key + "}", str(value))
        return text

    def title(self, slot: str) -> str:
        """What a row of the summary is called."""
        return self.text(f"utter_title_{slot}")

    def button(self, name: str) -> str:
        """What a button says."""
        return self.text(f"utter_button_{name}")

    def has(self, name: str) -> bool:
        """Whether there is such a response."""
        return name in self._texts
