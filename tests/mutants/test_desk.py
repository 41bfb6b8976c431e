"""The judge of the desk is itself judged: broken variants of workflow, clocks and desk must not get past it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from tests.desk.conftest import (
    Browser,
    Clock,
    app,
    clerk,
    clock,
    compiled,
    desk,
    handler,
    settings,
    staff,
    statements,
)
from tests.factories import file_ticket
from xiaobao.desk.context import Desk
from xiaobao.tickets import deadlines, queries, service, stepping, workflow
from xiaobao.tickets.deadlines import TIMEZONE, Holidays
from xiaobao.tickets.tables import OutboxRow

__all__ = ["app", "clerk", "clock", "compiled", "desk", "handler", "settings", "staff", "statements"]

pytestmark = pytest.mark.slow

ABSENT = {
    "way": "remote",
    "held_at": "2026-12-01T09:00",
    "place": "",
    "mediator": "王承办",
    "complainant_agrees": "yes",
}
SECRET = "商家老板是我同学，别告诉群众"
BEFORE_NATIONAL_DAY = datetime(2026, 9, 28, 9, tzinfo=TIMEZONE)


def judge(clerk: Browser, handler: Browser, desk: Desk, clock: Clock) -> None:
    """What the desk must never do, by hand-made requests."""
    a_complaint_counts_working_days(desk)
    number = file_ticket(desk.writing)
    assert handler.post(f"/tickets/{number}/accept", version="1", text="").status_code == 403
    clerk.post(f"/tickets/{number}/accept", version="1", text="")
    assert clerk.post(f"/tickets/{number}/assign", version="1", department="消保科").status_code == 409
    clerk.post(f"/tickets/{number}/assign", version="2", department="消保科")
    assert handler.post(f"/tickets/{number}/mediate", version="3", **ABSENT).status_code in (409, 422)
    with desk.reading() as session:
        ticket = queries.ticket(session, number)
    assert (ticket.status, ticket.version) == ("assigned", 3)
    clerk.post(f"/tickets/{number}/note", version="3", text=SECRET)
    with desk.reading() as session:
        assert SECRET in str([event.payload for event in queries.ticket(session, number).events])
        assert SECRET not in str([row.params for row in session.scalars(select(OutboxRow))])


def a_complaint_counts_working_days(desk: Desk) -> None:
    """Counted by hand: 9-29, 30, 10-8, 9, 10 (a Saturday at work), 12, 13; National Day is 10-1 to 7."""
    number = file_ticket(desk.writing, now=BEFORE_NATIONAL_DAY)
    with desk.reading() as session:
        due = queries.ticket(session, number).clocks[0].due
    assert due.isoformat() == "2026-10-13"


def a_guard_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stepping, "check", lambda row, found: None)


def the_role_is_checked_in_the_template_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def lenient(process: str, status: str | None, step: str, role: str) -> workflow.Transition:
        return next(row for row in workflow.TABLE if (row.process, row.status, row.step) == (process, status, step))

    monkeypatch.setattr(stepping, "workflow", SimpleNamespace(advance=lenient))


def a_clock_counts_calendar_days(monkeypatch: pytest.MonkeyPatch) -> None:
    def calendar(start: Any, n: int, holidays: Holidays, *more: Any) -> Any:
        due = start + timedelta(days=n)
        return deadlines.Reckoning(due, due, False, "")

    monkeypatch.setattr(deadlines, "working_days_after", calendar)


def make_up_days_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        Holidays, "is_working", lambda self, day: day not in self.off and day not in self.work and day.weekday() < 5
    )


def a_stale_version_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = service.take_step
    monkeypatch.setattr(service, "take_step", lambda *given, **more: whole(*given, **{**more, "version": None}))


def an_internal_note_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def talkative(process: str, status: str | None, step: str, role: str) -> workflow.Transition:
        row = whole(process, status, step, role)
        return replace(row, notice="utter_notice_replied") if step == "note" else row

    whole = workflow.advance
    monkeypatch.setattr(stepping, "workflow", SimpleNamespace(advance=talkative))


Mutant = Callable[[pytest.MonkeyPatch], None]
MUTANTS: list[Mutant] = [
    a_guard_is_skipped,
    the_role_is_checked_in_the_template_only,
    a_clock_counts_calendar_days,
    make_up_days_are_ignored,
    a_stale_version_is_accepted,
    an_internal_note_is_told,
]


def test_the_desk_as_it_is_passes(clerk: Browser, handler: Browser, desk: Desk, clock: Clock) -> None:
    judge(clerk, handler, desk, clock)


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_broken_desk_is_caught(
    clerk: Browser,
    handler: Browser,
    desk: Desk,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    mutant: Mutant,
) -> None:
    mutant(monkeypatch)
    with pytest.raises(AssertionError):
        judge(clerk, handler, desk, clock)
