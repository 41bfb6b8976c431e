"""Stops a process at a chosen point, so that the soak can kill it exactly there.

Python imports a module of this name at start when its folder is on PYTHONPATH: only benchmarks/soak.py puts it there.
A point stops when the file `<point>.armed` lies in SOAK_DIR, once; it goes on when `<point>.release` appears.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

FOLDER = Path(os.environ.get("SOAK_DIR", "/nonexistent"))
LONGEST_PAUSE_SECONDS = 40


def pause(point: str) -> None:
    """Say that the point is reached and wait to be killed or released."""
    try:
        (FOLDER / f"{point}.armed").rename(FOLDER / f"{point}.reached")
    except OSError:
        return
    until = time.monotonic() + LONGEST_PAUSE_SECONDS
    while time.monotonic() < until and not (FOLDER / f"{point}.release").exists():
        time.sleep(0.02)


def after(function: Callable[..., Any], point: str) -> Callable[..., Any]:
    """`function`, with a pause when its work is done."""

    @functools.wraps(function)
    def paused(*args: Any, **fields: Any) -> Any:
        value = function(*args, **fields)
        pause(point)
        return value

    return paused


def keep_path(training: Any) -> None:
    """The start command gives its processes a PYTHONPATH of its own; this folder has to stay in it."""
    quiet = training.quiet_environ
    training.quiet_environ = lambda *args: quiet(*args) | {"PYTHONPATH": os.environ["PYTHONPATH"]}


def in_actions(filing: Any) -> None:
    """The ticket is written but not committed; committed but not told."""
    (FOLDER / "actions.pid").write_text(str(os.getpid()), encoding="utf-8")
    filing.service.submit = after(filing.service.submit, "before_commit")
    filing.file = after(filing.file, "before_answer")
    # An act of a citizen on a filed ticket is written but not committed.
    filing.service.take_step = after(filing.service.take_step, "step_before_commit")


def in_every_action(base: Any) -> None:
    """The first action of a turn, or the second, is about to begin; one has something to say that nobody heard yet."""
    acted, begun = base.XiaobaoAction._acted, {"message": "", "actions": 0}

    def paused(self: Any, turn: Any) -> Any:
        message = turn.tracker.latest_message.get("message_id")
        begun.update(message=message, actions=begun["actions"] + 1 if begun["message"] == message else 1)
        pause(f"before_action_{begun['actions']}")
        events = acted(self, turn)
        if turn.dispatcher.messages:
            pause("after_action")
        return events

    base.XiaobaoAction._acted = paused


def in_store(tracker_store: Any) -> None:
    """The bot has its answer; the tracker is not saved."""
    (FOLDER / "bot.pid").write_text(str(os.getpid()), encoding="utf-8")
    save = tracker_store.FlatTrackerStore.save

    async def paused(self: Any, tracker: Any) -> None:
        pause("before_save")
        await save(self, tracker)

    tracker_store.FlatTrackerStore.save = paused


def in_turns(turns: Any) -> None:
    """The replies are written into the conversation but not committed."""
    turns.answer = after(turns.answer, "during_delivery")


PATCHES: dict[str, Callable[[Any], None]] = {
    "xiaobao.training": keep_path,
    "actions.base": in_every_action,
    "actions.filing": in_actions,
    "bot.tracker_store": in_store,
    "xiaobao.conversations.turns": in_turns,
}


class AfterImport:
    """An import hook that patches a module when it is first imported."""

    def __init__(self) -> None:
        self.seen: set[str] = set()

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        """See importlib.abc.MetaPathFinder."""
        if name not in PATCHES or name in self.seen:
            return None
        self.seen.add(name)
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            spec.loader.exec_module = self.patched(spec.loader.exec_module, PATCHES[name])  # type: ignore[method-assign,assignment]
        return spec

    @staticmethod
    def patched(execute: Callable[[ModuleType], None], patch: Callable[[Any], None]) -> Callable[[ModuleType], None]:
        """`execute`, and the patch after it."""

        def exec_module(module: ModuleType) -> None:
            execute(module)
            patch(module)

        return exec_module


if FOLDER.is_dir():
    sys.meta_path.insert(0, AfterImport())  # type: ignore[arg-type]
