"""What has to be true before anything starts; each refusal names the remedy."""

from __future__ import annotations

import shutil
import socket
import sys
import tempfile
from pathlib import Path

from xiaobao.settings import Settings, SettingsError

LEAST_FREE_MB = 1024
PORTS = (("BOT_PORT", "bot_port"), ("ACTIONS_PORT", "actions_port"), ("DESK_PORT", "desk_port"))


class NotReady(RuntimeError):
    """Starting makes no sense yet; the message says why and what to do."""


def python_version(version: tuple[int, ...] = tuple(sys.version_info[:2])) -> None:
    """Rasa 3.6 and its TensorFlow run on Python 3.10 only. Raises NotReady."""
    if version[:2] != (3, 10):
        raise NotReady(
            f"Python {version[0]}.{version[1]} runs this; Rasa 3.6 needs 3.10. Use `make run`, it finds one."
        )


def data_directory(data_dir: Path) -> None:
    """Make the data directory, private to us, and write a byte into it. Raises NotReady."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=data_dir) as file:
            file.write(b"x")
    except OSError as error:
        raise NotReady(
            f"The data directory {data_dir} is not writable ({error.strerror}). "
            "Give it to the account that runs this, or set XIAOBAO_DATA to another folder."
        ) from None


def disk_space(data_dir: Path, least_mb: int = LEAST_FREE_MB) -> None:
    """Database, uploads, models and logs need room. Raises NotReady below `least_mb`."""
    free = free_mb(data_dir)
    if free < least_mb:
        raise NotReady(
            f"Only {free} MB are free for {data_dir}, {least_mb} MB are needed. "
            "Free some, or set XIAOBAO_DATA to a folder on another disk."
        )


def free_mb(place: Path) -> int:
    """Megabytes that are free on the disk of `place`."""
    return shutil.disk_usage(place).free // 1_000_000


def ports_free(settings: Settings) -> None:
    """Each port must be ours. Raises NotReady with the port and its variable."""
    chosen = {name: getattr(settings, attribute) for name, attribute in PORTS}
    if len(set(chosen.values())) < len(chosen):
        listed = ", ".join(f"{name}={port}" for name, port in chosen.items())
        raise NotReady(f"Two processes cannot share a port: {listed}. Give each its own.")
    for name, port in chosen.items():
        host = settings.actions_host if name == "ACTIONS_PORT" else settings.bind_host
        if not _free(host, port):
            raise NotReady(
                f"Port {port} is taken by another program, perhaps by a Xiaobao that still runs. "
                f"Stop that one (`ss -ltnp | grep :{port}` shows it), or choose another: {name}={port + 1000} make run"
            )


def office_known(settings: Settings) -> None:
    """OFFICE must be a row of data/reference/office.csv. Raises SettingsError."""
    from xiaobao.conversations import quiet
    from xiaobao.tickets import office

    try:
        quiet.read(office.load(settings.reference_dir, settings.office_id).quiet)
    except (KeyError, LookupError, ValueError, OSError) as error:
        raise SettingsError(f"OFFICE={settings.office_id}: {error}. See data/reference/office.csv.") from None


def _free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the servers do: TIME_WAIT is no obstacle
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
