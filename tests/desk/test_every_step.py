"""Every step of every process by every role, posted by hand past the buttons: refused in words or taken, never a fault."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from flask import Flask

from tests.desk.conftest import Browser, signed_in
from tests.factories import NOW, a_submission
from tests.tickets.steps_at_random import WRONG, plausible, row_of
from xiaobao.desk.access import WORKERS
from xiaobao.desk.context import Desk
from xiaobao.settings import Settings
from xiaobao.tickets import guards, queries, service
from xiaobao.tickets.accounts import AccountView
from xiaobao.tickets.service import Actor
from xiaobao.tickets.views import TicketView
from xiaobao.tickets.workflow import TABLE, ClockEffect, Process, Status, Step, Transition

pytestmark = pytest.mark.slow

OFFICES = {Process.FINANCE: "bank"}
# What has to be done first where a guard asks for it.
BEFORE = {
    guards.in_transfer: Step.TRANSFER,
    guards.extension_asked: Step.ASK_EXTENSION,
    guards.paused: Step.PAUSE,
    guards.supervised: Step.SUPERVISE,
    guards.recusal_open: Step.RECUSE,
    guards.decided: Step.DECIDE,
}
REFUSED = {403, 404, 409, 422}


# Suggestions and calls back have no step that these do not have; each takes half a minute.
@pytest.fixture(params=[Process.COMPLAINT, Process.FINANCE, Process.REPORT, Process.DISTRESS])
def process(request: pytest.FixtureRequest) -> Process:
    found: Process = request.param
    return found


@pytest.fixture
def settings(tmp_path: Path, sqlite_template: Path, process: Process) -> Settings:
    shutil.copy(sqlite_template, tmp_path / "xiaobao.db")
    secrets = {"SECRET_KEY": "k" * 40, "INTERNAL_SECRET": "i" * 40}
    return Settings.from_env({"XIAOBAO_DATA": str(tmp_path), "OFFICE": OFFICES.get(process, "demo"), **secrets})


class Walk:
    """Tickets of one process, brought to where a step is open."""

    def __init__(self, desk: Desk, process: Process, staff: dict[str, AccountView]) -> None:
        self.desk, self.process, self.staff = desk, process, staff
        self.other = self.file()

    def file(self) -> str:
        kind = "complaint" if self.process == Process.FINANCE else str(self.process)
        with self.desk.writing.begin() as session:
            return service.submit(session, a_submission(ticket_kind=kind), office=self.desk.office, now=NOW).number

    def ticket(self, number: str) -> TicketView:
        with self.desk.reading() as session:
            return queries.ticket(session, number)

    def fields(self, row: Transition) -> dict[str, str]:
        return plausible(row, self.desk.office, NOW, [self.staff["handler"].id], [self.other])

    def take(self, number: str, row: Transition) -> None:
        role = next(iter(sorted(row.roles & set(WORKERS), reverse=True)))
        account = self.staff[role]
        with self.desk.writing.begin() as session:
            actor = Actor(role, account.id, account.name)
            given = {"step": row.step, "actor": actor, "now": NOW, "office": self.desk.office}
            service.step(session, number, **given, **self.fields(row))

    def brought_to(self, row: Transition) -> str:
        """A fresh ticket where this row is open."""
        number = self.file()
        for step in self._way(str(row.status)):
            self.take(number, step)
        for guard in row.guards:
            before = row_of(self.process, row.status, BEFORE[guard]) if guard in BEFORE else None
            if before and before.next == row.status:
                self.take(number, before)
        return number

    def _way(self, status: str) -> list[Transition]:
        ways: list[tuple[str, list[Transition]]] = [(str(Status.SUBMITTED), [])]
        for reached, steps in ways:
            if reached == status:
                return steps
            rows = [row for row in TABLE if (row.process, row.status) == (self.process, reached)]
            open_now = [row for row in rows if row.roles & set(WORKERS) and guards.in_transfer not in row.guards]
            ways += [(str(row.next), [*steps, row]) for row in open_now if row.next not in [one for one, _ in ways]]
        raise AssertionError(status)


def test_every_step_by_every_role_is_taken_or_refused_in_words(
    app: Flask, desk: Desk, staff: dict[str, AccountView], process: Process
) -> None:
    walk = Walk(desk, process, staff)
    people = {role: signed_in(app, role) for role in staff}
    for turn, step in enumerate(dict.fromkeys(row.step for row in TABLE if row.process == process and row.status)):
        row = next(row for row in TABLE if (row.process, row.step) == (process, step) and row.status)
        if row.status in (Status.WITHDRAWN, Status.TRANSFERRED) or not row.roles & set(WORKERS):
            continue
        number = walk.brought_to(row)
        before = walk.ticket(number)
        may = [role for role in sorted(staff) if role in row.roles]
        for role in sorted(set(staff) - set(may)):
            answer = _post(people[role], number, step, before.version, walk.fields(row))
            assert answer in ({403, 404} if role in WORKERS else {403}), f"{process} {step} by {role}: {answer}"
        assert walk.ticket(number) == before, f"{step} was refused and changed something"
        wrong = WRONG[turn % len(WRONG)]  # a page each: all of them with every step would take minutes
        answer = _post(people[may[-1]], number, step, before.version, {name: wrong for name in walk.fields(row)})
        assert answer in REFUSED | {303}, f"{process} {step} with {wrong!r}: {answer}"
        number = walk.brought_to(row) if answer == 303 else number
        answer = _post(people[may[-1]], number, step, walk.ticket(number).version, walk.fields(row))
        # Whether an article lets this clock pause or be extended is for its rule to say.
        lawful = {303, 422} if row.clock in (ClockEffect.PAUSE, ClockEffect.EXTEND) else {303}
        assert answer in lawful, f"{process} {step} by {may[-1]}: {answer}"
        assert walk.ticket(number).status == row.next


def test_a_step_that_the_status_does_not_know_is_refused_to_everybody(
    app: Flask, desk: Desk, staff: dict[str, AccountView], process: Process
) -> None:
    walk = Walk(desk, process, staff)
    number = walk.file()
    before = walk.ticket(number)
    for role in staff:
        browser = signed_in(app, role)
        for step in [one for one in Step if row_of(process, Status.SUBMITTED, one) is None]:
            answer = _post(browser, number, step, before.version, {"text": "写好的话"})
            assert answer in {403, 404, 409, 422}, f"{process} {step} by {role}: {answer}"
    assert walk.ticket(number) == before


def _post(browser: Browser, number: str, step: str, version: int, fields: dict[str, str]) -> int:
    return browser.post(f"/tickets/{number}/{step}", follow=False, version=str(version), **fields).status_code
