"""Rows of an old register as tickets, filed by the same service as every other.

Clocks run from the day on which the matter came in, and the ticket's number is of that day. The number it had before
(原编号) makes filing repeatable: the same file again doubles nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from xiaobao.imports import cells, outcomes
from xiaobao.imports.cells import Fault
from xiaobao.imports.columns import Header, Names
from xiaobao.imports.outcomes import GOOD, KNOWN, Outcome
from xiaobao.imports.sheets import LONGEST_CELL, Line
from xiaobao.tickets import clocks, filing, service, workflow
from xiaobao.tickets.deadlines import TIMEZONE
from xiaobao.tickets.errors import TicketError
from xiaobao.tickets.filing import Actor, Submission
from xiaobao.tickets.office import Office
from xiaobao.tickets.sources import LONGEST_NUMBER, Source
from xiaobao.tickets.tables import Ticket
from xiaobao.tickets.workflow import Kind, Role, Step

Value = TypeVar("Value")

CHANNEL = "import"
ACTOR = Actor(Role.SUPERVISOR, None, "历史导入")  # who imported stands in the audit
TEXTS = (
    *("merchant", "merchant_address", "shop_name", "platform", "institution", "item", "order_number"),
    *("policy_number", "claim", "region", "contact_name", "contact_address", "contact_email"),
)
LONGEST = {"narrative": LONGEST_CELL, "claim": LONGEST_CELL, "result": LONGEST_CELL, "source_number": LONGEST_NUMBER}
LONGEST_FIELD = 300  # characters
WAY = (Step.ACCEPT, Step.ASSIGN, Step.CLOSE)  # of a matter that is over, as far as each is open
END_OF_WORK = time(17)


@dataclass(frozen=True)
class Entry:
    """A row that can be filed. `closed_on` None: the matter is still open."""

    line: int
    submission: Submission
    at: datetime
    accepted_on: date | None = None
    closed_on: date | None = None
    department: str = ""
    result: str = ""

    @property
    def key(self) -> str:
        return self.submission.source_number or ""


@dataclass
class _Row:
    """A row while it is read: every fault is kept, not only the first."""

    names: Names
    header: Header
    values: dict[str, str]
    faults: list[tuple[str, str]] = field(default_factory=list)

    def fault(self, name: str, code: str) -> None:
        column = next(one for one in self.names.columns["tickets"] if one.field == name)
        self.faults.append((self.header.titles.get(name, column.title), code))

    def text(self, name: str) -> str | None:
        said = self.values.get(name, "").replace("\0", "")
        if len(said) > LONGEST.get(name, LONGEST_FIELD):
            self.fault(name, "too_long")
            return None
        return said or None

    def read(self, name: str, how: Callable[[str], Value]) -> Value | None:
        said = self.text(name)
        try:
            return how(said) if said else None
        except Fault as wrong:
            self.fault(name, wrong.code)
            return None

    def choice(self, name: str) -> str | None:
        """A word with a fixed meaning."""
        said = self.text(name)
        found = self.names.value(name, said) if said else None
        if said and found is None:
            self.fault(name, "no_choice")
        return found


def read(line: Line, header: Header, names: Names, office: Office, now: datetime) -> Entry | Outcome:
    """The row as it is filed, or all that is wrong with it."""
    row = _Row(names, header, header.cells(line.cells))
    key, narrative = row.text("source_number"), row.text("narrative")
    at = row.read("submitted_at", lambda said: cells.moment(said, now))
    for name, value in (("source_number", key), ("narrative", narrative), ("submitted_at", at)):
        if value is None and not row.values.get(name):
            row.fault(name, "missing")
    kind = row.choice("ticket_kind") or str(Kind.COMPLAINT)
    amount, event = row.text("amount"), row.text("event_date")
    texts: dict[str, Any] = {name: row.text(name) for name in TEXTS}
    submission = Submission(
        ticket_kind=kind,
        draft_id=draft_id(office.id, key or ""),
        conversation_id=None,
        channel=CHANNEL,
        narrative=narrative,
        amount_text=amount,
        amount_cents=row.read("amount", cells.cents),
        event_date_text=event,
        event_date=row.read("event_date", lambda said: cells.loose_day(said, now)),
        discovered_date=row.read("discovered_date", lambda said: cells.loose_day(said, now)),
        contact_phone=row.read("contact_phone", cells.phone),
        source=row.choice("source") or str(Source.IMPORT),
        source_number=key,
        **texts,
    )
    ended = _ended(row, kind, at, now)
    if row.faults or at is None:
        return outcomes.wrong(line.number, key or "", *row.faults)
    return Entry(line.number, submission, at, **ended)


def _ended(row: _Row, kind: str, at: datetime | None, now: datetime) -> dict[str, Any]:
    """What is known of a matter that is over. A day that is not told is not made up: the clock would be late or kept by it."""
    state = row.choice("state")
    accepted = row.read("accepted_on", lambda said: cells.day(said, now))
    closed = row.read("closed_on", lambda said: cells.day(said, now))
    department, result = row.text("department"), row.text("result")
    if state == "closed" and closed is None and not row.values.get("closed_on"):
        row.fault("closed_on", "needed_when_closed")
    if state == "open" and closed is not None:
        row.fault("state", "open_with_a_day")
    if closed is not None and not result:
        row.fault("result", "needed_when_closed")
    if closed is not None and accepted is None and kind == Kind.COMPLAINT and not row.values.get("accepted_on"):
        row.fault("accepted_on", "needed_when_closed")
    first = at.astimezone(TIMEZONE).date() if at else None
    for name, day, before in (("accepted_on", accepted, first), ("closed_on", closed, accepted or first)):
        if day and before and day < before:
            row.fault(name, "before_the_step_before")
    return {"accepted_on": accepted, "closed_on": closed, "department": department or "", "result": result or ""}


def draft_id(office_id: str, key: str) -> str:
    """The draft of a number of the old register: the same number is the same ticket."""
    return "import-" + hashlib.sha256(f"{office_id}:{key}".encode()).hexdigest()[:48]


def file(session: Session, entries: Sequence[Entry], office: Office) -> list[Outcome]:
    """File what is not there yet, each row by itself: one that is refused takes none of the others with it."""
    there = known(session, entries)
    found = []
    for entry in entries:
        draft = str(entry.submission.draft_id)
        if draft in there:
            found.append(_again(entry, *there[draft]))
            continue
        try:
            with session.begin_nested():
                number = _file_one(session, entry, office)
        except TicketError as refused:
            found.append(outcomes.wrong(entry.line, entry.key, ("", refused.code)))
        except (DataError, IntegrityError):
            found.append(outcomes.wrong(entry.line, entry.key, ("", "database")))
        else:
            there[draft] = (number, _told(entry))
            found.append(Outcome(entry.line, GOOD, entry.key, number))
    return found


def known(session: Session, entries: Sequence[Entry]) -> dict[str, tuple[str, tuple[Any, ...]]]:
    """Number and content of those that were filed before, by draft."""
    drafts = [entry.submission.draft_id for entry in entries]
    statement = select(Ticket.draft_id, Ticket.number, Ticket.as_filed, Ticket.submitted_at)
    rows = session.execute(statement.where(Ticket.draft_id.in_(drafts)))
    return {
        draft: (number, (as_filed.get("narrative"), as_filed.get("merchant"), at))
        for draft, number, as_filed, at in rows
    }


def check(session: Session, entries: Sequence[Entry], seen: dict[str, tuple[str, tuple[Any, ...]]]) -> list[Outcome]:
    """What `file` would do, as far as it can be known without doing it; `seen` holds what the lines before said."""
    there = known(session, entries)
    found = []
    for entry in entries:
        draft = str(entry.submission.draft_id)
        before = there.get(draft) or seen.get(draft)
        found.append(_again(entry, *before) if before else Outcome(entry.line, GOOD, entry.key))
        seen.setdefault(draft, ("", _told(entry)))
    return found


def _told(entry: Entry) -> tuple[Any, ...]:
    """What a number may not stand for twice: what happened, with whom, when it came in."""
    as_filed = filing.kept(entry.submission)
    return as_filed["narrative"], as_filed["merchant"], entry.at


def _again(entry: Entry, number: str, told: tuple[Any, ...]) -> Outcome:
    if told != _told(entry):
        return outcomes.wrong(entry.line, entry.key, ("原编号", "number_taken"))
    return Outcome(entry.line, KNOWN, entry.key, number or None)


def _file_one(session: Session, entry: Entry, office: Office) -> str:
    number = service.submit(session, entry.submission, office=office, now=entry.at, actor=ACTOR).number
    if entry.closed_on is None:
        return number
    ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
    typed: dict[Step, dict[str, Any]] = {
        Step.ASSIGN: {"department": entry.department or office.name},
        Step.CLOSE: {"result": entry.result},
    }
    for step in WAY:
        if any(row.step == step for row in workflow.steps_open_to(ticket.process, ticket.status, ACTOR.role)):
            day = entry.closed_on if step == Step.CLOSE else entry.accepted_on or entry.closed_on
            at, fields = _on(day, entry.at), typed.get(step, {})
            service.step(session, number, step=step, actor=ACTOR, now=at, office=office, **fields)
    clocks.stop(ticket, entry.closed_on)
    session.flush()
    return number


def _on(day: date, filed: datetime) -> datetime:
    """The end of that working day, never before the filing."""
    return max(datetime.combine(day, END_OF_WORK, TIMEZONE), filed + timedelta(seconds=1))
