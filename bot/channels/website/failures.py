"""Learns that an action failed: Rasa logs it and goes on as if nothing had happened."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

PROCESSOR = "rasa.core.processor"
_SEEN: ContextVar[list[str] | None] = ContextVar("failed_actions_of_this_turn", default=None)


class _Watch(logging.Handler):
    """Notes errors of Rasa's processor with the turn in whose task they happen."""

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
    logger = logging.getLogger(PROCESSOR)
    if not any(isinstance(handler, _Watch) for handler in logger.handlers):
        logger.addHandler(_Watch(level=logging.ERROR))
    try:
        yield seen
    finally:
        _SEEN.reset(token)
