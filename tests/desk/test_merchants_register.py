"""Screens of the register of merchants."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.desk.conftest import Browser, signed_in
from tests.factories import CLERK, NOW, file_ticket
from xiaobao.desk.context import Desk
from xiaobao.tickets import merchants_register as register
from xiaobao.tickets.merchants_register import Entry
from xiaobao.tickets.tables import Audit
from xiaobao.tickets.workflow import Role

CODE = "91110108551385082Q"
FORM = {"name": "乐动健身", "credit_code": "9111 0108 5513 8508 2q", "phone": "13700001111", "contact": "王小二",
        "names": "乐动\n乐洞", "shops": "淘宝：乐动:旗舰店", "notes": "周末没人"}  # fmt: skip


def add(desk: Desk, name: str = "乐动健身", **fields: Any) -> int:
    with desk.writing.begin() as session:
        return register.add(session, Entry(name, **fields), actor=CLERK, now=NOW).id


def test_an_entry_is_written_and_found(clerk: Browser, desk: Desk) -> None:
    page = clerk.post("/merchants", **FORM).text
    assert "商家已保存" in page and CODE in page and "淘宝：乐动:旗舰店" in page
    assert "乐动健身" in clerk.get(f"/merchants?q={CODE[:8].lower()}").text
    assert "没有找到这样的商家" in clerk.get("/merchants?q=%27%3B+DROP+TABLE%3C").text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "请写名字"),
        ({"name": "长" * 4000}, "请写名字"),
        ({"credit_code": "911101085513850820"}, "最后一位对不上"),
        ({"credit_code": "9I110108551385082Q"}, "没有 I、O、S、V、Z"),
        ({"credit_code": "123"}, "18位"),
        ({"shops": "旗舰店"}, "网店一行一个"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_typed_is_lost(clerk: Browser, changes: dict[str, str], words: str) -> None:
    answer = clerk.post("/merchants", **{**FORM, **changes})
    assert answer.status_code == 422 and words in answer.text and "周末没人" in answer.text


def test_a_code_that_is_taken_says_so(clerk: Browser) -> None:
    clerk.post("/merchants", **FORM)
    assert "已经登记过" in clerk.post("/merchants", **{**FORM, "shops": ""}).text


def test_contacts_are_masked_until_somebody_looks_and_the_look_is_written_down(
    app: Flask, clerk: Browser, desk: Desk
) -> None:
    merchant = add(desk, contact="王小二", phone="13700001111", notes="老板爱喝茶")
    assert "13700001111" not in clerk.get(f"/merchants/{merchant}").text
    assert "13700001111" in clerk.post(f"/merchants/{merchant}/contact").text
    with desk.reading() as session:
        assert [row.action for row in session.scalars(select(Audit))][-1] == "look_merchant"
    inspector = signed_in(app, Role.INSPECTOR).get(f"/merchants/{merchant}").text
    assert "13700001111" not in inspector and "王小二" not in inspector and "爱喝茶" not in inspector


def test_reports_stand_only_on_the_pages_of_who_may_see_them(app: Flask, clerk: Browser, desk: Desk) -> None:
    merchant, number = add(desk), file_ticket(desk.writing, ticket_kind="report")
    with desk.writing.begin() as session:
        register.link(session, number, merchant, actor=CLERK, now=NOW)
    assert number in clerk.get(f"/merchants/{merchant}").text
    assert number not in signed_in(app, Role.INSPECTOR).get(f"/merchants/{merchant}").text
    assert number not in signed_in(app, Role.HANDLER).get(f"/merchants/{merchant}").text


def test_a_stale_page_overwrites_nothing_and_keeps_what_was_typed(clerk: Browser, desk: Desk) -> None:
    merchant = add(desk)
    clerk.get(f"/merchants/{merchant}/edit")
    assert clerk.post(f"/merchants/{merchant}", **FORM, version="1").status_code == 200
    answer = clerk.post(f"/merchants/{merchant}", **{**FORM, "name": "另一个名字"}, version="1")
    assert answer.status_code == 409 and "另一个名字" in answer.text
    with desk.reading() as session:
        assert register.get(session, merchant).entry.name == "乐动健身"


def test_two_entries_are_merged_and_taken_apart(clerk: Browser, desk: Desk) -> None:
    keep, other = add(desk), add(desk, "乐动健身")
    assert "并入这一家" in clerk.get(f"/merchants/{keep}?q=乐动").text
    assert "并进来的" in clerk.post(f"/merchants/{keep}/merge", other=str(other), reason="同一家").text
    assert clerk.post(f"/merchants/{other}/merge", other=str(keep)).status_code == 409
    assert "已并入" in clerk.get(f"/merchants/{other}").text
    assert "已拆开" in clerk.post(f"/merchants/{other}/unmerge").text
    assert clerk.post(f"/merchants/{other}/unmerge").status_code == 409
    assert clerk.post(f"/merchants/{keep}/merge", other="").status_code == 422


def test_an_entry_begun_on_a_ticket_is_linked_to_it(clerk: Browser, desk: Desk) -> None:
    number = file_ticket(desk.writing)
    page = clerk.get(f"/merchants/new?ticket={number}").text
    assert "云泽市东城区好物电器店" in page and "和平路8号" in page
    assert "商家登记簿：" in clerk.post("/merchants", name="好物电器店", ticket=number).text


def test_the_list_comes_in_pages(clerk: Browser, desk: Desk) -> None:
    for n in range(51):
        add(desk, f"店{n}")
    page = clerk.get("/merchants").text
    assert "店50" in page and ">店0<" not in page and "看更早的" in page
    assert clerk.get("/merchants?before=x").status_code == 404
    assert ">店0<" in clerk.get("/merchants?before=2").text
