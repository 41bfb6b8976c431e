"""Calls written down on a ticket, and its merchant in the register."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.desk.conftest import Browser, signed_in
from tests.factories import CLERK, NOW, file_ticket
from xiaobao.desk.context import Desk
from xiaobao.tickets import contacts, merchants_register, queries
from xiaobao.tickets.merchants_register import Entry
from xiaobao.tickets.workflow import Role

CALL = {"side": "citizen", "means": "telephone", "at": "2026-11-23T09:00", "reached": "no", "said": ""}


def log(desk: Desk, number: str) -> list[Any]:
    with desk.reading() as session:
        return contacts.of_ticket(session, number)


def test_a_call_is_written_down_and_shown(clerk: Browser, desk: Desk) -> None:
    number = file_ticket(desk.writing)
    call = {**CALL, "side": "merchant", "reached": "yes", "said": "<b>老板说周五退</b>"}
    page = clerk.post(f"/tickets/{number}/contacts", **call).text
    assert "这次联系已记下" in page and "&lt;b&gt;老板说周五退" in page and "联系上了" in page
    assert log(desk, number)[0].actor_name == "受理员甲"


def test_three_days_in_vain_are_shown_on_the_ticket(clerk: Browser, desk: Desk, clock: Any) -> None:
    number = file_ticket(desk.writing)
    for day in (23, 24, 25):
        clock.pass_(days=1)
        page = clerk.post(f"/tickets/{number}/contacts", **{**CALL, "at": f"2026-11-{day}T09:00"}).text
    assert "三天都没联系上群众" in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"at": "yesterday"}, "请写什么时候"),
        ({"at": "2027-01-01T09:00"}, "请写什么时候"),
        ({"reached": ""}, "请选联系上没有"),
        ({"reached": "yes", "said": ""}, "写一句说了什么"),
        ({"side": "ghost"}, "请选联系的是谁"),
        ({"corrects": "'; --"}, "不能再更正"),
        ({"telling": "yes", "reached": "no"}, "“告知”要联系上"),
    ],
)
def test_a_wrong_entry_is_shown_again_with_what_was_typed(
    clerk: Browser, desk: Desk, changes: dict[str, str], words: str
) -> None:
    number = file_ticket(desk.writing)
    answer = clerk.post(f"/tickets/{number}/contacts", **{**CALL, "said": "没人接，响了很久", **changes})
    assert answer.status_code == 422 and words in answer.text
    assert ("没人接，响了很久" in answer.text) == ("said" not in changes)
    assert log(desk, number) == []


def test_an_inspector_and_a_handler_of_others_neither_read_nor_write_the_log(
    app: Flask, clerk: Browser, desk: Desk, staff: dict[str, Any]
) -> None:
    number = file_ticket(desk.writing)
    clerk.post(f"/tickets/{number}/contacts", **{**CALL, "reached": "yes", "said": "暗号西瓜"})
    inspector = signed_in(app, Role.INSPECTOR)
    assert "西瓜" not in inspector.get(f"/tickets/{number}").text
    assert inspector.post(f"/tickets/{number}/contacts", **CALL).status_code == 403
    report = file_ticket(desk.writing, ticket_kind="report")
    assert signed_in(app, Role.LIAISON).post(f"/tickets/{report}/contacts", **CALL).status_code == 403


def test_a_ticket_is_linked_by_one_press_and_opens_all_tickets_of_its_merchant(clerk: Browser, desk: Desk) -> None:
    number, other = file_ticket(desk.writing), file_ticket(desk.writing, contact_phone="13900000000")
    with desk.writing.begin() as session:
        entry = merchants_register.add(session, Entry("好物电器店"), actor=CLERK, now=NOW).id
        merchants_register.link(session, other, entry, actor=CLERK, now=NOW)
    assert "可能是登记过的" in clerk.get(f"/tickets/{number}").text
    page = clerk.post(f"/tickets/{number}/merchant", merchant=str(entry)).text
    assert "已和商家登记簿对上" in page and f"/merchants/{entry}" in page
    page = clerk.get(f"/merchants/{entry}").text
    assert number in page and other in page
    clerk.post(f"/tickets/{number}/merchant", merchant="")
    with desk.reading() as session:
        assert queries.ticket(session, number).merchant_id is None
    assert clerk.post(f"/tickets/{number}/merchant", merchant="4711").status_code == 404
    assert clerk.post(f"/tickets/{number}/merchant", merchant="1 OR 1=1").status_code == 422
