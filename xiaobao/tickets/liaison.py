"""Complaints handed to the institution they are about (its liaison): sign for, answer, give back, within a limit.

Only complaints are ever handed over: whatever tells of a report stays inside (市场监督管理投诉举报处理办法 art. 37).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from xiaobao.tickets import accounts, service
from xiaobao.tickets.deadlines import local_date
from xiaobao.tickets.errors import InvalidField, NotFound, RoleForbidden, StepNotOpen
from xiaobao.tickets.roles_tables import LiaisonTask
from xiaobao.tickets.service import Actor
from xiaobao.tickets.tables import Ticket
from xiaobao.tickets.workflow import OPEN, WORKERS, Kind, Role

LONGEST_QUESTION, LONGEST_ANSWER, LONGEST_REASON = 2_000, 20_000, 500  # characters
MOST_FILES = 10
WAITING, SIGNED, ANSWERED, RETURNED = "waiting", "signed", "answered", "returned"


@dataclass(frozen=True)
class TaskView:
    """What is asked of an institution about one complaint, and what it answered."""

    id: int
    number: str
    institution: str
    question: str
    handed_by_name: str | None
    handed_at: datetime
    limit_on: date
    signed_at: datetime | None
    signed_by: str | None
    answered_at: datetime | None
    answered_by: str | None
    answer: str | None
    files: tuple[dict[str, Any], ...]
    returned_at: datetime | None
    returned_by: str | None
    returned_reason: str | None

    @property
    def state(self) -> str:
        if self.returned_at:
            return RETURNED
        return ANSWERED if self.answered_at else SIGNED if self.signed_at else WAITING

    @property
    def open(self) -> bool:
        return self.state in (WAITING, SIGNED)

    def overdue(self, today: date) -> bool:
        """Whether the limit has passed without an answer, or the answer came after it."""
        ended = self.answered_at or self.returned_at
        return (local_date(ended) if ended else today) > self.limit_on


def hand(
    session: Session,
    number: str,
    *,
    actor: Actor,
    now: datetime,
    institution: str,
    question: str,
    limit_on: date | None,
) -> TaskView:
    """Hand a complaint to an institution that has a liaison.

    Raises NotFound, RoleForbidden, StepNotOpen for all but open complaints, InvalidField for an institution without
    liaison or with this ticket in hand, an empty question, a limit that lies in the past.
    """
    ticket = session.scalar(select(Ticket).where(Ticket.number == number).with_for_update(of=Ticket))
    if ticket is None:
        raise NotFound(number)
    if actor.role not in WORKERS or (actor.role == Role.HANDLER and ticket.assignee_id not in (None, actor.account_id)):
        raise RoleForbidden(f"hand over by {actor.role}")
    if ticket.kind != Kind.COMPLAINT or ticket.status not in OPEN:
        raise StepNotOpen(f"a {ticket.kind} that is {ticket.status} is not handed over")
    if institution not in accounts.institutions(session):
        raise InvalidField("institution", "no liaison")
    if any(one.institution == institution and one.open for one in of_ticket(session, number)):
        raise InvalidField("institution", "has it already")
    if limit_on is None or limit_on < local_date(now):
        raise InvalidField("limit_on", "in the past")
    row = LiaisonTask(
        ticket_id=ticket.id,
        institution=institution,
        question=_text("question", question, LONGEST_QUESTION),
        handed_by=actor.account_id,
        handed_by_name=actor.name,
        handed_at=now,
        limit_on=limit_on,
        files=[],
    )
    session.add(row)
    session.flush()
    service.audit(
        session, actor=actor, action="hand_to_liaison", subject=number, now=now, payload={"institution": institution}
    )
    return _view(row, number)


def of_institution(session: Session, institution: str | None, limit: int = 200) -> list[TaskView]:
    """What an institution was handed, open ones by their limit first, then the newest."""
    statement = (
        _tasks().where(LiaisonTask.institution == (institution or "")).order_by(LiaisonTask.id.desc()).limit(limit)
    )
    found = [_view(row, number) for row, number in session.execute(statement)]
    return sorted(found, key=lambda one: (not one.open, one.limit_on if one.open else date.min, -one.id))


def of_ticket(session: Session, number: str) -> list[TaskView]:
    """To whom a complaint was handed, the newest first; for the desk."""
    rows = session.execute(_tasks().where(Ticket.number == number).order_by(LiaisonTask.id.desc()))
    return [_view(row, found) for row, found in rows]


def get(session: Session, task_id: int, institution: str | None) -> TaskView:
    """The task, if it is this institution's. Raises NotFound, for another's as for none."""
    return _view(*_own(session, task_id, institution))


def sign(session: Session, task_id: int, *, actor: Actor, institution: str | None, now: datetime) -> TaskView:
    """签收. Raises NotFound, StepNotOpen when it was signed for or has ended."""
    row, number = _own(session, task_id, institution, lock=True)
    if _view(row, number).state != WAITING:
        raise StepNotOpen("signed for already")
    row.signed_at, row.signed_by = now, actor.name
    _note(session, actor, "liaison_sign", number, now)
    return _view(row, number)


def answer(
    session: Session,
    task_id: int,
    *,
    actor: Actor,
    institution: str | None,
    now: datetime,
    text: str,
    files: tuple[dict[str, Any], ...] = (),
) -> TaskView:
    """Answer what was signed for; stays inside until the handler uses it in a reply.

    Raises NotFound, StepNotOpen before signing and after the end, InvalidField for no words or too many files.
    """
    row, number = _own(session, task_id, institution, lock=True)
    if _view(row, number).state != SIGNED:
        raise StepNotOpen("to be signed for first, answered once")
    if len(files) > MOST_FILES:
        raise InvalidField("files", f"more than {MOST_FILES}")
    row.answer = _text("text", text, LONGEST_ANSWER)
    row.answered_at, row.answered_by, row.files = now, actor.name, list(files)
    _note(session, actor, "liaison_answer", number, now)
    return _view(row, number)


def give_back(
    session: Session, task_id: int, *, actor: Actor, institution: str | None, now: datetime, reason: str
) -> TaskView:
    """退回: not ours, with the reason. Raises NotFound, StepNotOpen after the end, InvalidField without a reason."""
    row, number = _own(session, task_id, institution, lock=True)
    if not _view(row, number).open:
        raise StepNotOpen("has ended")
    row.returned_reason = _text("reason", reason, LONGEST_REASON)
    row.returned_at, row.returned_by = now, actor.name
    _note(session, actor, "liaison_return", number, now)
    return _view(row, number)


def _tasks() -> Select[tuple[LiaisonTask, str]]:
    """Tasks with their tickets' numbers; a ticket that is no complaint never comes along."""
    joined = select(LiaisonTask, Ticket.number).join(Ticket, Ticket.id == LiaisonTask.ticket_id)
    return joined.where(Ticket.kind == str(Kind.COMPLAINT))


def _own(session: Session, task_id: int, institution: str | None, lock: bool = False) -> tuple[LiaisonTask, str]:
    statement = _tasks().where(LiaisonTask.id == task_id, LiaisonTask.institution == (institution or ""))
    found = session.execute(statement.with_for_update(of=LiaisonTask) if lock else statement).first()
    if found is None or not institution:
        raise NotFound(str(task_id))
    return found[0], found[1]


def _note(session: Session, actor: Actor, action: str, number: str, now: datetime) -> None:
    session.flush()
    service.audit(session, actor=actor, action=action, subject=number, now=now)


def _text(name: str, value: str, longest: int) -> str:
    found = value.strip()
    if not 0 < len(found) <= longest:
        raise InvalidField(name, f"1 to {longest} characters")
    return found


def _view(row: LiaisonTask, number: str) -> TaskView:
    copied = "id institution question handed_by_name handed_at limit_on signed_at signed_by answered_at answered_by"
    copied += " answer returned_at returned_by returned_reason"
    return TaskView(**{name: getattr(row, name) for name in copied.split()}, number=number, files=tuple(row.files))
