"""Any steps in any order by anybody, on the real service and a real database: what must hold all the same."""

from __future__ import annotations

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import func, select

from tests.factories import CONVERSATION, NOW, a_submission, an_office, staff
from xiaobao import database
from xiaobao.tickets import queries, service, stepping, workflow
from xiaobao.tickets.errors import NotFound, RoleForbidden, StepNotOpen, TicketError
from xiaobao.tickets.filing import Actor
from xiaobao.tickets.tables import OutboxRow, Ticket
from xiaobao.tickets.workflow import OPEN, Kind, Role, Step

pytestmark = pytest.mark.slow

OFFICES = {name: an_office(name) for name in ("demo", "council", "bank")}
WORDS = st.sampled_from(["", "已联系商家", "<b>粗</b>", "'; drop table tickets", "长" * 300])
ROLES = [Role.CITIZEN, Role.CLERK, Role.HANDLER, Role.SUPERVISOR, Role.INSPECTOR, Role.ADMIN, Role.LIAISON]


@pytest.fixture(scope="module", autouse=True)
def template(sqlite_template: Path) -> None:
    Desk.template = sqlite_template


class Desk(RuleBasedStateMachine):
    """Some tickets of three offices, and everybody who may touch them."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="machine-"))
        shutil.copy(self.template, self.folder / "x.db")
        self.engine = database.make_engine(f"sqlite:///{self.folder / 'x.db'}")
        self.sessions = database.make_sessions(self.engine)
        self.now = NOW
        self.numbers: dict[str, str] = {}  # number -> office
        self.due: dict[tuple[str, str], Any] = {}

    def teardown(self) -> None:
        self.engine.dispose()
        shutil.rmtree(self.folder)

    @initialize()
    def people(self) -> None:
        with self.sessions.begin() as session:
            self.actors = {
                Role.CITIZEN: Actor.citizen(CONVERSATION),
                **{role: staff(session, role, f"u{role}", role.label) for role in ROLES if role != Role.CITIZEN},
            }
            self.second = staff(session, Role.HANDLER, "second", "第二人")

    @rule(
        kind=st.sampled_from([Kind.COMPLAINT, Kind.COMPLAINT, Kind.REPORT, Kind.SUGGESTION, Kind.CALLBACK]),
        office=st.sampled_from(list(OFFICES)),
        heard=st.booleans(),
    )
    def file(self, kind: Kind, office: str, heard: bool) -> None:  # fmt: skip
        if len(self.numbers) >= 6:
            return
        entry = a_submission(ticket_kind=str(kind), conversation_id=CONVERSATION if heard else None)
        actor = self.actors[Role.CITIZEN if heard else Role.CLERK]
        with self.sessions.begin() as session:
            made = service.submit(session, entry, office=OFFICES[office], now=self.now, actor=actor)
        self.numbers[made.number] = office

    @rule(days=st.sampled_from([0, 1, 3, 20, 70]))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days, minutes=7)

    @rule(data=st.data())
    def a_step_that_leads_on(self, data: st.DataObject) -> None:
        """By somebody who may, with fields that could be right."""
        if not self.numbers:
            return
        number = data.draw(st.sampled_from(sorted(self.numbers)))
        view = self._view(number)
        rows = [row for row in workflow.TABLE if row.process == view.process and row.status == view.status]
        if rows:
            row = data.draw(st.sampled_from(rows))
            role = data.draw(st.sampled_from(sorted(row.roles)))
            self._take(number, row.step, role, {one.name: self._plausible(data, one) for one in row.fields})

    @rule(
        data=st.data(), step=st.sampled_from([one for one in Step if one != Step.SUBMIT]), role=st.sampled_from(ROLES)
    )
    def any_step(self, data: st.DataObject, step: Step, role: Role) -> None:
        if not self.numbers:
            return
        number = data.draw(st.sampled_from(sorted(self.numbers)))
        fields = {one.name for row in workflow.TABLE if row.step == step for one in row.fields}
        self._take(number, step, role, {name: data.draw(WORDS) for name in sorted(fields)})

    def _plausible(self, data: st.DataObject, field: workflow.Field) -> Any:
        if field.choices == "handlers":
            return data.draw(
                st.sampled_from(["", str(self.second.account_id), str(self.actors[Role.HANDLER].account_id)])
            )
        if field.choices == "grounds":
            return data.draw(st.sampled_from(["N1", "N2", "G1", "G4"]))
        if field.choices:
            return data.draw(st.sampled_from(sorted(workflow.CHOICES[field.choices])))
        if field.name == "into":
            return data.draw(st.sampled_from(sorted(self.numbers)))
        if field.type == "checkbox":
            return data.draw(st.sampled_from(["yes", "yes", ""]))
        if field.type == "number":
            return "3"
        if field.type in ("date", "datetime"):
            moment = self.now + timedelta(days=2 if field.name != "told_at" else -1)
            return moment.date().isoformat() if field.type == "date" else moment.isoformat()
        if field.type in ("accounts", "evidence"):
            return ""
        return data.draw(st.sampled_from(["已核实", "东城区市场监管局（电话000-1）"]))

    def _take(self, number: str, step: Step, role: Role, fields: dict[str, Any]) -> None:
        before, told = self._view(number), self._told()
        row = next(
            (r for r in workflow.TABLE if (r.process, r.status, r.step) == (before.process, before.status, step)), None
        )
        fields.pop("evidence", None)
        try:
            with self.sessions.begin() as session:
                service.step(session, number, step=step, actor=self.actors[role], now=self.now,
                             office=OFFICES[self.numbers[number]], version=before.version, **fields)  # fmt: skip
        except TicketError as refused:
            self._refused(number, row, role, refused, before)
            assert self._told() == told
            return
        assert row is not None and role in row.roles, f"{step} by {role} of a {before.process} that is {before.status}"
        after = self._view(number)
        assert after.version == before.version + 1
        assert after.status == row.next
        assert self._told() == told + bool(row.notice and before.conversation_id)
        if step == Step.SPLIT:
            for event in after.events[-1:]:
                self.numbers[event.payload["split_into"]] = self.numbers[number]

    def _refused(self, number: str, row: Any, role: Role, refused: TicketError, before: Any) -> None:
        if role == Role.CITIZEN and before.conversation_id is None:
            assert isinstance(refused, NotFound)
        elif row is None:
            assert isinstance(refused, StepNotOpen), refused
        elif role not in row.roles:
            assert isinstance(refused, RoleForbidden), refused
        assert self._view(number) == before

    def _view(self, number: str) -> Any:
        with self.sessions() as session:
            return queries.ticket(session, number)

    def _told(self) -> int:
        with self.sessions() as session:
            return session.scalar(select(func.count()).select_from(OutboxRow)) or 0

    @invariant()
    def the_history_explains_the_status(self) -> None:
        for number in self.numbers:
            view = self._view(number)
            status = None
            for event in view.events:
                assert event.status_from == status
                status = event.status_to
            assert status == view.status and len(view.events) == view.version

    @invariant()
    def no_clock_runs_backwards(self) -> None:
        for number in self.numbers:
            for clock in self._view(number).clocks:
                key = (number, clock.rule_id)
                assert clock.due <= clock.due_lenient
                assert self.due.get(key, clock.due) <= clock.due, key
                self.due[key] = clock.due

    @invariant()
    def nothing_open_is_stuck(self) -> None:
        for number in self.numbers:
            view = self._view(number)
            if view.status not in tuple(map(str, OPEN)):
                continue
            rows = [row for row in workflow.TABLE if row.process == view.process and row.status == view.status]
            leading = [row for row in rows if row.next != row.status and stepping.ready(row, view, self.now)]
            assert [row for row in leading if row.roles - {Role.CITIZEN}], (view.process, view.status, view.matters)

    @invariant()
    def what_is_internal_is_told_to_nobody(self) -> None:
        with self.sessions() as session:
            ids = dict(session.execute(select(Ticket.id, Ticket.number)).all())
            told = {(ids[row.ticket_id], row.params.get("text")) for row in session.scalars(select(OutboxRow))}
        for number in self.numbers:
            for event in self._view(number).events:
                if event.step in (Step.NOTE, Step.SUPERVISE) and event.payload.get("text") not in ("已核实", "", None):
                    spoken = {e.payload.get("text") for e in self._view(number).events if e.step != event.step}
                    assert (number, event.payload["text"]) not in told or event.payload["text"] in spoken


TestDesk = Desk.TestCase
TestDesk.settings = settings(
    max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
