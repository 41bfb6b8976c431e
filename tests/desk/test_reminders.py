"""The list of reminders, and why a period ran out."""

from __future__ import annotations

from datetime import timedelta

from tests.desk.conftest import Browser, Clock
from tests.factories import CLERK, file_ticket
from xiaobao.desk.context import Desk
from xiaobao.tickets import queries, reminders


def test_an_overdue_ticket_is_explained_and_then_ticked_off(clerk: Browser, desk: Desk, clock: Clock) -> None:
    number = file_ticket(desk.writing)
    assert "没有要看的提醒" in clerk.get("/reminders").text
    clock.pass_(days=30)
    with desk.writing.begin() as session:
        reminders.write(session, desk.office.reference.holidays, clock.now)
        (one,) = reminders.mine(session, CLERK)
        key = queries.ticket(session, number).clocks[0].key
    page = clerk.get("/reminders").text
    assert number in page and "去写原因" in page and "知道了" not in page
    assert clerk.post(f"/reminders/{one.id}/seen").status_code == 422
    assert "写超期原因" in clerk.get(f"/tickets/{number}").text
    page = clerk.post(f"/tickets/{number}/explain", clock=key, explained="等鉴定<b>结果</b>").text
    assert "超期原因已记下" in page and "等鉴定&lt;b&gt;结果&lt;/b&gt;" in page
    assert "知道了" in clerk.get("/reminders").text
    clerk.post(f"/reminders/{one.id}/seen")
    assert number not in clerk.get("/reminders").text
    assert number in clerk.get("/reminders?seen=1").text


def test_a_reason_without_words_or_for_another_clock_is_refused(clerk: Browser, desk: Desk, clock: Clock) -> None:
    number = file_ticket(desk.writing)
    clock.pass_(days=30)
    assert clerk.post(f"/tickets/{number}/explain", clock="x", explained="因为").status_code == 404
    assert clerk.post(f"/tickets/{number}/explain", clock="x", explained="").status_code == 422


def test_the_days_of_the_clock_stay_those_of_the_law(clerk: Browser, desk: Desk, clock: Clock) -> None:
    number = file_ticket(desk.writing)
    page = clerk.get(f"/tickets/{number}").text
    assert "第十五条" in page and "7个工作日" in page
    clock.now += timedelta(days=1)
    assert "已决定，还没告知" not in page
