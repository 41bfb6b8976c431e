"""One bot in one process, measured: `python -m benchmarks.bot MODEL flat|stock TURNS [sqlite|postgresql]` prints JSON.

Rasa's agent runs in this process as it does in Rasa's server, the real action server in a child, the database is new.
With the flat store each turn goes through the conversation store, too: kept, picked into a turn, answered, as the
channel does it. Milliseconds are processor time of all processes, the database's included, so that other load on the
machine does not count; `wall` is what the clock said.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import requests

from benchmarks import conversation, databases
from benchmarks.nlu_peers import measure
from xiaobao import database
from xiaobao.conversations import messages, turns
from xiaobao.conversations.messages import Draft
from xiaobao.conversations.tables import CITIZEN
from xiaobao.settings import ROOT
from xiaobao.training import quiet_environ

MEMORY_AFTER = 200  # turns
READY_SECONDS = 180
TICKS = os.sysconf("SC_CLK_TCK")


def main(model: str, kind: str, count: int, engine: str = "sqlite") -> dict[str, Any]:
    """Load, parse the held-out wordings, talk for `count` turns."""
    with databases.counted(engine) as (database_url, folder, server), action_server(folder, database_url) as (url, pid):
        import rasa.core.agent  # noqa: F401  (the same for every bot, so no part of loading a model)

        cpu, wall = time.process_time(), time.perf_counter()
        tracker = f"sqlite:///{folder / 'tracker.db'}" if engine == "sqlite" else database_url
        agent = load(model, kind, tracker, url)
        loaded = {"load_s": time.process_time() - cpu, "load_wall_s": time.perf_counter() - wall}
        kept = database.make_sessions(database.make_engine(database_url)) if kind == "flat" else None
        clock = Clock(pid, server)
        return {**loaded, **asyncio.run(parse(agent)), **asyncio.run(talk(agent, count, clock, kept))}


@dataclass(frozen=True)
class Clock:
    """Processor seconds of this process, the action server and the database server with its children."""

    actions: int
    server: int | None

    def seconds(self) -> float:
        """So far."""
        found = time.process_time() + child_seconds(self.actions)
        return found + (family_seconds(self.server) if self.server is not None else 0.0)


@contextmanager
def action_server(folder: Path, database_url: str) -> Iterator[tuple[str, int]]:
    """The product's action server on an empty database; yields its address and process id."""
    from tests.simulators.product import free_port

    port = free_port()
    environ = quiet_environ() | {
        "XIAOBAO_DATA": str(folder),
        "DATABASE_URL": database_url,
        "OFFICE": "demo",
        "SECRET_KEY": "k" * 40,
        "INTERNAL_SECRET": "i" * 40,
        "ACTIONS_PORT": str(port),
        "SANIC_HOST": "127.0.0.1",
        "ACTION_SERVER_SANIC_WORKERS": "1",
    }
    database.upgrade(environ["DATABASE_URL"])
    with (folder / "actions.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "actions"], cwd=ROOT, env=environ, stdout=log, stderr=log)
    try:
        wait_for(f"http://127.0.0.1:{port}/health", process, folder / "actions.log")
        yield f"http://127.0.0.1:{port}/webhook", process.pid
    finally:
        process.kill()
        process.wait(10)


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until `url` answers 200. Raises RuntimeError with the last words of the process."""
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            if requests.get(url, timeout=2).status_code == 200:
                return
        except requests.RequestException:
            time.sleep(0.3)
    raise RuntimeError(f"{url} does not answer:\n{log.read_text(encoding='utf-8', errors='replace')[-2000:]}")


def load(model: str, kind: str, tracker_url: str, actions_url: str) -> Any:
    """Rasa's agent on our store or on its own."""
    from rasa.core.agent import Agent
    from rasa.core.tracker_store import SQLTrackerStore
    from rasa.utils.endpoints import EndpointConfig
    from rasa.utils.log_utils import configure_structlog

    from bot import process
    from bot.lock_store import PromptLockStore
    from bot.tracker_store import FlatTrackerStore

    logging.getLogger("rasa").setLevel(logging.WARNING)
    configure_structlog(logging.WARNING)
    store = {"flat": FlatTrackerStore, "stock": SQLTrackerStore}[kind](host=tracker_url)
    if kind == "flat":
        process.prepare()  # as the channels do when the server starts
    endpoint = EndpointConfig(actions_url, enable_selective_domain=True)
    return Agent.load(model, tracker_store=store, lock_store=PromptLockStore(), action_endpoint=endpoint)


async def parse(agent: Any) -> dict[str, Any]:
    """Milliseconds to understand each of the held-out wordings."""
    await agent.parse_message("您好")
    times = []
    for text, _ in measure.read(measure.HELD_OUT):
        begun = time.process_time()
        await agent.parse_message(text)
        times.append((time.process_time() - begun) * 1000)
    return {"parse_ms": times}


async def talk(agent: Any, count: int, clock: Clock, kept: Any) -> dict[str, Any]:
    """One conversation of `count` turns; beside its last hundred a new one, turn by turn, under the same load."""
    old, young = Talker(agent, clock, kept), Talker(agent, clock, kept)
    memory = 0.0
    for number in range(count):
        await old.turn()
        if number >= count - conversation.ROUND:
            await young.turn()
        if number + 1 == min(MEMORY_AFTER, count):
            memory = resident_mb()
    return {
        "turn_ms": old.times,
        "turn_wall_ms": old.walls,
        "young_ms": young.times,
        "young_wall_ms": young.walls,
        "filed": old.filed,
        "resident_mb": memory,
    }


class Talker:
    """One conversation; `times` are milliseconds of processor time, `walls` of the clock, `filed` counts receipts."""

    def __init__(self, agent: Any, clock: Clock, kept: Any) -> None:
        """`kept`: sessions of the conversation store, None to go without it."""
        self.agent, self.clock, self.kept = agent, clock, kept
        self.sender_id = self._open() if kept else uuid.uuid4().hex
        self.times: list[float] = []
        self.walls: list[float] = []
        self.filed = 0
        self.replies: list[Any] = []

    async def turn(self) -> None:
        """Say the next thing."""
        from rasa.core.channels.channel import UserMessage

        from bot.channels.website.output import WebsiteOutput

        output = WebsiteOutput()
        said = conversation.turn(len(self.times), self.replies)
        message = UserMessage(said, output, self.sender_id, input_channel=output.name())
        cpu, wall = self.clock.seconds(), time.perf_counter()
        owed = self._take(said) if self.kept else None
        await self.agent.handle_message(message)
        if owed is not None:
            self._answer(owed, output)
        self.walls.append((time.perf_counter() - wall) * 1000)
        self.times.append((self.clock.seconds() - cpu) * 1000)
        self.replies = output.replies
        self.filed += conversation.filed(self.replies)

    def _open(self) -> str:
        with self.kept.begin() as session:
            return messages.open_conversation(session, channel="website", now=_now())

    def _take(self, said: str) -> str:
        """Store what was said and pick it into a turn, each in a transaction of its own."""
        with self.kept.begin() as session:
            messages.append(session, self.sender_id, Draft(CITIZEN, said, payload=said), _now())
        with self.kept.begin() as session:
            owed = turns.next_turn(session, self.sender_id)
            assert owed is not None
            return owed.turn_id

    def _answer(self, turn_id: str, output: Any) -> None:
        with self.kept.begin() as session:
            turns.answer(session, turn_id, output.replies, _now(), form=output.form)


def _now() -> datetime:
    return datetime.now(timezone.utc)


def child_seconds(pid: int) -> float:
    """Processor seconds of a process so far."""
    return sum(_stat(pid)[11:13]) / TICKS


def family_seconds(pid: int) -> float:
    """Processor seconds of a process, its children and those of them that have ended."""
    spent = sum(_stat(pid)[11:15])
    for path in Path("/proc").iterdir():
        if not path.name.isdigit():
            continue
        try:
            fields = _stat(int(path.name))
        except (FileNotFoundError, ProcessLookupError):
            continue
        if fields[1] == pid:
            spent += sum(fields[11:13])
    return spent / TICKS


def _stat(pid: int) -> list[int]:
    """Fields of /proc/<pid>/stat behind the name; the state, a letter, is 0."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return [0, *(int(field) for field in fields[1:])]


def resident_mb() -> float:
    """Resident memory of this process."""
    return int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), *sys.argv[4:5])))
