"""The whole product as a newcomer starts it, on free ports and an empty data directory."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType

import requests

from xiaobao import database
from xiaobao.tickets import office_settings

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """A TCP port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def at_any_hour(data: Path) -> Path:
    """A data directory whose office takes nobody into a queue: 转人工 is a call-back at any hour of the day."""
    data.mkdir(parents=True, exist_ok=True)
    url = f"sqlite:///{data / 'xiaobao.db'}"
    database.upgrade(url)
    engine = database.make_engine(url)
    with database.make_sessions(engine).begin() as session:
        office_settings.save(session, {"wait_minutes": "0"})
    engine.dispose()
    return data


class Product:
    """`with Product(office="any") as product:` runs `python -m xiaobao.start` and waits for health."""

    def __init__(self, office: str = "demo", data: Path | None = None, **environ: str) -> None:
        self.data = data or Path(tempfile.mkdtemp(prefix="xiaobao-"))
        self.ports = {name: free_port() for name in ("BOT_PORT", "ACTIONS_PORT", "DESK_PORT")}
        self.environ = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "XIAOBAO_DATA": str(self.data),
            "OFFICE": office,
            "SEMANTIC_SEARCH": "0",  # embedding every wording takes a minute of a core; what measures it asks for it
            **{name: str(port) for name, port in self.ports.items()},
            **environ,
        }
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def bot(self) -> str:
        return f"http://127.0.0.1:{self.ports['BOT_PORT']}"

    @property
    def desk(self) -> str:
        return f"http://127.0.0.1:{self.ports['DESK_PORT']}"

    @property
    def log(self) -> str:
        """What the start command printed so far."""
        path = self.data / "start.out"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def start(self, timeout: float = 240.0) -> None:
        """Start and wait until `/chat/health` answers 200 and the start command has said that it is ready.

        Raises RuntimeError with the log when it does not within `timeout` seconds.
        """
        self.data.mkdir(parents=True, exist_ok=True)
        said = len(self.log)
        with (self.data / "start.out").open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "xiaobao.start"],
                cwd=ROOT,
                env=self.environ,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            try:
                healthy = requests.get(f"{self.bot}/chat/health", timeout=3).status_code == 200
                if healthy and "Xiaobao is ready" in self.log[said:]:
                    return
            except requests.RequestException:
                pass
            time.sleep(0.3)
        log = self.log
        self.stop()
        raise RuntimeError(f"the product did not become healthy:\n{log[-4000:]}")

    def stop(self) -> None:
        """Ctrl-C, as a person would; kill what is left after 20 s."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait(10)
        self.process = None

    def __enter__(self) -> Product:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
