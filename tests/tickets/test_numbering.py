"""Numbers of tickets and query codes."""

from __future__ import annotations

from datetime import date

from xiaobao.tickets import numbering

DAY = date(2026, 11, 23)


def test_numbers_count_up_within_a_day(sessions):
    with sessions.begin() as session:
        taken = [numbering.next_number(session, DAY) for _ in range(3)]
        other = numbering.next_number(session, date(2026, 11, 24))
    assert taken == ["XB20261123-000001", "XB20261123-000002", "XB20261123-000003"]
    assert other == "XB20261124-000001"
    assert all(numbering.NUMBER.fullmatch(number) for number in taken)


def test_a_number_that_was_not_used_is_given_again(sessions):
    session = sessions()
    numbering.next_number(session, DAY)
    session.rollback()
    assert numbering.next_number(session, DAY).endswith("-000001")
    session.close()


def test_a_number_that_is_given_back_is_given_again(sessions):
    with sessions.begin() as session:
        numbering.next_number(session, DAY)
        numbering.give_back(session, numbering.next_number(session, DAY))
        assert numbering.next_number(session, DAY).endswith("-000002")


def test_query_codes_have_six_digits_and_differ():
    codes = {numbering.new_query_code() for _ in range(200)}
    assert all(numbering.QUERY_CODE.fullmatch(code) for code in codes)
    assert len(codes) > 150
