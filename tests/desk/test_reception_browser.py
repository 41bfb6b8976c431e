"""在线接待 in a real browser: the pages look again by themselves; XIAOBAO_PICTURES=folder keeps pictures."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.desk.test_queue_browser import sign_in
from tests.desk.test_reception import wish
from tests.factories import NOW, file_ticket
from tests.journeys import axe
from tests.journeys.browser import ARGUMENTS, CHROMIUM, keep_picture
from xiaobao.conversations import messages
from xiaobao.conversations.messages import Draft
from xiaobao.conversations.tables import CITIZEN
from xiaobao.desk.context import Desk
from xiaobao.tickets.accounts import AccountView

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no chromium"),
]


@pytest.mark.parametrize("width", [1280, 390])
def test_who_waits_appears_is_taken_and_talked_to(
    address: str, desk: Desk, staff: dict[str, AccountView], width: int
) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            page = browser.new_context(viewport={"width": width, "height": 800}).new_page()
            complaints: list[str] = []
            page.on("console", lambda message: complaints.append(message.text))
            sign_in(page, address, "clerk")
            page.goto(f"{address}/reception")
            page.get_by_text("现在没有人在等").wait_for()
            conversation_id, _ = wish(desk)
            file_ticket(desk.writing, conversation_id=conversation_id)
            page.get_by_role("button", name="接待", exact=True).wait_for(timeout=10_000)
            keep_picture(page, f"desk-reception-queue-{width}")
            assert axe.faults(page) == []
            page.get_by_role("button", name="接待", exact=True).click()
            page.wait_for_url("**/reception/*")  # loaded: before its script is there, Enter begins a new line
            page.get_by_label("您说").fill("您好，店在哪条路？")
            page.keyboard.press("Enter")
            page.locator(".said-staff").get_by_text("店在哪条路").wait_for()
            page.get_by_label("您说").fill("没写完的")
            with desk.writing.begin() as session:
                messages.append(session, conversation_id, Draft(CITIZEN, "在和平路", payload="在和平路"), NOW)
            page.get_by_text("在和平路", exact=True).wait_for(timeout=10_000)
            assert page.get_by_label("您说").input_value() == "没写完的"
            keep_picture(page, f"desk-reception-talk-{width}")
            assert axe.faults(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            page.get_by_role("button", name="结束接待，交回小宝").click()
            page.get_by_text("接待结束了").wait_for()
            assert [text for text in complaints if not text.startswith("Autofocus processing was blocked")] == []
        finally:
            browser.close()
