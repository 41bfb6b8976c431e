"""Views carry every field of the form, and nothing plain by default."""

from __future__ import annotations

from dataclasses import fields

from tests.factories import a_submission, file_ticket
from xiaobao.tickets import queries, service, views
from xiaobao.tickets.tables import Ticket

NOT_SHOWN = {"draft_id", "ticket_kind"}  # the kind is `kind` in a view


def test_every_field_of_a_submission_can_be_read_again():
    shown = {field.name for field in fields(views.TicketView)}
    assert {field.name for field in fields(service.Submission)} - NOT_SHOWN <= shown
    assert set(service.SUBMITTED_TEXTS) - NOT_SHOWN <= shown


def test_the_query_code_never_leaves_with_a_view():
    assert "query_code" not in {field.name for field in fields(views.TicketView)}


def test_every_contact_field_has_a_mask():
    for name in views.CONTACT:
        assert views.masked(name, "欧阳娜娜13800001234@example.com") != "欧阳娜娜13800001234@example.com"
        assert views.masked(name, None) is None


def test_what_is_stored_has_a_column_for_every_text_of_the_form():
    columns = {column.key for column in Ticket.__table__.columns}
    assert set(service.SUBMITTED_TEXTS) - NOT_SHOWN <= columns


def test_a_view_outlives_its_session(sessions):
    number = file_ticket(sessions, narrative=a_submission().narrative)
    with sessions.begin() as session:
        view = queries.ticket(session, number)
    assert view.events[0].step == "submit"
    assert view.clocks[0].law.startswith("《")
