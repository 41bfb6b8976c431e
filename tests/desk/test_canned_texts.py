"""Canned texts: kept by an admin, offered where somebody writes to a citizen, filled, stopped while a gap is left."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from tests.desk.conftest import Browser
from tests.desk.test_queue_browser import sign_in
from tests.desk.test_reception import wish
from tests.factories import CLERK, NOW, an_office, file_ticket
from tests.journeys import axe
from tests.journeys.browser import ARGUMENTS, CHROMIUM, keep_picture
from xiaobao.desk.context import Desk
from xiaobao.tickets import canned_texts, queries, service
from xiaobao.tickets.accounts import AccountView
from xiaobao.tickets.tables import Audit

TEXT = "经核实，{}反映的【商家】一事属实，商家已退款【金额】。不服可以拨打【电话】。"


def test_a_text_is_kept_changed_and_removed(admin: Browser, desk: Desk) -> None:
    page = admin.post("/settings/texts", place="reply", title="退款<b>", text="已退款").text
    assert "退款&lt;b&gt;" in page and "已保存" in page
    with desk.reading() as session:
        (kept,) = canned_texts.everywhere(session)
    assert "已退款" in admin.get(f"/settings/texts?text={kept.id}").text
    admin.post("/settings/texts", id=str(kept.id), place="close", title="退款", text="已退款，办结")
    with desk.reading() as session:
        assert canned_texts.everywhere(session) == [canned_texts.Canned(kept.id, "close", "退款", "已退款，办结")]
    assert "还没有常用语" in admin.post(f"/settings/texts/{kept.id}").text
    assert admin.post(f"/settings/texts/{kept.id}").status_code == 404
    with desk.reading() as session:
        actions = [row.action for row in session.scalars(select(Audit).order_by(Audit.id))]
    assert actions == ["save_canned_text"] * 2 + ["remove_canned_text"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("place", "submit"), ("place", "assign"), ("title", " "), ("title", "长" * 41), ("text", ""), ("text", "长" * 2001),
     ("title", "已有的")],
)  # fmt: skip
def test_a_wrong_text_is_named_and_what_was_typed_stays(admin: Browser, desk: Desk, field: str, value: str) -> None:
    admin.post("/settings/texts", place="reply", title="已有的", text="甲")
    answer = admin.post("/settings/texts", **{"place": "reply", "title": "新的", "text": "打好的字", field: value})
    assert answer.status_code == 422 and 'class="problem"' in answer.text
    assert field == "text" or "打好的字" in answer.text
    with desk.reading() as session:
        assert len(canned_texts.everywhere(session)) == 1


def test_nobody_but_an_editor_or_an_admin_changes_them(clerk: Browser, desk: Desk) -> None:
    assert clerk.post("/settings/texts", place="reply", title="甲", text="乙").status_code == 403
    with desk.reading() as session:
        assert canned_texts.everywhere(session) == []


def test_it_is_offered_filled_and_a_gap_is_stopped(
    handler: Browser, admin: Browser, desk: Desk, staff: dict[str, AccountView]
) -> None:
    admin.post("/settings/texts", place="reply", title="属实", text=TEXT.format("您"))
    admin.post("/settings/texts", place="close", title="别处的", text="别处的话")
    number = at_work(desk, staff)
    page = handler.get(f"/tickets/{number}?step=reply").text
    filled = TEXT.format("您").replace("【商家】", "云泽市东城区好物电器店").replace("【电话】", an_office().telephone)
    assert f'<option value="{filled}">属实' in page and "别处的话" not in page
    with desk.reading() as session:
        version = queries.ticket(session, number).version
    path, typed = f"/tickets/{number}/reply", {"text": filled, "version": str(version)}
    answer = handler.post(path, **typed)
    assert answer.status_code == 409 and "还有没填的空" in answer.text and "【金额】还没换成" in answer.text
    done = handler.post(path, **{**typed, "text": filled.replace("【金额】", "129元")})
    assert "答复已记下" in done.text


def test_a_talk_has_texts_of_its_own(clerk: Browser, admin: Browser, desk: Desk) -> None:
    admin.post("/settings/texts", place="talk", title="问好", text="您好，我是【本单位】的工作人员")
    number = wish(desk)[1]
    page = clerk.post(f"/reception/{number}/take").text
    assert f'<option value="您好，我是{desk.office.name}的工作人员">问好' in page


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no chromium")
def test_it_goes_where_the_cursor_stands(address: str, desk: Desk, staff: dict[str, AccountView]) -> None:
    from playwright.sync_api import sync_playwright

    number = at_work(desk, staff)
    with desk.writing.begin() as session:
        canned_texts.save(session, "reply", "核实", "经核实，【商家】属实")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            page = browser.new_context(viewport={"width": 390, "height": 800}).new_page()
            sign_in(page, address, "handler")
            page.goto(f"{address}/tickets/{number}?step=reply")
            field = page.get_by_label("答复内容")
            field.fill("您好，。")
            field.evaluate("field => field.setSelectionRange(3, 3)")
            page.get_by_label("常用语").select_option("核实")
            assert field.input_value() == "您好，经核实，云泽市东城区好物电器店属实。"
            assert page.get_by_label("常用语").input_value() == ""
            keep_picture(page, "canned-390", full_page=True)
            assert axe.faults(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
        finally:
            browser.close()


def at_work(desk: Desk, staff: dict[str, AccountView]) -> str:
    """A ticket that the handler has to answer."""
    number = file_ticket(desk.writing)
    with desk.writing.begin() as session:
        service.accept(session, number, actor=CLERK, now=NOW, office=an_office())
        handler = staff["handler"].id
        service.assign(session, number, actor=CLERK, now=NOW, department="消保科", handler=handler)
    return number
