"""督办墙: every number opens its tickets, and nothing is called 100 % that is none."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from tests.desk.conftest import Browser, Clock, signed_in
from tests.factories import CLERK, NOW, an_office, file_ticket
from xiaobao.desk.context import Desk
from xiaobao.tickets import rates, service
from xiaobao.tickets.accounts import AccountView


@pytest.fixture
def supervisor(app: Flask, staff: dict[str, AccountView]) -> Browser:
    return signed_in(app, "supervisor")


def test_an_office_without_tickets_has_no_rates(supervisor: Browser) -> None:
    page = supervisor.get("/wall").text
    assert page.count("暂无") == len(rates.DEFINITIONS) and "100%" not in page
    for promise in ("有问必答", "有诉必接", "有案必查", "调处高效", "文明服务"):
        assert promise in page


def test_every_number_opens_its_tickets(supervisor: Browser, desk: Desk, clock: Clock) -> None:
    done, missed = file_ticket(desk.writing), file_ticket(desk.writing)
    with desk.writing.begin() as session:
        service.accept(session, done, actor=CLERK, now=NOW, office=an_office())
    clock.now = NOW + timedelta(days=30)
    page = supervisor.get("/wall?period=2026-12").text
    assert ">50.0%</a>" in page and "2件里1件" in page
    everything = supervisor.get("/wall/decided?period=2026-12").text
    assert done in everything and missed in everything
    only = supervisor.get("/wall/decided?period=2026-12&missed=1").text
    assert missed in only and done not in only
    for path, number in (("/?overdue=1", missed), ("/?stuck=1", done), ("/?nobody=1", done)):
        assert f'href="{path}"' in page and number in supervisor.get(path).text


def test_the_load_of_a_person_opens_that_persons_tickets(
    supervisor: Browser, desk: Desk, staff: dict[str, AccountView]
) -> None:
    number, other = (file_ticket(desk.writing, ticket_kind="report") for _ in range(2))
    with desk.writing.begin() as session:
        service.assign(session, number, actor=CLERK, now=NOW, department="一科", handler=staff["handler"].id)
    path = f"/?person={staff['handler'].id}"
    assert f'href="{path}"' in supervisor.get("/wall").text
    page = supervisor.get(path).text
    assert number in page and other not in page


def test_pages_of_a_rate_follow_one_another(
    supervisor: Browser, desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xiaobao.desk.wall.MOST", 2)
    filed = [file_ticket(desk.writing) for _ in range(3)]
    clock.now = NOW + timedelta(days=30)
    first = supervisor.get("/wall/decided?period=2026-12").text
    following = re.search(r'href="(/wall/decided[^"]*after=[^"]*)"', first)
    assert following and filed[0] not in first
    assert filed[0] in supervisor.get(following[1].replace("&amp;", "&")).text


@pytest.mark.parametrize(("path", "status"), [
    ("/wall?period=nie", 422), ("/wall/decided?period=2026-99", 422), ("/wall/unknown", 404),
    ("/wall/decided?after=XB20200101-000001", 404), ("/wall?period=%27%20OR%201=1", 422),
])  # fmt: skip
def test_other_periods_and_rates_are_refused_in_words(supervisor: Browser, path: str, status: int) -> None:
    assert supervisor.get(path).status_code == status
