"""The process as the start command runs it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from xiaobao.settings import ROOT, Settings

pytestmark = pytest.mark.slow


def test_the_process_serves_health_and_ends_on_a_signal(settings: Settings, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = {"XIAOBAO_DATA": str(tmp_path), "SECRET_KEY": "k" * 40, "INTERNAL_SECRET": "i" * 40, "PATH": ""}
    command = [sys.executable, "-m", "xiaobao.desk"]
    process = subprocess.Popen(command, cwd=ROOT, env={**environ, "DESK_PORT": str(port)})
    try:
        assert _answer(f"http://127.0.0.1:{port}/health") == "ok\n"
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in", timeout=5) as page:
            assert "登录" in page.read().decode() and page.headers["Server"] is None
    finally:
        process.terminate()
        process.wait(10)


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
