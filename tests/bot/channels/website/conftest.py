"""A real server process, a real action server's health address, and a small HTTP client."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from xiaobao.database import upgrade
from xiaobao.settings import ROOT

SECRET = "website-tests-internal-secret-0123456789"
QUICK = {"answer": 1.5, "first_pause": 0.1, "longest_pause": 0.3, "blind": 5.0, "stuck_after": 4}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class ActionServer:
    """Only what the channel asks of it: /health."""

    def __init__(self) -> None:
        self.port = free_port()
        self._server: ThreadingHTTPServer | None = None
        self.start()

    def start(self) -> None:
        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b'{"status":"ok"}')

            def log_message(self, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Answer)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


@dataclass
class Client:
    """One citizen over HTTP."""

    base: str
    token: str = ""

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def open(self) -> Client:
        answer = requests.post(f"{self.base}/chat/sessions", headers=self.headers, timeout=10)
        assert answer.status_code == 200, answer.text
        self.token = answer.json()["token"]
        return self

    def post(self, key: str | None = None, **body: Any) -> requests.Response:
        sent = {**body, "client_message_id": key or uuid.uuid4().hex}
        return requests.post(f"{self.base}/chat/messages", json=sent, headers=self.headers, timeout=30)

    def say(self, text: str, key: str | None = None) -> list[dict[str, Any]]:
        answer = self.post(key, text=text)
        assert answer.status_code == 200, answer.text
        return answer.json()["messages"]

    def after(self, seq: int = 0, wait: float = 0) -> dict[str, Any]:
        where = f"{self.base}/chat/messages"
        answer = requests.get(where, params={"after": seq, "wait": wait}, headers=self.headers, timeout=40)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def greeted(self) -> Client:
        """Open and wait for the first words."""
        self.open()
        assert self.after(0, wait=10)["messages"]
        return self

    def upload(self, content: bytes, filename: str = "photo.jpg") -> requests.Response:
        files = {"file": (filename, content)}
        return requests.post(f"{self.base}/chat/evidence", files=files, headers=self.headers, timeout=30)


@dataclass
class Bot:
    """The process under test."""

    folder: Path
    database_url: str
    actions: ActionServer
    env: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Bot:
        env = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "RASA_TELEMETRY_ENABLED": "false",
            "XIAOBAO_DATA": str(self.folder),
            "DATABASE_URL": self.database_url,
            "ACTIONS_URL": f"http://127.0.0.1:{self.actions.port}",
            "SECRET_KEY": "website-tests-secret-key-0123456789abcdef",
            "INTERNAL_SECRET": SECRET,
            "ALLOWED_ORIGINS": "https://shop.example.com",
            **self.env,
        }
        command = [sys.executable, "-m", "tests.bot.channels.website.stand_in", str(self.folder), str(self.port)]
        log = (self.folder / "server.log").open("ab")
        self.process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
        for _ in range(200):
            try:
                requests.get(f"{self.base}/chat/health", timeout=2)
                return self
            except requests.ConnectionError:
                if self.process.poll() is not None:
                    raise AssertionError((self.folder / "server.log").read_text()[-4000:]) from None
                time.sleep(0.1)
        raise AssertionError("The server did not start.")

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def client(self) -> Client:
        return Client(self.base)

    def runs(self) -> list[dict[str, Any]]:
        log = self.folder / "runs.jsonl"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def texts(self, client: Client | None = None) -> list[str]:
        """What the agent was told, greetings left out."""
        return [run["text"] for run in self.runs() if run["text"] != "/greet"]

    def set(self, name: str, on: bool = True) -> None:
        mark = self.folder / name
        mark.touch() if on else mark.unlink(missing_ok=True)

    def log(self) -> str:
        return (self.folder / "server.log").read_text(errors="replace")


def make_bot(folder: Path, **env: str) -> Bot:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "patience.json").write_text(json.dumps(QUICK))
    database_url = f"sqlite:///{folder / 'test.db'}"
    upgrade(database_url)
    return Bot(folder, database_url, ActionServer(), env)


def _running(bot: Bot) -> Iterator[Bot]:
    try:
        yield bot.start()
    finally:
        bot.kill()
        bot.actions.stop()


@pytest.fixture(scope="session")
def shared_bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    yield from _running(make_bot(tmp_path_factory.mktemp("bot")))


@pytest.fixture
def bot(shared_bot: Bot) -> Bot:
    """The shared process, in its usual mood and with no runs noted."""
    for mood in ("silent", "half", "retry"):
        shared_bot.set(mood, on=False)
    (shared_bot.folder / "runs.jsonl").unlink(missing_ok=True)
    return shared_bot


@pytest.fixture
def own_bot(tmp_path: Path) -> Iterator[Bot]:
    """A process of one's own, to kill and start again."""
    yield from _running(make_bot(tmp_path / "own"))


@pytest.fixture
def citizen(bot: Bot) -> Client:
    client = bot.client().greeted()
    (bot.folder / "runs.jsonl").unlink(missing_ok=True)
    return client
