"""One turn of a conversation at a time, without Rasa's polling once a second (rasa/core/lock_store.py)."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from typing import Any

from rasa.core.lock import TicketLock
from rasa.core.lock_store import InMemoryLockStore

WAIT_SECONDS = 0.02
# Rasa waits up to 300 s for an action; a lock that ends earlier lets two turns run at once.
LIFETIME_SECONDS = 330.0


class PromptLockStore(InMemoryLockStore):
    """Rasa's in-memory locks with a short wait and a lifetime longer than any action."""

    def __init__(self, *_: Any, **__: Any) -> None:
        # endpoints.yml hands over an endpoint config that this store has no use for.
        super().__init__()

    @contextlib.asynccontextmanager
    async def lock(
        self,
        conversation_id: str,
        lock_lifetime: float = LIFETIME_SECONDS,
        wait_time_in_seconds: float = WAIT_SECONDS,
    ) -> AsyncGenerator[TicketLock, None]:
        """Acquire the lock of a conversation; see the parent class."""
        async with super().lock(conversation_id, lock_lifetime, wait_time_in_seconds) as lock:
            yield lock
