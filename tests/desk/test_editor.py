"""What an editor has at the desk: texts, templates, questions without a good answer; and nothing else."""

from __future__ import annotations

import re

from flask import Flask

from tests.desk.conftest import PASSWORD, Browser, signed_in
from tests.factories import file_ticket
from xiaobao.desk.context import Desk
from xiaobao.tickets import audits, canned_texts, lessons
from xiaobao.tickets.accounts import AccountView
from xiaobao.tickets.workflow import Role


def test_an_editor_begins_with_the_questions(app: Flask, desk: Desk, staff: dict[str, AccountView]) -> None:
    with desk.writing.begin() as session:
        lessons.add(session, kind="declined", question="月子中心能退钱吗", now=desk.now(), field=None)
    browser = Browser(app.test_client())
    assert "月子中心能退钱吗" in browser.post("/sign-in", login="editor", password=PASSWORD).text


def test_every_link_that_an_editor_sees_opens(app: Flask, staff: dict[str, AccountView]) -> None:
    editor = signed_in(app, Role.EDITOR)
    for page in ("/questions", "/settings/texts", "/settings/documents", "/me"):
        found = editor.get(page)
        assert found.status_code == 200
        links = {link for link in re.findall(r'<a [^>]*href="(/[^"#]*)', found.text)}
        assert {"/questions", "/settings/texts", "/settings/documents"} <= links
        assert {link: editor.client.get(link).status_code for link in links} == dict.fromkeys(links, 200)


def test_a_text_of_an_editor_is_kept_under_the_editors_name(
    app: Flask, desk: Desk, staff: dict[str, AccountView]
) -> None:
    editor = signed_in(app, Role.EDITOR)
    editor.get("/settings/texts")
    assert (
        editor.post("/settings/texts", place="reply", title="已转商家", text="已经转给商家，三天内回复您。").status_code
        == 200
    )
    with desk.reading() as session:
        assert [one.title for one in canned_texts.everywhere(session)] == ["已转商家"]
        row = audits.page(session).rows[0]
    assert (row.action, row.actor_name) == ("save_canned_text", staff["editor"].name)


def test_no_ticket_is_shown_to_an_editor(app: Flask, desk: Desk, staff: dict[str, AccountView]) -> None:
    number = file_ticket(desk.writing)
    editor = signed_in(app, Role.EDITOR)
    assert {page: editor.get(page).status_code for page in ("/", f"/tickets/{number}", "/today", "/settings")} == {
        "/": 403,
        f"/tickets/{number}": 403,
        "/today": 403,
        "/settings": 403,
    }
