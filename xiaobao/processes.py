"""The four processes under one supervisor (supervisord): started, watched, restarted, stopped without orphans."""

from __future__ import annotations

import ctypes
import hashlib
import os
import signal
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Callable, Mapping, Sequence
from configparser import RawConfigParser
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from supervisor.xmlrpc import SupervisorTransport

from xiaobao.training import tail

STOP_SECONDS = 8  # a process that ignores SIGTERM this long is killed
GROUP = "xiaobao"
RETRY_SECONDS = 10  # pause before a process is tried again that failed several times in a row
LOG_BYTES = "5MB"
LOG_BACKUPS = 4
PR_SET_PDEATHSIG = 1  # prctl(2)


class StartFailed(RuntimeError):
    """A process cannot be started; the message ends with its last words."""


@dataclass(frozen=True)
class Program:
    """One process: its name in messages and logs, and its command."""

    name: str
    command: Sequence[str]


@dataclass
class Seen:
    """What was last known about a process. `pid` 0: not running."""

    pid: int = 0
    down: bool = False
    since: float = field(default_factory=time.monotonic)


def configuration(programs: Sequence[Program], data_dir: Path, root: Path) -> str:
    """Text of supervisord's configuration. It holds no secret: processes inherit the environment."""
    run, logs = data_dir / "run", data_dir / "log"
    config = RawConfigParser()
    config.optionxform = str  # type: ignore[assignment,method-assign]
    config["supervisord"] = _escaped(
        nodaemon="true",
        logfile=logs / "supervisor.log",
        logfile_maxbytes=LOG_BYTES,
        logfile_backups=LOG_BACKUPS,
        pidfile=run / "supervisor.pid",
        directory=root,
        loglevel="info",
        umask="077",
        nocleanup="true",
    )
    config["unix_http_server"] = _escaped(file=socket_path(data_dir), chmod="0700")
    config["rpcinterface:supervisor"] = {
        "supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface"
    }
    # One group: supervisord stops the programs of a group together, but one group after the other.
    config[f"group:{GROUP}"] = {"programs": ",".join(program.name for program in programs)}
    for program in programs:
        config[f"program:{program.name}"] = _escaped(
            command=" ".join(_quoted(word) for word in program.command),
            directory=root,
            autorestart="true",
            startsecs=2,
            startretries=3,
            stopwaitsecs=STOP_SECONDS,
            stopasgroup="true",
            killasgroup="true",
            redirect_stderr="true",
            stdout_logfile=logs / f"{program.name}.log",
            stdout_logfile_maxbytes=LOG_BYTES,
            stdout_logfile_backups=LOG_BACKUPS,
        )
    return _text(config)


def socket_path(data_dir: Path) -> Path:
    """Where supervisord listens, readable by nobody else. A path of a socket holds about 100 characters."""
    usual = data_dir / "run" / "supervisor.sock"
    if len(str(usual)) < 90:
        return usual
    return Path("/tmp") / f"xiaobao-{hashlib.sha256(str(usual).encode()).hexdigest()[:16]}.sock"


class Supervisor:
    """A running supervisord. `say` gets one line whenever a process stops or is back."""

    def __init__(
        self,
        programs: Sequence[Program],
        data_dir: Path,
        root: Path,
        environ: Mapping[str, str],
        say: Callable[[str], None],
    ) -> None:
        self.programs, self.data_dir, self.root, self.environ, self.say = programs, data_dir, root, environ, say
        self.seen = {program.name: Seen() for program in programs}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start supervisord and with it every process; returns at once."""
        run, logs = self.data_dir / "run", self.data_dir / "log"
        for folder in (run, logs):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = run / "supervisord.conf"
        file.write_text(configuration(self.programs, self.data_dir, self.root), encoding="utf-8")
        command = [sys.executable, "-m", "supervisor.supervisord", "-c", str(file), "--silent"]
        with (logs / "supervisor.log").open("ab") as out:
            self.process = subprocess.Popen(
                command, cwd=self.root, env=dict(self.environ), stdout=out, stderr=out, start_new_session=True,
                preexec_fn=_end_with_parent,
            )  # fmt: skip

    def alive(self) -> bool:
        """Whether supervisord itself runs."""
        return self.process is not None and self.process.poll() is None

    def look(self, *, starting: bool) -> None:
        """Note what changed since the last look and say it.

        While `starting`, a process that gave up raises StartFailed; later it is tried again and again.
        """
        for info in self._info():
            name, pid = info["name"], info["pid"]
            if name not in self.seen:
                continue
            if info["statename"] == "FATAL" and starting:
                raise StartFailed(f"{name} does not start. Its last words ({self.log(name)}):\n{tail(self.log(name))}")
            self._note(name, pid, info["statename"])

    def _note(self, name: str, pid: int, state: str) -> None:
        seen = self.seen[name]
        if seen.pid and pid != seen.pid and not seen.down:
            seen.down, seen.since = True, time.monotonic()
            self.say(f"{name} stopped, restarting (log: {self.log(name)})")
        if state == "RUNNING":
            if seen.down:
                self.say(f"{name} is back")
            seen.pid, seen.down = pid, False
        elif state == "FATAL" and time.monotonic() - seen.since > RETRY_SECONDS:
            seen.since = time.monotonic()
            self.say(f"{name} failed several times, trying again (log: {self.log(name)})")
            self._call("startProcess", f"{GROUP}:{name}", False)

    def log(self, name: str) -> Path:
        """The log of a process."""
        return self.data_dir / "log" / f"{name}.log"

    def stop(self) -> None:
        """End every process, kill what does not end, and supervisord last. Leaves nothing behind."""
        if self.process is None:
            return
        groups = [info["pid"] for info in self._info() if info["pid"]] or [s.pid for s in self.seen.values() if s.pid]
        if self.alive():
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS + 5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)
        if self.process.returncode != 0:  # supervisord itself was killed: nobody ended its processes
            for group in groups:
                _kill_group(group)
        self.process = None

    def _info(self) -> list[dict[str, Any]]:
        return self._call("getAllProcessInfo") or []

    def _call(self, method: str, *parameters: Any) -> Any:
        """None while supervisord does not answer. A connection each: a broken one would stay broken."""
        transport = SupervisorTransport(None, None, f"unix://{socket_path(self.data_dir)}")
        proxy: Any = xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport).supervisor
        try:
            return getattr(proxy, method)(*parameters)
        except (OSError, xmlrpc.client.Error, ValueError):
            return None


def _end_with_parent() -> None:
    """supervisord gets SIGTERM when the start command is killed, so not even kill -9 leaves orphans (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _kill_group(pid: int) -> None:
    try:
        if os.getpgid(pid) == pid:
            os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _escaped(**values: object) -> dict[str, str]:
    """supervisord expands %(...)s in every value."""
    return {name: str(value).replace("%", "%%") for name, value in values.items()}


def _quoted(word: str) -> str:
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _text(config: RawConfigParser) -> str:
    lines: list[str] = []
    for section in config.sections():
        lines += [f"[{section}]", *(f"{name} = {value}" for name, value in config[section].items()), ""]
    return "\n".join(lines)
