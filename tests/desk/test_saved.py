"""Saved filters on the list."""

from __future__ import annotations

from flask import Flask

from tests.desk.conftest import Browser, signed_in
from xiaobao.tickets.accounts import AccountView


def test_a_filter_is_saved_used_and_forgotten(clerk: Browser, app: Flask, staff: dict[str, AccountView]) -> None:
    clerk.get("/?overdue=1&kind=complaint")
    page = clerk.post("/filters", name="<b>超期投诉</b>", overdue="1", kind="complaint").text
    assert "&lt;b&gt;超期投诉" in page and 'aria-current="true"' in page
    assert "/?kind=complaint&amp;overdue=1" in page
    assert "超期投诉" not in signed_in(app, "handler").get("/").text
    assert "超期投诉" not in clerk.post("/filters/1/remove").text


def test_a_filter_that_cannot_be_is_refused(clerk: Browser) -> None:
    clerk.get("/")
    assert clerk.post("/filters", name="坏的", status="nonsense").status_code == 404
    assert clerk.post("/filters", name="", overdue="1").status_code == 422
    assert clerk.post("/filters", name="坏的", person="1 OR 1=1").status_code == 404
