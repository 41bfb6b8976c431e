"""`make run`: check, train if needed, migrate, start the four processes, watch them, stop cleanly.

`python -m xiaobao.start bot` (or actions, desk, worker) becomes that one process instead, for containers;
`python -m xiaobao.start migrate` only creates or migrates the database.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

import requests

from xiaobao import channels, checks, database, training
from xiaobao.processes import Program, StartFailed, Supervisor
from xiaobao.settings import ROOT, SECRETS_FILE, Settings, SettingsError, environment, read_env_file
from xiaobao.training import newest_model

SECRETS = ("SECRET_KEY", "INTERNAL_SECRET")
READY_SECONDS = 180
LOOK_SECONDS = 1.0

__all__ = ["main", "newest_model"]


class Stop(Exception):
    """Ctrl-C or SIGTERM."""


def say(line: str) -> None:
    """A line of progress, shown at once."""
    print(line, flush=True)


def main(arguments: list[str]) -> int:
    """0 after a clean stop, 1 when it cannot start; the reason is the last thing printed."""
    os.umask(0o077)  # whatever we write holds what citizens told us
    try:
        _stop_on_signals()
        if arguments:
            return one(arguments[0])
        return everything()
    except (checks.NotReady, SettingsError, training.TrainingFailed, StartFailed) as error:
        say(f"Not started. {error}")
        return 1
    except (Stop, KeyboardInterrupt):
        say("Stopped before it was ready.")
        return 0


def everything() -> int:
    """All processes under one supervisor, until somebody stops them."""
    environ, settings = prepare()
    checks.ports_free(settings)
    for leftover in private_tmp(settings.data_dir).iterdir():  # of a run that was killed
        shutil.rmtree(leftover, ignore_errors=True)
    model = training.train(settings.data_dir / "log" / "train.log", environ=environ, say=say)
    say("Database: creating or migrating.")
    database.upgrade(settings.database_url)
    supervisor = Supervisor(programs(settings, model), settings.data_dir, ROOT, environ, say)
    say("Starting bot, action server, desk and worker.")
    try:
        supervisor.start()
        wait_until_ready(supervisor, settings)
        announce(settings, first_admin(environ))  # last: the password is shown only this once
        while supervisor.alive():
            supervisor.look(starting=False)
            time.sleep(LOOK_SECONDS)
        say(f"The supervisor ended, everything stops. Log: {settings.data_dir / 'log' / 'supervisor.log'}")
        return 1
    except (Stop, KeyboardInterrupt):
        say("Stopping.")
        return 0
    finally:
        _ignore_signals()  # a second Ctrl-C must not leave half of it running
        supervisor.stop()
        say("All processes have ended.")


def prepare() -> tuple[dict[str, str], Settings]:
    """The checks that need nothing running, the secrets, and what every process gets as its environment.

    Raises NotReady or SettingsError.
    """
    checks.python_version()
    environ = environment()
    data_dir = Path(environ.get("XIAOBAO_DATA") or ROOT / "var").resolve()
    checks.data_directory(data_dir)
    checks.disk_space(data_dir)
    environ = with_secrets(environ, data_dir)
    settings = Settings.from_env(environ)
    checks.office_known(settings)
    found = channels.effective(ROOT / "credentials.yml", environ)
    for name in found.left_out:
        say(f"{name}: off (its variables are not set).")
    run = settings.data_dir / "run"
    run.mkdir(exist_ok=True, mode=0o700)
    (run / "credentials.yml").write_text(found.text, encoding="utf-8")
    return training.quiet_environ(
        environ | {
            "XIAOBAO_DATA": str(settings.data_dir),
            "TRACKER_URL": settings.tracker_url,
            "SANIC_HOST": settings.actions_host,  # rasa-sdk would listen on all addresses
            "SANIC_GRACEFUL_SHUTDOWN_TIMEOUT": "2",  # seconds; an idle connection would hold up the end for 15
            "SANIC_WORKERS": "1",
            "ACTION_SERVER_SANIC_WORKERS": "1",
            "ACTIONS_URL": settings.actions_url,
            "PYTHONUTF8": "1",
            "TMPDIR": str(private_tmp(settings.data_dir)),
        }
    ), settings  # fmt: skip


def private_tmp(data_dir: Path) -> Path:
    """Where processes unpack the model and cache dictionaries: a folder nobody else can put files into."""
    path = data_dir / "tmp"
    path.mkdir(exist_ok=True, mode=0o700)
    return path


def with_secrets(environ: dict[str, str], data_dir: Path) -> dict[str, str]:
    """`environ` with every secret; those that are unset are made once and kept in the data directory, mode 0600."""
    path = data_dir / SECRETS_FILE
    known = {**read_env_file(path), **environ}
    unset = [name for name in SECRETS if not known.get(name)]
    if unset:
        lines = [f"{name}={secrets.token_hex(32)}\n" for name in unset]
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as file:
            file.writelines(lines)
        say(f"Secrets made and kept in {path}.")
        known = {**read_env_file(path), **environ}
    return known


def programs(settings: Settings, model: Path | None = None) -> list[Program]:
    """The four processes. Rasa's own HTTP API stays off: without --enable-api only `/` and our channels answer."""
    python = sys.executable
    credentials = settings.data_dir / "run" / "credentials.yml"
    bot = [python, "-m", "rasa", "run", "--model", str(model or newest_model()), "--endpoints", "endpoints.yml"]
    bot += ["--credentials", str(credentials), "--interface", settings.bind_host, "--port", str(settings.bot_port)]
    actions = [python, "-m", "actions"]
    return [
        Program("bot", bot),
        Program("actions", actions),
        Program("desk", [python, "-m", "xiaobao.desk"]),
        Program("worker", [python, "-m", "xiaobao.worker"]),
    ]


def first_admin(environ: dict[str, str]) -> str:
    """What `python -m xiaobao.desk.first_admin` prints: login and one-time password of the first admin, or nothing
    when there is an account already."""
    command = [sys.executable, "-m", "xiaobao.desk.first_admin"]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode != 0:
        raise StartFailed(f"The first account of the desk cannot be made:\n{done.stderr[-2000:]}")
    return done.stdout.strip()


def wait_until_ready(supervisor: Supervisor, settings: Settings) -> None:
    """Until `GET /chat/health` answers 200. Raises StartFailed with the part that does not come up."""
    end, why = time.monotonic() + READY_SECONDS, "no answer"
    while time.monotonic() < end:
        if not supervisor.alive():
            log = settings.data_dir / "log" / "supervisor.log"
            raise StartFailed(f"The supervisor ended at once. Its last words:\n{training.tail(log)}")
        supervisor.look(starting=True)
        try:
            answer = requests.get(f"http://{_host(settings)}:{settings.bot_port}/chat/health", timeout=5)
            if answer.status_code == 200:
                return
            why = answer.text[:200]
        except requests.RequestException:
            why = "no answer"
        time.sleep(0.5)
    log = supervisor.log("bot")
    raise StartFailed(
        f"Not ready after {READY_SECONDS} s ({why}). Last words of the bot ({log}):\n{training.tail(log)}"
    )


def announce(settings: Settings, password: str) -> None:
    """The three addresses, and what the first admin needs."""
    bot, desk = (f"http://{_host(settings)}:{port}" for port in (settings.bot_port, settings.desk_port))
    say("")
    say("Xiaobao is ready.")
    say(f"  Chat page:  {bot}/chat")
    say(f"  Staff desk: {desk}/")
    say(f"  Desk API:   {desk}/api/v1")
    for line in password.splitlines():
        say(f"  {line}")
    say(f"  Logs: {settings.data_dir / 'log'}. Ctrl-C stops everything.")
    say("")


def one(name: str) -> int:
    """Become one process (containers), or migrate. Raises NotReady for an unknown name."""
    environ, settings = prepare()
    if name == "migrate":
        database.upgrade(settings.database_url)
        say(first_admin(environ))
        return 0
    for program in programs(settings, newest_model() if name == "bot" else Path()):
        if program.name == name:
            os.chdir(ROOT)
            os.execve(program.command[0], list(program.command), environ)
    raise checks.NotReady(f"{name!r} is no process. Use bot, actions, desk, worker or migrate.")


def _host(settings: Settings) -> str:
    return "127.0.0.1" if settings.bind_host in {"0.0.0.0", "::", "localhost"} else settings.bind_host


def _stop_on_signals() -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        raise Stop

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


def _ignore_signals() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
