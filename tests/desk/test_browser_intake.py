"""Intake in a real browser: fields fill while one types; XIAOBAO_PICTURES=folder keeps the pictures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.desk.test_browser import _sign_in
from tests.factories import CLERK, NOW, REFERENCE, file_ticket
from tests.journeys import axe
from tests.journeys.browser import ARGUMENTS, CHROMIUM, keep_picture
from xiaobao.desk import staff_intake
from xiaobao.desk.context import Desk
from xiaobao.reading import reference
from xiaobao.tickets import contacts, merchants_register, queries
from xiaobao.tickets.accounts import AccountView
from xiaobao.tickets.contacts import Entry
from xiaobao.tickets.merchants_register import Entry as Merchant
from xiaobao.tickets.tables import Ticket

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no chromium"),
]
STORY = "我叫张三，电话13800001234。11月2日在好物电器店买的电水壶花了129元，用了三天漏电，老板不肯退，要求退货退款。"


@pytest.fixture
def page(app: Flask, address: str, request: pytest.FixtureRequest) -> Iterator[Any]:
    # `address` is asked for here so that the desk outlives the page: its heartbeat goes on until the browser is closed.
    from playwright.sync_api import sync_playwright

    app.extensions[staff_intake.READER] = reference.load(REFERENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": getattr(request, "param", 1280), "height": 800})
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        yield page
        browser.close()
    # The test's server, not the product's, closes a connection whose request it has not read to its end.
    assert [one for one in complaints if "401" not in one and "ERR_CONNECTION_RESET" not in one] == []


def _fits(page: Any) -> None:
    assert axe.faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("page", [1280, 390], indirect=True)
def test_a_call_is_filed_while_it_is_told(
    page: Any,
    address: str,
    desk: Desk,
    staff: dict[str, AccountView],
) -> None:
    twin = file_ticket(desk.writing, merchant="好物电器店")
    width = page.viewport_size["width"]
    _sign_in(page, address)
    page.get_by_role("link", name="登记", exact=True).click()
    page.get_by_label("来访").check()
    page.locator("#f-merchant").fill("好物电器（东门店）")
    page.get_by_label("事情经过").press_sequentially(STORY[:30])
    page.get_by_label("事情经过").fill(STORY)
    page.get_by_text("原话：129元").wait_for(timeout=10_000)
    page.get_by_role("link", name=twin).wait_for(timeout=10_000)
    assert page.locator("#f-contact_phone").input_value() == "13800001234"
    assert page.locator("#f-merchant").input_value() == "好物电器（东门店）"
    keep_picture(page, f"intake-{width}", full_page=True)
    _fits(page)
    page.get_by_role("button", name="登记，拿单号").click()
    page.get_by_text("读给来电人听").wait_for(timeout=10_000)
    keep_picture(page, f"intake-done-{width}", full_page=True)
    _fits(page)
    with desk.reading() as session:
        ticket = queries.ticket(session, page.locator(".number.big").first.inner_text(), unmasked=True)
    assert (ticket.source, ticket.merchant, ticket.amount_cents) == ("visit", "好物电器（东门店）", 12900)
    page.get_by_role("button", name="再登记一件").click()
    assert page.locator("#f-contact_phone").input_value() == "13800001234"
    assert page.get_by_label("事情经过").input_value() == ""


def test_what_was_typed_comes_back_after_the_session_ran_out(
    page: Any,
    address: str,
    desk: Desk,
    staff: dict[str, AccountView],
) -> None:
    _sign_in(page, address)
    page.goto(f"{address}/intake")
    # An answer still on its way would bring the cookie back.
    page.wait_for_load_state("networkidle")
    page.context.clear_cookies()
    page.get_by_label("事情经过").fill(STORY)
    page.get_by_text("登录过期了，写的字还在这一页").wait_for(timeout=10_000)
    _sign_in(page, address)
    page.goto(f"{address}/intake")
    page.get_by_text("原话：129元").wait_for(timeout=10_000)
    assert page.get_by_label("事情经过").input_value() == STORY


@pytest.mark.parametrize("page", [1280, 390], indirect=True)
def test_the_log_and_the_register_fit_their_pages(
    page: Any,
    address: str,
    desk: Desk,
    staff: dict[str, AccountView],
) -> None:
    number, width = file_ticket(desk.writing), page.viewport_size["width"]
    with desk.writing.begin() as session:
        entry = Merchant("好物电器店", "91110108551385082Q", "和平路8号", contact="王小二", phone="13700001111")
        merchant = merchants_register.add(session, entry, actor=CLERK, now=NOW).id
        other = merchants_register.add(session, Merchant("好物电器店"), actor=CLERK, now=NOW).id
        merchants_register.merge(session, merchant, other, actor=CLERK, now=NOW)
        call = Entry("merchant", "telephone", NOW, True, "老板说周五退钱")
        contacts.add(session, number, call, actor=CLERK, now=NOW, office=desk.office)
    _sign_in(page, address)
    page.goto(f"{address}/tickets/{number}")
    page.get_by_text("记一次联系").click()
    keep_picture(page, f"contacts-{width}", full_page=True)
    _fits(page)
    page.get_by_role("button", name="就是这家：好物电器店").click()
    page.get_by_text("已和商家登记簿对上").wait_for(timeout=10_000)
    for path, name in ((f"merchants/{merchant}", "merchant"), ("merchants", "merchants"), ("merchants/new", "form")):
        page.goto(f"{address}/{path}")
        keep_picture(page, f"{name}-{width}", full_page=True)
        _fits(page)
    with desk.reading() as session:
        assert session.query(Ticket.merchant_id).scalar() == merchant
