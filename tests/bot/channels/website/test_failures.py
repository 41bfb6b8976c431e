"""What Rasa swallows is noticed, by the turn in which it happens."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest
import sqlalchemy as sa
from rasa.core.tracker_store import FailSafeTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered

from bot.channels.website.failures import watched
from bot.tracker_store import FlatTrackerStore


@pytest.fixture
def store(tmp_path: Path) -> FlatTrackerStore:
    return FlatTrackerStore(Domain.empty(), host=f"sqlite:///{tmp_path / 'tracker.db'}")


async def test_a_conversation_that_can_be_read_and_saved_is_no_failure(store: FlatTrackerStore) -> None:
    with watched() as failures:
        tracker = await FailSafeTrackerStore(store).get_or_create_tracker("a")
        tracker.update(UserUttered("hello"))
        await FailSafeTrackerStore(store).save(tracker)
    assert failures == []


async def test_a_conversation_that_cannot_be_saved_is_a_failure(store: FlatTrackerStore) -> None:
    tracker = store.init_tracker("a")
    tracker.update(UserUttered("hello"))
    with store.engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE heads"))
    with watched() as failures:
        await FailSafeTrackerStore(store).save(tracker)
    assert failures


async def test_a_conversation_that_cannot_be_read_is_a_failure(store: FlatTrackerStore) -> None:
    await store.create_tracker("a")
    with store.engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE heads"))
    with watched() as failures:
        await FailSafeTrackerStore(store).retrieve("a")
    assert failures


async def test_turns_side_by_side_do_not_hear_of_each_others_failures() -> None:
    async def turn(breaks: bool) -> list[str]:
        with watched() as failures:
            await asyncio.sleep(0.01)
            if breaks:
                logging.getLogger("rasa.core.processor").error("broken")
            await asyncio.sleep(0.01)
        return failures

    fine, broken = await asyncio.gather(turn(False), turn(True))
    assert (len(fine), len(broken)) == (0, 1)
