"""A document that the office sent, opened on the chat page in a real browser, at 390 and 1280 pixels."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from docx import Document
from playwright.sync_api import Browser, expect, sync_playwright

from bot.channels.website.sessions import Sessions
from tests.bot.channels.website.conftest import Bot
from tests.bot.channels.website.test_notices import push
from tests.bot.channels.website.test_page import ARGUMENTS
from tests.bot.channels.website.test_papers import _document, _first_opened
from tests.journeys import axe

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.mark.parametrize("width", [390, 1280])
def test_a_citizen_opens_and_takes_along_a_document(bot: Bot, browser: Browser, tmp_path: Path, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844}, locale="zh-CN", accept_downloads=True)
    context.set_default_timeout(10_000)
    page = context.new_page()
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.goto(f"{bot.base}/chat")
    expect(page.locator(".doors .button")).to_have_count(4)
    token = page.evaluate("window.xiaobao.storage.get('token')")
    own = Sessions("website-tests-secret-key-0123456789abcdef").conversation_of(token)
    document_id = _document(bot, own)
    told = {
        "number": "XB20200101-000001",
        "document": document_id,
        "title": "答复书",
        "document_number": "消复〔2026〕1号",
    }
    push(bot, conversation_id=own, response="utter_notice_document", params=told)
    open_ = page.get_by_role("button", name="打开看")
    expect(open_).to_be_visible()
    assert _first_opened(bot, document_id) is None
    open_.click()
    expect(page.locator(".card .letter")).to_have_text("答复书\n<b>已退2680元</b>")
    assert _first_opened(bot, document_id) is not None
    if folder := os.environ.get("XIAOBAO_PICTURES"):
        page.screenshot(path=f"{folder}/chat-document-{width}.png")
    assert axe.faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    with page.expect_download() as taken:
        page.get_by_role("button", name="下载Word文件").click()
    taken.value.save_as(tmp_path / "taken.docx")
    assert Document(str(tmp_path / "taken.docx")).paragraphs[1].text == "已退2680元"
    page.get_by_role("button", name="收起来").click()
    expect(page.locator(".card .letter")).to_be_hidden()
    assert broken == []
    context.close()
