"""Today, the list, the wall, drafts, keys and the urgent bar in a real browser; XIAOBAO_PICTURES=folder keeps pictures."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.desk.conftest import PASSWORD
from tests.factories import CLERK, NOW, an_office, file_ticket
from tests.journeys import axe
from tests.journeys.browser import ARGUMENTS, CHROMIUM, keep_picture
from xiaobao.desk.context import Desk
from xiaobao.tickets import service
from xiaobao.tickets.accounts import AccountView

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no chromium"),
]


def an_office_at_work(desk: Desk, staff: dict[str, AccountView]) -> str:
    """Tickets of all sorts, some late; returns the number of an urgent one."""
    for days in (1, 3, 8, 20, 40, 90):
        number = file_ticket(desk.writing, now=NOW - timedelta(days=days))
        with desk.writing.begin() as session:
            service.accept(session, number, actor=CLERK, now=NOW - timedelta(days=days - 1), office=an_office())
            if days > 5:
                handler = staff["handler"].id if days < 50 else None
                service.assign(session, number, actor=CLERK, now=NOW, department="消保科", handler=handler)
    for kind in ("report", "suggestion"):
        file_ticket(desk.writing, ticket_kind=kind)
    return file_ticket(desk.writing, ticket_kind="report", urgent=True, merchant="东门烟花爆竹店")


def sign_in(page: Any, address: str, login: str) -> None:
    page.goto(f"{address}/sign-in")
    page.get_by_label("登录名").fill(login)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()


@pytest.mark.parametrize("width", [1280, 390])
def test_each_screen_is_whole_and_without_faults(
    address: str, desk: Desk, staff: dict[str, AccountView], width: int
) -> None:
    from playwright.sync_api import sync_playwright

    urgent = an_office_at_work(desk, staff)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            page = browser.new_context(viewport={"width": width, "height": 800}).new_page()
            complaints: list[str] = []
            page.on("console", lambda message: complaints.append(message.text))
            sign_in(page, address, "supervisor")
            page.get_by_text("有一件紧急的单子还没人办").wait_for(timeout=10_000)
            paths = {"today": "/today", "list": "/?overdue=1", "search": "/?status=all&q=水壶", "wall": "/wall?period=2026-11",
                     "rate": "/wall/decided?period=2026-11", "empty": "/?q=没有的词"}  # fmt: skip
            for name, path in paths.items():
                page.goto(address + path)
                page.get_by_role("alert").get_by_text(urgent).wait_for(timeout=10_000)
                for details in page.locator("details.tool").all() if name in ("list", "wall") else []:
                    details.locator("summary").click()
                keep_picture(page, f"{name}-{width}", full_page=True)
                assert axe.faults(page) == [], name
                assert page.evaluate("document.documentElement.scrollWidth") <= width, name
            page.get_by_role("button", name="知道了").click()
            page.goto(f"{address}/today")
            page.wait_for_timeout(500)
            assert page.locator(".ring").count() == 0
            assert complaints == []
        finally:
            browser.close()


def test_keys_drafts_and_who_else_is_looking(address: str, desk: Desk, staff: dict[str, AccountView]) -> None:
    from playwright.sync_api import sync_playwright

    first, second = file_ticket(desk.writing), file_ticket(desk.writing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            page = browser.new_page()
            sign_in(page, address, "clerk")
            page.get_by_role("link", name=second).wait_for(timeout=10_000)
            page.wait_for_load_state()
            for key in ("j", "j", "k"):
                page.keyboard.press(key)
            page.keyboard.press("Enter")
            page.wait_for_url(f"**/tickets/{second}")
            page.keyboard.press("1")
            page.wait_for_url("**step=accept*")
            page.get_by_label("给群众的一句话").fill("下周二之前给您回话。")
            page.goto(f"{address}/tickets/{second}?step=accept")
            page.get_by_text("上次没提交的内容").wait_for(timeout=10_000)
            assert page.get_by_label("给群众的一句话").input_value() == "下周二之前给您回话。"
            _somebody_else_looks(browser, address, second, page)
            page.get_by_role("button", name="受理", exact=True).click()
            page.get_by_text("已受理").first.wait_for(timeout=10_000)
            page.wait_for_load_state()  # the words stand there before the scripts have run
            assert page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('draft:')).length") == 0
            page.keyboard.press("u")
            page.wait_for_url(f"{address}/")
            page.locator("#keys").wait_for(state="attached", timeout=10_000)
            page.wait_for_load_state()
            page.keyboard.press("?")
            page.get_by_role("dialog").get_by_text("回到列表").wait_for(timeout=10_000)
            page.keyboard.press("Escape")
            page.keyboard.press("g")
            page.keyboard.press("t")
            page.wait_for_url("**/today")
            page.get_by_role("link", name=first).wait_for(timeout=10_000)
        finally:
            browser.close()


def _somebody_else_looks(browser: Any, address: str, number: str, page: Any) -> None:
    other = browser.new_context().new_page()
    sign_in(other, address, "handler")
    other.goto(f"{address}/tickets/{number}")
    other.get_by_text("受理员甲正在看这张单子").wait_for(timeout=10_000)
    other.close()
