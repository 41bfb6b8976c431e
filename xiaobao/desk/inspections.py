"""Tickets drawn at random for special inspectors: read masked, scored, with an opinion."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from xiaobao.desk.access import allow, me, ticket_for
from xiaobao.desk.context import here
from xiaobao.tickets import accounts, inspections, service
from xiaobao.tickets.errors import InvalidField, StepNotOpen, TicketError
from xiaobao.tickets.workflow import Role

screen = Blueprint("inspections", __name__)


@screen.get("/inspections/mine")
@allow(Role.INSPECTOR)
def mine() -> str:
    """What was drawn for me."""
    with here().reading() as reading:
        found = inspections.listed(reading, me().account.id)
    return render_template("inspections.html", inspections=found, own=True, done=session.pop("said", None))


@screen.get("/inspections/<int:inspection_id>")
@allow(Role.INSPECTOR)
def inspection(inspection_id: int) -> str:
    """One drawn ticket, masked, with the form for score and opinion."""
    return _page(inspection_id)


@screen.post("/inspections/<int:inspection_id>")
@allow(Role.INSPECTOR)
def judge(inspection_id: int) -> Response | tuple[str, int]:
    """Score and opinion, once."""
    desk, typed = here(), {name: request.form.get(name, "") for name in ("score", "opinion")}
    try:
        with desk.writing.begin() as writing:
            inspections.judge(writing, inspection_id, me().account.id, now=desk.now(), **typed)
    except (InvalidField, StepNotOpen) as problem:
        return _page(inspection_id, problem, typed), 422 if isinstance(problem, InvalidField) else 409
    session["said"] = "inspection_judged"
    return redirect(url_for("inspections.mine"), 303)


@screen.get("/inspections")
@allow(Role.SUPERVISOR)
def overview() -> str:
    """Scores and opinions of every inspector, and the form that draws."""
    return _overview()


@screen.post("/inspections")
@allow(Role.SUPERVISOR)
def draw() -> Response | tuple[str, int]:
    """Draw tickets at random for an inspector."""
    desk, who, count = here(), request.form.get("inspector", ""), request.form.get("count", "")
    try:
        with desk.writing.begin() as writing:
            drawn = inspections.draw(writing, _number(who), _number(count), desk.now())
            payload = {"count": drawn}
            service.audit(
                writing, actor=me().actor, action="draw_inspections", subject=who, now=desk.now(), payload=payload
            )
    except InvalidField as problem:
        return _overview(problem.field), 422
    session["said"] = "inspections_drawn" if drawn else "nothing_to_draw"
    return redirect(url_for("inspections.overview"), 303)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0


def _overview(field: str | None = None) -> str:
    with here().reading() as reading:
        found = inspections.listed(reading)
        people = [one for one in accounts.all_accounts(reading) if one.role == Role.INSPECTOR and not one.disabled]
    return render_template(
        "inspections.html", inspections=found, own=False, people=people, field=field, most=inspections.MOST,
        done=session.pop("said", None),
    )  # fmt: skip


def _page(inspection_id: int, problem: TicketError | None = None, typed: dict[str, str] | None = None) -> str:
    with here().reading() as reading:
        found = inspections.get(reading, inspection_id, me().account.id)
        ticket = ticket_for(reading, found.number, me())
    return render_template(
        "inspection.html",
        inspection=found,
        ticket=ticket,
        problem=problem,
        field=problem.field if isinstance(problem, InvalidField) else None,
        typed=typed or {},
    )
