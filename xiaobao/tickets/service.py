"""Filing a ticket and every step after it: one transaction each, opened by the caller.

A step checks role, status and version, changes the ticket, writes its event, starts and ends clocks
and, where the citizen has to learn of it, writes a row of the outbox.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from xiaobao import privacy
from xiaobao.tickets import clocks, deadlines, outbox, reference, workflow
from xiaobao.tickets.errors import InvalidField, NotFound, RoleForbidden, StaleVersion, UrgedToday
from xiaobao.tickets.filing import (
    SUBMITTED_TEXTS,
    Actor,
    Evidence,
    Receipt,
    Submission,
    evidence_row,
    filed,
    receipt,
    remember,
    submit,
)
from xiaobao.tickets.office import Office
from xiaobao.tickets.tables import Account, Audit, Ticket
from xiaobao.tickets.views import CONTACT, TicketView, ticket_view
from xiaobao.tickets.workflow import Role, Step, Transition

__all__ = ["SUBMITTED_TEXTS", "Actor", "Evidence", "Receipt", "Submission", "accept", "assign", "audit", "close"]
__all__ += ["filed", "look", "rate", "receipt", "reject", "reply", "submit", "supplement", "urge", "withdraw"]

LONGEST_TEXT = 20_000  # characters


def accept(
    session: Session,
    number: str,
    *,
    actor: Actor,
    now: datetime,
    office: Office,
    version: int | None = None,
    text: str | None = None,
) -> TicketView:
    """受理: the mediation period of 60 days starts (办法 art. 22-23)."""

    def change(ticket: Ticket) -> dict[str, Any]:
        return {"text": _optional("text", text)}

    return _take(session, number, Step.ACCEPT, actor, now, version, change, office)


def reject(
    session: Session,
    number: str,
    *,
    actor: Actor,
    now: datetime,
    office: Office,
    version: int | None = None,
    ground: str | None = None,
    text: str | None = None,
) -> TicketView:
    """不予受理, on a ground of grounds.csv for this kind of office (办法 art. 15-16)."""

    def change(ticket: Ticket) -> dict[str, Any]:
        found = office.reference.ground(office.kind, ground or "")
        if found is None:
            raise InvalidField("ground", "not a ground of this office")
        ticket.ground = found.code
        article = f"《{found.law}》{found.article}" if found.law else ""
        return {"ground": found.code, "reason": found.text, "article": article, "text": _optional("text", text)}

    return _take(session, number, Step.REJECT, actor, now, version, change, office)


def assign(
    session: Session,
    number: str,
    *,
    actor: Actor,
    now: datetime,
    office: Office | None = None,
    version: int | None = None,
    department: str | None = None,
    handler: int | None = None,
) -> TicketView:
    """分办 to a department, and to a handler (account id) if known."""

    def change(ticket: Ticket) -> dict[str, Any]:
        ticket.department = _required("department", department)
        ticket.assignee = _handler(session, handler)
        name = ticket.assignee.name if ticket.assignee else None
        return {"department": ticket.department, "handler": handler, "handler_name": name}

    return _take(session, number, Step.ASSIGN, actor, now, version, change, office)


def reply(
    session: Session,
    number: str,
    *,
    actor: Actor,
    now: datetime,
    office: Office | None = None,
    version: int | None = None,
    text: str | None = None,
) -> TicketView:
    """答复 to the citizen, in the words of the member of staff."""

    def change(ticket: Ticket) -> dict[str, Any]:
        ticket.reply = _required("text", text)
        return {"text": ticket.reply}

    return _take(session, number, Step.REPLY, actor, now, version, change, office)


def close(
    session: Session,
    number: str,
    *,
    actor: Actor,
    now: datetime,
    office: Office | None = None,
    version: int | None = None,
    result: str | None = None,
) -> TicketView:
    """办结 with a result; whatever clock still ran has ended."""

    def change(ticket: Ticket) -> dict[str, Any]:
        ticket.result = _required("result", result)
        return {"text": ticket.result}

    return _take(session, number, Step.CLOSE, actor, now, version, change, office)


def supplement(
    session: Session,
    number: str,
    *,
    actor: Actor,
    now: datetime,
    version: int | None = None,
    text: str | None = None,
    evidence: tuple[Evidence, ...] = (),
) -> TicketView:
    """补充材料: words, files or both. A file that the ticket already has is not added again."""

    def change(ticket: Ticket) -> dict[str, Any]:
        said = privacy.mask_sensitive(_optional("text", text))
        if not said and not evidence:
            raise InvalidField("text", "neither words nor files")
        known = {row.evidence_id for row in ticket.evidence}
        added = [one for one in evidence if one.evidence_id not in known]
        ticket.evidence.extend(evidence_row(one, now) for one in added)
        return {"text": said, "evidence": [one.evidence_id for one in added]}

    return _take(session, number, Step.SUPPLEMENT, actor, now, version, change)


def urge(
    session: Session,
    number: str,
    *,
    actor: Actor,
    now: datetime,
    office: Office | None = None,
    version: int | None = None,
) -> TicketView:
    """催办, once per working day. Raises UrgedToday."""
    holidays = office.reference.holidays if office else reference.published_holidays()

    def change(ticket: Ticket) -> dict[str, Any]:
        earlier = [event.at for event in ticket.events if event.step == Step.URGE]
        if earlier:
            again = deadlines.working_days_after(deadlines.local_date(earlier[-1]), 1, holidays).due
            if deadlines.local_date(now) < again:
                raise UrgedToday(number)
        ticket.urged += 1
        return {"times": ticket.urged}

    return _take(session, number, Step.URGE, actor, now, version, change)


def withdraw(
    session: Session, number: str, *, actor: Actor, now: datetime, version: int | None = None, text: str | None = None
) -> TicketView:
    """撤回 by the citizen (办法 art. 23(1))."""

    def change(ticket: Ticket) -> dict[str, Any]:
        return {"text": _optional("text", text)}

    return _take(session, number, Step.WITHDRAW, actor, now, version, change)


def rate(
    session: Session,
    number: str,
    *,
    actor: Actor,
    now: datetime,
    version: int | None = None,
    score: int | str | None = None,
    text: str | None = None,
) -> TicketView:
    """评价 with 1 to 5 after closing; a later rating replaces the earlier one."""

    def change(ticket: Ticket) -> dict[str, Any]:
        if str(score) not in {"1", "2", "3", "4", "5"}:
            raise InvalidField("score", "1 to 5")
        ticket.score = int(str(score))
        return {"score": ticket.score, "text": _optional("text", text)}

    return _take(session, number, Step.RATE, actor, now, version, change)


def look(session: Session, number: str, actor: Actor, now: datetime, field: str) -> str | None:
    """A contact field unmasked, for staff at work on the ticket; who looked is written down.

    Raises NotFound, InvalidField for a field that is no contact data, RoleForbidden for other roles.
    """
    if field not in CONTACT:
        raise InvalidField("field", "no contact field")
    ticket = _locked(session, number)
    if actor.role not in {Role.CLERK, Role.HANDLER, Role.SUPERVISOR} or not _theirs(ticket, actor):
        raise RoleForbidden(f"look by {actor.role}")
    audit(session, actor=actor, action="look", subject=number, now=now, payload={"field": field})
    value: str | None = getattr(ticket, field)
    return value


def audit(
    session: Session, *, actor: Actor, action: str, subject: str, now: datetime, payload: dict[str, Any] | None = None
) -> None:
    """Write down who did what outside the workflow."""
    session.add(
        Audit(
            at=now,
            role=str(actor.role),
            account_id=actor.account_id,
            actor_name=actor.name,
            action=action,
            subject=subject,
            payload=payload or {},
        )
    )
    session.flush()


def _take(
    session: Session,
    number: str,
    step: Step,
    actor: Actor,
    now: datetime,
    version: int | None,
    change: Callable[[Ticket], dict[str, Any]],
    office: Office | None = None,
) -> TicketView:
    """Any step after filing: check, change, remember, tell."""
    ticket = _locked(session, number)
    if actor.role == Role.CITIZEN and not _own(ticket, actor):
        raise NotFound(number)
    if version is not None and version != ticket.version:
        raise StaleVersion(f"{number}: {version} read, {ticket.version} now")
    row = workflow.advance(ticket.kind, ticket.status, step, actor.role)
    if row.own_only and not _theirs(ticket, actor):
        raise RoleForbidden(f"{number} is assigned to somebody else")
    payload = change(ticket)
    remember(ticket, row, actor, now, payload)
    clocks.apply(ticket, row, now, office, payload)
    if row.notice and ticket.conversation_id:
        _tell(session, ticket, row, actor, now, payload)
    session.flush()
    return ticket_view(ticket)


def _tell(
    session: Session, ticket: Ticket, row: Transition, actor: Actor, now: datetime, payload: dict[str, Any]
) -> None:
    assert ticket.conversation_id and row.notice
    wanted = ("text", "reason", "article", "department")
    running = [clock for clock in ticket.clocks if clock.state == "running"]
    due = f"{running[-1].due.year}年{running[-1].due.month}月{running[-1].due.day}日" if running else ""
    outbox.put(
        session,
        ticket_id=ticket.id,
        conversation_id=ticket.conversation_id,
        channel=ticket.channel,
        response=row.notice,
        params={
            "number": ticket.number,
            "kind": ticket.kind,
            "due": due,
            "staff_name": actor.name or "",
            "who": payload.get("handler_name") or payload.get("department") or "",
            "basis": f"（{payload['article']}）" if payload.get("article") else "",
            **{name: payload[name] or "" for name in wanted if name in payload},
        },
        now=now,
        speaker="staff" if row.step == Step.REPLY else "bot",
        staff_name=actor.name,
    )


def _locked(session: Session, number: str) -> Ticket:
    """The ticket, its row locked until the transaction ends. Raises NotFound."""
    statement = select(Ticket).where(Ticket.number == number).with_for_update(of=Ticket)
    ticket = session.scalar(statement.execution_options(populate_existing=True))
    if ticket is None:
        raise NotFound(number)
    return ticket


def _own(ticket: Ticket, actor: Actor) -> bool:
    if actor.conversation_id and actor.conversation_id == ticket.conversation_id:
        return True
    return actor.query_code is not None and hmac.compare_digest(ticket.query_code.encode(), actor.query_code.encode())


def _theirs(ticket: Ticket, actor: Actor) -> bool:
    """A handler acts on what is assigned to them or to nobody in particular; other staff on everything."""
    return actor.role != Role.HANDLER or ticket.assignee_id in (None, actor.account_id)


def _handler(session: Session, account_id: int | str | None) -> Account | None:
    if account_id in (None, ""):
        return None
    account = session.get(Account, int(str(account_id))) if str(account_id).isdecimal() else None
    if account is None or account.role != Role.HANDLER or account.disabled:
        raise InvalidField("handler", "no handler's account")
    return account


def _required(name: str, value: str | None) -> str:
    found = _optional(name, value)
    if not found:
        raise InvalidField(name, "empty")
    return found


def _optional(name: str, value: str | None) -> str:
    found = (value or "").strip()
    if len(found) > LONGEST_TEXT:
        raise InvalidField(name, f"longer than {LONGEST_TEXT} characters")
    return found
