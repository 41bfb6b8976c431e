"""The record of who looked at what."""

from __future__ import annotations

from flask import Flask

from tests.desk.conftest import Browser, signed_in
from tests.factories import NOW, file_ticket
from xiaobao.desk.context import Desk
from xiaobao.tickets import service
from xiaobao.tickets.accounts import AccountView
from xiaobao.tickets.workflow import Role


def test_an_empty_record_says_what_will_be_there(admin: Browser) -> None:
    assert "还没有记录" in admin.get("/audit").text


def test_a_supervisor_finds_who_looked_at_a_ticket(
    app: Flask, clerk: Browser, staff: dict[str, AccountView], desk: Desk
) -> None:
    number, other = file_ticket(desk.writing), file_ticket(desk.writing)
    clerk.post(f"/tickets/{number}/contact", field="contact_phone")
    clerk.post(f"/tickets/{other}/contact", field="contact_name")
    page = signed_in(app, Role.SUPERVISOR).get(f"/audit?subject={number}").text
    assert "受理员甲" in page and "查看联系方式" in page and "电话" in page
    assert number in page and other not in page


def test_a_page_number_that_is_none_is_not_found(admin: Browser) -> None:
    assert admin.get("/audit?before=x").status_code == 404
    assert admin.get("/audit?before=1").status_code == 200


def test_a_look_at_evidence_names_the_file_only_to_who_may_open_it(
    app: Flask, staff: dict[str, AccountView], desk: Desk
) -> None:
    with desk.writing.begin() as session:
        actor, payload = service.Actor(Role.CLERK, 1, "甲"), {"evidence_id": "e77", "filename": "张三拍的.jpg"}
        service.audit(
            session, actor=actor, action="view_evidence", subject="XB20261123-000001", now=NOW, payload=payload
        )
    for role in (Role.SUPERVISOR, Role.ADMIN):
        page = signed_in(app, role).get("/audit").text
        assert "e77" in page and ("张三拍的" in page) == (role == Role.SUPERVISOR)


def test_an_inspector_reads_no_record_for_it_names_reports(app: Flask, staff: dict[str, AccountView]) -> None:
    inspector = signed_in(app, Role.INSPECTOR)
    assert inspector.get("/audit").status_code == 403
    assert "查看记录" not in inspector.get("/").text
