"""Staff intake through the API."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.desk.test_api import Program
from xiaobao.desk.context import Desk
from xiaobao.tickets import queries
from xiaobao.tickets.tables import Ticket

CALL = {
    "ticket_kind": "complaint",
    "merchant": "好物电器店",
    "item": "电水壶",
    "amount": "一百二十九块",
    "event_date": "11月2日",
    "narrative": "11月2日买的水壶漏电，打电话来说的。身份证330102199003078512",
    "claim": "退款",
    "contact_phone": "13800001234",
}


def test_a_call_becomes_a_ticket_once_per_key(app: Flask, desk: Desk) -> None:
    clerk = Program(app, desk, "clerk")
    first, again, other = (_file(clerk, key) for key in ("call-1", "call-1", "call-2"))
    assert first.status_code == again.status_code == 201
    assert first.json and again.json and other.json
    assert first.json["number"] == again.json["number"] != other.json["number"]
    assert first.json["events"][0]["role"] == "clerk" and first.json["steps"][0]["step"] == "accept"
    with desk.reading() as session:
        ticket = queries.ticket(session, first.json["number"])
        assert session.scalar(select(func.count()).select_from(Ticket)) == 2
    assert ticket.amount_cents == 12900 and str(ticket.event_date) == "2026-11-02"
    assert "330102199003078512" not in (ticket.narrative or "")
    assert len(ticket.clocks) == 1


def test_the_key_of_another_account_is_another_key(app: Flask, desk: Desk) -> None:
    one, two = (_file(Program(app, desk, "clerk"), "call-1") for _ in range(2))
    assert one.json and two.json and one.json["number"] != two.json["number"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"narrative": " "}, "narrative"),
        ({"ticket_kind": None}, "ticket_kind"),
        ({"ticket_kind": "enquiry"}, "ticket_kind"),
        ({"amount": "很多"}, "amount"),
        ({"merchant": 5}, "merchant"),
        ({"narrative": "长" * 20_001}, "narrative"),
        ({"query_code": "000000"}, "query_code"),
        ({"status": "closed"}, "status"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_filed(app: Flask, desk: Desk, changes: dict[str, Any], field: str) -> None:
    answer = _file(Program(app, desk, "clerk"), "call-1", **changes)
    assert answer.status_code == 422 and answer.json == {"error": "invalid_field", "field": field}
    with desk.reading() as session:
        assert session.scalar(select(func.count()).select_from(Ticket)) == 0


def test_a_call_without_a_key_is_refused(app: Flask, desk: Desk) -> None:
    answer = _file(Program(app, desk, "clerk"), "")
    assert answer.status_code == 422 and answer.json and answer.json["field"] == "Idempotency-Key"


def test_only_a_clerk_files(app: Flask, desk: Desk) -> None:
    for role in ("handler", "supervisor", "inspector", "admin"):
        assert _file(Program(app, desk, role), "call-1").status_code == 403


def _file(program: Program, key: str, **changes: Any):  # type: ignore[no-untyped-def]
    headers = {**program.headers, "Idempotency-Key": key}
    return program.client.post("/api/v1/tickets", headers=headers, json={**CALL, **changes})
