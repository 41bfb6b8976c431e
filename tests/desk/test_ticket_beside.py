"""What the page of a ticket shows of the contact log and the register."""

from __future__ import annotations

from tests.desk.conftest import Browser
from tests.factories import file_ticket
from xiaobao.desk.context import Desk
from xiaobao.tickets import contacts, queries

CALL = {"side": "citizen", "means": "telephone", "at": "2026-11-23T09:00", "reached": "yes", "said": "已告诉他受理了"}


def test_a_telling_in_the_log_takes_the_step_and_ends_the_clock_that_waits_for_it(clerk: Browser, desk: Desk) -> None:
    number = file_ticket(desk.writing, conversation_id=None)
    clerk.post(f"/tickets/{number}/accept", version="1", text="")
    page = clerk.get(f"/tickets/{number}").text
    assert 'name="telling"' in page and "已决定，还没告知" in page
    answer = clerk.post(f"/tickets/{number}/contacts", **CALL, telling="yes")
    assert answer.status_code == 200 and "已决定，还没告知" not in answer.text
    with desk.reading() as session:
        assert contacts.of_ticket(session, number)[0].telling
        ticket = queries.ticket(session, number)
    assert ticket.events[-1].step == "tell"
    assert [clock.state for clock in ticket.clocks if clock.name == "accept"] == ["met"]
