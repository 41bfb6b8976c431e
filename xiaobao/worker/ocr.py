"""The text of citizens' pictures, read by a child process (recogniser.py) that may hang or die without harm.

The queue is the table of uploads: a picture is leased, read outside of any transaction, and its text kept. One child
serves many pictures, for its models take half a second and 600 MB; it is killed when a picture takes too long, started
again for the next one, and let go when nothing was to be read for a while. A picture that ended it twice is given up.
"""

from __future__ import annotations

import importlib.util
import json
import logging
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from xiaobao.conversations import uploads
from xiaobao.privacy import mask_sensitive
from xiaobao.reading import papers
from xiaobao.settings import ROOT
from xiaobao.tickets import deadlines

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 60.0  # a large photo takes five on a busy machine; the first one waits for the models
LEASE = timedelta(minutes=5)
IDLE_SECONDS = 300.0
MOST_PICTURES = 40  # of one child: its memory grows a little with each size of picture
A_ROUND = 10  # pictures, then the other jobs have their turn
COMMAND = (sys.executable, "-m", "xiaobao.worker.recogniser")


class Unreadable(Exception):
    """This picture could not be read; the reason is for the log."""


class Stopped(Exception):
    """The reader was closed while it read; the picture is not to blame."""


class Reader:
    """One child process, started when it is needed. Used by one thread; `close` may come from another."""

    def __init__(self, command: tuple[str, ...] = COMMAND, timeout: float = TIMEOUT_SECONDS) -> None:
        self._command, self._timeout = command, timeout
        self._child: subprocess.Popen[bytes] | None = None
        self._used, self._count = 0.0, 0
        self._closed = False

    def read(self, path: Path) -> list[Any]:
        """The lines of a picture. Raises Unreadable; the child is then another one for the next picture."""
        child = self._running()
        try:
            assert child.stdin is not None
            child.stdin.write(f"{path}\n".encode())
            child.stdin.flush()
            told = json.loads(self._answer(child))
        except (OSError, ValueError, Unreadable) as error:
            self._end()
            if self._closed:
                raise Stopped from None
            raise Unreadable(str(error) or type(error).__name__) from None
        self._used, self._count = time.monotonic(), self._count + 1
        if self._count >= MOST_PICTURES:
            self._end()
        if "error" in told:
            raise Unreadable(told["error"])
        return list(told["lines"])

    def rest(self) -> None:
        """Let the child go when it has had nothing to do for a while."""
        if self._child is not None and time.monotonic() - self._used > IDLE_SECONDS:
            self._end()

    def close(self) -> None:
        """End the child, also in the middle of a picture."""
        self._closed = True
        self._end()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._closed:
            raise Stopped
        if self._child is None or self._child.poll() is not None:
            # No secret for a process that may be taken over; a session of its own, for Ctrl-C is not meant for it.
            environ = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "PYTHONWARNINGS": "ignore"}
            self._child = subprocess.Popen(
                self._command, cwd=ROOT, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        return self._child

    def _answer(self, child: subprocess.Popen[bytes]) -> bytes:
        """One line from the child, in time. Raises Unreadable."""
        assert child.stdout is not None
        line, until = b"", time.monotonic() + self._timeout
        while not line.endswith(b"\n"):
            left = until - time.monotonic()
            if left <= 0 or not select.select([child.stdout], [], [], left)[0]:
                raise Unreadable(f"not done in {self._timeout:g} s")
            part = os.read(child.stdout.fileno(), 1 << 16)
            if not part:
                raise Unreadable("the reader died")
            line += part
        return line

    def _end(self) -> None:
        child, self._child, self._count = self._child, None, 0
        if child is not None:
            child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    pipe.close()


def available() -> bool:
    """Whether the recogniser is installed; it is not imported here."""
    return importlib.util.find_spec("rapidocr_onnxruntime") is not None


def reader(wanted: bool) -> Reader | None:
    """The reader of this worker, or None when pictures are not to be read (OCR=0) or cannot be."""
    if wanted and not available():
        logger.warning("Pictures are not read: rapidocr-onnxruntime is not installed.")
    return Reader() if wanted and available() else None


def read_waiting(
    sessions: sessionmaker[Session], reader: Reader | None, evidence_dir: Path, clock: Callable[[], datetime]
) -> int:
    """Read the pictures that wait and return how many were read. Safe to run twice: each is leased."""
    if reader is None:
        with sessions.begin() as session:
            uploads.leave_unread(session)
        return 0
    count = 0
    for _ in range(A_ROUND):
        with sessions.begin() as session:
            upload = uploads.claim_unread(session, clock(), LEASE)
            found = (upload.evidence_id, upload.path) if upload is not None else None
        if found is None:
            reader.rest()
            break
        try:
            count += _read_one(sessions, reader, evidence_dir, clock, *found)
        except Stopped:
            break
    return count


def _read_one(
    sessions: sessionmaker[Session],
    reader: Reader,
    evidence_dir: Path,
    clock: Callable[[], datetime],
    evidence_id: str,
    path: str,
) -> bool:
    try:
        raw = reader.read(evidence_dir / path)
    except (Unreadable, Stopped) as error:
        with sessions.begin() as session:
            uploads.give_back(session, evidence_id, clock(), tried=isinstance(error, Unreadable))
        if isinstance(error, Stopped):
            raise
        logger.warning("No text of evidence %s: %s", evidence_id, error)
        return False
    lines, values = told(raw, clock())
    with sessions.begin() as session:
        uploads.set_text(session, evidence_id, lines, values)
    return True


def told(raw: list[Any], now: datetime) -> tuple[list[dict[str, Any]], dict[str, dict[str, Any]]]:
    """What is kept of a picture: its lines, without numbers of identity and bank cards, and the values they tell."""
    found = papers.lines(raw)
    values = papers.read(found, deadlines.local_date(now))
    lines = [{"text": mask_sensitive(line.text), "score": line.score, "box": [list(p) for p in line.box]} for line in found]  # fmt: skip
    return lines, {slot: {**value.as_json(), "text": mask_sensitive(value.text)} for slot, value in values.items()}
