"""The supervisor with tiny programs: restarts are said, stops leave nobody, killed parents neither."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from configparser import RawConfigParser
from pathlib import Path

import pytest

from xiaobao.processes import Program, StartFailed, Supervisor, configuration, socket_path
from xiaobao.settings import ROOT

pytestmark = pytest.mark.slow

NAMES = ("bot", "actions")
SLEEPER = "import os, sys, time, pathlib; pathlib.Path(sys.argv[1]).write_text(str(os.getpid())); time.sleep(600)"


def until(what: Callable[[], object], seconds: float = 25) -> None:
    """Wait until `what` is true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return
        time.sleep(0.1)
    raise AssertionError("it did not come about")


def gone(pid: int) -> bool:
    """No such process, or a zombie that nobody has buried yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def pid_of(data: Path, name: str) -> int:
    path = data / f"{name}.pid"
    return int(path.read_text() or 0) if path.exists() else 0


def sleepers(data: Path, names: tuple[str, ...] = NAMES) -> list[Program]:
    return [Program(name, [sys.executable, "-c", SLEEPER, str(data / f"{name}.pid")]) for name in names]


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def running(tmp_path: Path, said: list[str]) -> Iterator[Supervisor]:
    supervisor = Supervisor(sleepers(tmp_path), tmp_path, ROOT, os.environ, said.append)
    supervisor.start()
    try:
        until(lambda: _all_seen(supervisor))
        yield supervisor
    finally:
        supervisor.stop()


def _all_seen(supervisor: Supervisor) -> bool:
    supervisor.look(starting=True)
    return all(seen.pid for seen in supervisor.seen.values())


def test_a_killed_child_is_restarted_and_both_is_said(running, said, tmp_path):
    first = pid_of(tmp_path, "bot")
    os.kill(first, signal.SIGKILL)
    until(lambda: running.look(starting=False) or len(said) == 2)
    assert said[0].startswith("bot stopped, restarting")
    assert said[1] == "bot is back"
    assert pid_of(tmp_path, "bot") not in (0, first)


def test_a_stop_leaves_nobody(running, tmp_path):
    pids = [pid_of(tmp_path, name) for name in NAMES]
    running.stop()
    assert all(gone(pid) for pid in pids)
    assert not socket_path(tmp_path).exists()


def test_a_killed_supervisor_is_noticed_and_its_children_ended(running, tmp_path):
    pids = [pid_of(tmp_path, name) for name in NAMES]
    running.process.kill()
    until(lambda: not running.alive())
    running.stop()
    until(lambda: all(gone(pid) for pid in pids), 5)


def test_the_socket_is_for_us_alone_and_the_configuration_holds_no_secret(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "s3cret" * 8)
    supervisor = Supervisor(sleepers(tmp_path), tmp_path, ROOT, os.environ, print)
    supervisor.start()
    try:
        until(lambda: socket_path(tmp_path).exists())
        assert socket_path(tmp_path).stat().st_mode & 0o077 == 0
        assert "s3cret" not in (tmp_path / "run" / "supervisord.conf").read_text()
    finally:
        supervisor.stop()


def test_a_program_that_cannot_start_says_its_last_words(tmp_path):
    broken = Program("desk", [sys.executable, "-c", "raise SystemExit('no such table: accounts')"])
    supervisor = Supervisor([broken], tmp_path, ROOT, os.environ, print)
    supervisor.start()
    try:
        with pytest.raises(StartFailed, match=r"desk does not start(?s:.*)no such table: accounts"):
            until(lambda: supervisor.look(starting=True))
    finally:
        supervisor.stop()


def test_a_program_that_ignores_sigterm_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr("xiaobao.processes.STOP_SECONDS", 1)
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SLEEPER
    supervisor = Supervisor(
        [Program("bot", [sys.executable, "-c", stubborn, str(tmp_path / "bot.pid")])], tmp_path, ROOT, os.environ, print
    )
    supervisor.start()
    until(lambda: pid_of(tmp_path, "bot"))
    supervisor.stop()
    assert gone(pid_of(tmp_path, "bot"))


def test_not_even_kill_9_of_the_start_command_leaves_orphans(tmp_path):
    script = (
        "import os, sys, time; from pathlib import Path; from xiaobao.settings import ROOT;"
        "from tests.test_processes import sleepers; from xiaobao.processes import Supervisor;"
        "data = Path(sys.argv[1]); Supervisor(sleepers(data), data, ROOT, os.environ, print).start(); time.sleep(600)"
    )
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    parent = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, env=environ)
    until(lambda: all(pid_of(tmp_path, name) for name in NAMES))
    parent.kill()
    parent.wait(5)
    until(lambda: all(gone(pid_of(tmp_path, name)) for name in NAMES))


def test_percent_signs_and_spaces_in_paths_survive(tmp_path):
    data = tmp_path / "100% of it"
    config = RawConfigParser()
    config.read_string(configuration(sleepers(data), data, ROOT))
    assert config["program:bot"]["stdout_logfile"] == str(data / "log" / "bot.log").replace("%", "%%")
    assert f'"{data}/bot.pid"'.replace("%", "%%") in config["program:bot"]["command"]


def test_a_very_long_data_directory_still_gives_a_socket_the_system_can_open(tmp_path):
    path = socket_path(tmp_path / ("d" * 120))
    assert len(str(path)) < 90
    assert path == socket_path(tmp_path / ("d" * 120))
