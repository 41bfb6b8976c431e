"""A document as PDF by LibreOffice, where it is installed; without it the product does without PDF."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

PROGRAMS = ("soffice", "libreoffice")
SECONDS = 60
PATH = "/usr/local/bin:/usr/bin:/bin"


class PdfFailed(RuntimeError):
    """LibreOffice made none; the document itself is not touched."""


def program() -> str | None:
    """LibreOffice's command, None where it is not installed."""
    return next((found for name in PROGRAMS if (found := shutil.which(name, path=PATH))), None)


def convert(document: bytes, command: str, seconds: float = SECONDS) -> bytes:
    """The PDF of a DOCX. Raises PdfFailed, also when it takes longer than `seconds`.

    A process group and a profile of its own: two conversions never share one, and none outlives its time.
    """
    with tempfile.TemporaryDirectory(prefix="xiaobao-pdf-") as folder:
        room = Path(folder)
        (room / "in.docx").write_bytes(document)
        line = [
            *(command, f"-env:UserInstallation=file://{room}/profile", "--headless", "--norestore", "--nologo"),
            *("--convert-to", "pdf:writer_pdf_Export", "--outdir", str(room), str(room / "in.docx")),
        ]
        _run(line, room, seconds)
        made = room / "in.pdf"
        data = made.read_bytes() if made.is_file() else b""
    if not data.startswith(b"%PDF-"):
        raise PdfFailed("no PDF came out")
    return data


def _run(line: list[str], room: Path, seconds: float) -> None:
    environ = {"PATH": PATH, "HOME": str(room), "LANG": "C.UTF-8"}  # no secret for a program that reads a foreign file
    quiet = subprocess.DEVNULL
    try:
        running = subprocess.Popen(
            line, cwd=room, env=environ, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True
        )
    except OSError as error:
        raise PdfFailed(type(error).__name__) from None
    try:
        code = running.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
        raise PdfFailed(f"not done in {seconds:g} s") from None
    if code != 0:
        raise PdfFailed(f"ended with {code}")
