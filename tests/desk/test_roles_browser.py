"""A liaison answers in a real browser, at 1280 and 390 pixels; settings and accounts are looked at by axe."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from werkzeug.serving import make_server

from tests.desk.conftest import PASSWORD
from tests.factories import CLERK, NOW, file_ticket
from tests.journeys import axe
from tests.journeys.browser import ARGUMENTS, CHROMIUM, keep_picture
from xiaobao.desk.context import Desk
from xiaobao.tickets import accounts, assignment, departments, liaison
from xiaobao.tickets.accounts import AccountView
from xiaobao.tickets.workflow import Role

BANK = "云泽商业银行（样例）"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no chromium"),
]
SCREENS = {
    "admin": (
        "/accounts",
        "/accounts/1",
        "/settings",
        "/settings/departments",
        "/settings/directory",
        "/settings/assignment",
        "/settings/texts",
        "/settings/holidays",
        "/me",
    ),
    "editor": ("/questions", "/settings/texts", "/settings/documents", "/me"),
    "supervisor": ("/assign", "/inspections"),
    "inspector": ("/inspections/mine", "/"),
}


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(5)


@pytest.fixture
def number(desk: Desk, staff: dict[str, AccountView]) -> str:
    number = file_ticket(desk.writing, item="储蓄卡", merchant=BANK, pass_on_to_merchant="yes")
    with desk.writing.begin() as session:
        accounts.change(session, staff["liaison"].id, name="钱联络", role=Role.LIAISON, institution=BANK)
        departments.add(session, "消保科")
        assignment.add(session, {"name": "东城的", "region": "东城", "department": "消保科", "handler": "least"})
        limit = NOW.date() + timedelta(days=7)
        liaison.hand(session, number, actor=CLERK, now=NOW, institution=BANK, question="请说明扣款原因", limit_on=limit)
    return number


@pytest.mark.parametrize("width", [1280, 390])
def test_a_liaison_signs_for_and_answers(address: str, number: str, tmp_path: Path, width: int) -> None:
    from playwright.sync_api import sync_playwright

    Image.new("RGB", (30, 30)).save(tmp_path / "回单.png")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            page = browser.new_context(viewport={"width": width, "height": 800}).new_page()
            _sign_in(page, address, "liaison")
            _looked_at(page, f"liaison-list-{width}", width)
            page.get_by_role("link", name=number).click()
            page.get_by_role("button", name="签收").click()
            page.get_by_label("答复").fill("已退回500元，回单见附件。")
            page.get_by_label("附件").set_input_files(str(tmp_path / "回单.png"))
            _looked_at(page, f"liaison-task-{width}", width)
            page.get_by_role("button", name="提交答复").click()
            page.get_by_text("答复已交给承办人").wait_for(timeout=10_000)
            page.get_by_role("button", name="退出").click()
            _sign_in(page, address, "clerk")
            page.goto(f"{address}/tickets/{number}")
            page.get_by_text("内部，群众看不到").wait_for(timeout=10_000)
            _looked_at(page, f"liaison-desk-{width}", width)
        finally:
            browser.close()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("login", sorted(SCREENS))
def test_screens_have_no_serious_fault(address: str, number: str, login: str, width: int) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            page = browser.new_context(viewport={"width": width, "height": 800}).new_page()
            _sign_in(page, address, login)
            for path in SCREENS[login]:
                page.goto(address + path)
                _looked_at(page, f"{login}{path.replace('/', '-')}-{width}", width)
        finally:
            browser.close()


def _sign_in(page: Any, address: str, login: str) -> None:
    page.goto(address)
    page.get_by_label("登录名").fill(login)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.get_by_role("button", name="退出").wait_for(timeout=10_000)


def _looked_at(page: Any, name: str, width: int) -> None:
    """No serious fault by axe, nothing wider than the screen; a picture when a folder for them is named."""
    keep_picture(page, name, full_page=True)
    assert axe.faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
