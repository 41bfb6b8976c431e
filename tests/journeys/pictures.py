"""Pictures of the running product, for the README and for judging by looking.

`python -m tests.journeys.pictures DIRECTORY` starts the product on an empty data directory, files tickets over HTTP
and writes one PNG for each screen and width. The four of the README go to docs/images.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from tests.journeys.browser import ARGUMENTS, CHROMIUM, CONTACT, Chat
from tests.simulators import staff
from tests.simulators.product import Product

QUESTION = "网上买的衣服不想要了，七天内能退吗"
STORY = "我10月3日在乐动健身办了张健身卡，交了2680元，上周店关门了，电话没人接，我要退款"
LONG_NAME = "阿依古丽·买买提江·吐尔逊娜依·阿卜杜热合曼"
LONG_MERCHANT = "云泽市演示区欣欣向荣国际健康管理咨询与体育文化传播连锁有限责任公司滨江路第三分店"
LONG_STORY = f"我昨天在{LONG_MERCHANT}花了128888元办卡，今天去门就锁了，打电话没人接，我要求退款并赔偿"
SIZES = {390: 844, 1280: 800}


def page_of(browser: Any, width: int, **context: Any) -> Any:
    """A new person's page of that width."""
    opened = browser.new_context(viewport={"width": width, "height": SIZES[width]}, locale="zh-CN", **context)
    opened.set_default_timeout(20_000)
    return opened.new_page()


def long_complaint(chat: Chat) -> str:
    """A complaint with the longest names that are likely; returns its number."""
    chat.to_contact(LONG_STORY)
    chat.fill_contact({**CONTACT, "contact_name": LONG_NAME, "contact_address": CONTACT["contact_address"] * 3})
    chat.press("确认提交")
    return str(chat.page.locator(".number").last.inner_text())


def of_chat(product: Product, browser: Any, width: int, directory: Path) -> None:
    """Every state of the chat page at one width."""

    def shoot(page: Any, name: str) -> None:
        page.wait_for_timeout(300)
        page.screenshot(path=directory / f"{name}-{width}.png")

    chat = Chat(page_of(browser, width), product.bot).open()
    shoot(chat.page, "greeting")
    chat.say(QUESTION)
    chat.page.locator(".citation > button").first.click()
    shoot(chat.page, "chat")
    chat.say(STORY)
    shoot(chat.page, "form")
    chat.to_summary("不知道")
    shoot(chat.page, "summary")
    chat.press("确认提交")
    shoot(chat.page, "receipt")
    chat.page.click("#large")
    shoot(chat.page, "large")
    chat.page.context.close()
    dark = Chat(page_of(browser, width, color_scheme="dark"), product.bot).open()
    dark.say(QUESTION)
    dark.to_summary(STORY)
    shoot(dark.page, "dark")
    dark.page.context.close()


def of_desk(product: Product, browser: Any, person: staff.Staff, number: str, width: int, directory: Path) -> None:
    """List and ticket, signed in with the cookies of `person`."""
    page = page_of(browser, width)
    cookies = [{"name": c.name, "value": str(c.value), "url": product.desk} for c in person.session.cookies]
    page.context.add_cookies(cookies)
    for name, path in (("desk-list", "/"), ("desk-ticket", f"/tickets/{number}?step=accept")):
        page.goto(product.desk + path)
        page.wait_for_timeout(300)
        page.screenshot(path=directory / f"{name}-{width}.png")
    page.context.close()


def main(directory: Path, product: Product, person: staff.Staff) -> None:
    """All pictures of a running product."""
    from playwright.sync_api import sync_playwright

    directory.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        chat = Chat(page_of(browser, 390), product.bot).open()
        number = long_complaint(chat)
        for width in SIZES:
            of_chat(product, browser, width, directory)
            of_desk(product, browser, person, number, width, directory)
        browser.close()


if __name__ == "__main__":
    with Product() as running:
        first = staff.admin(running.desk, running.log)
        main(Path(sys.argv[1]), running, staff.colleague(first, "wang", "supervisor", "王工"))
