"""Accounts: made, given a new password, closed."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from tests.desk.conftest import Browser
from tests.factories import CLERK, NOW, an_office, file_ticket
from xiaobao.desk.context import Desk
from xiaobao.tickets import accounts, queries, service
from xiaobao.tickets.accounts import AccountView
from xiaobao.tickets.tables import Audit


def test_a_new_account_signs_in_with_its_one_time_password_shown_once(
    admin: Browser, browser: Browser, desk: Desk
) -> None:
    answer = admin.post("/accounts", login="Wang", name="王小明", role="handler", department="一科")
    assert answer.status_code == 201
    password = _password(answer.text)
    assert password not in admin.get("/accounts").text
    assert "先设一个自己的密码" in browser.sign_in("wang", password).text
    with desk.reading() as session:
        assert [row.action for row in session.scalars(select(Audit))] == ["create_account"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("login", ""), ("login", "clerk"), ("login", "x" * 41), ("name", " "), ("role", "citizen"), ("role", "king")],
)
def test_a_wrong_field_is_named_and_the_rest_kept(admin: Browser, desk: Desk, field: str, value: str) -> None:
    fields = {"login": "neu", "name": "王小明", "role": "handler", "department": "一科<b>", field: value}
    answer = admin.post("/accounts", **fields)
    assert 'class="problem"' in answer.text
    assert answer.status_code == 422 and "一科&lt;b&gt;" in answer.text
    with desk.reading() as session:
        assert accounts.find(session, "neu") is None


@pytest.mark.slow
def test_a_reset_password_replaces_the_old_one_and_unlocks(
    admin: Browser, browser: Browser, staff: dict[str, AccountView]
) -> None:
    for _ in range(5):
        browser.sign_in("clerk", "wrong wrong wrong")
    answer = admin.post(f"/accounts/{staff['clerk'].id}/password")
    assert browser.sign_in("clerk").status_code == 401
    assert "先设一个自己的密码" in browser.sign_in("clerk", _password(answer.text)).text


def test_a_disabled_account_can_be_opened_again(
    admin: Browser, browser: Browser, staff: dict[str, AccountView]
) -> None:
    path = f"/accounts/{staff['clerk'].id}/disabled"
    assert "账号已停用" in admin.post(path, disabled="1").text
    assert browser.sign_in("clerk").status_code == 401
    assert "账号已恢复" in admin.post(path, disabled="0").text
    assert browser.sign_in("clerk").status_code == 200


def test_an_admin_cannot_close_the_own_account(admin: Browser, staff: dict[str, AccountView]) -> None:
    answer = admin.post(f"/accounts/{staff['admin'].id}/disabled", disabled="1")
    assert answer.status_code == 409 and "另一位管理员" in answer.text
    assert admin.get("/accounts").status_code == 200


def test_an_unknown_account_is_not_found(admin: Browser) -> None:
    assert admin.post("/accounts/999/password").status_code == 404
    assert admin.post("/accounts/999/disabled", disabled="1").status_code == 404


def _password(page: str) -> str:
    found = re.search(r"[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}", page)
    assert found
    return found[0]


def test_an_account_is_changed(admin: Browser, desk: Desk, staff: dict[str, AccountView]) -> None:
    path = f"/accounts/{staff['inspector'].id}"
    answer = admin.post(path, name="听<b>", role="liaison", institution="甲银行", valid_until="2026-12-31")
    assert "已保存" in answer.text and "听&lt;b&gt;" in answer.text
    with desk.reading() as session:
        found = accounts.get(session, staff["inspector"].id)
    assert found and (found.role, found.institution, str(found.valid_until)) == ("liaison", "甲银行", "2026-12-31")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 41),
        ("role", "king"),
        ("institution", ""),
        ("valid_until", "soon"),
        ("region", "x" * 41),
    ],
)
def test_a_wrong_change_is_named_and_kept(
    admin: Browser, staff: dict[str, AccountView], field: str, value: str
) -> None:
    typed = {"name": "钱", "role": "liaison", "institution": "甲银行", "department": "打好的", field: value}
    answer = admin.post(f"/accounts/{staff['inspector'].id}", **typed)
    assert answer.status_code == 422 and "打好的" in answer.text and 'class="problem"' in answer.text


def test_nobody_takes_the_own_admins_role_away(admin: Browser, staff: dict[str, AccountView]) -> None:
    answer = admin.post(f"/accounts/{staff['admin'].id}", name="管", role="clerk")
    assert answer.status_code == 422 and admin.get("/accounts").status_code == 200


def test_an_account_with_open_tickets_is_closed_only_when_they_are_let_go(
    admin: Browser, desk: Desk, staff: dict[str, AccountView]
) -> None:
    number, path = file_ticket(desk.writing), f"/accounts/{staff['handler'].id}/disabled"
    with desk.writing.begin() as session:
        service.accept(session, number, actor=CLERK, now=NOW, office=an_office())
        service.assign(session, number, actor=CLERK, now=NOW, department="一科", handler=staff["handler"].id)
    answer = admin.post(path, disabled="1")
    assert answer.status_code == 409 and "1</b> 张没办结" in answer.text
    assert "账号已停用" in admin.post(path, disabled="1", release="1").text
    with desk.reading() as session:
        assert queries.ticket(session, number).assignee_id is None
        assert [row.payload for row in session.scalars(select(Audit))][-1] == {"released": 1}


def test_a_liaison_is_of_an_institution(admin: Browser) -> None:
    assert admin.post("/accounts", login="bank", name="钱", role="liaison").status_code == 422
    assert admin.post("/accounts", login="bank", name="钱", role="liaison", institution="甲银行").status_code == 201
