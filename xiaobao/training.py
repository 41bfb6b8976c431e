"""Trained archives under models/: which one fits the data, and how a new one is made.

An archive's name carries two digests: of what is learnt (config, domain, examples, rules, dictionaries,
components) and of the responses. Rasa packs the responses into the archive, so rewording needs a new
archive, but Rasa's own cache makes that a matter of seconds: nothing is trained.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from xiaobao.settings import ROOT

LEARNT: tuple[str, ...] = ("config.yml", "domain.yml", "data/nlu", "data/rules", "data/stories", "data/dictionary")
LEARNT += ("bot/components", "bot/importer.py")
WORDING = ("data/responses",)
KEPT = 3
TAIL = 25  # lines of the log that a failure shows

# Small machines: one thread each for the numeric libraries, no GPU, no word to the outside.
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "PYTHONWARNINGS": "ignore",
    "PYTHONUNBUFFERED": "1",
}


class TrainingFailed(RuntimeError):
    """Rasa did not make an archive; the message ends with its last words."""


def archive_name(root: Path = ROOT) -> str:
    """File name of the archive that fits the data as it is now."""
    return f"xiaobao-{digest(root, LEARNT)}-{digest(root, WORDING)}.tar.gz"


def digest(root: Path, parts: Iterable[str]) -> str:
    """Twelve hex digits over the names and bytes of all files below `parts`, compiled Python left out."""
    total = hashlib.sha256()
    for part in parts:
        place = root / part
        files = sorted(place.rglob("*")) if place.is_dir() else [place]
        for path in files:
            if path.is_file() and path.suffix != ".pyc" and not path.name.startswith("."):
                total.update(path.relative_to(root).as_posix().encode() + b"\0")
                total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:12]


def fitting_model(root: Path = ROOT) -> Path | None:
    """The archive that fits the data, or None when one has to be trained."""
    path = root / "models" / archive_name(root)
    return path if path.is_file() else None


def newest_model(root: Path = ROOT) -> Path:
    """The archive that fits, else the youngest one. Raises FileNotFoundError when there is none at all."""
    fitting = fitting_model(root)
    if fitting is not None:
        return fitting
    archives = sorted((root / "models").glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    if not archives:
        raise FileNotFoundError("models/ holds no archive: run `make train`.")
    return archives[-1]


def train(
    log: Path, root: Path = ROOT, environ: Mapping[str, str] | None = None, say: Callable[[str], None] = print
) -> Path:
    """Make the archive that fits, unless it is there; two at once wait for each other.

    What Rasa says goes to `log`. Raises TrainingFailed.
    """
    with _alone(root / "models" / ".lock"):
        fitting = fitting_model(root)
        if fitting is not None:
            return fitting
        name = archive_name(root)
        learnt = name.split("-")[1]
        known = any((root / "models").glob(f"xiaobao-{learnt}-*.tar.gz"))
        say("Wording changed: packing the model again." if known else "Training the model, one to three minutes ...")
        with tempfile.TemporaryDirectory(prefix=".training-", dir=root / "models") as scratch:
            command = [sys.executable, "-m", "rasa", "train", "--augmentation", "0", "--out", scratch]
            command += ["--fixed-model-name", name.removesuffix(".tar.gz")]
            _run(command, log, root, environ)
            made = Path(scratch) / name
            if not made.is_file():
                raise TrainingFailed(f"Rasa ended without an archive. Its last words ({log}):\n{tail(log)}")
            made.replace(root / "models" / name)
        _forget_old(root)
    return root / "models" / name


def tail(log: Path, lines: int = TAIL) -> str:
    """The last lines of a log, or nothing when there is none."""
    if not log.is_file():
        return ""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


def quiet_environ(environ: Mapping[str, str] | None = None, root: Path = ROOT) -> dict[str, str]:
    """`environ` with telemetry off, libraries quiet and our packages importable; what is set already stays set,
    telemetry excepted."""
    base = dict(os.environ if environ is None else environ)
    base.pop("PYTHONDONTWRITEBYTECODE", None)  # every restart would compile everything anew
    return {**QUIET, **base, "RASA_TELEMETRY_ENABLED": "false", "PYTHONPATH": str(root)}


def _run(command: list[str], log: Path, root: Path, environ: Mapping[str, str] | None) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as out:
        done = subprocess.run(command, cwd=root, env=quiet_environ(environ, root), stdout=out, stderr=out, check=False)
    if done.returncode != 0:
        raise TrainingFailed(f"`rasa train` ended with {done.returncode}. Its last words ({log}):\n{tail(log)}")


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _forget_old(root: Path) -> None:
    """Keep the youngest archives that this command made; those of other names are somebody's own."""
    for scratch in (root / "models").glob(".training-*"):
        shutil.rmtree(scratch, ignore_errors=True)
    made = sorted((root / "models").glob("xiaobao-*.tar.gz"), key=lambda path: path.stat().st_mtime)
    for path in made[:-KEPT]:
        path.unlink(missing_ok=True)


def main() -> int:
    """`make train`."""
    from xiaobao.settings import environment

    environ = environment()
    log = Path(environ.get("XIAOBAO_DATA") or ROOT / "var") / "log" / "train.log"
    try:
        print(f"Model: {train(log, environ=environ)}", flush=True)
    except TrainingFailed as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
