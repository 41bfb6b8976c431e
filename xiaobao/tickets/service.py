"""Filing a ticket and every step after it: one transaction each, opened by the caller.

A step checks role, status and version, changes the ticket, writes its event, starts and ends clocks
and, where the citizen has to learn of it, writes a row of the outbox.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from xiaobao import privacy
from xiaobao.tickets import (
    after_filing,
    deadlines,
    decisions,
    devices,
    finance,
    handing,
    mediation,
    reference,
    step_fields,
    supervision,
)
from xiaobao.tickets.errors import AlreadyDone, InvalidField, RoleForbidden, UrgedToday
from xiaobao.tickets.filing import (
    SUBMITTED_TEXTS,
    Actor,
    Evidence,
    Receipt,
    Submission,
    evidence_row,
    filed,
    receipt,
    submit,
)
from xiaobao.tickets.office import Office
from xiaobao.tickets.stepping import Change, Taking, locked, take_step, theirs
from xiaobao.tickets.tables import Audit, Ticket
from xiaobao.tickets.views import CONTACT, TicketView
from xiaobao.tickets.workflow import Role, Step

__all__ = ["SUBMITTED_TEXTS", "Actor", "Evidence", "Receipt", "Submission", "accept", "assign", "audit", "close"]
__all__ += [
    "filed",
    "look",
    "rate",
    "receipt",
    "reject",
    "reply",
    "step",
    "submit",
    "supplement",
    "tell",
    "urge",
    "withdraw",
]

# What each step does to the ticket beside status, event, clocks and notice; steps without a line only keep their fields.
CHANGES: Mapping[Step, Change] = {
    **decisions.CHANGES,
    **mediation.CHANGES,
    **handing.CHANGES,
    **supervision.CHANGES,
    **finance.CHANGES,
    **after_filing.CHANGES,
    **devices.CHANGES,
}


def step(
    session: Session,
    number: str,
    *,
    step: Step,
    actor: Actor,
    now: datetime,
    office: Office,
    version: int | None = None,
    **typed: Any,
) -> TicketView:
    """Any step of staff, with the fields of its row in the table. Raises TicketError."""
    change = CHANGES.get(step, decisions.kept)
    return take_step(
        session, number, step, actor=actor, now=now, version=version, change=change, office=office, typed=typed
    )


def tell(
    session: Session,
    number: str,
    *,
    actor: Actor,
    now: datetime,
    office: Office,
    version: int | None = None,
    means: str,
    told_at: datetime,
    text: str = "",
    about: tuple[str, ...] = (),
) -> TicketView:
    """告知 outside the conversation counts only with its means and time; a clock met by telling is met.

    `about`: steps whose decision was told; empty: whatever was decided and not told yet.
    """
    typed = {"means": means, "told_at": told_at.isoformat(), "text": text}

    def change(taking: Taking) -> dict[str, Any]:
        return {**decisions.told(taking), "about": list(about)} if about else decisions.tell(taking)

    return take_step(
        session, number, Step.TELL, actor=actor, now=now, version=version, change=change, office=office, typed=typed
    )


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
    return _staff(session, number, Step.ACCEPT, actor, now, office, version, text=text)


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
    place: str | None = None,
    reach: str | None = None,
) -> TicketView:
    """不予受理, on a ground of grounds.csv for this kind of office (办法 art. 15-16)."""
    return _staff(
        session, number, Step.REJECT, actor, now, office, version, ground=ground, text=text, place=place, reach=reach
    )


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
    limit: str | None = None,
    co_handlers: str | None = None,
    co_limit: str | None = None,
) -> TicketView:
    """分办 to a department, and to a lead (account id) and others beside, each with a limit."""
    return _staff(
        session,
        number,
        Step.ASSIGN,
        actor,
        now,
        office,
        version,
        department=department,
        handler=handler,
        limit=limit,
        co_handlers=co_handlers,
        co_limit=co_limit,
    )


def reply(
    session: Session,
    number: str,
    *,
    actor: Actor,
    now: datetime,
    office: Office | None = None,
    version: int | None = None,
    text: str | None = None,
    check_reason: str | None = None,
) -> TicketView:
    """答复 to the citizen, in the words of the member of staff; `check_reason` is for the audit of the caller."""
    return _staff(session, number, Step.REPLY, actor, now, office, version, text=text, check_reason=check_reason)


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
    return _staff(session, number, Step.CLOSE, actor, now, office, version, result=result)


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

    def change(taking: Taking) -> dict[str, Any]:
        ticket = taking.ticket
        said = privacy.mask_sensitive(step_fields.optional("text", text))
        if not said and not evidence:
            raise InvalidField("text", "neither words nor files")
        known = {row.evidence_id for row in ticket.evidence}
        added = [one for one in evidence if one.evidence_id not in known]
        if not added and (not said or said in _supplemented(ticket)):
            raise AlreadyDone(number)
        taking.matter("supplement_asked", None)
        ticket.evidence.extend(evidence_row(one, now) for one in added)
        return {"text": said, "evidence": [one.evidence_id for one in added]}

    typed = {"text": text}
    return take_step(
        session, number, Step.SUPPLEMENT, actor=actor, now=now, version=version, change=change, typed=typed
    )


def _supplemented(ticket: Ticket) -> list[str]:
    return [str(event.payload.get("text")) for event in ticket.events if event.step == Step.SUPPLEMENT]


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

    def change(taking: Taking) -> dict[str, Any]:
        ticket = taking.ticket
        earlier = [event.at for event in ticket.events if event.step == Step.URGE]
        if earlier:
            again = deadlines.working_days_after(deadlines.local_date(earlier[-1]), 1, holidays).due
            if deadlines.local_date(now) < again:
                raise UrgedToday(number)
        ticket.urged += 1
        return {"times": ticket.urged, **after_filing.urge_reaches(taking)}

    return take_step(session, number, Step.URGE, actor=actor, now=now, version=version, change=change, office=office)


def withdraw(
    session: Session, number: str, *, actor: Actor, now: datetime, version: int | None = None, text: str | None = None
) -> TicketView:
    """撤回 by the citizen (办法 art. 23(1))."""

    def change(taking: Taking) -> dict[str, Any]:
        return {"text": step_fields.optional("text", text)}

    typed = {"text": text}
    return take_step(session, number, Step.WITHDRAW, actor=actor, now=now, version=version, change=change, typed=typed)


def rate(
    session: Session,
    number: str,
    *,
    actor: Actor,
    now: datetime,
    version: int | None = None,
    score: int | str | None = None,
    text: str | None = None,
    fulfilled: str | None = None,
) -> TicketView:
    """评价 with 1 to 5 after closing; a later rating replaces the earlier one. `fulfilled`: of CHOICES["fulfilments"]."""
    typed = {"score": score, "text": text, "fulfilled": fulfilled}
    change = CHANGES[Step.RATE]
    return take_step(session, number, Step.RATE, actor=actor, now=now, version=version, change=change, typed=typed)


def look(session: Session, number: str, actor: Actor, now: datetime, field: str) -> str | None:
    """A contact field unmasked, for staff at work on the ticket; who looked is written down.

    Raises NotFound, InvalidField for a field that is no contact data, RoleForbidden for other roles.
    """
    if field not in CONTACT:
        raise InvalidField("field", "no contact field")
    ticket = locked(session, number)
    if actor.role not in {Role.CLERK, Role.HANDLER, Role.SUPERVISOR} or not theirs(ticket, actor):
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


def _staff(
    session: Session,
    number: str,
    step: Step,
    actor: Actor,
    now: datetime,
    office: Office | None,
    version: int | None,
    **typed: Any,
) -> TicketView:
    change = CHANGES.get(step, decisions.kept)
    return take_step(
        session, number, step, actor=actor, now=now, version=version, change=change, office=office, typed=typed
    )
