"""What runs out: reminders of who holds a ticket, ticked off one by one; why a period ran out."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from xiaobao.desk.access import WORKERS, allow, check_visible, me
from xiaobao.desk.context import here
from xiaobao.tickets import reminders

screen = Blueprint("reminders", __name__)


@screen.get("/reminders")
@allow(*WORKERS)
def mine() -> str:
    """The reminders of this person, the newest first; `?seen=1` with those that were ticked off."""
    seen = bool(request.args.get("seen"))
    with here().reading() as reading:
        found = reminders.mine(reading, me().actor, seen=seen)
    return render_template("reminders.html", reminders=found, seen=seen, done=session.pop("said", None))


@screen.post("/reminders/<int:alert_id>/seen")
@allow(*WORKERS)
def see(alert_id: int) -> Response:
    """Tick one off; what ran out is explained first."""
    desk = here()
    with desk.writing.begin() as writing:
        reminders.see(writing, me().actor, alert_id, desk.now())
    return redirect(url_for("reminders.mine"), 303)


@screen.post("/tickets/<number>/explain")
@allow(*WORKERS)
def explain(number: str) -> Response:
    """Why a period of this ticket ran out; shown to whoever supervises."""
    desk = here()
    with desk.writing.begin() as writing:
        check_visible(writing, number, me())
        reminders.explain(
            writing,
            number,
            request.form.get("clock", ""),
            actor=me().actor,
            now=desk.now(),
            text=request.form.get("explained"),
        )
    session["said"] = "explained"
    return redirect(url_for("tickets.ticket_page", number=number), 303)
