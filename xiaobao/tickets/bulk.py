"""Assigning many tickets at once: one transaction each, so that a refused one holds up no other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, sessionmaker

from xiaobao.tickets import accounts, service
from xiaobao.tickets.errors import TicketError
from xiaobao.tickets.office import Office
from xiaobao.tickets.service import Actor
from xiaobao.tickets.tables import Account, Ticket
from xiaobao.tickets.workflow import DECIDERS, Kind, Status, Step, steps_open_to

CHUNK = 200  # tickets in one request: some seconds, far below every time limit
MOST = 2_000
LINE = re.compile(r"(XB\d{8}-\d{6})@(\d{1,9})")


@dataclass(frozen=True)
class Done:
    """What became of one line; `problem` is an error's code, None when it was assigned."""

    number: str
    problem: str | None


def lines(text: str) -> list[str]:
    """`number@version`, each once, at most MOST."""
    return list(dict.fromkeys(text.split()))[:MOST]


def assign(
    sessions: sessionmaker[Session],
    wanted: Sequence[str],
    *,
    actor: Actor,
    now: datetime,
    office: Office,
    department: str,
    handler: int | None,
) -> list[Done]:
    """Assign the tickets of these lines. A ticket that changed since the list was made is left alone."""
    return [_one(sessions, line, actor, now, office, department, handler) for line in wanted]


def _one(
    sessions: sessionmaker[Session],
    line: str,
    actor: Actor,
    now: datetime,
    office: Office,
    department: str,
    handler: int | None,
) -> Done:
    found = LINE.fullmatch(line)
    if found is None:
        return Done(line[:40], "not_found")
    try:
        with sessions.begin() as session:
            service.assign(
                session, found[1], actor=actor, now=now, office=office, version=int(found[2]), department=department,
                handler=handler,
            )  # fmt: skip
    except TicketError as problem:
        return Done(found[1], problem.code)
    return Done(found[1], None)


def assignable() -> list[tuple[Kind, Status]]:
    """Kinds and statuses in which a ticket may be assigned, by the workflow's table."""
    pairs = [(kind, status) for kind in Kind for status in Status]
    return [
        (kind, status)
        for kind, status in pairs
        if any(row.step == Step.ASSIGN for role in DECIDERS for row in steps_open_to(kind, status, role))
    ]


def waiting(session: Session, account_id: int | None = None) -> list[str]:
    """Lines of open tickets that can be assigned: of one account, or those that nobody who works here has in hand."""
    statement = select(Ticket.number, Ticket.version).outerjoin(Account, Account.id == Ticket.assignee_id)
    if account_id is not None:
        statement = statement.where(Ticket.assignee_id == account_id)
    else:
        statement = statement.where(or_(Ticket.assignee_id.is_(None), Account.disabled.is_(True)))
    able: dict[Kind, list[Status]] = {}
    for kind, status in assignable():
        able.setdefault(kind, []).append(status)
    fitting = or_(*(and_(Ticket.kind == kind, Ticket.status.in_(statuses)) for kind, statuses in able.items()))
    statement = statement.where(fitting).order_by(Ticket.id).limit(MOST)
    return [f"{number}@{version}" for number, version in session.execute(statement)]


def handler_named(session: Session, text: str) -> int | None:
    """The account id of a form's choice; None for nobody in particular or nobody there is."""
    return next((one.id for one in accounts.handlers(session) if str(one.id) == text), None)
