"""A pushed body into what somebody did (pure). Fields: developers.weixin.qq.com, service account, message push."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

LARGEST_BODY = 64 * 1024  # bytes; the platform sends a few hundred
DEEPEST, MOST_FIELDS = 4, 200


class Unreadable(ValueError):
    """Neither the XML nor the JSON of a push."""


@dataclass(frozen=True)
class Push:
    """One message or event. `kind` is MsgType, for events `event.<name>` in lower case."""

    kind: str
    sender: str
    account: str
    created: int
    key: str
    fields: Mapping[str, str]

    @property
    def text(self) -> str:
        """What was typed, "" when nothing was."""
        return self.fields.get("Content", "")

    @property
    def menu_id(self) -> str | None:
        """The id of the menu message that was tapped."""
        return self.fields.get("bizmsgmenuid") or None

    @property
    def is_event(self) -> bool:
        return self.kind.startswith("event.")


def fields_of(body: bytes) -> dict[str, str]:
    """The fields of a push by name, nested ones as `Outer.Inner`. Raises Unreadable.

    XML with a document type is refused: entities could read files or grow without bound.
    """
    if len(body) > LARGEST_BODY:
        raise Unreadable("too large")
    return _json_fields(body) if body.lstrip()[:1] == b"{" else _xml_fields(body)


def read(fields: Mapping[str, str]) -> Push:
    """Who did what. Raises Unreadable when sender, account, time or kind is missing."""
    kind, sender = fields.get("MsgType", "").strip(), fields.get("FromUserName", "").strip()
    account, created = fields.get("ToUserName", "").strip(), fields.get("CreateTime", "").strip()
    if not (kind and sender and account and created.isascii() and created.isdecimal() and len(created) < 13):
        raise Unreadable("not a message")
    if kind == "event":
        event = fields.get("Event", "").strip().lower()
        key = "|".join(("event", sender, created, event, fields.get("EventKey", "")))
        return Push(f"event.{event}", sender, account, int(created), key, fields)
    # Two citizens were seen with one MsgId, and mini-programs use text for it: the sender belongs to the key.
    number = fields.get("MsgId", "").strip() or f"{created}|{kind}|{fields.get('MediaId', '')}"
    return Push(kind, sender, account, int(created), "|".join(("message", sender, number)), fields)


def _json_fields(body: bytes) -> dict[str, str]:
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        raise Unreadable("no JSON") from None
    if not isinstance(given, dict):
        raise Unreadable("no object")
    found: dict[str, str] = {}
    _flatten(given, "", found, 1)
    return found


def _flatten(given: Mapping[str, Any], prefix: str, found: dict[str, str], depth: int) -> None:
    for name, value in given.items():
        if len(found) >= MOST_FIELDS:
            raise Unreadable("too many fields")
        if isinstance(value, dict) and depth < DEEPEST:
            _flatten(value, f"{prefix}{name}.", found, depth + 1)
        elif isinstance(value, (str, int, float)) and not isinstance(value, bool):
            found[prefix + name] = str(value)


class _Reader:
    """Collects the text of leaf elements; repeated names keep the first."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._path: list[str] = []
        self._text: list[str] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._path.append(name)
        self._text = []
        if len(self._path) > DEEPEST + 1 or len(self.found) > MOST_FIELDS:
            raise Unreadable("too deep or too many fields")

    def end(self, name: str) -> None:
        path = ".".join(self._path[1:])
        if path:
            self.found.setdefault(path, "".join(self._text))
        self._path.pop()
        self._text = []

    def characters(self, text: str) -> None:
        self._text.append(text)

    def document_type(self, *_: Any) -> None:
        raise Unreadable("a document type")


def _xml_fields(body: bytes) -> dict[str, str]:
    reader, parser = _Reader(), expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.characters
    parser.StartDoctypeDeclHandler = reader.document_type
    parser.EntityDeclHandler = reader.document_type
    try:
        parser.Parse(body, True)
    except expat.ExpatError:
        raise Unreadable("no XML") from None
    return reader.found
