"""Where one is signed in, and signing out everywhere."""

from __future__ import annotations

import re

from flask import Flask

from tests.desk.conftest import PASSWORD, Browser, Clock, signed_in
from xiaobao.desk.context import Desk
from xiaobao.tickets import staff_sessions
from xiaobao.tickets.accounts import AccountView


def test_every_browser_is_listed_and_each_can_be_ended(
    app: Flask, clerk: Browser, staff: dict[str, AccountView]
) -> None:
    other = signed_in(app, "clerk")
    page = clerk.get("/me").text
    assert "127.0.0.0/24" in page and page.count("Werkzeug") == 2 and "这里" in page
    path = re.findall(r'action="(/me/sessions/\d+)"', page)
    assert len(path) == 1 and "那一处已退出" in clerk.post(path[0]).text
    assert other.get("/").status_code == 303 and clerk.get("/").status_code == 200


def test_somebody_else_s_session_is_not_found(
    clerk: Browser, handler: Browser, desk: Desk, staff: dict[str, AccountView]
) -> None:
    with desk.reading() as session:
        theirs = staff_sessions.of_account(session, staff["handler"].id)[0]
    assert clerk.post(f"/me/sessions/{theirs.id}").status_code == 404
    assert handler.get("/").status_code == 200


def test_signing_out_everywhere_ends_all_also_a_copied_cookie(
    app: Flask, clerk: Browser, staff: dict[str, AccountView]
) -> None:
    other, copied = signed_in(app, "clerk"), app.test_client()
    cookie = clerk.client.get_cookie("xiaobao_desk")
    assert cookie
    copied.set_cookie("xiaobao_desk", cookie.value)
    assert copied.get("/").status_code == 200
    clerk.post("/me/sessions")
    assert [browser.get("/").status_code for browser in (clerk, other)] == [303, 303]
    assert copied.get("/").status_code == 303


def test_signing_out_ends_a_copied_cookie_too(app: Flask, clerk: Browser) -> None:
    copied = app.test_client()
    copied.set_cookie("xiaobao_desk", clerk.client.get_cookie("xiaobao_desk").value)  # type: ignore[union-attr]
    clerk.post("/sign-out")
    assert copied.get("/").status_code == 303


def test_an_admin_ends_the_sessions_of_an_account(
    clerk: Browser, admin: Browser, staff: dict[str, AccountView]
) -> None:
    page = admin.get(f"/accounts/{staff['clerk'].id}").text
    assert "127.0.0.0/24" in page
    assert "已全部退出" in admin.post(f"/accounts/{staff['clerk'].id}/sessions").text
    assert clerk.get("/").status_code == 303
    assert admin.post("/accounts/999/sessions").status_code == 404


def test_the_list_shows_when_a_browser_was_used_last(
    clerk: Browser, desk: Desk, staff: dict[str, AccountView], clock: Clock
) -> None:
    clock.pass_(minutes=6)
    clerk.get("/")
    with desk.reading() as session:
        assert staff_sessions.of_account(session, staff["clerk"].id)[0].last_seen == clock.now


def test_a_new_own_password_keeps_this_browser_and_ends_the_others(
    app: Flask, clerk: Browser, staff: dict[str, AccountView]
) -> None:
    other, fresh = signed_in(app, "clerk"), "秋天的第二阵风吹过来"
    clerk.post("/me", old=PASSWORD, new=fresh, again=fresh)
    assert clerk.get("/").status_code == 200 and other.get("/").status_code == 303
