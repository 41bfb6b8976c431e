"""A lost code or telephone at the desk: two facts, an audited look at the new code, by who issued it only."""

from __future__ import annotations

import re

from flask import Flask
from sqlalchemy import select

from tests.desk.conftest import Browser, Clock, signed_in
from tests.factories import file_ticket
from xiaobao.desk.context import Desk
from xiaobao.tickets.accounts import AccountView
from xiaobao.tickets.tables import Audit, OutboxRow, Ticket

FACTS = {"person_fact": "contact_phone", "matter_fact": "amount", "text": "拨回去核对的"}


def issue(person: Browser, number: str, **fields: str) -> str:
    page = person.get(f"/tickets/{number}?step=reissue_code").text
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    return person.post(f"/tickets/{number}/reissue_code", version=version[1], **fields).text


def test_a_lost_code_is_issued_anew_after_two_facts_and_read_once_more_by_nobody_else(
    app: Flask, desk: Desk, clock: Clock, staff: dict[str, AccountView]
) -> None:
    number = file_ticket(desk.writing)
    clerk, handler = signed_in(app, "clerk"), signed_in(app, "handler")
    assert "先在电话里核对两件事" in clerk.get(f"/tickets/{number}?step=reissue_code").text
    assert "选一项核对过的" in issue(clerk, number, person_fact="contact_phone")
    assert "选一项核对过的" in issue(clerk, number, person_fact="contact_phone", matter_fact="policy_number")
    page = issue(clerk, number, **FACTS)
    assert "看新查询码" in page
    with desk.reading() as reading:
        code = reading.scalars(select(Ticket.query_code)).one()
    assert code not in page
    page = clerk.post(f"/tickets/{number}/code").text
    assert f'新查询码 <b class="figure">{code}</b>' in page
    supervisor = signed_in(app, "supervisor")
    assert "看新查询码" not in supervisor.get(f"/tickets/{number}").text
    assert supervisor.post(f"/tickets/{number}/code").status_code == 403
    assert handler.post(f"/tickets/{number}/code").status_code == 403
    clock.pass_(minutes=31)
    assert clerk.post(f"/tickets/{number}/code").status_code == 403
    with desk.reading() as reading:
        looks = reading.scalars(select(Audit).where(Audit.action == "look_code")).all()
        assert [(row.subject, row.account_id) for row in looks] == [(number, staff["clerk"].id)]
        assert reading.scalars(select(OutboxRow.response)).all() == ["utter_notice_code_reissued"]
    assert "查看重发的查询码" in supervisor.get("/audit").text


def test_a_lost_telephone_is_unlinked_and_hears_no_more(app: Flask, desk: Desk, staff: dict[str, AccountView]) -> None:
    number = file_ticket(desk.writing)
    clerk = signed_in(app, "clerk")
    assert "原来的设备已解除" in issue(clerk, number, **FACTS, unlink="yes")
    version = re.search(r'name="version" value="(\d+)"', clerk.get(f"/tickets/{number}?step=accept").text)
    assert version
    assert "这位群众没有对话" in clerk.post(f"/tickets/{number}/accept", version=version[1]).text
    with desk.reading() as reading:
        assert reading.scalars(select(OutboxRow.response)).all() == ["utter_notice_unlinked"]
