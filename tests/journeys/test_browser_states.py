"""Every state of chat page and desk: no grave accessibility fault, nothing wider than a small phone, buttons to hit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys import axe
from tests.journeys.browser import LOW_BUTTONS, SIDEWAYS, Chat
from tests.journeys.pictures import LONG_STORY, long_complaint, page_of
from tests.simulators.product import Product
from tests.simulators.staff import Staff

pytestmark = [pytest.mark.browser, pytest.mark.model, pytest.mark.slow]


def sound(page: Any, state: str) -> None:
    """Fails with what is wrong, for a phone of 320 px and for one of 390 px."""
    for width in (320, 390):
        page.set_viewport_size({"width": width, "height": 800})
        assert not page.evaluate(SIDEWAYS), f"{state}: wider than {width} px"
    assert axe.faults(page) == [], state


def chat_is_sound(chat: Chat, state: str) -> None:
    sound(chat.page, state)
    assert chat.page.evaluate(LOW_BUTTONS) == [], state


def test_every_state_of_a_complaint_is_sound(chat: Chat) -> None:
    chat_is_sound(chat, "greeting")
    chat.say("网上买的衣服不想要了，七天内能退吗")
    chat.page.locator(".citation > button").first.click()
    chat_is_sound(chat, "citation open")
    chat.to_contact(LONG_STORY)
    chat_is_sound(chat, "form half filled")
    card = chat.page.locator("form.card").last
    card.locator("[name=contact_phone]").fill("138")
    card.get_by_role("button", name="填好了").click()
    assert "11位" in " ".join(card.locator(".error:visible").all_inner_texts())
    chat_is_sound(chat, "error")
    chat.fill_contact({"contact_name": "林晓芳", "contact_phone": "13800138000", "contact_address": "演示路1号" * 12})
    assert chat.summary_is_shown()
    chat_is_sound(chat, "summary")
    chat.page.click("#large")
    chat_is_sound(chat, "summary in large mode")
    chat.press("确认提交")
    chat_is_sound(chat, "receipt in large mode")
    chat.page.click("#large")
    chat_is_sound(chat, "receipt")


def test_the_dark_scheme_is_sound(chat: Chat) -> None:
    chat.page.emulate_media(color_scheme="dark")
    chat_is_sound(chat, "greeting")
    chat.to_summary(LONG_STORY)
    chat_is_sound(chat, "summary")
    chat.page.click("#large")
    chat_is_sound(chat, "summary in large mode")


def test_the_receipt_on_paper_is_sound(chat: Chat) -> None:
    long_complaint(chat)
    with chat.page.context.expect_page() as opened:
        chat.page.get_by_role("link", name="打印或存成PDF").click()
    opened.value.get_by_role("button", name="打印或存成PDF").wait_for()
    sound(opened.value, "print")


@pytest.fixture
def desk(product: Product, supervisor: Staff, chromium: Any) -> Iterator[Any]:
    """The desk, signed in by hand on the sign-in page."""
    page = page_of(chromium, 1280)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{product.desk}/sign-in")
    sound(page, "sign-in")
    page.context.add_cookies(
        [{"name": c.name, "value": str(c.value), "url": product.desk} for c in supervisor.session.cookies]
    )
    yield page
    page.context.close()
    assert said == []


def test_the_desk_is_sound_with_the_longest_names(chat: Chat, desk: Any, product: Product) -> None:
    number = long_complaint(chat)
    for state, path in (("list", "/"), ("ticket", f"/tickets/{number}"), ("step", f"/tickets/{number}?step=reject")):
        desk.goto(product.desk + path)
        assert desk.get_by_text(number).first.is_visible()
        sound(desk, state)
        desk.set_viewport_size({"width": 1280, "height": 800})
        assert axe.faults(desk) == [], f"{state} at 1280 px"
        assert not desk.evaluate(SIDEWAYS), state


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """What people choose: three good ones and two that can't be taken."""
    import pillow_heif
    from PIL import Image

    picture = Image.new("RGB", (640, 480), (200, 120, 40))
    picture.save(tmp_path / "收据.jpg")
    pillow_heif.from_pillow(picture).save(tmp_path / "IMG_0001.heic")
    picture.save(tmp_path / "合同.pdf")
    (tmp_path / "账单.jpg").write_bytes(b"MZ" + bytes(4000))
    big = tmp_path / "全家福.jpg"
    picture.save(big)
    with big.open("ab") as end:
        end.write(bytes(21 * 1024 * 1024))
    return {path.name: path for path in tmp_path.iterdir()}


def expected(chat: Chat, status: str) -> None:
    """The browser's own line about an answer of that status is no complaint of the page."""
    chat.watch.complaints[:] = [line for line in chat.watch.complaints if f"status of {status}" not in line]


def choose(chat: Chat, *paths: Path) -> None:
    chat.page.set_input_files("#file", [str(path) for path in paths])


def test_photographs_and_papers_are_taken(chat: Chat, files: dict[str, Path]) -> None:
    names = ("收据.jpg", "IMG_0001.heic", "合同.pdf")
    for name in names:
        choose(chat, files[name])
        chat.page.locator(".message[data-seq] .file .name", has_text=name).wait_for(timeout=30_000)
    assert chat.page.locator(".state.failed").count() == 0
    chat.page.locator(".file img").nth(1).wait_for(timeout=60_000)
    chat_is_sound(chat, "uploaded")
    expected(chat, "404")  # the small picture was asked for before it was made


def test_what_cannot_be_taken_is_told_beside_it(chat: Chat, files: dict[str, Path]) -> None:
    choose(chat, files["账单.jpg"])
    refused = chat.page.locator(".message", has_text="账单.jpg").locator(".state.failed")
    refused.wait_for(timeout=30_000)
    assert "这种文件收不了" in refused.inner_text()
    choose(chat, files["全家福.jpg"])
    told = chat.page.locator("#problem:visible, .message:has-text('全家福.jpg') .state.failed").last
    told.wait_for(timeout=30_000)
    assert "超过20MB" in told.inner_text() and "中等大小" in told.inner_text()
    chat_is_sound(chat, "upload failed")
    expected(chat, "415")
