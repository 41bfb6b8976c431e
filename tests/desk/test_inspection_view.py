"""A ticket as an inspector reads it."""

from __future__ import annotations

from tests.factories import CLERK, NOW, an_office, file_ticket, some_evidence
from xiaobao.desk import inspection_view
from xiaobao.desk.context import Desk
from xiaobao.tickets import queries, service, worklist
from xiaobao.tickets.tables import Ticket, TicketEvent


def test_only_steps_that_a_citizen_knows_are_shown_and_nothing_of_who_it_is(desk: Desk) -> None:
    number = file_ticket(desk.writing, narrative="水壶漏电。我要举报。", evidence=(some_evidence(),))
    with desk.writing.begin() as session:
        service.accept(session, number, actor=CLERK, now=NOW, office=an_office(), text="请拨13900001111")
        row = session.query(Ticket).one()
        row.events.append(
            TicketEvent(at=NOW, step="note", status_to="accepted", role="clerk", payload={"text": "内部备注"})
        )
        session.flush()
        shown = inspection_view.of(queries.ticket(session, number))
    assert [event.step for event in shown.events] == ["submit", "accept"]
    assert shown.events[1].payload["text"] == "请拨139****1111"
    assert (shown.narrative, shown.evidence, shown.contact_phone, shown.conversation_id) == (
        "水壶漏电。",
        (),
        None,
        None,
    )


def test_a_row_of_a_list_has_no_contact_data_and_no_word_of_a_report(desk: Desk) -> None:
    file_ticket(desk.writing, narrative="我要举报他们。水壶漏电。")
    with desk.reading() as session:
        row = inspection_view.listed(worklist.page(session, today=NOW.date())).rows[0].ticket
    assert (row.excerpt, row.contact_name, row.contact_phone) == ("水壶漏电。", None, None)
