"""Who waits for news of a conversation is woken when there is some."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Bell:
    """One bell a conversation. Listen first, then look: so no news falls between looking and waiting."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[asyncio.Event]] = {}

    @contextmanager
    def listen(self, conversation_id: str) -> Iterator[asyncio.Event]:
        """Give an event that is set at each ring; the listener clears it."""
        heard = asyncio.Event()
        listeners = self._listeners.setdefault(conversation_id, set())
        listeners.add(heard)
        try:
            yield heard
        finally:
            listeners.discard(heard)
            if not listeners and self._listeners.get(conversation_id) is listeners:
                del self._listeners[conversation_id]

    def ring(self, conversation_id: str) -> None:
        """Wake everyone who listens."""
        for heard in self._listeners.get(conversation_id, ()):
            heard.set()


async def wait(heard: asyncio.Event, seconds: float) -> None:
    """Wait for the next ring, at most `seconds`."""
    try:
        await asyncio.wait_for(heard.wait(), max(seconds, 0))
    except asyncio.TimeoutError:
        return
