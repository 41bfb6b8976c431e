"""Assigning at acceptance by the office's rules, where the office switched it on."""

from __future__ import annotations

from xiaobao.desk.access import me, ticket_for
from xiaobao.desk.context import here
from xiaobao.tickets import assignment, office_settings, service
from xiaobao.tickets.errors import TicketError
from xiaobao.tickets.workflow import Step


def after(step: str, number: str) -> bool:
    """After a complaint was accepted: assign it as its rule says; True when that was done.

    Acceptance stands whatever becomes of it: a ticket that no rule fits, or that somebody took meanwhile, stays as it is.
    """
    if step != Step.ACCEPT:
        return False
    desk, staff = here(), me()
    try:
        with desk.writing.begin() as writing:
            if office_settings.values(writing).get(office_settings.AUTO_ASSIGN) != "yes":
                return False
            ticket = ticket_for(writing, number, staff)
            found = assignment.suggest(writing, ticket)
            if found is None or ticket.assignee_id is not None:
                return False
            service.assign(
                writing, number, actor=staff.actor, now=desk.now(), office=desk.office, version=ticket.version,
                department=found.department, handler=found.handler_id,
            )  # fmt: skip
            payload = {"rule": found.rule}
            service.audit(
                writing, actor=staff.actor, action="auto_assign", subject=number, now=desk.now(), payload=payload
            )
    except TicketError:
        return False
    return True
