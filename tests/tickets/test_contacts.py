"""The log of calls and visits, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import CLERK, NOW, an_office, file_ticket
from xiaobao.tickets import contacts, queries
from xiaobao.tickets.contacts import Entry, Means, Side
from xiaobao.tickets.errors import InvalidField, NotFound, StepNotOpen
from xiaobao.tickets.register_tables import Contact
from xiaobao.tickets.tables import Audit, Ticket

CALL = Entry(Side.CITIZEN, Means.PHONE, NOW, False)
LATER = NOW + timedelta(days=30)


def add(sessions: sessionmaker[Session], number: str, entry: Entry = CALL, **options) -> int:
    with sessions.begin() as session:
        return contacts.add(session, number, entry, actor=CLERK, now=LATER, office=an_office(), **options)


def log(sessions: sessionmaker[Session], number: str) -> list[contacts.ContactView]:
    with sessions.begin() as session:
        return contacts.of_ticket(session, number)


def test_an_entry_says_who_when_how_and_what(sessions):
    number = file_ticket(sessions)
    add(
        sessions,
        number,
        replace(CALL, side=Side.MERCHANT, reached=True, said="老板说周五退钱，卡号6222021234567890123"),
    )
    add(sessions, number, replace(CALL, at=NOW + timedelta(hours=1)))
    newest, first = log(sessions, number)
    assert (first.side, first.means, first.at, first.reached, first.actor_name) == (
        "merchant", "telephone", NOW, True, "李受理",
    )  # fmt: skip
    assert first.said.startswith("老板说周五退钱") and not newest.reached
    with sessions.begin() as session:
        assert [row.action for row in session.scalars(select(Audit))] == ["add_contact"] * 2
        assert not any(row.visible_to_liaison for row in session.scalars(select(Contact)))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"side": "nobody"}, "side"),
        ({"means": "pigeon"}, "means"),
        ({"at": LATER + timedelta(minutes=6)}, "at"),
        ({"at": NOW - timedelta(days=2)}, "at"),
        ({"said": "长" * 4001}, "said"),
        ({"reached": True}, "said"),
        ({"telling": True}, "telling"),
        ({"telling": True, "reached": True, "said": "好", "side": Side.MERCHANT}, "telling"),
        ({"corrects": 4711}, "corrects"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(sessions, changes, field):
    number = file_ticket(sessions)
    with pytest.raises(InvalidField) as refused:
        add(sessions, number, replace(CALL, **changes))
    assert refused.value.field == field
    assert log(sessions, number) == []


def test_an_entry_is_put_right_by_another_once_and_both_stay(sessions):
    number, other = file_ticket(sessions), file_ticket(sessions)
    wrong = add(sessions, number)
    right = add(sessions, number, replace(CALL, reached=True, said="其实接通了", corrects=wrong))
    kept = {one.id: one for one in log(sessions, number)}
    assert kept[wrong].corrected_by == right and kept[right].corrects == wrong and not kept[wrong].reached
    for ticket in (number, other):
        with pytest.raises(InvalidField):
            add(sessions, ticket, replace(CALL, corrects=wrong))


def test_a_ticket_that_is_not_there_has_no_log(sessions):
    with pytest.raises(NotFound):
        add(sessions, "XB20260101-000009")


@pytest.mark.parametrize(
    ("days", "reached_after", "side", "lost"),
    [
        ((0, 1, 2), None, "citizen", True),
        ((0, 1, 2), None, "merchant", True),
        ((0, 1, 2), None, "other", False),
        ((0, 0, 0), None, "citizen", False),
        ((0, 1, 1), None, "citizen", False),
        ((0, 1, 2), 1, "citizen", False),
        ((0, 1, 2, 3, 4), 1, "citizen", True),
        ((0, 1, 2), 2, "citizen", False),
    ],
)
def test_three_days_in_vain_are_a_state(sessions, days, reached_after, side, lost):
    number = file_ticket(sessions)
    for day in days:
        add(sessions, number, replace(CALL, side=side, at=NOW + timedelta(days=day)))
    if reached_after is not None:
        at = NOW + timedelta(days=reached_after, hours=1)
        add(sessions, number, replace(CALL, side=side, at=at, reached=True, said="接了"))
    with sessions.begin() as session:
        assert contacts.unreachable(session, number) == (frozenset({side}) if lost else frozenset())


def test_days_are_those_of_the_office_and_what_was_corrected_does_not_count(sessions):
    number = file_ticket(sessions)
    night = NOW.replace(hour=23, minute=59)
    add(sessions, number, replace(CALL, at=night))
    add(sessions, number, replace(CALL, at=night + timedelta(minutes=2)))
    third = add(sessions, number, replace(CALL, at=night + timedelta(days=2)))
    with sessions.begin() as session:
        assert contacts.unreachable(session, number)
    add(sessions, number, replace(CALL, at=night, corrects=third))
    with sessions.begin() as session:
        assert not contacts.unreachable(session, number)


def test_telling_takes_the_step_with_means_and_time(sessions):
    number = file_ticket(sessions)
    add(sessions, number, replace(CALL, reached=True, said="已告诉他受理了", telling=True))
    with sessions() as session:
        event = queries.ticket(session, number).events[-1]
    assert (event.step, event.payload["means"], event.payload["text"]) == ("tell", "telephone", "已告诉他受理了")
    assert event.payload["told_at"].startswith(NOW.date().isoformat())


def test_a_telling_whose_step_is_refused_leaves_no_entry(sessions):
    number = file_ticket(sessions)
    with sessions.begin() as session:
        session.scalars(select(Ticket).where(Ticket.number == number)).one().status = "archived"
    with pytest.raises(StepNotOpen):
        add(sessions, number, replace(CALL, reached=True, said="已告诉", telling=True))
    with sessions() as session:
        assert contacts.of_ticket(session, number) == []


def test_the_log_goes_with_its_ticket(sessions):
    number = file_ticket(sessions)
    wrong = add(sessions, number)
    add(sessions, number, replace(CALL, corrects=wrong))
    with sessions.begin() as session:
        session.delete(session.scalars(select(Ticket)).one())
    with sessions.begin() as session:
        assert session.scalars(select(Contact)).all() == []
