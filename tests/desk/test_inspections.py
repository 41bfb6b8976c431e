"""Special inspectors: drawn tickets, masked, scored once; in office to their last day."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.desk.conftest import Browser, Clock, signed_in
from tests.factories import CLERK, HANDLER, NOW, an_office, file_ticket
from xiaobao.desk.context import Desk
from xiaobao.tickets import accounts, service
from xiaobao.tickets.accounts import AccountView
from xiaobao.tickets.workflow import Role


@pytest.fixture
def closed(desk: Desk, staff: dict[str, AccountView]) -> str:
    number = file_ticket(desk.writing, narrative="我叫欧阳娜娜，电话13800001234，水壶漏电<b>。")
    with desk.writing.begin() as session:
        service.accept(session, number, actor=CLERK, now=NOW, office=an_office())
        service.assign(session, number, actor=CLERK, now=NOW, office=an_office(), department="消保科")
        service.close(session, number, actor=HANDLER, now=NOW, office=an_office(), result="已退款")
    return number


@pytest.fixture
def supervisor(app: Flask, staff: dict[str, AccountView]) -> Browser:
    return signed_in(app, Role.SUPERVISOR)


@pytest.fixture
def inspector(app: Flask, staff: dict[str, AccountView]) -> Browser:
    return signed_in(app, Role.INSPECTOR)


def test_a_drawn_ticket_is_read_masked_and_scored_once(
    supervisor: Browser, inspector: Browser, staff: dict[str, AccountView], closed: str
) -> None:
    assert "已抽取" in supervisor.post("/inspections", inspector=str(staff["inspector"].id), count="5").text
    assert "没有可以抽的单子" in supervisor.post("/inspections", inspector=str(staff["inspector"].id), count="5").text
    path = re.findall(r'href="(/inspections/\d+)"', inspector.get("/inspections/mine").text)[0]
    page = inspector.get(path).text
    assert "水壶漏电&lt;b&gt;" in page and "已退款" in page
    assert not any(word in page for word in ("娜娜", "13800001234", "幸福里"))
    assert inspector.post(path, score="9", opinion="写好的").status_code == 422 and "写好的" in inspector.page
    assert "意见已记下" in inspector.post(path, score="4", opinion="答复<清楚>").text
    assert inspector.post(path, score="1", opinion="改").status_code == 409
    assert "答复&lt;清楚&gt;" in supervisor.get("/inspections").text


@pytest.mark.parametrize(
    ("who", "count"), [("", "5"), ("999", "5"), ("1", "5"), ("x", "5"), (None, "0"), (None, "51"), (None, "x")]
)
def test_a_draw_for_nobody_or_of_too_many_is_refused(
    supervisor: Browser, staff: dict[str, AccountView], who: str | None, count: str
) -> None:
    chosen = str(staff["inspector"].id) if who is None else who
    assert supervisor.post("/inspections", inspector=chosen, count=count).status_code == 422


def test_an_inspector_is_out_the_day_after_the_term(
    inspector: Browser, browser: Browser, desk: Desk, staff: dict[str, AccountView], clock: Clock
) -> None:
    with desk.writing.begin() as session:
        accounts.change(session, staff["inspector"].id, name="听", role=Role.INSPECTOR, valid_until=NOW.date())
    assert inspector.get("/inspections/mine").status_code == 200
    clock.pass_(days=1)
    assert inspector.get("/inspections/mine").status_code == 303
    assert browser.sign_in("inspector").status_code == 401


def test_a_ticket_that_was_not_drawn_for_one_is_not_found(inspector: Browser) -> None:
    assert inspector.get("/inspections/1").status_code == 404
    assert inspector.post("/inspections/1", score="5", opinion="好").status_code == 404
