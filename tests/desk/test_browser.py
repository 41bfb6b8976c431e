"""One walk through the desk in a real browser, with scripts and without."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import make_server

from tests.desk.conftest import PASSWORD
from tests.factories import file_ticket
from xiaobao.desk.context import Desk
from xiaobao.tickets import queries
from xiaobao.tickets.accounts import AccountView

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.skipif(not CHROMIUM.exists(), reason="no chromium")]


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(5)


@pytest.mark.parametrize(("scripts", "width"), [(True, 1280), (False, 390)])
def test_a_clerk_accepts_a_complaint(
    address: str, desk: Desk, staff: dict[str, AccountView], scripts: bool, width: int
) -> None:
    from playwright.sync_api import sync_playwright

    number = file_ticket(desk.writing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        try:
            page = browser.new_context(java_script_enabled=scripts, viewport={"width": width, "height": 800}).new_page()
            complaints: list[str] = []
            page.on("console", lambda message: complaints.append(message.text))
            _accept(page, address, number, scripts, width)
            assert complaints == []
        finally:
            browser.close()
    with desk.reading() as session:
        assert queries.ticket(session, number).status == "accepted"


def _accept(page: Any, address: str, number: str, scripts: bool, width: int) -> None:
    page.goto(address)
    page.get_by_label("登录名").fill("clerk")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.get_by_role("link", name=number).click()
    page.get_by_role("link", name="受理", exact=True).click()
    page.get_by_label("给群众的一句话").fill("我们三天内联系商家。")
    if not scripts:
        page.get_by_role("button", name="先看看").click()
    page.get_by_text(re.compile(r"已受理。\s*我们三天内联系商家。")).wait_for(timeout=10_000)
    if scripts:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="受理", exact=True).click()
    page.get_by_text("已受理，群众会收到通知。").wait_for(timeout=10_000)
