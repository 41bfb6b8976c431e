"""Rows for spreadsheets."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import NOW, file_ticket
from xiaobao.tickets import exports, worklist


def cells(sessions: sessionmaker[Session], text: str = "", unmasked: bool = False) -> list[dict[str, object]]:
    where = worklist.conditions(today=NOW.date())
    rows = exports.rows(sessions, where, text, unmasked)
    return [dict(zip(exports.COLUMNS, row, strict=True)) for row in rows]


@pytest.mark.parametrize("text", ["", "水壶"])
def test_every_ticket_is_a_row_once_across_batches(
    sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setattr(exports, "AT_A_TIME", 2)
    filed = [file_ticket(sessions) for _ in range(5)]
    assert [row["number"] for row in cells(sessions, text)] == filed[::-1]


def test_contact_data_is_masked_also_inside_the_story_unless_asked_for(sessions: sessionmaker[Session]) -> None:
    file_ticket(sessions, narrative="打我电话13800001234")
    (masked,), (plain,) = cells(sessions), cells(sessions, unmasked=True)
    assert "13800001234" not in repr(masked) and "欧阳娜娜" not in repr(masked)
    assert (plain["contact_name"], plain["contact_phone"]) == ("欧阳娜娜", "13800001234")


def test_an_informant_is_never_named(sessions: sessionmaker[Session]) -> None:
    file_ticket(sessions, ticket_kind="report", narrative="打我电话13800001234")
    (row,) = cells(sessions, unmasked=True)
    assert "13800001234" not in repr(row) and "欧阳娜娜" not in repr(row)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(sessions: sessionmaker[Session], text: str) -> None:
    file_ticket(sessions, merchant=text)
    assert cells(sessions)[0]["merchant"] == f"'{text}"


def test_only_the_named_columns_leave() -> None:
    assert not {"as_filed", "query_code", "conversation_id", "hints", "events"} & set(exports.COLUMNS)
