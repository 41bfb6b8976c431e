"""One bot in one process, measured: `python -m benchmarks.bot MODEL flat|stock TURNS` prints a line of JSON.

Rasa's agent runs in this process as it does in Rasa's server, the real action server in a child, the database is new.
Milliseconds are processor time of both processes, so that other load on the machine does not count; `wall` is what
the clock said.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from benchmarks import conversation
from benchmarks.nlu_peers import measure
from xiaobao import database
from xiaobao.settings import ROOT
from xiaobao.training import quiet_environ

MEMORY_AFTER = 200  # turns
READY_SECONDS = 180
TICKS = os.sysconf("SC_CLK_TCK")


def main(model: str, kind: str, count: int) -> dict[str, Any]:
    """Load, parse the held-out wordings, talk for `count` turns."""
    with tempfile.TemporaryDirectory(prefix="xiaobao-bench-") as folder, action_server(Path(folder)) as (url, pid):
        import rasa.core.agent  # noqa: F401  (the same for every bot, so no part of loading a model)

        cpu, wall = time.process_time(), time.perf_counter()
        agent = load(model, kind, Path(folder), url)
        loaded = {"load_s": time.process_time() - cpu, "load_wall_s": time.perf_counter() - wall}
        return {**loaded, **asyncio.run(parse(agent)), **asyncio.run(talk(agent, count, pid))}


@contextmanager
def action_server(folder: Path) -> Iterator[tuple[str, int]]:
    """The product's action server on an empty database; yields its address and process id."""
    from tests.simulators.product import free_port

    port = free_port()
    environ = quiet_environ() | {
        "XIAOBAO_DATA": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'xiaobao.db'}",
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


def load(model: str, kind: str, folder: Path, actions_url: str) -> Any:
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
    store = {"flat": FlatTrackerStore, "stock": SQLTrackerStore}[kind](host=f"sqlite:///{folder / 'tracker.db'}")
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


async def talk(agent: Any, count: int, actions_pid: int) -> dict[str, Any]:
    """One conversation of `count` turns; beside its last hundred a new one, turn by turn, under the same load."""
    old, young = Talker(agent, "old", actions_pid), Talker(agent, "young", actions_pid)
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

    def __init__(self, agent: Any, sender_id: str, actions_pid: int) -> None:
        self.agent, self.sender_id, self.actions_pid = agent, sender_id, actions_pid
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
        cpu, wall = time.process_time() + child_seconds(self.actions_pid), time.perf_counter()
        await self.agent.handle_message(message)
        self.walls.append((time.perf_counter() - wall) * 1000)
        self.times.append((time.process_time() + child_seconds(self.actions_pid) - cpu) * 1000)
        self.replies = output.replies
        self.filed += conversation.filed(self.replies)


def child_seconds(pid: int) -> float:
    """Processor seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident_mb() -> float:
    """Resident memory of this process."""
    return int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2], int(sys.argv[3]))))
