"""Where tickets come from."""

from __future__ import annotations

from tests.factories import file_ticket
from xiaobao.tickets import queries
from xiaobao.tickets.sources import BY_STAFF, Source


def test_each_source_has_a_chinese_name_and_staff_register_all_but_their_own_channels():
    assert all(source.label for source in Source)
    assert set(Source) - set(BY_STAFF) == {Source.WEB, Source.WECHAT, Source.IMPORT}


def test_a_ticket_keeps_its_source_and_its_number_there(sessions):
    number = file_ticket(sessions, source=str(Source.LETTER), source_number="信2026-7")
    plain = file_ticket(sessions)
    with sessions.begin() as session:
        kept = queries.ticket(session, number)
        assert (kept.source, kept.source_number) == ("letter", "信2026-7")
        assert queries.ticket(session, plain).source == Source.WEB
