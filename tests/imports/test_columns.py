"""Names of columns, and words in cells."""

from __future__ import annotations

import pytest

from tests.factories import REFERENCE
from xiaobao.imports import columns
from xiaobao.imports.sheets import FileProblem
from xiaobao.tickets.accounts import STAFF
from xiaobao.tickets.filing import Submission
from xiaobao.tickets.sources import Source
from xiaobao.tickets.workflow import Role

NAMES = columns.load(REFERENCE)


def test_columns_are_found_under_the_names_that_offices_give_them() -> None:
    found = columns.header(NAMES, "tickets", ["登记编号*", "投诉 日期", "投诉内容：", "涉及金额（元）", "备注", ""])
    assert found.places == {"source_number": 0, "submitted_at": 1, "narrative": 2, "amount": 3}
    assert found.unused == ("备注",) and found.cells(["1", "2"]) == {
        "source_number": "1", "submitted_at": "2", "narrative": "", "amount": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("row", "code", "detail"),
    [
        (["编号", "内容"], "column_missing", "提交时间"),
        (["编号", "内容", "日期", "经过"], "column_twice", "内容、经过"),
        (["一", "二"], "column_missing", "原编号、提交时间、经过"),
    ],
)
def test_a_missing_or_double_column_is_named(row: list[str], code: str, detail: str) -> None:
    with pytest.raises(FileProblem) as found:
        columns.header(NAMES, "tickets", row)
    assert (found.value.code, found.value.detail) == (code, detail)


def test_no_name_stands_for_two_fields_and_every_field_is_known() -> None:
    for sheet in columns.SHEETS:
        names = [name for column in NAMES.columns[sheet] for name in column.names]
        assert len(names) == len(set(names)), sheet
    own = {"state", "accepted_on", "closed_on", "department", "result", "submitted_at", "amount"}
    assert {column.field for column in NAMES.columns["tickets"]} - own <= set(Submission.__dataclass_fields__)


def test_the_words_stand_for_values_of_the_product() -> None:
    assert set(NAMES.values["role"].values()) == {str(role) for role in STAFF}
    assert set(NAMES.values["source"].values()) <= {str(one) for one in Source}
    assert NAMES.value("role", "承办人") == Role.HANDLER and NAMES.value("role", "局长") is None
    assert NAMES.value("state", "已办结 ") == "closed"
