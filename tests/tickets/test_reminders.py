"""Reminders: two working days before, on the day, overdue; whose they are; why a period ran out."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from tests.factories import CLERK, NOW, REFERENCE, SUPERVISOR, an_office, file_ticket
from xiaobao.tickets import accounts, queries, reminders, service
from xiaobao.tickets import reference as references
from xiaobao.tickets.deadlines import TIMEZONE
from xiaobao.tickets.errors import InvalidField, NotFound, RoleForbidden
from xiaobao.tickets.filing import Actor
from xiaobao.tickets.tables import TicketClock
from xiaobao.tickets.workflow import Role

HOLIDAYS = references.load(REFERENCE).holidays
INSPECTOR = Actor(Role.INSPECTOR, 99, "看客")


def on(day: date) -> datetime:
    return datetime.combine(day, time(9), TIMEZONE)


def remind(sessions, day: date) -> list[str]:
    with sessions.begin() as session:
        return [stage for _, stage in reminders.write(session, HOLIDAYS, on(day))]


def due(sessions, number: str) -> date:
    with sessions() as session:
        return queries.ticket(session, number).clocks[0].due


def a_handler(sessions, login: str = "wang") -> Actor:
    with sessions.begin() as session:
        made = accounts.create(session, login=login, name=login, role="handler", password_hash="x", now=NOW)
    return Actor(Role.HANDLER, made.id, made.name)


def test_a_clock_is_reminded_of_two_working_days_before_on_the_day_and_when_it_ran_out(sessions):
    last = due(sessions, file_ticket(sessions))
    stages = {day: remind(sessions, last + timedelta(days=day)) for day in range(-6, 3)}
    told = [stage for found in stages.values() for stage in found]
    assert told.count("target") == 1  # the office's own, earlier day
    told.remove("target")
    assert told == ["soon", "today", "overdue", "raised"]
    assert stages[0] == ["today"] and stages[1] == ["overdue", "raised"]


def test_what_was_slept_through_is_told_once_as_it_stands(sessions):
    last = due(sessions, file_ticket(sessions))
    assert remind(sessions, last + timedelta(days=30)) == ["overdue", "raised"]
    assert remind(sessions, last + timedelta(days=31)) == []


def test_nothing_is_said_of_a_clock_that_was_met(sessions):
    number = file_ticket(sessions)
    last = due(sessions, number)
    with sessions.begin() as session:
        service.reject(session, number, actor=CLERK, now=NOW, office=an_office(), ground="N2")
    assert remind(sessions, last + timedelta(days=30)) == []


def test_a_reminder_is_the_holders_and_what_ran_out_the_supervisors_besides(sessions):
    mine, other = a_handler(sessions), a_handler(sessions, "li")
    number = file_ticket(sessions)
    with sessions.begin() as session:
        service.accept(session, number, actor=CLERK, now=NOW, office=an_office())
        service.assign(
            session, number, actor=CLERK, now=NOW, office=an_office(), department="消保科", handler=mine.account_id
        )
        last = session.scalars(select(TicketClock).where(TicketClock.state == "running")).one().due_lenient
    remind(sessions, last + timedelta(days=1))
    with sessions() as session:
        assert [one.stage for one in reminders.mine(session, mine)] == ["overdue"]
        assert [one.stage for one in reminders.mine(session, SUPERVISOR)] == ["raised"]
        for nobody in (other, CLERK, INSPECTOR):
            assert reminders.mine(session, nobody) == []
        assert (reminders.count(session, mine), reminders.count(session, INSPECTOR)) == (1, 0)


def test_what_ran_out_is_explained_before_it_is_ticked_off(sessions):
    number = file_ticket(sessions)
    now = on(due(sessions, number) + timedelta(days=9))
    remind(sessions, now.date())
    with sessions.begin() as session:
        (one,) = reminders.mine(session, CLERK)
        key = queries.ticket(session, number).clocks[0].key
        with pytest.raises(InvalidField):
            reminders.see(session, CLERK, one.id, now)
        with pytest.raises(InvalidField):
            reminders.explain(session, number, key, actor=CLERK, now=now, text=" ")
        with pytest.raises(RoleForbidden):
            reminders.explain(session, number, key, actor=INSPECTOR, now=now, text="因为")
        with pytest.raises(NotFound):
            reminders.explain(session, number, "no/such", actor=CLERK, now=now, text="因为")
        reminders.explain(session, number, key, actor=CLERK, now=now, text="系统停了三天")
        reminders.see(session, CLERK, one.id, now)
        assert reminders.mine(session, CLERK) == []
        assert reminders.mine(session, CLERK, seen=True)[0].seen_by == CLERK.name
        assert queries.ticket(session, number).clocks[0].explained == "系统停了三天"


def test_another_persons_reminder_cannot_be_ticked_off(sessions):
    number = file_ticket(sessions)
    remind(sessions, due(sessions, number))
    with sessions.begin() as session:
        (one,) = reminders.mine(session, CLERK)
        with pytest.raises(NotFound):
            reminders.see(session, a_stranger(), one.id, NOW)


def a_stranger() -> Actor:
    return Actor(Role.HANDLER, 4711, "别人")


def test_a_clock_in_time_cannot_be_explained_away(sessions):
    number = file_ticket(sessions)
    with sessions.begin() as session:
        key = queries.ticket(session, number).clocks[0].key
        with pytest.raises(InvalidField):
            reminders.explain(session, number, key, actor=CLERK, now=NOW, text="先写着")
