"""One turn of a conversation at a time, in the order of arrival, without waiting whole seconds."""

from __future__ import annotations

import asyncio
import time

from rasa.core.actions.action import DEFAULT_REQUEST_TIMEOUT
from rasa.core.lock import TicketLock
from rasa.core.lock_store import LockStore
from rasa.utils.endpoints import EndpointConfig

from bot.lock_store import LIFETIME_SECONDS, PromptLockStore

TURN_SECONDS = 0.05


async def turn(store: LockStore, conversation_id: str, name: str, order: list[str]) -> None:
    async with store.lock(conversation_id):
        order.append(f"{name} begins")
        await asyncio.sleep(TURN_SECONDS)
        order.append(f"{name} ends")


def test_rasa_itself_builds_the_store_from_our_endpoints() -> None:
    built = LockStore.create(EndpointConfig(type="bot.lock_store.PromptLockStore"))
    assert isinstance(built, PromptLockStore)


async def test_turns_of_one_conversation_run_one_after_the_other_in_order() -> None:
    store, order = PromptLockStore(), list[str]()
    began = time.monotonic()
    await asyncio.gather(*(turn(store, "a", name, order) for name in "123"))
    assert order == [f"{name} {what}" for name in "123" for what in ("begins", "ends")]
    assert time.monotonic() - began < 0.8  # Rasa's own: more than 2 s


async def test_turns_of_two_conversations_do_not_wait_for_each_other() -> None:
    store, order = PromptLockStore(), list[str]()
    await asyncio.gather(turn(store, "a", "a", order), turn(store, "b", "b", order))
    assert order[:2] == ["a begins", "b begins"]


async def test_a_turn_that_breaks_lets_the_next_one_in() -> None:
    store, order = PromptLockStore(), list[str]()

    async def breaks() -> None:
        async with store.lock("a"):
            raise ValueError

    results = await asyncio.gather(breaks(), turn(store, "a", "next", order), return_exceptions=True)
    assert isinstance(results[0], ValueError)
    assert order == ["next begins", "next ends"]


async def test_a_cancelled_turn_leaves_no_ticket_behind() -> None:
    store, order = PromptLockStore(), list[str]()
    first = asyncio.create_task(turn(store, "a", "first", order))
    waiting = asyncio.create_task(turn(store, "a", "waiting", order))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(first, waiting, return_exceptions=True)
    await asyncio.wait_for(turn(store, "a", "third", order), 2)
    assert order[-1] == "third ends"
    assert store.get_lock("a") is None


async def test_a_lock_outlives_the_longest_action() -> None:
    store = PromptLockStore()
    async with store.lock("a") as lock:
        assert isinstance(lock, TicketLock)
        left = lock.tickets[0].expires - time.time()
    assert left > DEFAULT_REQUEST_TIMEOUT
    assert LIFETIME_SECONDS > DEFAULT_REQUEST_TIMEOUT
