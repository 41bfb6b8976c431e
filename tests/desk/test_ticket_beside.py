"""What the page of a ticket shows of the contact log and the register."""

from __future__ import annotations

from typing import Any

import pytest

from tests.desk.conftest import Browser
from tests.factories import file_ticket
from xiaobao.desk import ticket_beside
from xiaobao.desk.context import Desk
from xiaobao.tickets import contacts, service

CALL = {"side": "citizen", "means": "phone", "at": "2026-11-23T09:00", "reached": "yes", "said": "已告诉他受理了"}


def test_telling_is_offered_only_where_the_service_has_the_step(
    clerk: Browser, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = file_ticket(desk.writing)
    monkeypatch.delattr(service, ticket_beside.TELL, raising=False)
    assert 'name="telling"' not in clerk.get(f"/tickets/{number}").text
    told: list[Any] = []
    monkeypatch.setattr(
        service, ticket_beside.TELL, lambda session, number, **given: told.append((number, given)), raising=False
    )
    assert 'name="telling"' in clerk.get(f"/tickets/{number}").text
    assert clerk.post(f"/tickets/{number}/contacts", **CALL, telling="yes").status_code == 200
    assert told[0][0] == number and told[0][1]["means"] == "phone"
    with desk.reading() as session:
        assert contacts.of_ticket(session, number)[0].telling
