"""The list as a file."""

from __future__ import annotations

import csv
import io

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from tests.desk.conftest import Browser, signed_in
from tests.factories import file_ticket
from xiaobao.desk.context import Desk
from xiaobao.desk.export import TITLES
from xiaobao.tickets import exports
from xiaobao.tickets.accounts import AccountView
from xiaobao.tickets.tables import Audit

PHONE = "13800001234"


def taken(browser: Browser, **fields: str) -> bytes:
    answer = browser.client.post("/export", data={"csrf": browser.csrf(), **fields})
    assert answer.status_code == 200 and "attachment" in answer.headers["Content-Disposition"]
    return answer.data


def as_csv(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def as_xlsx(data: bytes) -> list[dict[str, object]]:
    head, *rows = load_workbook(io.BytesIO(data), read_only=True).active.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=False)) for row in rows]  # empty cells at the end are left out


def test_csv_and_xlsx_hold_the_same_masked_rows_of_the_filter(clerk: Browser, desk: Desk) -> None:
    numbers = [file_ticket(desk.writing, merchant=name) for name in ("=cmd|'/c calc'!A1", "坏\x0b字符商店")]
    file_ticket(desk.writing, ticket_kind="suggestion")
    table, sheet = (
        as_csv(taken(clerk, kind="complaint", format="csv")),
        as_xlsx(taken(clerk, kind="complaint", format="xlsx")),
    )
    for rows in (table, sheet):
        assert [row["单号"] for row in rows] == numbers[::-1]
        assert rows[1]["商家"] == "'=cmd|'/c calc'!A1" and rows[0]["电话"] == "138****1234"
    with desk.reading() as session:
        told = session.scalars(select(Audit).where(Audit.action == "export_tickets")).all()
    assert [row.payload["filters"] for row in told] == [{"kind": "complaint"}] * 2


def test_contact_data_in_full_is_for_a_supervisor_with_a_reason(
    app: Flask, desk: Desk, staff: dict[str, AccountView]
) -> None:
    file_ticket(desk.writing)
    file_ticket(desk.writing, ticket_kind="report")
    supervisor = signed_in(app, "supervisor")
    data = {"csrf": supervisor.csrf(), "unmasked": "1", "reason": ""}
    assert supervisor.client.post("/export", data=data).status_code == 422
    rows = as_csv(taken(supervisor, unmasked="1", reason="法院调取，案号（2026）云01民初1号"))
    assert [row["电话"] for row in rows] == ["138****1234", PHONE]  # an informant's stays masked
    clerk = signed_in(app, "clerk")
    data = {"csrf": clerk.csrf(), "unmasked": "1", "reason": "想看一看所有人的"}
    assert clerk.client.post("/export", data=data).status_code == 403
    with desk.reading() as session:
        (told,) = session.scalars(select(Audit).where(Audit.action == "export_tickets")).all()
    assert told.payload["unmasked"] and "法院" in told.payload["reason"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_inspectors_file_holds_no_report(app: Flask, desk: Desk, staff: dict[str, AccountView], kind: str) -> None:
    complaint = file_ticket(desk.writing)
    file_ticket(desk.writing, ticket_kind="report", merchant="翠湖暗访线索")
    data = taken(signed_in(app, "inspector"), format=kind, status="all")
    rows = as_csv(data) if kind == "csv" else as_xlsx(data)
    assert [row["单号"] for row in rows] == [complaint]


def test_other_formats_and_filters_are_refused(clerk: Browser) -> None:
    for fields, status in (({"format": "exe"}, 422), ({"status": "x"}, 404)):
        assert clerk.client.post("/export", data={"csrf": clerk.csrf(), **fields}).status_code == status
    assert clerk.client.post("/export", data={"format": "csv"}).status_code == 400


def test_every_column_has_its_title() -> None:
    assert set(TITLES) == set(exports.COLUMNS)
