"""What a ticket's page says of institutions."""

from __future__ import annotations

from tests.desk.conftest import Browser
from tests.factories import NOW, file_ticket
from xiaobao.desk.context import Desk
from xiaobao.tickets import accounts
from xiaobao.tickets.workflow import Role


def test_without_a_liaison_there_is_nothing_to_hand_over_to(clerk: Browser, desk: Desk) -> None:
    number = file_ticket(desk.writing)
    assert "交给机构联络员" not in clerk.get(f"/tickets/{number}").text
    with desk.writing.begin() as session:
        accounts.create(
            session, login="bank", name="钱", role=Role.LIAISON, password_hash="-", now=NOW, institution="银行<b>"
        )
    page = clerk.get(f"/tickets/{number}").text
    assert "交给机构联络员" in page and "银行&lt;b&gt;" in page and "非法定时限" not in page
