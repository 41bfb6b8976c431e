"""Which part of the product works: the agent, the action server, the database."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import aiohttp
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.website.store import Store
from xiaobao.database import check_writable

TIMEOUT_SECONDS = 2
FRESH_SECONDS = 0.4


class Health:
    """Asks each part; many turns that wait for the same part share one question."""

    def __init__(self, actions_url: str, engine: Engine, store: Store, agent: Callable[[], Any]) -> None:
        """`agent` gives Rasa's agent, or None before it is loaded."""
        self._url = actions_url.rstrip("/") + "/health"
        self._engine, self._store, self._agent = engine, store, agent
        self._asked_at, self._answered = float("-inf"), False
        self._one_at_a_time: asyncio.Lock | None = None

    async def failed(self) -> list[str]:
        """Names of the parts that fail: `model`, `actions`, `database`."""
        database, actions = await asyncio.gather(self._database(), self.actions_answer())
        parts = {"model": self._model(), "actions": actions, "database": database}
        return [name for name, works in parts.items() if not works]

    async def actions_answer(self) -> bool:
        """Whether the action server answers (an answer younger than 0.4 s counts)."""
        if self._one_at_a_time is None:
            self._one_at_a_time = asyncio.Lock()
        async with self._one_at_a_time:
            if time.monotonic() - self._asked_at > FRESH_SECONDS:
                self._answered = await self._ask()
                self._asked_at = time.monotonic()
            return self._answered

    async def _ask(self) -> bool:
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        try:
            async with aiohttp.ClientSession(timeout=timeout) as client, client.get(self._url) as answer:
                return answer.status == 200
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError):
            return False

    def _model(self) -> bool:
        agent = self._agent()
        return bool(agent is not None and agent.is_ready())

    async def _database(self) -> bool:
        try:
            await self._store.in_thread(lambda: check_writable(self._engine))
        except SQLAlchemyError:
            return False
        return True
