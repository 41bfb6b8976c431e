"""The process as the start command runs it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from xiaobao.settings import ROOT, Settings

pytestmark = pytest.mark.slow


@contextlib.contextmanager
def served(tmp_path: Path, processes: int) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = {"XIAOBAO_DATA": str(tmp_path), "SECRET_KEY": "k" * 40, "INTERNAL_SECRET": "i" * 40, "PATH": ""}
    environ |= {"DESK_PORT": str(port), "DESK_PROCESSES": str(processes)}
    process = subprocess.Popen([sys.executable, "-m", "xiaobao.desk"], cwd=ROOT, env=environ)
    try:
        assert _answer(f"http://127.0.0.1:{port}/health") == "ok\n"
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.terminate()
        process.wait(10)


def children(process: subprocess.Popen[bytes]) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def test_the_process_serves_health_and_ends_on_a_signal(settings: Settings, tmp_path: Path) -> None:
    with served(tmp_path, 1) as (address, process):
        with urllib.request.urlopen(f"{address}/sign-in", timeout=5) as page:
            assert "登录" in page.read().decode() and page.headers["Server"] is None
        assert children(process) == []


def test_several_processes_share_the_port_and_end_together(settings: Settings, tmp_path: Path) -> None:
    with served(tmp_path, 2) as (address, process):
        both = children(process)
        assert len(both) == 2
        with ThreadPoolExecutor(8) as many:
            assert set(many.map(_answer, [f"{address}/health"] * 40)) == {"ok\n"}
        process.terminate()
        assert process.wait(10) == 0
        assert not [pid for pid in both if Path(f"/proc/{pid}").exists()]


def test_when_one_of_several_processes_ends_the_desk_ends_for_its_supervisor_to_start_anew(
    settings: Settings, tmp_path: Path
) -> None:
    with served(tmp_path, 2) as (_, process):
        first, second = children(process)
        os.kill(first, signal.SIGKILL)
        assert process.wait(10) == 1
        assert not Path(f"/proc/{second}").exists()


def _answer(url: str) -> str:
    end = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return str(answer.read().decode())
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
