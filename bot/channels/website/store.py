"""The way from the event loop to the database: every call runs in a thread, in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from functools import partial
from typing import Any, TypeVar

from sqlalchemy.orm import Session, sessionmaker

T = TypeVar("T")


def now() -> datetime:
    """The channel's clock, aware and UTC."""
    return datetime.now(timezone.utc)


class Store:
    """Runs functions of `xiaobao.conversations` without ever blocking the event loop."""

    def __init__(self, sessions: sessionmaker[Session], threads: int = 4) -> None:
        """`threads` bounds how many connections the channel holds at once."""
        self._sessions = sessions
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="website-store")

    async def __call__(self, function: Callable[..., T], *args: Any, **fields: Any) -> T:
        """Call `function(session, *args, **fields)`, commit, and return its value."""
        return await self.in_thread(partial(self._transaction, function, *args, **fields))

    async def in_thread(self, work: Callable[[], T]) -> T:
        """Run blocking work (files, checksums) off the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def _transaction(self, function: Callable[..., T], *args: Any, **fields: Any) -> T:
        with self._sessions.begin() as session:
            value = function(session, *args, **fields)
            session.flush()
            session.expunge_all()  # rows travel to another thread, so nothing may load lazily
            return value
