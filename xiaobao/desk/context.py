"""What every screen works with, composed once by `app.create_app`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import current_app
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, sessionmaker

from xiaobao.desk.words import Words
from xiaobao.settings import Settings
from xiaobao.tickets.office import Office

KEY = "xiaobao.desk"


@dataclass(frozen=True)
class Desk:
    """`writing` sessions hold SQLite's one write lock, so screens that only read take `reading`."""

    settings: Settings
    office: Office
    engine: Engine
    reading: sessionmaker[Session]
    writing: sessionmaker[Session]
    words: Words
    now: Callable[[], datetime]


def here() -> Desk:
    """The desk of the request that is being answered."""
    return cast(Desk, current_app.extensions[KEY])
