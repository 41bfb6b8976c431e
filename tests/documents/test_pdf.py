"""PDF where LibreOffice is installed. Here it is not: what can be tried is that a program which fails or hangs is seen."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.documents.test_rendering import template
from xiaobao.documents import pdf


def test_without_libreoffice_there_is_no_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "PATH", "/nowhere")
    assert pdf.program() is None


@pytest.mark.parametrize("command", ["/bin/false", "/bin/true", "/nowhere/soffice"])
def test_a_program_that_makes_none_is_a_failure(command: str) -> None:
    with pytest.raises(pdf.PdfFailed):
        pdf.convert(template("好"), command)


def test_a_program_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    script = tmp_path / "hangs"
    script.write_text("#!/bin/sh\nsleep 30 &\nsleep 30\n")
    script.chmod(0o755)
    start = time.monotonic()
    with pytest.raises(pdf.PdfFailed, match="not done"):
        pdf.convert(template("好"), str(script), seconds=0.5)
    assert time.monotonic() - start < 5


@pytest.mark.skipif(pdf.program() is None, reason="LibreOffice is not installed")
def test_libreoffice_makes_a_pdf() -> None:
    assert pdf.convert(template("您好"), pdf.program() or "").startswith(b"%PDF-")
