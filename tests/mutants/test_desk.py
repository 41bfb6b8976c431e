"""The checks of the desk are themselves checked: six broken variants of it must not get past them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from actions import base
from tests.desk.conftest import signed_in
from tests.factories import CLERK, HANDLER, NOW, a_submission, an_office
from tests.simulators.loop import Conversation
from xiaobao.desk import access, context
from xiaobao.tickets import accounts, deadlines, decisions, errors, outbox, queries, service, stepping, workflow
from xiaobao.tickets.accounts import AccountView
from xiaobao.tickets.deadlines import TIMEZONE
from xiaobao.tickets.tables import OutboxRow
from xiaobao.tickets.workflow import Role, Step

pytestmark = pytest.mark.slow

Talk = Callable[[], Conversation]
Staff = dict[str, AccountView]
OFFICE = an_office()
MEETING = {"way": "on_site", "held_at": "2026-11-25T09:30", "place": "三楼调解室", "mediator": "王敏"}
PLANTED = "内部判断：商家有前科"
# Seven working days from 24 September 2026: 1-7 October off, 10 October worked (办法 art. 15; domain vectors).
FILED, LAST_DAY = datetime(2026, 9, 24, 10, 0, tzinfo=TIMEZONE), date(2026, 10, 12)


# What must hold.


def a_guard_is_asked(app: Flask, talk: Talk) -> None:
    """No mediation that only one side wants (办法 art. 18)."""
    number = _filed(app)
    _step(app, number, Step.ACCEPT, CLERK)
    with pytest.raises(errors.NotYet):
        _step(app, number, Step.MEDIATE, HANDLER, complainant_agrees="yes", **MEETING)
    assert _ticket(app, number).status == "accepted"


def a_step_is_refused_to_the_wrong_role(app: Flask, talk: Talk) -> None:
    """A POST by hand, past the buttons."""
    number = _filed(app)
    _step(app, number, Step.ACCEPT, CLERK)
    assert signed_in(app, Role.CLERK).post(f"/tickets/{number}/reply", version="2", text="x").status_code == 403
    assert signed_in(app, Role.INSPECTOR).post(f"/tickets/{number}/note", version="2", text="x").status_code == 403
    assert signed_in(app, Role.CLERK).get("/accounts").status_code == 403
    assert _ticket(app, number).version == 2


def a_working_day_is_a_working_day(app: Flask, talk: Talk) -> None:
    number = _filed(app, FILED)
    assert [clock.due for clock in _ticket(app, number).clocks if clock.name == "accept"] == [LAST_DAY]


def a_stale_page_changes_nothing(app: Flask, talk: Talk) -> None:
    number = _filed(app)
    browser = signed_in(app, Role.CLERK)
    _step(app, number, Step.NOTE, CLERK, text="别人先写的")
    assert browser.post(f"/tickets/{number}/accept", version="1").status_code == 409
    assert _ticket(app, number).status == "submitted"


def a_note_stays_inside(app: Flask, talk: Talk) -> None:
    """Neither a notice nor the answer to 到哪了 holds a word of it."""
    citizen, sessions = talk(), base.context().sessions
    submission = a_submission(conversation_id=citizen.conversation_id)
    with sessions.begin() as session:
        number = service.submit(session, submission, office=OFFICE, now=NOW).number
        service.step(session, number, step=Step.NOTE, actor=CLERK, now=NOW, office=OFFICE, text=PLANTED)
        assert session.scalar(select(func.count()).select_from(OutboxRow)) == 0
    citizen.say("我的投诉到哪了", "ask_progress")
    assert citizen.responses == ["utter_progress"] and PLANTED not in str(citizen.said)


# What a mistake would make of the product.


def guards_are_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stepping, "check", lambda row, found: None)


def roles_are_checked_in_the_template_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def any_role(process: str, status: str | None, step: str, role: str) -> Any:
        return next(row for row in workflow.TABLE if (row.process, row.status, row.step) == (process, status, step))

    monkeypatch.setattr(workflow, "advance", any_role)


def views_ask_for_no_role(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = access.roles_of

    def public_or_open(endpoint: str) -> Any:
        return access.PUBLIC if whole(endpoint) == access.PUBLIC else accounts.STAFF

    monkeypatch.setattr(access, "roles_of", public_or_open)


def clocks_run_in_calendar_days(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadlines, "working_days_after", deadlines.days_after)


def make_up_days_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    def weekdays(holidays: deadlines.Holidays, day: date) -> bool:
        return day not in holidays.off and day.weekday() < 5

    monkeypatch.setattr(deadlines.Holidays, "is_working", weekdays)


def a_stale_version_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = service.take_step

    def unread(*given: Any, **named: Any) -> Any:
        return whole(*given, **named | {"version": None})

    monkeypatch.setattr(service, "take_step", unread)


def a_note_is_kept_as_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "CHANGES", {**service.CHANGES, Step.NOTE: decisions.reply})


def a_note_is_sent_as_a_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    def sent(taking: stepping.Taking) -> dict[str, Any]:
        ticket = taking.ticket
        told = partial(outbox.put, taking.session, conversation_id=ticket.conversation_id or "", channel=ticket.channel)
        told(response="utter_notice_replied", params={"text": taking.typed["text"]}, now=taking.now)
        return decisions.kept(taking)

    monkeypatch.setattr(service, "CHANGES", {**service.CHANGES, Step.NOTE: sent})


MUTANTS = (
    (guards_are_skipped, a_guard_is_asked),
    (roles_are_checked_in_the_template_only, a_step_is_refused_to_the_wrong_role),
    (views_ask_for_no_role, a_step_is_refused_to_the_wrong_role),
    (clocks_run_in_calendar_days, a_working_day_is_a_working_day),
    (make_up_days_are_ignored, a_working_day_is_a_working_day),
    (a_stale_version_is_accepted, a_stale_page_changes_nothing),
    (a_note_is_kept_as_the_answer, a_note_stays_inside),
    (a_note_is_sent_as_a_notice, a_note_stays_inside),
)
CHECKS = tuple(dict.fromkeys(check for _, check in MUTANTS))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_check_passes_on_the_product(
    app: Flask, talk: Talk, staff: Staff, check: Callable[[Flask, Talk], None]
) -> None:
    check(app, talk)


@pytest.mark.parametrize(("mutant", "check"), MUTANTS, ids=lambda one: one.__name__)
def test_the_check_catches_the_broken_variant(
    app: Flask,
    talk: Talk,
    staff: Staff,
    monkeypatch: pytest.MonkeyPatch,
    mutant: Callable[[pytest.MonkeyPatch], None],
    check: Callable[[Flask, Talk], None],
) -> None:
    mutant(monkeypatch)
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        check(app, talk)


def _filed(app: Flask, now: datetime = NOW) -> str:
    with app.extensions[context.KEY].writing.begin() as session:
        return service.submit(session, a_submission(), office=OFFICE, now=now).number


def _step(app: Flask, number: str, step: Step, actor: service.Actor, **typed: str) -> None:
    with app.extensions[context.KEY].writing.begin() as session:
        service.step(session, number, step=step, actor=actor, now=NOW, office=OFFICE, **typed)


def _ticket(app: Flask, number: str) -> Any:
    with app.extensions[context.KEY].reading() as session:
        return queries.ticket(session, number)
