"""The real actions on a fresh SQLite database."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_origin

import pytest
from sqlalchemy import Engine

import actions as actions_package
from actions import base, facts
from tests.simulators.loop import Conversation
from xiaobao.tickets import office_settings


def every_action() -> dict[str, Any]:
    found = {}
    for module in pkgutil.iter_modules(actions_package.__path__):
        if module.name.startswith("__"):
            continue
        for _, kind in inspect.getmembers(importlib.import_module(f"actions.{module.name}"), inspect.isclass):
            if get_origin(kind) is None and issubclass(kind, base.XiaobaoAction) and not inspect.isabstract(kind):
                found[kind().name()] = kind
    return found


@pytest.fixture
def office_id() -> str:
    return "demo"


@pytest.fixture
def environment(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    office_id: str,
    sqlite_template: Path,
    index_cache: Path,
    compiled_once: Callable[[Engine], Engine],
) -> Iterator[Path]:
    monkeypatch.setenv("XIAOBAO_DATA", str(tmp_path))
    monkeypatch.setenv("OFFICE", office_id)
    monkeypatch.setenv("SECRET_KEY", "k" * 40)
    monkeypatch.setenv("INTERNAL_SECRET", "i" * 40)
    monkeypatch.setenv("SEMANTIC_SEARCH", "0")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    shutil.copy(sqlite_template, tmp_path / "xiaobao.db")
    (tmp_path / "cache").symlink_to(index_cache)
    base.context.cache_clear()
    compiled_once(base.context().sessions.kw["bind"])
    # Whether 转人工 is a place in the queue depends on the hour; tests that are about that set both (test_handoff.py).
    with base.context().sessions.begin() as session:
        office_settings.save(session, {"wait_minutes": "0"})
    yield tmp_path
    base.context.cache_clear()


@pytest.fixture
def talk(environment: Path) -> Callable[[], Conversation]:
    """A function that begins a new conversation."""
    known = every_action()
    return lambda: Conversation(known)


@pytest.fixture
def one_by_one(talk: Callable[[], Conversation]) -> Callable[[], Conversation]:
    """Begins a conversation of somebody who has let the card of the missing facts go: one question after another."""

    def begin() -> Conversation:
        citizen = talk()
        citizen.slots["form_flags"] = {facts.DONE: True}
        return citizen

    return begin


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of this folder in one process: word lists and index take seconds in each."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("words"))
