"""What every screen works with, composed once by `app.create_app`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from flask import current_app, g, has_request_context
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import Session, sessionmaker

from xiaobao.desk.reply_check import Rules
from xiaobao.desk.words import Words
from xiaobao.settings import Settings
from xiaobao.tickets import accounts, office_settings
from xiaobao.tickets.office import Office

KEY = "xiaobao.desk"


@dataclass(frozen=True)
class Desk:
    """`writing` sessions hold SQLite's one write lock, so screens that only read take `reading`."""

    settings: Settings
    offices: office_settings.Asked
    engine: Engine
    glances: Engine  # of database.glancing
    reading: sessionmaker[Session]
    writing: sessionmaker[Session]
    words: Words
    reply_rules: Rules
    now: Callable[[], datetime]

    @property
    def filed_office(self) -> Office:
        """The office as office.csv has it."""
        return self.offices.filed

    @property
    def office(self) -> Office:
        """The office with what its admin changed; read once for each request."""
        if not has_request_context():
            return self._layered()
        if "office" not in g:
            g.office = self._layered()
        found: Office = g.office
        return found

    @property
    def handlers(self) -> list[tuple[int, str]]:
        """Id and name of whom a ticket may be assigned to; read once for each request that only shows them."""
        if "handlers" not in g:
            with self.glance() as reading:
                g.handlers = accounts.names_of_handlers(reading)
        found: list[tuple[int, str]] = g.handlers
        return found

    def glance(self) -> AbstractContextManager[Connection]:
        """Without the ORM and without a transaction: for the few plain columns that every request needs."""
        return self.glances.connect()

    def read_office(self, reading: Session | Connection, marks: Sequence[Any] | None = None) -> None:
        """Read it for this request in a session that is open anyway; `marks` as office_settings.Asked takes them."""
        g.office = self.offices.office(reading, marks)

    def _layered(self) -> Office:
        with self.glance() as reading:
            return self.offices.office(reading)


def here() -> Desk:
    """The desk of the request that is being answered."""
    return cast(Desk, current_app.extensions[KEY])
