"""Wrong query codes: a guesser is stopped, the owner is not locked out."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from tests.factories import NOW
from xiaobao.tickets import attempts
from xiaobao.tickets.tables import Attempt


def test_the_sixth_guess_within_half_an_hour_is_refused_and_later_ones_are_allowed_again(sessions):
    for minute in range(5):
        with sessions.begin() as session:
            assert attempts.allowed(session, "conversation:a", NOW + timedelta(minutes=minute))
            attempts.count_wrong(session, "conversation:a", NOW + timedelta(minutes=minute))
    with sessions.begin() as session:
        assert not attempts.allowed(session, "conversation:a", NOW + timedelta(minutes=5))
        assert attempts.allowed(session, "conversation:a", NOW + timedelta(minutes=30))


def test_one_guesser_does_not_stop_another_citizen(sessions):
    with sessions.begin() as session:
        for _ in range(9):
            attempts.count_wrong(session, "address:192.0.2.1", NOW)
        assert not attempts.allowed(session, "address:192.0.2.1", NOW)
        assert attempts.allowed(session, "conversation:a", NOW)


def test_what_no_longer_counts_is_forgotten(sessions):
    with sessions.begin() as session:
        attempts.count_wrong(session, "k", NOW)
        attempts.count_wrong(session, "k", NOW + timedelta(hours=1))
        assert session.scalar(select(func.count()).select_from(Attempt)) == 1
