"""A POST without the secret of its session changes nothing."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.desk.conftest import PASSWORD, Browser, signed_in
from tests.factories import file_ticket
from xiaobao.desk.context import Desk
from xiaobao.tickets import queries
from xiaobao.tickets.accounts import AccountView


@pytest.mark.parametrize("secret", [None, "", "guessed", "é"])
def test_a_step_without_the_secret_is_refused_and_the_text_kept(clerk: Browser, desk: Desk, secret: str | None) -> None:
    number = file_ticket(desk.writing)
    answer = clerk.post(f"/tickets/{number}/accept", csrf=secret, version="1", text="写好的话")
    assert answer.status_code == 400 and "没有保存" in answer.text and "写好的话" in answer.text
    with desk.reading() as session:
        assert queries.ticket(session, number).status == "submitted"


def test_the_secret_of_somebody_else_is_refused(app: Flask, clerk: Browser, handler: Browser) -> None:
    assert clerk.post("/sign-out", csrf=handler.csrf()).status_code == 400
    assert clerk.get("/").status_code == 200


def test_signing_in_needs_the_secret_too(app: Flask, staff: dict[str, AccountView]) -> None:
    client = app.test_client()
    assert client.post("/sign-in", data={"login": "clerk", "password": PASSWORD}).status_code == 400


def test_every_form_on_the_pages_carries_the_secret(app: Flask, staff: dict[str, AccountView], desk: Desk) -> None:
    number = file_ticket(desk.writing)
    for login, paths in (
        ("clerk", ["/", f"/tickets/{number}", f"/tickets/{number}?step=reject", "/me"]),
        ("admin", ["/accounts"]),
    ):
        browser = signed_in(app, login)
        for path in paths:
            forms = browser.get(path).text.split("<form")[1:]
            posting = [form for form in forms if 'method="post"' in form.split(">")[0]]
            assert posting and all('name="csrf" value="' in form.split("</form>")[0] for form in posting)
