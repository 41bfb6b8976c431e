"""A caller's other tickets while a new one is written."""

from __future__ import annotations

from tests.factories import file_ticket
from xiaobao.tickets import caller
from xiaobao.tickets.matches import COMPLAINTS, WITH_REPORTS, Matter
from xiaobao.tickets.merchants import key

PHONE = "13800001234"
KETTLE = Matter("demo", key("好物电器店"), item="电水壶", amount_cents=12900)


def find(sessions, matter=KETTLE, phone=PHONE, source_number=None, kinds=COMPLAINTS):
    with sessions.begin() as session:
        return caller.tickets(session, matter, phone=phone, source_number=source_number, kinds=kinds)


def test_the_same_matter_comes_first_and_says_why(sessions):
    same = file_ticket(sessions)
    other = file_ticket(sessions, merchant="别家", item="羽绒服", amount_cents=None)
    file_ticket(sessions, contact_phone="13900000000")
    found = find(sessions)
    assert [one.ticket.number for one in found] == [same, other]
    assert found[0].reasons == ("phone", "merchant", "item", "amount") and found[1].reasons == ()
    assert found[0].ticket.contact_phone == "138****1234"


def test_the_same_outside_number_is_a_duplicate_whoever_calls(sessions):
    number = file_ticket(sessions, source="transfer_12345", source_number="DH-1", contact_phone="13900000000")
    (found,) = find(sessions, source_number="DH-1")
    assert found.ticket.number == number and found.reasons == ("source_number",)


def test_reports_and_other_offices_stay_out(sessions):
    file_ticket(sessions, ticket_kind="report")
    file_ticket(sessions, office_id="bank")
    assert find(sessions) == []
    assert len(find(sessions, kinds=WITH_REPORTS)) == 1


def test_half_a_number_finds_nothing(sessions):
    file_ticket(sessions, contact_phone="138")
    assert find(sessions, phone="138") == find(sessions, phone="") == find(sessions, phone=None) == []
