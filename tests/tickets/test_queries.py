"""Reading tickets: masked by default, found by what staff remember, paged."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories import CITIZEN, CLERK, NOW, a_submission, an_office, file_ticket, staff
from xiaobao.tickets import queries, service
from xiaobao.tickets.errors import NotFound


def numbers(page):
    return [int(row.number[-6:]) for row in page.items]


def test_contact_data_is_masked_unless_asked_for(sessions):
    number = file_ticket(sessions, contact_email="lisi@example.com")
    with sessions.begin() as session:
        masked, plain = queries.ticket(session, number), queries.ticket(session, number, unmasked=True)
    assert (masked.contact_name, masked.contact_phone) == ("欧**", "138****1234")
    assert (masked.contact_address, masked.contact_email) == ("云泽市西城区****", "l***@example.com")
    assert (plain.contact_name, plain.contact_phone) == ("欧阳娜娜", "13800001234")


def test_an_unknown_number_is_not_found(sessions):
    with sessions.begin() as session, pytest.raises(NotFound):
        queries.ticket(session, "XB20261123-000001")


def test_a_conversation_sees_its_own_tickets_newest_first(sessions):
    file_ticket(sessions)
    file_ticket(sessions, conversation_id="somebody else")
    file_ticket(sessions)
    with sessions.begin() as session:
        found = queries.of_conversation(session, "conversation-1")
    assert [view.number[-6:] for view in found] == ["000003", "000001"]


def test_number_and_code_together_open_a_ticket_and_nothing_else_does(sessions):
    with sessions.begin() as session:
        receipt = service.submit(session, a_submission(), office=an_office(), now=NOW)
    with sessions.begin() as session:
        code = receipt.query_code
        assert queries.for_citizen(session, f" {receipt.number.lower()} ", code).number == receipt.number
        wrong = f"{(int(code) + 1) % 1_000_000:06d}"
        tries = [(receipt.number, wrong), (receipt.number, ""), ("XB20261123-999999", "000000"), ("' OR 1=1", code)]
        tries += [(receipt.number, code + "0"), ("", "")]
        for number, guess in tries:
            assert queries.for_citizen(session, number, guess) is None


def test_pages_follow_one_another_without_gap_or_double(sessions):
    for _ in range(5):
        file_ticket(sessions)
    with sessions.begin() as session:
        first = queries.search(session, limit=2)
        second = queries.search(session, limit=2, after=first.next)
        third = queries.search(session, limit=2, after=second.next)
    assert [numbers(page) for page in (first, second, third)] == [[5, 4], [3, 2], [1]]
    assert third.next is None


def test_an_unknown_cursor_is_not_found(sessions):
    with sessions.begin() as session, pytest.raises(NotFound):
        queries.search(session, after="XB20261123-000009")


def test_search_finds_what_staff_remember(sessions):
    file_ticket(sessions, merchant="好物电器店", narrative="电水壶漏电")
    file_ticket(sessions, merchant="Apple专卖店", item=None, narrative="手机坏了", contact_phone="13911112222")
    file_ticket(
        sessions, ticket_kind="report", merchant="百分百果园", item=None, narrative="打折100%_off", order_number="A_77"
    )
    wanted = {
        "电水壶": [1],
        "好物 漏电": [1],
        "好物 手机": [],
        "apple": [2],
        "13911112222": [2],
        "1391111": [],
        "100%_": [3],
        "A_7": [3],
        "漏": [1],
        "用品店 水壶": [],
        "%": [],
        "_": [],
        "\\": [],
        "' OR 1=1 --": [],
        '"': [],
        "NEAR(电 水)": [],
        "<script>alert(1)</script>": [],
        "漏电*": [1],
        "漏电 AND": [],
        "000002": [2],
        "  ": [3, 2, 1],
    }
    with sessions.begin() as session:
        for text, found in wanted.items():
            assert numbers(queries.search(session, text=text)) == found, text


def test_lists_are_narrowed_by_status_kind_and_assignee(sessions):
    number = file_ticket(sessions)
    file_ticket(sessions)
    file_ticket(sessions, ticket_kind="report")
    with sessions.begin() as session:
        wang = staff(session)
        service.accept(session, number, actor=CLERK, now=NOW, office=an_office())
        service.assign(session, number, actor=CLERK, now=NOW, department="消保科", handler=wang.account_id)
    with sessions.begin() as session:
        assert numbers(queries.search(session, status="submitted")) == [3, 2]
        assert numbers(queries.search(session, kind="report")) == [3]
        assert numbers(queries.search(session, status="submitted", kind="complaint")) == [2]
        assert numbers(queries.search(session, assignee=wang.account_id)) == [1]


def test_a_ticket_is_overdue_only_after_the_later_reading(sessions):
    number = file_ticket(sessions)
    with sessions.begin() as session:
        service.accept(session, number, actor=CLERK, now=NOW + timedelta(days=2), office=an_office())
        clock = queries.ticket(session, number).clocks[-1]
        assert clock.due_lenient > clock.due  # ends on a Saturday or Sunday
        for days, late in ((0, []), (1, [1])):
            now = NOW.replace(year=clock.due_lenient.year, month=clock.due_lenient.month, day=clock.due_lenient.day)
            page = queries.search(session, overdue=True, now=now + timedelta(days=days))
            assert numbers(page) == late
            assert numbers(queries.search(session, overdue=False, now=now + timedelta(days=days))) == (
                [] if late else [1]
            )
        assert page.items[0].overdue


def test_rows_of_a_list_carry_no_plain_contact_data(sessions):
    file_ticket(sessions, narrative="打我电话13800001234，" + "很急" * 100)
    with sessions.begin() as session:
        (row,) = queries.search(session).items
    assert "13800001234" not in repr(row)
    assert "欧阳" not in repr(row)
    assert len(row.excerpt) == 80


def test_a_row_shows_the_next_date_and_how_often_it_was_urged(sessions):
    number = file_ticket(sessions)
    with sessions.begin() as session:
        service.urge(session, number, actor=CITIZEN, now=NOW)
        (row,) = queries.search(session, now=NOW).items
    assert (row.due.isoformat(), row.overdue, row.urged) == ("2026-12-02", False, 1)


def test_the_contact_data_of_a_conversation_are_those_of_its_newest_ticket_with_a_name(sessions):
    file_ticket(sessions, conversation_id="a", contact_phone="13800000001")
    file_ticket(sessions, conversation_id="a", contact_phone="13800000002")
    file_ticket(sessions, conversation_id="a", contact_name=None)
    file_ticket(sessions, conversation_id="b", contact_phone="13800000003")
    with sessions.begin() as session:
        assert queries.contact_of(session, "a")["contact_phone"] == "13800000002"
        assert set(queries.contact_of(session, "a")) == {"contact_name", "contact_phone", "contact_address"}
        assert queries.contact_of(session, "nobody") == {}
