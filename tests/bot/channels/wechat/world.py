"""One account, its simulated platform and its server processes; everything a dialogue over WeChat needs."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import aiohttp
from aiohttp import web
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from tests.bot.channels.website.conftest import QUICK, SECRET, ActionServer, free_port
from tests.simulators.wechat.platform import Platform
from tests.simulators.wechat.push import Console, Pusher
from xiaobao.database import upgrade
from xiaobao.settings import ROOT

APP_ID, APP_SECRET, TOKEN = "wxb11529c136998cb6", "simulated-secret", "simulator"
ANNA, BERT = "oAnna_simulated_0000000001", "oBert_simulated_0000000002"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


class World:
    """`async with World(folder) as world`: platform and server are up."""

    def __init__(
        self,
        folder: Path,
        mode: str = "safe",
        database_url: str = "",
        processes: int = 1,
        server: tuple[str, ...] = ("tests.bot.channels.wechat.stand_in",),
        **env: str,
    ) -> None:
        """`server`: the module to run, and what it is told besides folder and port."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "patience.json").write_text(json.dumps(QUICK), encoding="utf-8")
        self.folder, self.mode, self.env, self.server = folder, mode, env, server
        self.database_url = database_url or f"sqlite:///{folder / 'test.db'}"
        self.offset = 0.0
        self.platform = Platform(APP_ID, APP_SECRET, lambda: time.time() + self.offset)
        self.ports = [free_port() for _ in range(processes)]
        self.api_port = free_port()
        self._site: web.TCPSite | None = None
        self.processes: dict[int, subprocess.Popen[bytes]] = {}
        first, *others = (f"http://127.0.0.1:{port}/webhooks/wechat/webhook" for port in self.ports)
        # Messages and their repetitions go round the processes, as behind a door that shares the load.
        self.pusher = Pusher(self.platform, Console(first, TOKEN, AES_KEY, mode, others=tuple(others)))

    async def __aenter__(self) -> World:
        upgrade(self.database_url)
        self.actions = ActionServer()
        self._runner = web.AppRunner(self.platform.app(), shutdown_timeout=0.1)
        await self._runner.setup()
        await self.reachable()
        for port in self.ports:
            await self.start(port)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for port in list(self.processes):
            self.kill(port)
        self.actions.stop()
        await self._runner.cleanup()

    async def reachable(self) -> None:
        """The platform's interfaces can be reached (from the begin)."""
        if self._site is None:
            self._site = web.TCPSite(self._runner, "127.0.0.1", self.api_port)
            await self._site.start()

    async def unreachable(self) -> None:
        """Connections to the platform's interfaces are refused."""
        if self._site is not None:
            await self._site.stop()
            self._site = None

    async def start(self, port: int | None = None) -> None:
        """Start a server process and wait until it answers."""
        port = port or self.ports[0]
        env = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "RASA_TELEMETRY_ENABLED": "false",
            "XIAOBAO_DATA": str(self.folder),
            "DATABASE_URL": self.database_url,
            "ACTIONS_URL": f"http://127.0.0.1:{self.actions.port}",
            "SECRET_KEY": "wechat-tests-secret-key-0123456789abcdef",
            "INTERNAL_SECRET": SECRET,
            "WECHAT_TOKEN": TOKEN,
            "WECHAT_APP_ID": APP_ID,
            "WECHAT_APP_SECRET": APP_SECRET,
            "WECHAT_AES_KEY": AES_KEY,
            "WECHAT_MODE": self.mode,
            "WECHAT_API_BASE": f"http://127.0.0.1:{self.api_port}",
            **self.env,
        }
        module, *told = self.server
        command = [sys.executable, "-m", module, str(self.folder), str(port), *told]
        with (self.folder / "server.log").open("ab") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
        self.processes[port] = process
        async with aiohttp.ClientSession() as client:
            for _ in range(300):
                try:
                    async with client.get(f"http://127.0.0.1:{port}/chat/health"):
                        return
                except aiohttp.ClientError:
                    if process.poll() is not None:
                        break
                    await asyncio.sleep(0.1)
        raise AssertionError(self.log()[-4000:])

    def kill(self, port: int | None = None) -> None:
        """kill -9."""
        process = self.processes.pop(port or self.ports[0], None)
        if process is not None:
            process.kill()
            process.wait()

    async def notice(
        self, conversation_id: str, notice_id: str, response: str, hold: bool = False, **params: str
    ) -> dict[str, Any]:
        """What the worker does when staff did something."""
        body: dict[str, Any] = {"notice_id": notice_id, "conversation_id": conversation_id, "response": response}
        body["params"] = params
        body |= {"hold": True} if hold else {}
        where = f"http://127.0.0.1:{self.ports[0]}/webhooks/wechat/internal/notices"
        headers = {"X-Xiaobao-Secret": SECRET}
        async with aiohttp.ClientSession() as client, client.post(where, json=body, headers=headers) as answer:
            found: dict[str, Any] = await answer.json()
            return found

    def seen(self, openid: str) -> list[str]:
        """What stands on the user's screen besides their own words."""
        return self.platform.follower(openid).seen()

    def rows(self, query: str) -> list[Any]:
        """Plain SQL, nothing of the product."""
        engine = create_engine(self.database_url, poolclass=NullPool)
        with engine.connect() as connection:
            return list(connection.execute(text(query)))

    def port_of(self, pid: int) -> int:
        return next(port for port, process in self.processes.items() if process.pid == pid)

    def runs(self) -> list[dict[str, Any]]:
        """What the agent was told, noted at the end of each turn."""
        return self._lines("runs.jsonl")

    def stalls(self) -> list[dict[str, float]]:
        """Times at which the event loop of a server stood still for 5 ms or more; asked for by MEASURE_STALLS."""
        return self._lines("stalls.jsonl")

    def begun(self) -> list[dict[str, Any]]:
        """What the agent was told, noted at the begin of each turn with the process."""
        return self._lines("begun.jsonl")

    def _lines(self, name: str) -> list[dict[str, Any]]:
        log = self.folder / name
        return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []

    def told(self) -> list[str]:
        return [run["text"] for run in self.runs()]

    def secrets(self) -> list[str]:
        """What no log may hold: keys, tokens, who follows, and what they wrote."""
        kept = [TOKEN, APP_SECRET, AES_KEY, SECRET, *self.platform.issued, *self.platform.followers]
        wrote = (line["text"] for one in self.platform.followers.values() for line in one.screen)
        return [*kept, *(said for said in wrote if len(said) >= 4)]

    def log(self) -> str:
        return (self.folder / "server.log").read_text(encoding="utf-8", errors="replace")


def play(folder: Path, scene: Callable[[World], Awaitable[None]], judged: bool = True, **options: Any) -> World:
    """Run a scene; afterwards neither platform nor users have anything to complain about.

    Whatever the scene is about, no secret and no citizen's word may stand in the log. `judged=False` for scenes in
    which the platform finds nobody at home.
    """
    world = World(folder, **options)

    async def run() -> None:
        async with world:
            await scene(world)

    asyncio.run(run())
    log = world.log()
    assert [one for one in world.secrets() if one in log] == []
    if judged:
        wrong = world.platform.verdict()
        if wrong:  # pytest explains asserts of test modules only
            raise AssertionError(f"{wrong}\n{log[-2000:]}")
    return world


async def until(true: Callable[[], bool], seconds: float = 15.0) -> None:
    """Wait for something to come true."""
    for _ in range(int(seconds * 10)):
        if true():
            return
        await asyncio.sleep(0.1)
    raise AssertionError("it never came true")
