"""Learns that a turn failed: Rasa logs it and goes on as if nothing had happened.

An action that breaks is left out, a conversation that cannot be read is taken for a new one, one that cannot be
saved is forgotten.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LOGGERS = ("rasa.core.processor", "rasa.core.tracker_store")
_SEEN: ContextVar[list[str] | None] = ContextVar("failures_of_this_turn", default=None)


class _Watch(logging.Handler):
    """Notes errors of Rasa with the turn in whose task they happen."""

    def emit(self, record: logging.LogRecord) -> None:
        """Note the place only; the record may hold what the citizen said."""
        seen = _SEEN.get()
        if seen is not None:
            seen.append(record.funcName)


@contextmanager
def watched() -> Iterator[list[str]]:
    """Collect the failures of what runs inside, and of nothing that runs beside it."""
    seen: list[str] = []
    token = _SEEN.set(seen)
    for logger in map(logging.getLogger, LOGGERS):
        if not any(isinstance(handler, _Watch) for handler in logger.handlers):
            logger.addHandler(_Watch(level=logging.ERROR))
    try:
        yield seen
    finally:
        _SEEN.reset(token)
