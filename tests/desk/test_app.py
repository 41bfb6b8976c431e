"""What holds for every page: headers, failures, health, proxies."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest
from flask import Flask

from tests.desk.conftest import PASSWORD, Browser
from tests.factories import file_ticket
from xiaobao.desk import context
from xiaobao.desk.app import create_app
from xiaobao.desk.context import Desk
from xiaobao.settings import ROOT, Settings
from xiaobao.tickets import errors
from xiaobao.tickets.accounts import AccountView

HERE = Path(context.__file__).parent


def test_no_page_may_run_or_show_anything_from_elsewhere(app: Flask) -> None:
    answer = app.test_client().get("/sign-in")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert answer.headers["Cache-Control"] == "no-store" and answer.headers["X-Frame-Options"] == "DENY"
    assert "Strict-Transport-Security" not in answer.headers


def test_no_template_needs_what_the_policy_forbids() -> None:
    for template in (HERE / "templates").glob("*.html"):
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=|\son[a-z]+=|<style|javascript:|https?://", text), template.name
        assert not re.search(r"<script(?! src=)", text), template.name
        assert "|safe" not in re.sub(r"' aria-invalid=\"true\"'\|safe", "", text), template.name


def test_every_hint_has_its_words() -> None:
    words = (HERE / "templates" / "_words.html").read_text(encoding="utf-8").split("{% set hints")[1]
    rows = (ROOT / "data" / "reference" / "hints.csv").read_text(encoding="utf-8-sig").splitlines()[1:]
    assert [name for row in rows if f'"{(name := row.split(",")[0])}":' not in words] == []


def test_every_error_has_its_words() -> None:
    words = (HERE / "templates" / "_error_words.html").read_text(encoding="utf-8")
    for error in vars(errors).values():
        if isinstance(error, type) and issubclass(error, errors.TicketError) and error is not errors.TicketError:
            assert f'"{error.code}"' in words


def test_desk_and_chat_have_the_same_colours() -> None:
    chat = HERE.parents[1] / "bot" / "channels" / "website" / "static" / "tokens.css"
    assert _colours(HERE / "static" / "tokens.css") == _colours(chat)


def test_no_colour_stands_outside_the_tokens() -> None:
    screen = (HERE / "static" / "desk.css").read_text(encoding="utf-8").split("@media print")[0]
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[;\s,)])", screen) == []


def test_https_makes_cookies_secure(settings: Settings) -> None:
    app = create_app(dataclasses.replace(settings, behind_tls=True))
    answer = app.test_client().get("/sign-in", base_url="https://desk.example")
    assert "Secure" in answer.headers["Set-Cookie"] and "Strict-Transport-Security" in answer.headers


@pytest.mark.parametrize(("hops", "scheme"), [(0, "http"), (1, "https")])
def test_a_proxy_is_believed_only_when_there_is_one(settings: Settings, hops: int, scheme: str) -> None:
    app = create_app(dataclasses.replace(settings, trusted_proxies=hops))
    seen = {}

    @app.before_request
    def note() -> None:
        from flask import request

        seen["scheme"] = request.scheme

    app.test_client().get("/sign-in", headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": "1.2.3.4"})
    assert seen["scheme"] == scheme


def test_health_says_whether_a_row_can_be_written(app: Flask, desk: Desk) -> None:
    assert app.test_client().get("/health").status_code == 200
    _break(desk)
    assert app.test_client().get("/health").status_code == 503


def test_a_failing_database_is_a_sentence_and_the_log_holds_nobodys_words(
    clerk: Browser, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    number = file_ticket(desk.writing)
    csrf = clerk.csrf()
    with desk.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE tickets RENAME TO gone")
    answer = clerk.client.post(f"/tickets/{number}/supplement", data={"csrf": csrf, "version": "1", "text": "私密的话"})
    assert answer.status_code == 503 and "系统暂时存不进去" in answer.text
    assert "私密的话" not in caplog.text and "database" in caplog.text


def test_an_unexpected_failure_is_a_sentence(
    app: Flask, staff: dict[str, AccountView], monkeypatch: pytest.MonkeyPatch
) -> None:
    app.testing, app.config["PROPAGATE_EXCEPTIONS"] = False, False
    browser = Browser(app.test_client())
    browser.sign_in("clerk", PASSWORD)
    monkeypatch.setitem(app.view_functions["tickets.worklist_page"].__globals__, "listing", None)
    answer = browser.get("/")
    assert answer.status_code == 500 and "系统出了错" in answer.text


def test_a_form_that_is_too_large_is_refused_in_words(clerk: Browser) -> None:
    answer = clerk.post("/me", old="x" * 1_100_000)
    assert answer.status_code == 413 and "内容太长" in answer.text


def test_an_unknown_page_is_a_sentence(clerk: Browser) -> None:
    answer = clerk.get("/nothing/here")
    assert answer.status_code == 404 and "没有找到这一页" in answer.text


def _colours(file: Path) -> list[str]:
    return re.findall(r"--[a-z-]+:\s*[^;]+;", file.read_text(encoding="utf-8"))


def _break(desk: Desk) -> None:
    with desk.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE write_checks")
