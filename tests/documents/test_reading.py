"""What a page shows of a document is what stands in the file."""

from __future__ import annotations

import io

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH

from xiaobao.documents import reading, rendering
from xiaobao.documents.reading import Block


def made() -> bytes:
    document = Document()
    document.add_paragraph("受理告知书", style="Title").alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_paragraph("")
    document.add_paragraph().add_run("重要").bold = True
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip((cell for row in table.rows for cell in row.cells), "甲乙丙丁", strict=True):
        cell.text = text
    table.rows[1].cells[0].merge(table.rows[1].cells[1])
    document.add_paragraph("2026年11月23日").alignment = WD_ALIGN_PARAGRAPH.RIGHT
    document.sections[0].header.paragraphs[0].text = "页眉"
    document.sections[0].footer.paragraphs[0].text = "页脚"
    kept = io.BytesIO()
    document.save(kept)
    return kept.getvalue()


def test_head_body_tables_and_foot_come_in_reading_order() -> None:
    assert reading.blocks(made()) == [
        Block("paragraph", "页眉"),
        Block("title", "受理告知书", "center"),
        Block("paragraph", "重要", bold=True),
        Block("table", rows=(("甲", "乙"), ("丙\n丁",))),
        Block("paragraph", "2026年11月23日", "right"),
        Block("paragraph", "页脚"),
    ]


def test_the_words_alone_are_lines() -> None:
    assert reading.text(made()).splitlines() == [
        "页眉",
        "受理告知书",
        "重要",
        "甲：乙",
        "丙",
        "丁",
        "2026年11月23日",
        "页脚",
    ]


def test_the_signatures_of_an_agreement_are_there(catalogue, shipped) -> None:  # type: ignore[no-untyped-def]
    document = rendering.render(shipped["agreement"].data, catalogue.sample())
    (table,) = [block for block in reading.blocks(document) if block.kind == "table"]
    assert table.rows[0] == ("投诉人（签字）：", "被投诉人（签字或者盖章）：")
