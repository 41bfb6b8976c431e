"""A clerk writes, previews, sends and posts documents in a real browser, at 1280 and 390 pixels; an admin looks at templates."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.desk.conftest import PASSWORD
from tests.desk.test_papers_out import talked
from tests.factories import CLERK, NOW, an_office, file_ticket
from tests.journeys import axe
from xiaobao.desk.context import Desk
from xiaobao.tickets import queries, service
from xiaobao.tickets.accounts import AccountView

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.skipif(not CHROMIUM.exists(), reason="no chromium")]
LONG = "云泽市演示区欣欣向荣国际健康管理咨询与体育文化传播连锁有限责任公司滨江路第三分店"


@pytest.fixture
def numbers(desk: Desk, staff: dict[str, AccountView]) -> tuple[str, str]:
    """A ticket of a conversation, with the longest names, and one that came by telephone; both accepted."""
    found = (talked(desk, merchant=LONG), file_ticket(desk.writing, conversation_id=None, draft_id="by-telephone"))
    with desk.writing.begin() as session:
        for number in found:
            service.accept(session, number, actor=CLERK, now=NOW, office=an_office())
    return found


@pytest.mark.parametrize("width", [1280, 390])
def test_a_clerk_writes_sends_and_posts(address: str, desk: Desk, numbers: tuple[str, str], width: int) -> None:
    from playwright.sync_api import sync_playwright

    online, by_telephone = numbers
    fresh = file_ticket(desk.writing, channel="website", draft_id="not-accepted-yet")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        try:
            page = browser.new_context(viewport={"width": width, "height": 800}).new_page()
            _sign_in(page, address, "clerk")
            page.goto(f"{address}/tickets/{online}")
            page.get_by_role("link", name="写受理告知书").click()
            page.get_by_label("要说的话").fill("三天内有人给您打电话，请留意。")
            page.get_by_role("button", name="预览").click()
            page.get_by_text("三天内有人给您打电话").last.wait_for(timeout=10_000)
            _looked_at(page, f"document-preview-{width}", width)
            page.get_by_role("button", name="发给当事人").click()
            page.get_by_text("文书已发到群众的对话里").wait_for(timeout=10_000)
            _looked_at(page, f"document-sent-{width}", width)
            page.goto(f"{address}/tickets/{online}#documents")
            page.get_by_text("还没打开").wait_for(timeout=10_000)
            _looked_at(page, f"document-ticket-{width}", width)
            page.get_by_role("link", name="打印对话").click()
            page.get_by_role("button", name="打印").wait_for(timeout=10_000)
            _looked_at(page, f"document-transcript-{width}", width)

            page.goto(f"{address}/tickets/{by_telephone}/documents/new?kind=acceptance")
            page.get_by_role("button", name="编号存好，去打印").click()
            page.get_by_text("还没有发出").wait_for(timeout=10_000)
            _looked_at(page, f"document-kept-{width}", width)
            page.get_by_label("邮件单号").fill("EMS1234567890CN")
            page.get_by_role("button", name="记下", exact=True).click()
            page.get_by_text("告知的时间按这一天算").first.wait_for(timeout=10_000)
            page.get_by_text("EMS1234567890CN").wait_for(timeout=10_000)

            page.goto(f"{address}/tickets/{fresh}?step=accept")
            page.get_by_label("同时发受理告知书").check()
            _looked_at(page, f"document-with-step-{width}", width)
            page.get_by_role("button", name="受理", exact=True).click()
            page.get_by_text("还没打开").wait_for(timeout=10_000)
        finally:
            browser.close()
    with desk.reading() as session:
        clocks = {one.name: one.state for one in queries.ticket(session, by_telephone).clocks}
    assert clocks["accept"] == "met"


@pytest.mark.parametrize("width", [1280, 390])
def test_the_templates_of_an_admin_have_no_serious_fault(
    address: str, staff: dict[str, AccountView], width: int, tmp_path: Path
) -> None:
    from playwright.sync_api import sync_playwright

    (tmp_path / "坏的.docx").write_bytes(b"no word file")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        try:
            page = browser.new_context(viewport={"width": width, "height": 800}).new_page()
            _sign_in(page, address, "admin")
            page.goto(f"{address}/settings/documents/mediation")
            _looked_at(page, f"template-sample-{width}", width)
            page.goto(f"{address}/settings/documents")
            page.locator("#t-reply").set_input_files(str(tmp_path / "坏的.docx"))
            page.get_by_role("button", name="上传答复书模板").click()
            page.get_by_text("现在用的模板没有动").first.wait_for(timeout=10_000)
            _looked_at(page, f"templates-{width}", width)
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
    if folder := os.environ.get("XIAOBAO_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
    assert axe.faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
