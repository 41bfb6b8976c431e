"""Two devices: a ticket goes on in another conversation, a lost telephone is unlinked, a lost query code issued anew.

Who shows number and query code takes the ticket over: from then on whatever is told goes to the new conversation, what
is still on its way too, in its order. The old conversation is told once and shows the ticket no more; that sentence
belongs to no ticket, for nobody has to call when a lost telephone does not read it. A new code is given to a
conversation that took the ticket over (the old telephone still shows the old code), or by the office after two facts
were checked by telephone, one of them about the person.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from xiaobao.tickets import delivery, numbering, outbox
from xiaobao.tickets.decisions import kept
from xiaobao.tickets.errors import AlreadyDone, InvalidField, NotFound, RoleForbidden
from xiaobao.tickets.filing import Actor
from xiaobao.tickets.stepping import Change, Taking, locked
from xiaobao.tickets.tables import Audit, OutboxRow, Ticket, TicketEvent
from xiaobao.tickets.views import EventView
from xiaobao.tickets.workflow import CHOICES, Role, Step

FORMER = "former_conversations"  # of `matters`: where the ticket was before, for staff who read what was said
READ_WITHIN = timedelta(minutes=30)  # so long the clerk who issued a code may look at it again
AGAIN = timedelta(minutes=2)  # the same wish once more is the same code
MOST_FORMER = 10
_COLUMNS = {"amount": "amount_text", "event_date": "event_date_text"}


def take_over(taking: Taking) -> dict[str, Any]:
    """换设备接着办 with number and query code. Raises AlreadyDone where the ticket is in this very conversation."""
    ticket, to, channel = taking.ticket, taking.actor.conversation_id, taking.typed["channel"]
    if not to:
        raise InvalidField("conversation", "none to take it over")
    if ticket.conversation_id == to:
        raise AlreadyDone(ticket.number)
    before = ticket.channel
    _leave(taking, "utter_notice_taken_over")
    ticket.conversation_id, ticket.channel = to, channel
    for row in _on_its_way(taking.session, ticket):
        row.conversation_id, row.channel, row.due_at = to, channel, taking.now
    return {"from": before, "to": channel}


def reissue_code(taking: Taking) -> dict[str, Any]:
    """重发查询码: the old one is worth nothing from now on; with `unlink` the old telephone hears no more either.

    Raises InvalidField for a fact that the ticket does not hold, RoleForbidden for a conversation that is only the
    first one: whoever has a lost telephone in hand could lock its owner out.
    """
    ticket, typed = taking.ticket, taking.typed
    if taking.actor.role == Role.CITIZEN:
        _by_citizen(taking)
        payload: dict[str, Any] = {}
    else:
        for field in ("person_fact", "matter_fact"):
            if not typed[field] or not getattr(ticket, _COLUMNS.get(typed[field], typed[field])):
                raise InvalidField(field, "not checked, or nothing to check it against")
        payload = kept(taking)
        payload["text"] = _told(payload)
        if typed["unlink"] and ticket.conversation_id:
            _leave(taking, "utter_notice_unlinked")
            for row in _on_its_way(taking.session, ticket):
                delivery.settle(taking.session, row.id, delivery.UNDELIVERABLE, "unlinked", taking.now)
            ticket.conversation_id = ticket.channel = None
    ticket.query_code = _another(ticket.query_code)
    return payload


def new_code(session: Session, number: str, *, actor: Actor, now: datetime) -> str:
    """The code that this person issued a moment ago, to be said on the telephone; looking is written down.

    Raises NotFound, RoleForbidden.
    """
    ticket = locked(session, number)
    if not may_read_code(ticket.events, actor, now):
        raise RoleForbidden(f"code of {number}")
    _audit_look(session, actor, number, now)
    return ticket.query_code


def may_read_code(events: Any, actor: Actor, now: datetime) -> bool:
    """Whether this person issued the code that counts, within READ_WITHIN."""
    issued: list[TicketEvent | EventView] = [event for event in events if event.step == Step.REISSUE_CODE]
    last = issued[-1] if issued else None
    return (
        last is not None
        and actor.account_id is not None
        and last.account_id == actor.account_id
        and now - last.at <= READ_WITHIN
    )


def _audit_look(session: Session, actor: Actor, number: str, now: datetime) -> None:
    who = {"role": str(actor.role), "account_id": actor.account_id, "actor_name": actor.name}
    session.add(Audit(at=now, action="look_code", subject=number, payload={}, **who))
    session.flush()


def _by_citizen(taking: Taking) -> None:
    """Only in the ticket's own conversation, and only if that took it over; a second press is no second code."""
    ticket, events = taking.ticket, taking.ticket.events
    if taking.actor.conversation_id != ticket.conversation_id:
        raise NotFound(ticket.number)
    if not any(event.step == Step.TAKE_OVER for event in events):
        raise RoleForbidden("the first conversation of a ticket")
    last = events[-1]
    if last.step == Step.REISSUE_CODE and last.role == Role.CITIZEN and taking.now - last.at < AGAIN:
        raise AlreadyDone(ticket.number)


def _leave(taking: Taking, response: str) -> None:
    """Tell the conversation that the ticket leaves, once; remember it for staff."""
    ticket = taking.ticket
    if not ticket.conversation_id:
        return
    outbox.put(
        taking.session,
        conversation_id=ticket.conversation_id,
        channel=ticket.channel,
        response=response,
        params={"number": ticket.number, "kind": ticket.kind},
        now=taking.now,
    )
    former = [one for one in ticket.matters.get(FORMER, []) if one != ticket.conversation_id]
    taking.matter(FORMER, [*former, ticket.conversation_id][-MOST_FORMER:])


def _on_its_way(session: Session, ticket: Ticket) -> list[OutboxRow]:
    rows = select(OutboxRow).where(OutboxRow.ticket_id == ticket.id, OutboxRow.state == delivery.WAITING)
    return list(session.scalars(rows.order_by(OutboxRow.id).with_for_update()))


def _told(payload: Mapping[str, Any]) -> str:
    facts = "、".join(CHOICES[f"{name}s"][payload[name]] for name in ("person_fact", "matter_fact"))
    unlinked = "，原来的设备已解除" if payload.get("unlink") else ""
    more = f"。{payload['text']}" if payload.get("text") else ""
    return f"电话里核对了{facts}{unlinked}{more}"


def _another(code: str) -> str:
    found = numbering.new_query_code()
    while found == code:
        found = numbering.new_query_code()
    return found


CHANGES: Mapping[Step, Change] = {Step.TAKE_OVER: take_over, Step.REISSUE_CODE: reissue_code}
