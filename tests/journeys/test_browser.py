"""The chat page in a real browser on the running product: by keyboard, by hand, without a network."""

from __future__ import annotations

import re

import pytest

from tests.journeys.browser import CONTACT, Chat
from tests.simulators.staff import Staff

pytestmark = [pytest.mark.browser, pytest.mark.model, pytest.mark.slow]
STORY = "我10月3日在乐动健身办了张健身卡，交了2680元，上周店关门了，电话没人接，我要退款"


def test_a_complaint_is_filed_by_keyboard_alone(chat: Chat) -> None:
    keys = chat.page.keyboard
    keys.press("Tab")
    assert chat.page.evaluate("document.activeElement.className") == "skip"
    keys.press("Enter")
    chat.page.wait_for_function("() => document.activeElement.id === 'text'")
    before = chat.theirs
    keys.type(STORY)
    keys.press("Enter")
    chat.replied(before)
    for _ in range(10):
        assert chat.page.evaluate("document.activeElement.id") == "text", "after an answer one goes on typing"
        if chat.page.locator(".number").count():
            break
        before = chat.theirs
        if chat.has("form.card"):
            chat.reach("姓名")
            for value in CONTACT.values():
                keys.type(value)
                keys.press("Tab")
            keys.press("Tab")  # past the box that lets the merchant be told
            keys.press("Enter")
        elif title := next((t for t in ("确认提交", "可以转", "同意") if chat.has(f'.button:text-is("{t}")')), None):
            chat.reach(title)
            keys.press("Enter")
        else:
            keys.type("不知道")
            keys.press("Enter")
        chat.replied(before)
    assert re.fullmatch(r"XB\d{8}-\d{6}", chat.page.locator(".number").inner_text())


def test_a_citation_opens_in_place(chat: Chat) -> None:
    chat.say("网上买的衣服不想要了，七天内能退吗")
    fold = chat.page.locator(".citation > button").first
    assert fold.get_attribute("aria-expanded") == "false" and not chat.page.locator(".article").first.is_visible()
    fold.click()
    assert fold.get_attribute("aria-expanded") == "true"
    assert "七日" in chat.page.locator(".article:visible").first.inner_text()
    assert chat.page.url == f"{chat.base}/chat"


def test_a_row_is_changed_and_the_receipt_carries_it(chat: Chat) -> None:
    chat.to_summary(STORY)
    assert "改" in chat.press("改金额") or chat.has("*")
    assert "2860" in chat.say("2860元")
    if not chat.summary_is_shown():
        chat.say("确认提交")
    else:
        chat.press("确认提交")
    number = chat.page.locator(".number").inner_text()
    receipt = chat.page.locator("section.card", has_text=number)
    assert "2860" in receipt.inner_text() and CONTACT["contact_phone"] in receipt.inner_text()
    code = receipt.locator(".code strong").inner_text()
    chat.page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=chat.base)
    receipt.get_by_role("button", name="复制编号和查询码").click()
    receipt.get_by_role("button", name="已复制").wait_for()
    copied = chat.page.evaluate("navigator.clipboard.readText()")
    assert number in copied and code in copied
    with chat.page.context.expect_page() as opened:
        receipt.get_by_role("link", name="打印或存成PDF").click()
    paper = opened.value
    paper.get_by_role("button", name="打印或存成PDF").wait_for()
    assert number in paper.locator("#receipt").inner_text() and "2860" in paper.locator("#receipt").inner_text()
    paper.close()


def test_after_a_reload_everything_said_is_there_again(chat: Chat) -> None:
    chat.to_contact(STORY)
    said = chat.page.locator(".bubble").all_inner_texts()
    strip = chat.page.locator("#strip").inner_text()
    chat.page.reload()
    chat.page.locator(".message").nth(len(said) - 1).wait_for()
    chat.page.locator("form.card").wait_for()
    assert chat.page.locator(".bubble").all_inner_texts() == said
    assert chat.page.locator("#strip").inner_text() == strip


def test_what_is_typed_without_a_network_is_kept_and_sent_later(chat: Chat) -> None:
    chat.say("你好")
    before = chat.theirs
    chat.page.context.set_offline(True)
    chat.page.fill("#text", "押金不退怎么办")
    chat.page.press("#text", "Enter")
    chat.page.get_by_text("没有网络，先存着").wait_for()
    assert chat.page.locator("#offline").is_visible() and chat.theirs == before
    chat.page.context.set_offline(False)
    chat.replied(before)
    assert not chat.page.locator("#offline").is_visible()
    assert chat.page.locator(".citizen .bubble").all_inner_texts().count("押金不退怎么办") == 1
    assert all("ERR_INTERNET_DISCONNECTED" in line for line in chat.watch.complaints)
    chat.watch.complaints.clear()  # the browser's own words about a missing network


def test_a_reply_of_staff_appears_by_itself_under_its_own_name(chat: Chat, supervisor: Staff) -> None:
    number = chat.file(STORY)
    supervisor.take(number, "accept")
    supervisor.take(number, "assign", department="市场监管一科")
    supervisor.take(number, "reply", text="经核实情况属实，已联系商家，三天内退您2680元。")
    answer = chat.page.locator(".message.staff", has_text="三天内退您2680元").last
    answer.wait_for(timeout=60_000)
    assert answer.evaluate("(shown) => shown.dataset.speaker").startswith("staff工作人员")
