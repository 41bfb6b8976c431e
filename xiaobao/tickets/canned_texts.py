"""Canned texts: words that an office says again and again, offered where a clerk writes to a citizen.

A text may hold placeholders such as 【商家】, which the form fills with what the ticket knows; a placeholder that nothing
fills stays, and the reply check stops it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from xiaobao.tickets import step_fields, workflow
from xiaobao.tickets.errors import InvalidField, NotFound
from xiaobao.tickets.office import Office
from xiaobao.tickets.roles_tables import CannedText

LONGEST_TITLE, LONGEST_TEXT = 40, 2000  # characters
MOST = 60  # of one place: a longer list is no help to anybody
TALK = "talk"  # the place of a conversation with a citizen; every other place is a step
PLACEHOLDER = re.compile(r"【[一-鿿]{1,8}】")


@dataclass(frozen=True)
class Canned:
    """One text; `place` is a step of places() or TALK."""

    id: int
    place: str
    title: str
    text: str


def places() -> dict[str, str]:
    """Steps in whose form somebody writes words that leave the office, with their names; without TALK."""
    return {
        str(row.step): row.step.label
        for row in workflow.TABLE
        if row.status is not None and any(field.type == "text" and not field.internal for field in row.fields)
    }


def everywhere(session: Session) -> list[Canned]:
    """All of them, by place and title."""
    return _found(session, select(CannedText).order_by(CannedText.place, CannedText.title))


def of_place(session: Session, place: str) -> list[Canned]:
    """Those of one place, by title."""
    return _found(session, select(CannedText).where(CannedText.place == place).order_by(CannedText.title))


def offered(session: Session, place: str, office: Office, **known: str | None) -> list[Canned]:
    """Those of one place, filled with what is known of the office and, by placeholder, of a ticket."""
    values = {"本单位": office.name, "电话": office.telephone, **known}
    return [replace(one, text=_filled(one.text, values)) for one in of_place(session, place)]


def save(session: Session, place: str, title: str, text: str, canned_id: int | None = None) -> Canned:
    """Add a text, or change the one with this id. Raises NotFound, InvalidField for an empty, overlong or known one."""
    title = step_fields.optional("title", " ".join(title.split()), LONGEST_TITLE)
    text = step_fields.optional("text", text.replace("\r\n", "\n"), LONGEST_TEXT)
    if place != TALK and place not in places():
        raise InvalidField("place", "no such place")
    for name, value in (("title", title), ("text", text)):
        if not value:
            raise InvalidField(name, "empty")
    others = [one for one in of_place(session, place) if one.id != canned_id]
    if any(one.title == title for one in others) or len(others) >= MOST:
        raise InvalidField("title", f"known, or more than {MOST}")
    row = session.get(CannedText, canned_id) if canned_id is not None else CannedText()
    if row is None:
        raise NotFound(str(canned_id))
    row.place, row.title, row.text = place, title, text
    session.add(row)
    session.flush()
    return Canned(row.id, place, title, text)


def remove(session: Session, canned_id: int) -> str:
    """Remove a text; its title. Raises NotFound."""
    row = session.get(CannedText, canned_id)
    if row is None:
        raise NotFound(str(canned_id))
    session.delete(row)
    session.flush()
    return row.title


def _filled(text: str, values: Mapping[str, str | None]) -> str:
    """The text with every placeholder that has a value."""
    return PLACEHOLDER.sub(lambda found: values.get(found[0][1:-1]) or found[0], text)


def _found(session: Session, statement: Select[tuple[CannedText]]) -> list[Canned]:
    return [Canned(row.id, row.place, row.title, row.text) for row in session.scalars(statement)]
