"""Who looks at a ticket just now."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import NOW, file_ticket, staff
from xiaobao.tickets import presences
from xiaobao.tickets.errors import NotFound


def test_the_others_are_named_for_a_minute_and_not_oneself(sessions: sessionmaker[Session]) -> None:
    number, other = file_ticket(sessions), file_ticket(sessions)
    with sessions.begin() as session:
        wang = staff(session, login="wang", name="小王").account_id or 0
        li = staff(session, login="li", name="小李").account_id or 0
        assert presences.look_at(session, number, wang, NOW) == []
        assert presences.look_at(session, number, wang, NOW) == []
        assert presences.look_at(session, number, li, NOW + timedelta(seconds=30)) == ["小王"]
        assert presences.look_at(session, other, li, NOW) == []
        assert presences.look_at(session, number, li, NOW + timedelta(seconds=61)) == []
        assert presences.look_at(session, number, wang, NOW + timedelta(seconds=61)) == ["小李"]
        presences.leave(session, number, li)
        assert presences.look_at(session, number, wang, NOW + timedelta(seconds=61)) == []
        with pytest.raises(NotFound):
            presences.look_at(session, "XB20260101-000001", wang, NOW)
