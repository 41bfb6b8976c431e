"""What every screen works with, composed once by `app.create_app`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import current_app, g, has_request_context
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import Session, sessionmaker

from xiaobao.desk.reply_check import Rules
from xiaobao.desk.words import Words
from xiaobao.settings import Settings
from xiaobao.tickets import accounts, office_settings
from xiaobao.tickets.accounts import AccountView
from xiaobao.tickets.office import Office

KEY = "xiaobao.desk"


@dataclass(frozen=True)
class Desk:
    """`writing` sessions hold SQLite's one write lock, so screens that only read take `reading`."""

    settings: Settings
    filed_office: Office  # as office.csv has it
    engine: Engine
    glances: Engine  # of database.glancing
    reading: sessionmaker[Session]
    writing: sessionmaker[Session]
    words: Words
    reply_rules: Rules
    now: Callable[[], datetime]

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
    def handlers(self) -> list[AccountView]:
        """Who a ticket may be assigned to; read once for each request that only shows them."""
        if "handlers" not in g:
            with self.glance() as reading:
                g.handlers = accounts.handlers(reading)
        found: list[AccountView] = g.handlers
        return found

    def glance(self) -> AbstractContextManager[Connection]:
        """Without the ORM and without a transaction: for the few plain columns that every request needs."""
        return self.glances.connect()

    def read_office(self, reading: Session | Connection) -> None:
        """Read it for this request in a session that is open anyway."""
        g.office = office_settings.layered(self.filed_office, reading)

    def _layered(self) -> Office:
        with self.glance() as reading:
            return office_settings.layered(self.filed_office, reading)


def here() -> Desk:
    """The desk of the request that is being answered."""
    return cast(Desk, current_app.extensions[KEY])
