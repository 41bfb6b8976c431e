"""The document of what citizens are told is what they are told."""

from __future__ import annotations

import pytest

from actions import progress
from actions.words import Words
from tests.actions import status_matrix
from xiaobao.tickets.workflow import Process, Status

WORDS = Words.load(status_matrix.ROOT / "data" / "responses")


def test_the_document_says_what_the_words_and_the_table_say() -> None:
    assert status_matrix.DOC.read_text(encoding="utf-8") == status_matrix.document(WORDS)


@pytest.mark.parametrize("process", [one for one in Process if one != Process.DISTRESS])
def test_every_status_has_words_for_now_and_next(process: Process) -> None:
    statuses = progress.shown_statuses(process)
    assert Status.SUBMITTED in statuses and Status.ARCHIVED in statuses
    for status in statuses:
        assert progress.now_words(WORDS, process, status) and progress.next_words(WORDS, process, status)


def test_no_report_is_promised_mediation_and_no_bank_the_articles_of_a_regulator() -> None:
    for status in progress.shown_statuses(Process.REPORT):
        assert "调解" not in progress.next_words(WORDS, Process.REPORT, status)
    for status in progress.shown_statuses(Process.FINANCE):
        assert "市场监督管理" not in progress.next_words(WORDS, Process.FINANCE, status)
