"""Steps that hand a ticket on: assign, take, transfer, send back, split, merge.

The task stays with who holds it until the next has taken it; the first owner stays named through all of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from xiaobao.tickets import filing
from xiaobao.tickets.decisions import kept
from xiaobao.tickets.errors import InvalidField, RoleForbidden
from xiaobao.tickets.stepping import Change, Taking, account_of, locked
from xiaobao.tickets.tables import Account, Ticket
from xiaobao.tickets.workflow import ENDED, Role, Step

NOT_COPIED = ("ticket_kind", "draft_id", "narrative", "evidence", "spans", "sources", "urgent")


def assign(taking: Taking) -> dict[str, Any]:
    """A lead, and others beside, each with a limit. A lead who has taken it keeps it until the next takes it."""
    ticket, typed = taking.ticket, taking.typed
    ticket.department = typed["department"]
    lead = handler(taking.session, typed["handler"])
    holds = bool(ticket.matters.get("taken")) and ticket.assignee is not None and not ticket.assignee.disabled
    if holds and lead is not None and lead is not ticket.assignee:
        ticket.hand("next_assignee", lead)
    else:
        ticket.hand("assignee", lead)
        ticket.hand("next_assignee", None)
        taking.matter("taken", None)
    ticket.assignee_limit = date.fromisoformat(typed["limit"]) if typed["limit"] else None
    beside = [handler(taking.session, one, "co_handlers") for one in typed["co_handlers"]]
    ticket.co_handlers = [
        {"account": one.id, "name": one.name, "limit": typed["co_limit"] or None} for one in beside if one
    ]
    payload: dict[str, Any] = {"department": ticket.department, "handler": lead.id if lead else None}
    payload["handler_name"] = lead.name if lead else None
    more = {"limit": typed["limit"], "co_limit": typed["co_limit"], "co_handlers": ticket.co_handlers}
    return payload | {name: value for name, value in more.items() if value}


def take(taking: Taking) -> dict[str, Any]:
    """签收 by the lead that was named; by any handler where nobody was."""
    ticket, actor = taking.ticket, taking.actor
    named = ticket.next_assignee_id or ticket.assignee_id
    if actor.role == Role.HANDLER and named not in (None, actor.account_id):
        raise RoleForbidden("somebody else was named")
    if ticket.next_assignee is not None:
        ticket.hand("assignee", ticket.next_assignee)
        ticket.hand("next_assignee", None)
    elif actor.role == Role.HANDLER and actor.account_id is not None:
        ticket.hand("assignee", account_of(taking.session, actor.account_id))
    taking.matter("taken", True)
    return {"handler_name": ticket.assignee.name if ticket.assignee else None}


def transfer(taking: Taking) -> dict[str, Any]:
    """转办 to another authority: it stays here until the other has taken it (hand_over) or refuses (send_back)."""
    taking.matter("transfer", {"place": taking.typed["place"], "reach": taking.typed["reach"]})
    return kept(taking)


def hand_over(taking: Taking) -> dict[str, Any]:
    payload = {**kept(taking), **taking.ticket.matters["transfer"]}
    taking.matter("transfer", None)
    return payload


def send_back(taking: Taking) -> dict[str, Any]:
    """退回 to who decides: by the other authority, or by the handler here."""
    taking.matter("transfer", None)
    taking.matter("taken", None)
    taking.ticket.hand("assignee", None)
    taking.ticket.hand("next_assignee", None)
    return kept(taking)


def split(taking: Taking) -> dict[str, Any]:
    """拆件: the part becomes a ticket of its own, filed when the whole was, so that no day is lost."""
    ticket, office = taking.ticket, taking.office
    if office is None:
        raise ValueError("split needs the office")
    part = sum(event.step == Step.SPLIT for event in ticket.events) + 1
    copied = [field.name for field in fields(filing.Submission) if field.name not in NOT_COPIED]
    entry = filing.Submission(
        ticket_kind=ticket.kind,
        draft_id=f"{ticket.number}-{part}",
        narrative=taking.typed["text"],
        **{name: getattr(ticket, name) for name in copied},
    )
    clerk = replace(taking.actor, role=Role.CLERK)
    found = filing.submit(taking.session, entry, office=office, now=ticket.submitted_at, actor=clerk)
    locked(taking.session, found.number).split_from = ticket.number
    return {**kept(taking), "split_into": found.number}


def merge(taking: Taking) -> dict[str, Any]:
    """并件 into an open ticket of the same process: a report never joins a complaint (办法 art. 37).

    The citizen hears of it, and which ticket it is when that is their own; of somebody else's nobody hears.
    """
    ticket, number = taking.ticket, taking.typed["into"]
    other = taking.session.scalar(select(Ticket).where(Ticket.number == number))
    if other is None or other is ticket or other.process != ticket.process or other.status in ENDED:
        raise InvalidField("into", "no open ticket of the same kind")
    ticket.merged_into = other.number
    own = ticket.conversation_id is not None and ticket.conversation_id == other.conversation_id
    return {**kept(taking), "joined": f" {other.number} " if own else ""}


def unmerge(taking: Taking) -> dict[str, Any]:
    """取消并件: clocks that stopped run on from where they began."""
    taking.ticket.merged_into = None
    for clock in taking.ticket.clocks:
        if clock.state == "stopped":
            clock.state, clock.ended_on = "running", None
    return kept(taking)


def reopen(taking: Taking) -> dict[str, Any]:
    taking.matter("taken", None)
    return kept(taking)


def handler(session: Session, account_id: int | str | None, field: str = "handler") -> Account | None:
    """The account of a handler who can take tickets, None for none. Raises InvalidField."""
    if account_id in (None, ""):
        return None
    said = str(account_id)
    known = said.isascii() and said.isdecimal() and len(said) < 10  # longer ones no database takes as a number
    account = account_of(session, int(said)) if known else None
    if account is None or account.role != Role.HANDLER or account.disabled:
        raise InvalidField(field, "no handler's account")
    return account


CHANGES: Mapping[Step, Change] = {
    Step.ASSIGN: assign,
    Step.TAKE: take,
    Step.TRANSFER: transfer,
    Step.HAND_OVER: hand_over,
    Step.SEND_BACK: send_back,
    Step.SPLIT: split,
    Step.MERGE: merge,
    Step.UNMERGE: unmerge,
    Step.REOPEN: reopen,
}
