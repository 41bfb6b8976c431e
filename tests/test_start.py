"""The start command as a person meets it: refusals, secrets, and the whole product once."""

from __future__ import annotations

import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from tests.simulators.product import Product, free_port
from tests.test_processes import gone
from xiaobao import start
from xiaobao.channels import effective
from xiaobao.settings import ROOT, Settings

pytestmark = pytest.mark.slow


def command(tmp_path: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    ports = {name: str(free_port()) for name in ("BOT_PORT", "ACTIONS_PORT", "DESK_PORT")}
    given = {**os.environ, "PYTHONPATH": str(ROOT), "XIAOBAO_DATA": str(tmp_path / "data"), **ports, **environ}
    return subprocess.run(
        [sys.executable, "-m", "xiaobao.start", *arguments], cwd=ROOT, env=given, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip


def test_a_taken_port_is_named_before_anything_is_trained_or_started(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        done = command(tmp_path, DESK_PORT=port)
    assert done.returncode == 1
    assert f"Not started. Port {port} is taken" in done.stdout
    assert "DESK_PORT=" in done.stdout
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "data" / "xiaobao.db").exists()


def test_a_file_in_place_of_the_data_directory_is_said_plainly(tmp_path):
    (tmp_path / "data").write_text("no folder")
    done = command(tmp_path)
    assert done.returncode == 1
    assert "is not writable" in done.stdout
    assert "Traceback" not in done.stderr


def test_a_wrong_setting_is_said_plainly(tmp_path):
    done = command(tmp_path, OFFICE="nowhere")
    assert (done.returncode, "Not started. OFFICE=nowhere" in done.stdout) == (1, True)


def test_an_unknown_process_is_refused_with_those_there_are(tmp_path):
    done = command(tmp_path, "bots")
    assert done.returncode == 1
    assert "Use bot, actions, desk, worker or migrate" in done.stdout


def test_migrate_makes_the_tables_and_shows_the_first_password_once(tmp_path):
    first, second = command(tmp_path, "migrate"), command(tmp_path, "migrate")
    assert (first.returncode, second.returncode) == (0, 0), first.stdout + first.stderr
    assert "one-time password" in first.stdout
    assert "one-time password" not in second.stdout
    assert stat.S_IMODE((tmp_path / "data" / "xiaobao.db").stat().st_mode) == 0o600


def test_secrets_are_made_once_private_and_different(tmp_path):
    first = start.with_secrets({}, tmp_path)
    assert start.with_secrets({}, tmp_path) == first
    assert len({first["SECRET_KEY"], first["INTERNAL_SECRET"]}) == 2
    assert min(len(first["SECRET_KEY"]), len(first["INTERNAL_SECRET"])) == 64
    assert stat.S_IMODE((tmp_path / "secrets.env").stat().st_mode) == 0o600


def test_a_secret_of_the_environment_is_kept_and_not_written_down(tmp_path):
    own = start.with_secrets({"SECRET_KEY": "mine" * 10}, tmp_path)
    assert own["SECRET_KEY"] == "mine" * 10
    assert "mine" not in (tmp_path / "secrets.env").read_text()
    assert "INTERNAL_SECRET=" in (tmp_path / "secrets.env").read_text()


def test_the_bot_is_started_without_rasas_api_and_only_where_it_was_told(tmp_path):
    given = {"XIAOBAO_DATA": str(tmp_path), "SECRET_KEY": "k" * 40, "INTERNAL_SECRET": "i" * 40, "BOT_PORT": "6005"}
    found = {
        program.name: list(program.command) for program in start.programs(Settings.from_env(given), Path("m.tar.gz"))
    }
    assert "--enable-api" not in found["bot"]
    assert found["bot"][found["bot"].index("--interface") + 1] == "127.0.0.1"
    assert found["bot"][found["bot"].index("--port") + 1] == "6005"
    assert set(found) == {"bot", "actions", "desk", "worker"}


def test_no_route_of_rasas_api_is_on_the_server_we_start(tmp_path, monkeypatch):
    from rasa.core.run import configure_app, create_http_input_channels
    from rasa.server import create_app

    monkeypatch.setenv("XIAOBAO_DATA", str(tmp_path))
    monkeypatch.setenv("SECRET_KEY", "k" * 40)
    monkeypatch.setenv("INTERNAL_SECRET", "i" * 40)
    wechat = {"WECHAT_TOKEN": "token", "WECHAT_APP_ID": "wx1", "WECHAT_APP_SECRET": "s", "WECHAT_AES_KEY": "A" * 43}
    for name, value in wechat.items():
        monkeypatch.setenv(name, value)
    credentials = tmp_path / "credentials.yml"
    credentials.write_text(effective(ROOT / "credentials.yml", wechat).text, encoding="utf-8")
    channels = create_http_input_channels(None, str(credentials))
    ours = {"/" + route.path.lstrip("/") for route in configure_app(channels, enable_api=False).router.routes}
    api = {"/" + route.path.lstrip("/") for route in create_app().router.routes}
    assert len(api) > 15
    assert ours & api == {"/"}
    assert "/webhooks/wechat/webhook" in ours
    assert [path for path in ours if path != "/" and not re.match(r"/(chat|webhooks/wechat)(/|$)", path)] == []


@pytest.mark.model
def test_the_product_starts_answers_and_leaves_nobody_behind(tmp_path):
    product = Product(data=tmp_path / "data")
    with product:
        until_said(product, "Xiaobao is ready.")
        log = product.log
        for address in (f"{product.bot}/chat", f"{product.desk}/", f"{product.desk}/api/v1"):
            assert address in log
        assert "one-time password" in log
        for path in ("/version", "/status", "/domain", "/conversations/x/tracker", "/webhooks/rest/webhook"):
            assert requests.get(product.bot + path, timeout=10).status_code == 404
        notice = requests.post(f"{product.bot}/chat/internal/notices", json={}, timeout=10)
        assert notice.status_code == 401
        assert not listens_elsewhere(product.ports["ACTIONS_PORT"])
        pids = processes_of(product.data)
        assert len(pids) >= 5, pids  # supervisord and four processes
        victim = next(pid for pid, line in pids.items() if "-m actions" in line)
        os.kill(victim, signal.SIGKILL)
        until_said(product, "actions is back")
        assert "actions stopped, restarting" in product.log
    assert "All processes have ended." in product.log
    assert all(gone(pid) for pid in pids)
    again = Product(data=product.data)
    with again:
        assert again.log.count("Training the model") <= 1
        assert again.log.count("one-time password") == 1


def until_said(product: Product, words: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while words not in product.log:
        assert time.monotonic() < end, product.log
        time.sleep(0.2)


def processes_of(data: Path) -> dict[int, str]:
    """Running processes whose environment names this data directory, with their command lines."""
    found = {}
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and f"XIAOBAO_DATA={data}".encode() in (entry / "environ").read_bytes():
                found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
    return found


def listens_elsewhere(port: int) -> bool:
    """Whether the port answers on another address of this machine than 127.0.0.1."""
    address = next((str(a[4][0]) for a in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)), "127.0.0.1")
    if address.startswith("127.0.0.1"):
        address = "127.0.0.2"
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((address, port)) == 0
