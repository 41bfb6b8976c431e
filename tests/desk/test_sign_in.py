"""Signing in, the lock after five failures, the own password."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.desk.conftest import PASSWORD, Browser, Clock
from xiaobao.desk.context import Desk
from xiaobao.tickets import accounts
from xiaobao.tickets.accounts import AccountView
from xiaobao.tickets.workflow import Role

NEW = "夏天的风吹过教室的窗"


def test_the_right_password_opens_the_list(browser: Browser, staff: dict[str, AccountView]) -> None:
    answer = browser.sign_in("clerk")
    assert answer.status_code == 200 and answer.request.path == "/" and "受理员甲" in answer.text


def test_the_cookie_is_kept_from_scripts_and_other_sites(browser: Browser, staff: dict[str, AccountView]) -> None:
    answer = browser.post("/sign-in", follow=False, login="clerk", password=PASSWORD)
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Secure" not in cookie


@pytest.mark.parametrize("login", ["clerk", "nobody", "", "' OR 1=1 --"])
def test_a_wrong_login_and_a_wrong_password_look_alike(
    browser: Browser, staff: dict[str, AccountView], login: str
) -> None:
    answer = browser.sign_in(login, "falsch falsch falsch")
    assert answer.status_code == 401 and "登录名或密码不对" in answer.text
    assert browser.get("/").status_code == 303


def test_five_wrong_passwords_lock_the_account_for_a_quarter_of_an_hour(
    browser: Browser, staff: dict[str, AccountView], clock: Clock
) -> None:
    for _ in range(4):
        assert "登录名或密码不对" in browser.sign_in("clerk", "wrong wrong wrong").text
    assert "锁到11月23日 10:15" in browser.sign_in("clerk", "wrong wrong wrong").text
    assert browser.sign_in("clerk").status_code == 401
    clock.pass_(minutes=14)
    assert browser.sign_in("clerk").status_code == 401
    clock.pass_(minutes=1)
    assert browser.sign_in("clerk").status_code == 200


def test_a_right_password_forgets_earlier_failures(browser: Browser, staff: dict[str, AccountView]) -> None:
    for _ in range(3):
        for _ in range(4):
            browser.sign_in("clerk", "wrong wrong wrong")
        assert browser.sign_in("clerk").status_code == 200
        browser.post("/sign-out")


def test_a_disabled_account_does_not_get_in(browser: Browser, desk: Desk, staff: dict[str, AccountView]) -> None:
    with desk.writing.begin() as session:
        accounts.set_disabled(session, staff["clerk"].id, True)
    assert browser.sign_in("clerk").status_code == 401


def test_after_signing_out_nothing_is_open(clerk: Browser) -> None:
    clerk.post("/sign-out")
    assert clerk.get("/").status_code == 303


def test_signing_in_leads_back_to_the_page_that_was_asked_for(browser: Browser, staff: dict[str, AccountView]) -> None:
    asked = browser.get("/?kind=report").headers["Location"]
    assert 'name="next" value="/?kind=report"' in browser.get(asked).text
    answer = browser.post("/sign-in", follow=False, login="clerk", password=PASSWORD, next="/?kind=report")
    assert answer.headers["Location"] == "/?kind=report"


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:1", "/\n/x"]
)
def test_signing_in_never_leads_to_another_site(browser: Browser, staff: dict[str, AccountView], target: str) -> None:
    answer = browser.post("/sign-in", follow=False, login="clerk", password=PASSWORD, next=target)
    assert answer.headers["Location"] == "/"


def test_signing_in_drops_the_session_that_the_browser_had_before(app: Flask, staff: dict[str, AccountView]) -> None:
    browser = Browser(app.test_client())
    planted = browser.csrf()
    browser.sign_in("clerk")
    assert browser.csrf() != planted


def test_a_one_time_password_must_be_changed_before_anything_else(browser: Browser, desk: Desk) -> None:
    _new_account(desk)
    assert "先设一个自己的密码" in browser.sign_in("new").text
    assert browser.get("/").headers["Location"] == "/me"
    answer = browser.post("/me", old=PASSWORD, new=NEW, again=NEW)
    assert answer.request.path == "/" and answer.status_code == 200
    browser.post("/sign-out")
    assert browser.sign_in("new").status_code == 401
    assert browser.sign_in("new", NEW).status_code == 200


@pytest.mark.parametrize(
    ("old", "new", "again", "words"),
    [
        ("wrong", NEW, NEW, "现在的密码不对"),
        (PASSWORD, "短密码", "短密码", "至少10个字"),
        (PASSWORD, "password123", "password123", "太常见"),
        (PASSWORD, NEW, NEW + "x", "两次写的不一样"),
        (PASSWORD, PASSWORD, PASSWORD, "和现在的不一样"),
    ],
)
def test_a_password_that_will_not_do_is_refused_with_the_remedy(
    clerk: Browser, old: str, new: str, again: str, words: str
) -> None:
    answer = clerk.post("/me", old=old, new=new, again=again)
    assert answer.status_code == 422 and words in answer.text
    clerk.post("/sign-out")
    assert clerk.sign_in("clerk").status_code == 200


def _new_account(desk: Desk) -> None:
    from tests.desk.conftest import HASHED
    from tests.factories import NOW

    with desk.writing.begin() as session:
        accounts.create(session, login="new", name="新人", role=Role.CLERK, password_hash=HASHED, now=NOW)
