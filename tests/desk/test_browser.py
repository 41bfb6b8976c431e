"""Walks through the desk in a real browser, with scripts and without; XIAOBAO_PICTURES=folder keeps the pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from sqlalchemy import select

from tests.desk.conftest import PASSWORD
from tests.factories import CONVERSATION, NOW, file_ticket
from tests.journeys import axe
from tests.journeys.browser import ARGUMENTS, CHROMIUM, keep_picture
from xiaobao.conversations import uploads
from xiaobao.conversations.uploads import Received
from xiaobao.desk.context import Desk
from xiaobao.tickets import queries, service
from xiaobao.tickets.accounts import AccountView
from xiaobao.tickets.tables import Audit

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no chromium"),
]


@pytest.mark.parametrize(("scripts", "width"), [(True, 1280), (False, 390)])
def test_a_clerk_accepts_a_complaint(
    address: str, desk: Desk, staff: dict[str, AccountView], scripts: bool, width: int
) -> None:
    from playwright.sync_api import sync_playwright

    number = file_ticket(desk.writing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
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


def test_what_is_typed_before_the_scripts_arrive_is_followed(
    address: str, desk: Desk, staff: dict[str, AccountView]
) -> None:
    from playwright.sync_api import Route, sync_playwright

    number = file_ticket(desk.writing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            page = browser.new_context().new_page()
            _sign_in(page, address)
            page.get_by_role("link", name=number).wait_for()
            held: list[Route] = []
            page.route("**/desk.js", lambda route: held.append(route))
            page.goto(f"{address}/tickets/{number}?step=accept", wait_until="commit")
            page.get_by_label("给群众的一句话").fill("我们三天内联系商家。")
            while not held:
                page.wait_for_timeout(20)
            held[0].continue_()
            page.get_by_text(re.compile(r"已受理。\s*我们三天内联系商家。")).wait_for(timeout=10_000)
            page.unroute("**/desk.js")
            page.goto(f"{address}/tickets/{number}?step=accept")
            page.get_by_text("上次没提交的内容").wait_for(timeout=10_000)
        finally:
            browser.close()


def _sign_in(page: Any, address: str) -> None:
    page.goto(address)
    page.get_by_label("登录名").fill("clerk")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()


def _accept(page: Any, address: str, number: str, scripts: bool, width: int) -> None:
    _sign_in(page, address)
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


def filed_with_all(desk: Desk) -> str:
    """A ticket with marks, a twin, a group, a near name, things that are missing and two pictures."""
    story = (
        "10月3日我在乐动健身（万达店）办了张健身年卡，交了2680元，销售说随时能退。上周去锻炼发现店关门了，电话没人接，"
        "微信也被拉黑。我在店里办的卡，合同还在手上，要求退还没用完的2400元，并赔偿误工费。"
    )
    told: dict[str, Any] = {
        "merchant": "乐动健身", "item": "健身年卡", "amount_text": "2680元", "amount_cents": 268000,
        "event_date_text": "10月3日", "event_date": date(2026, 10, 3), "narrative": story, "claim": "退还没用完的2400元",
        "merchant_address": None, "purchase_mode": "线下", "own_use": "yes", "elsewhere": "no",
        "spans": {"merchant": {"start": 6, "end": 10}, "purchase_mode": {"start": 70, "end": 72, "words": "店里"},
                  "problem": {"normalised": "售后服务"}},
        "sources": {"merchant": "read", "item": "read", "amount": "read", "event_date": "read", "claim": "read",
                    "purchase_mode": "read", "own_use": "declared", "elsewhere": "declared", "region": "inferred",
                    "merchant_address": "unknown", "contact_name": "said", "contact_phone": "said"},
        "region": "云泽市东城区", "problem": "没人接",
    }  # fmt: skip
    file_ticket(desk.writing, **{**told, "amount_text": "2680", "claim": "退款", "narrative": "乐动健身的卡，要退款。"})
    for n in range(7):
        stranger = {"conversation_id": f"other-{n}", "contact_phone": f"139{n:08d}", "region": None}
        item = {"item": "健身卡" if n < 3 else "果汁", "problem": None, "spans": {}}
        file_ticket(desk.writing, **{**told, **stranger, **item})
    file_ticket(
        desk.writing, **{**told, "merchant": "乐洞健身", "conversation_id": "o", "contact_phone": "13700000000"}
    )
    return file_ticket(desk.writing, **told, evidence=tuple(_pictures(desk)))


def _pictures(desk: Desk) -> Iterator[service.Evidence]:
    folder = desk.settings.evidence_dir
    folder.mkdir(exist_ok=True)
    for n, size in enumerate([(900, 1400), (1400, 700)]):
        picture = Image.new("RGB", size, "#f4efe2")
        ImageDraw.Draw(picture).multiline_text(
            (60, 60), f"RECEIPT {n + 1}\n\nCARD 2680.00\nTHANK YOU", "black", font_size=60
        )
        picture.save(folder / f"p{n}.jpg")
        with desk.writing.begin() as session:
            received = Received(f"收据{n + 1}.jpg", "image/jpeg", 20_480, "0" * 64 + str(n), f"p{n}.jpg")
            upload, _ = uploads.add(session, CONVERSATION, received, NOW)
            uploads.set_preview(session, upload.evidence_id, f"p{n}.jpg")
        yield service.Evidence(upload.evidence_id, upload.filename, "image/jpeg", 20_480, "0" * 64, f"p{n}.jpg")


@pytest.mark.parametrize("width", [1280, 390])
def test_all_that_decides_stands_on_one_page_and_evidence_can_be_turned(
    address: str, desk: Desk, staff: dict[str, AccountView], width: int
) -> None:
    from playwright.sync_api import sync_playwright

    number = filed_with_all(desk)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            page = browser.new_context(viewport={"width": width, "height": 800}).new_page()
            complaints: list[str] = []
            page.on("console", lambda message: complaints.append(message.text))
            _sign_in(page, address)
            keep_picture(page, f"queue-{width}")
            page.goto(f"{address}/tickets/{number}")
            page.get_by_text("同一商家近12个月另有").wait_for(timeout=10_000)
            keep_picture(page, f"ticket-{width}", full_page=True)
            assert axe.faults(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            _leaf_through(page, width)
            assert complaints == []
        finally:
            browser.close()
    with desk.reading() as session:
        looks = [row.action for row in session.scalars(select(Audit)).all()]
    assert looks == ["view_evidence"] * 3


def _leaf_through(page: Any, width: int) -> None:
    """Turn, enlarge, go on and back with the keyboard."""
    page.locator(".thumb").first.click()
    picture = page.locator(".sheet img")
    page.get_by_role("button", name="转90度").click()
    assert "rotate(90deg)" in picture.get_attribute("style")
    before = picture.bounding_box()["width"]
    page.keyboard.press("+")
    assert picture.bounding_box()["width"] > before
    keep_picture(page, f"viewer-turned-{width}")
    page.keyboard.press("0")
    page.keyboard.press("r")
    page.keyboard.press("ArrowRight")
    page.get_by_text("第2份，共2份").wait_for(timeout=10_000)
    keep_picture(page, f"viewer-{width}")
    assert axe.faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.keyboard.press("ArrowLeft")
    page.get_by_text("第1份，共2份").wait_for(timeout=10_000)
