"""Clean small copies of uploaded pictures, each made by a child process of its own (preview.py)."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from xiaobao.conversations import uploads
from xiaobao.settings import ROOT

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 30
NONE = ""  # in place of a path: no copy can be made of this file
SUFFIX = ".preview.jpg"


def make_waiting(sessions: sessionmaker[Session], evidence_dir: Path, limit: int = 20) -> int:
    """Make the copies that are still missing; returns how many were made.

    A file that cannot be decoded is marked and never tried again. Two workers may do the same file: the copy
    is put in its place whole.
    """
    with sessions.begin() as session:
        waiting = [(upload.evidence_id, upload.path) for upload in uploads.without_preview(session, limit)]
    made = 0
    for evidence_id, path in waiting:
        why = reencode(evidence_dir / path, evidence_dir / (path + SUFFIX))
        if why:
            logger.warning("No preview of evidence %s: %s", evidence_id, why)
        with sessions.begin() as session:
            wanted = uploads.set_preview(session, evidence_id, NONE if why else path + SUFFIX)
        if not wanted:  # refused while the copy was made
            (evidence_dir / (path + SUFFIX)).unlink(missing_ok=True)
        made += wanted and not why
    return made


def reencode(source: Path, target: Path) -> str:
    """Decode `source` in a child process and write a clean JPEG to `target`; returns why not, or ""."""
    command = [sys.executable, "-m", "xiaobao.worker.preview", str(source), str(target)]
    environ = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}  # no secret for a process that may be taken over
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return f"not done in {TIMEOUT_SECONDS} s"
    if done.returncode == 0:
        return ""
    last = done.stderr.strip().splitlines()[-1:] or [f"ended with {done.returncode}"]
    return last[0][:200]
