"""Any step, by anybody, at any time, over the real service: what must hold whatever happens."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from tests.factories import NOW, a_submission, an_office, staff
from tests.tickets.steps_at_random import PLANTED, plausible, row_of, typed, way_out
from xiaobao import database
from xiaobao.tickets import queries, service, stepping
from xiaobao.tickets.errors import RoleForbidden, StaleVersion, StepNotOpen, TicketError
from xiaobao.tickets.service import Actor
from xiaobao.tickets.tables import OutboxRow, Ticket
from xiaobao.tickets.views import TicketView
from xiaobao.tickets.workflow import TABLE, Kind, Role, Status, Step

pytestmark = pytest.mark.slow

OFFICES = {one: an_office(one) for one in ("regulator", "council", "bank")}
BY_CITIZEN = {
    "supplement": service.supplement,
    "urge": service.urge,
    "withdraw": service.withdraw,
    "rate": service.rate,
}
BACK = ("revoke", "unmerge")  # a decision taken back: its clocks run on from where they began
MOST = 5  # tickets filed; parts of split ones come on top


class Desk(RuleBasedStateMachine):
    """Some tickets at three offices; `seen` is each as it was after the last step."""

    def __init__(self, template: Path, folder: Path) -> None:
        super().__init__()
        path = folder / "xiaobao.db"
        for old in folder.glob("xiaobao.db*"):
            old.unlink()
        shutil.copy(template, path)
        self.engine = database.make_engine(f"sqlite:///{path}")
        self.sessions = database.make_sessions(self.engine)
        self.now = NOW
        self.seen: dict[str, TicketView] = {}
        self.notices = 0

    @initialize()
    def people(self) -> None:
        with self.sessions.begin() as session:
            roles = (Role.CLERK, Role.SUPERVISOR, Role.LIAISON, Role.INSPECTOR, Role.EDITOR, Role.ADMIN)
            self.staff = [staff(session, role, str(role)) for role in roles]
            self.handlers = [staff(session, Role.HANDLER, login, login) for login in ("wang", "zhao")]

    @rule(office=st.sampled_from(sorted(OFFICES)), kind=st.sampled_from(Kind), talks=st.booleans())
    @precondition(lambda self: len(self.seen) < MOST)
    def file(self, office: str, kind: Kind, talks: bool) -> None:
        conversation = f"conversation-{len(self.seen)}" if talks or kind == Kind.DISTRESS else None
        submission = a_submission(ticket_kind=str(kind), conversation_id=conversation)
        with self.sessions.begin() as session:
            service.submit(session, submission, office=OFFICES[office], now=self.now)
        self._read()

    @rule(hours=st.sampled_from((1, 24, 24 * 8, 24 * 31)))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(data=st.data())
    @precondition(lambda self: self.seen)
    def anything(self, data: Any) -> None:
        """A step that is often open, by a role that often may."""
        ticket = self.seen[data.draw(st.sampled_from(sorted(self.seen)))]
        rows = [row for row in TABLE if (row.process, row.status) == (ticket.process, ticket.status)]
        likely = bool(rows) and data.draw(st.integers(0, 5)) > 0
        step = data.draw(st.sampled_from([row.step for row in rows] if likely else list(Step)))
        row = row_of(ticket.process, ticket.status, step)
        roles = sorted(row.roles) if row and data.draw(st.integers(0, 5)) > 0 else list(Role)
        actor = self._actor(ticket, data.draw(st.sampled_from(roles)), data.draw(st.integers(0, 1)))
        others = sorted(set(self.seen) - {ticket.number})
        shape = row or next(one for one in TABLE if one.step == step)
        fields = data.draw(typed(shape, self._office(ticket), self.now, self._handler_ids(), others))
        version = ticket.version - (data.draw(st.integers(0, 9)) == 0)
        self._try(ticket, step, actor, version, fields)

    @invariant()
    def every_history_explains_its_status(self) -> None:
        for ticket in self.seen.values():
            ways = [(event.status_from, event.status_to) for event in ticket.events]
            assert ways[0][0] is None and [to for _, to in ways[:-1]] == [since for since, _ in ways[1:]]
            assert ways[-1][1] == ticket.status and ticket.version == len(ways)

    @invariant()
    def what_waits_beside_the_status_is_there(self) -> None:
        for ticket in self.seen.values():
            assert bool(ticket.matters.get("paused")) == any(clock.state == "paused" for clock in ticket.clocks)
            if ticket.status == Status.SUBMITTED and ticket.kind == Kind.COMPLAINT:
                assert ticket.clocks[0].state == "running", "nobody is held to decide"
            if ticket.status == Status.ARCHIVED:
                assert not [clock for clock in ticket.clocks if clock.state == "paused"]

    def teardown(self) -> None:
        """No state is stuck: from wherever it got to, the office brings every ticket to its end."""
        for number in list(self.seen):
            for _ in range(12):
                if not self._nearer_to_the_end(self.seen[number]):
                    break
            else:
                raise AssertionError(f"{number} goes round in circles")
        self.engine.dispose()

    def _nearer_to_the_end(self, ticket: TicketView) -> bool:
        last = Status.CLOSED if ticket.process == "distress" else Status.ARCHIVED
        if ticket.status == last:
            return False
        rows = [row for row in TABLE if (row.process, row.status) == (ticket.process, ticket.status)]
        ready = [row for row in stepping.ready(rows, ticket, self.now) if row.roles - {Role.CITIZEN}]
        ready = [row for row in ready if row.step != Step.MERGE]  # needs another ticket
        pressing = [row for row in ready if row.step == Step.ANSWER_SUPERVISION]
        found = pressing[0] if pressing else way_out(ticket.process, ticket.status, ready)
        assert found, f"{ticket.process} is stuck {ticket.status} with {ticket.matters}"
        actor = self._actor(ticket, sorted(found.roles - {Role.CITIZEN, Role.HANDLER})[0], 0)
        others = sorted(one for one in self.seen if one != ticket.number)
        fields = plausible(found, self._office(ticket), self.now, self._handler_ids(), others)
        assert self._try(ticket, found.step, actor, ticket.version, fields) is None
        return True

    def _try(self, ticket: TicketView, step: Step, actor: Actor, version: int, fields: dict[str, Any]) -> object:
        """Take the step; what was refused, or None. Then everything that has to hold between before and after."""
        row, before = row_of(ticket.process, ticket.status, step), dict(self.seen)
        refused: TicketError | None = None
        try:
            with self.sessions.begin() as session:
                self._take(session, ticket, step, actor, version, fields)
        except TicketError as problem:
            refused = problem
        told = self.notices
        self._read()
        if refused is not None:
            assert (self.seen, self.notices) == (before, told), f"{step} was refused and changed something"
        if version != ticket.version:
            assert isinstance(refused, StaleVersion)
        elif row is None:
            assert isinstance(refused, StepNotOpen)
        elif actor.role not in row.roles:
            assert isinstance(refused, RoleForbidden)
        elif refused is None:
            self._moved(before, ticket, step, row.next)
            assert self.notices - told == int(bool(row.notice and ticket.conversation_id))
        return refused

    def _take(
        self, session: Any, ticket: TicketView, step: Step, actor: Actor, version: int, fields: dict[str, Any]
    ) -> None:
        if step in BY_CITIZEN:
            BY_CITIZEN[step](session, ticket.number, actor=actor, now=self.now, version=version, **_given(step, fields))
        else:
            office = self._office(ticket)
            service.step(
                session, ticket.number, step=step, actor=actor, now=self.now, office=office, version=version, **fields
            )

    def _moved(self, before: dict[str, TicketView], old: TicketView, step: Step, status: Status) -> None:
        new = self.seen[old.number]
        assert (new.status, new.version, new.events[-1].step) == (status, old.version + 1, step)
        assert old.first_owner_id in (None, new.first_owner_id), "the first owner stays named"
        for was, now in zip(old.clocks, new.clocks, strict=False):
            assert now.due >= was.due and now.due_lenient >= was.due_lenient, f"{step} moved {was.name} back"
            assert was.state in ("running", "paused") or now == was or step in BACK, f"{step} woke {was.name}"
        untouched = {number: view for number, view in before.items() if number != old.number}
        assert untouched == {number: self.seen[number] for number in untouched}, f"{step} changed another ticket"
        assert len(self.seen) == len(before) + (step == Step.SPLIT)

    def _read(self) -> None:
        with self.sessions.begin() as session:
            numbers = session.scalars(select(Ticket.number).order_by(Ticket.id)).all()
            self.seen = {number: queries.ticket(session, number) for number in numbers}
            rows = session.scalars(select(OutboxRow)).all()
            assert not [row for row in rows if PLANTED in str(row.params)], "a note reached a citizen"
            self.notices = len(rows)

    def _actor(self, ticket: TicketView, role: Role, which: int) -> Actor:
        if role == Role.CITIZEN:
            with self.sessions.begin() as session:
                code = session.scalar(select(Ticket.query_code).where(Ticket.number == ticket.number))
            return Actor.citizen(None, code)
        if role == Role.HANDLER:
            return self.handlers[which]
        return next((one for one in self.staff if one.role == role), Actor(Role.SYSTEM))

    def _office(self, ticket: TicketView) -> Any:
        return OFFICES[ticket.office_id]

    def _handler_ids(self) -> list[int]:
        return [one.account_id for one in self.handlers if one.account_id]


def _given(step: Step, fields: dict[str, Any]) -> dict[str, Any]:
    names = {"supplement": ("text",), "withdraw": ("text",), "rate": ("score", "text")}.get(str(step), ())
    return {name: fields.get(name) for name in names}


def test_whatever_anybody_does_the_rules_hold(sqlite_template: Path, tmp_path: Path) -> None:
    run_state_machine_as_test(
        lambda: Desk(sqlite_template, tmp_path),
        settings=settings(
            max_examples=25,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            phases=(Phase.generate,),  # shrinking a course of forty steps takes minutes
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
