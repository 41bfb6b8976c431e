"""data/documents: complete, with articles that exist."""

from __future__ import annotations

import shutil

import pytest

from tests.factories import REFERENCE, knowledge
from xiaobao.documents import kinds
from xiaobao.documents.kinds import WrongFile
from xiaobao.tickets.tables import Ticket
from xiaobao.tickets.views import TicketView
from xiaobao.tickets.workflow import Process, Step


def test_the_nine_documents_are_there(catalogue):
    titles = [kind.title for kind in catalogue.kinds.values()]
    assert titles == [
        "受理告知书", "不予受理告知书", "补正通知", "调解通知", "调解书", "终止调解告知书", "举报告知书", "转办函", "答复书",
    ]  # fmt: skip
    assert all(catalogue.shipped(kind).is_file() for kind in catalogue.kinds)


def test_steps_and_processes_are_those_of_the_workflow(catalogue):
    steps, processes = {str(step) for step in Step}, {str(process) for process in Process}
    for kind in catalogue.kinds.values():
        assert set(kind.steps) <= steps and kind.processes <= processes, kind.code
    assert {clause.step for clause in catalogue.clauses} <= {"", *steps}


def test_each_article_cited_is_in_force(catalogue):
    laws = knowledge().laws
    for clause in catalogue.clauses:
        law = laws[clause.law]
        assert law.state != "repealed" and clause.article in law.articles, clause


def test_a_document_of_a_complaint_cites_nothing_of_reports(catalogue):
    """市场监督管理投诉举报处理办法 art. 28 to 37 are of reports."""
    reports = {"第二十八条", "第二十九条", "第三十四条", "第三十五条", "第三十六条", "第三十七条"}
    cited = {clause.article for clause in catalogue.clauses if clause.kind not in ("report",)}
    assert not cited & reports


def test_the_titles_of_a_sheet_are_fields_of_a_ticket(catalogue):
    assert set(catalogue.fields) <= set(TicketView.__dataclass_fields__)
    assert {name for name in catalogue.fields if hasattr(Ticket, name)} >= {"narrative", "contact_name"}
    assert "query_code" not in catalogue.fields and "conversation_id" not in catalogue.fields


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("kinds.csv", "消复", ""),
        ("kinds.csv", "authority", "somebody"),
        ("clauses.csv", "第十五条", ""),
        ("clauses.csv", "其他途径", "别的途径"),
        ("variables.csv", "meaning", "sense"),
    ],
)
def test_a_wrong_file_is_refused_with_its_name(tmp_path, name, before, after):
    (tmp_path / "reference").mkdir()
    shutil.copytree(REFERENCE.parent / "documents", tmp_path / "documents")
    path = tmp_path / "documents" / name
    path.write_text(path.read_text(encoding="utf-8").replace(before, after, 1), encoding="utf-8")
    with pytest.raises(WrongFile, match=name):
        kinds.load(tmp_path / "reference")
