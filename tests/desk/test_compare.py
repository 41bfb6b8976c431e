"""Two tickets side by side, and what is hidden from who does not work on them."""

from __future__ import annotations

from datetime import date

from tests.factories import CITIZEN, NOW, file_ticket
from xiaobao.desk import compare
from xiaobao.desk.context import Desk
from xiaobao.tickets import queries, service
from xiaobao.tickets.views import TicketView


def filed(desk: Desk, **changes: object) -> TicketView:
    number = file_ticket(desk.writing, **changes)  # type: ignore[arg-type]
    with desk.reading() as session:
        return queries.ticket(session, number)


def test_fields_that_say_the_same_in_other_words_agree(desk: Desk) -> None:
    one = filed(desk, amount_text="129元", event_date_text="11月2日", event_date=date(2026, 11, 2))
    other = filed(
        desk, amount_text="一百二十九块", event_date_text="上上周一", event_date=date(2026, 11, 2),
        merchant="好物电器店（东城店）", item="热水壶", order_number="A1",
    )  # fmt: skip
    differs = {row.slot: row.differs for row in compare.rows(one, other)}
    assert not differs["amount"] and not differs["event_date"] and not differs["merchant"]
    assert differs["item"] and differs["order_number"] and "shop_name" not in differs


def test_what_people_wrote_is_masked_wherever_they_wrote_it(desk: Desk) -> None:
    ticket = filed(desk, narrative="打13912345678", claim="打13912345678", tried_with_merchant="打13912345678")
    with desk.writing.begin() as session:
        told = service.supplement(session, ticket.number, actor=CITIZEN, now=NOW, text="打13912345678")
    assert "13912345678" in repr(told) and "13912345678" not in repr(compare.hidden(told))
