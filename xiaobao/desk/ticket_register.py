"""Acts beside the workflow of a ticket: a call or visit is written down, its merchant is found in the register."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from xiaobao.desk.access import WORKERS, allow, me, ticket_for
from xiaobao.desk.context import here
from xiaobao.desk.tickets import show
from xiaobao.tickets import contacts, merchants_register
from xiaobao.tickets.deadlines import TIMEZONE
from xiaobao.tickets.errors import InvalidField, RoleForbidden, TicketError
from xiaobao.tickets.workflow import Role

screen = Blueprint("ticket_register", __name__)
FIELDS = ("side", "means", "at", "reached", "said", "telling", "corrects")


@screen.post("/tickets/<number>/contacts")
@allow(*WORKERS)
def add_contact(number: str) -> Response | tuple[str, int]:
    """Write down a call, visit or letter, or show the page again with what was typed and what is wrong with it."""
    desk, staff = here(), me()
    typed = {name: request.form.get(name, "").replace("\r\n", "\n").strip() for name in FIELDS}
    try:
        with desk.writing.begin() as writing:
            if not staff.works_on(ticket_for(writing, number, staff)):
                raise RoleForbidden(number)
            contacts.add(
                writing,
                number,
                _entry(typed),
                actor=staff.actor,
                now=desk.now(),
                office=desk.office,
            )
    except InvalidField as problem:
        g.contact_form = {**typed, "problem": problem.field}
        return show(number), 422
    except TicketError as problem:
        if typed["telling"]:  # the step was refused: nothing is written down, nothing typed is lost
            g.contact_form = {**typed, "problem": problem.code}
            return show(number), 409
        raise
    session["said"] = "contact"
    return redirect(url_for("tickets.ticket_page", number=number) + "#contacts", 303)


@screen.post("/tickets/<number>/merchant")
@allow(Role.CLERK, Role.SUPERVISOR)
def link_merchant(number: str) -> Response:
    """Say which entry of the register the ticket is about; an empty choice takes it back."""
    desk, chosen = here(), request.form.get("merchant", "")
    merchant = int(chosen) if chosen.isascii() and chosen.isdecimal() and len(chosen) < 10 else None
    if chosen and merchant is None:
        raise InvalidField("merchant", "no number of an entry")
    with desk.writing.begin() as writing:
        ticket_for(writing, number, me())
        merchants_register.link(writing, number, merchant, actor=me().actor, now=desk.now())
    session["said"] = "linked" if merchant else "unlinked"
    return redirect(url_for("tickets.ticket_page", number=number) + "#register", 303)


def _entry(typed: dict[str, str]) -> contacts.Entry:
    """Raises InvalidField for a time that is none."""
    try:
        at = datetime.fromisoformat(typed["at"][:16]).replace(tzinfo=TIMEZONE)
    except ValueError:
        raise InvalidField("at", "no time") from None
    if typed["reached"] not in ("yes", "no"):
        raise InvalidField("reached", "yes or no")
    corrects = typed["corrects"]
    if corrects and not (corrects.isascii() and corrects.isdecimal() and len(corrects) < 10):
        raise InvalidField("corrects", "no number of an entry")
    return contacts.Entry(
        side=typed["side"],
        means=typed["means"],
        at=at,
        reached=typed["reached"] == "yes",
        said=typed["said"],
        telling=bool(typed["telling"]),
        corrects=int(corrects) if corrects else None,
    )
