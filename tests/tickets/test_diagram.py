"""The document of the workflow is the table."""

from __future__ import annotations

from pathlib import Path

from xiaobao.tickets import diagram

DOCUMENT = Path(__file__).parents[2] / "docs" / "workflow.md"


def test_the_document_says_what_the_table_says():
    assert DOCUMENT.read_text(encoding="utf-8") == diagram.document()
