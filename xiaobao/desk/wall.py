"""督办墙: what is overdue, stuck or nobody's, who carries how much, and the five promises as rates."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request

from xiaobao.desk.access import allow
from xiaobao.desk.clock_bar import bar
from xiaobao.desk.context import here
from xiaobao.tickets import boards, deadlines, queries, rates, worklist
from xiaobao.tickets.rates import Promise
from xiaobao.tickets.workflow import Role

screen = Blueprint("wall", __name__)
MOST = 50


@screen.get("/wall")
@allow(Role.SUPERVISOR)
def page() -> str:
    """Every number opens the list of its tickets."""
    desk = here()
    today = deadlines.local_date(desk.now())
    asked = rates.period(request.args.get("period") or f"{today:%Y-%m}")
    with desk.reading() as reading:
        watch = boards.watch(reading, today, desk.now())
        found = rates.rates(reading, asked, today)
    return render_template(
        "wall.html",
        watch=watch,
        rates=found,
        promises=Promise,
        period=asked,
        periods=rates.recent(today),
        days=boards.STUCK_AFTER.days,
    )


@screen.get("/wall/<code>")
@allow(Role.SUPERVISOR)
def tickets(code: str) -> str:
    """The tickets behind a rate; `?missed=1` only those that missed it."""
    desk = here()
    today, missed = deadlines.local_date(desk.now()), request.args.get("missed") == "1"
    if code not in rates.DEFINITIONS:
        abort(404)
    asked = rates.period(request.args.get("period") or f"{today:%Y-%m}")
    with desk.reading() as reading:
        after = request.args.get("after")
        below = queries.id_of(reading, after) if after else None
        ids = rates.tickets(reading, code, asked, today, missed=missed, below=below, limit=MOST + 1)
        rows = worklist.of_ids(reading, ids[:MOST], today)
    following = rows[-1].ticket.number if rows and len(ids) > MOST else None
    return render_template(
        "rate.html", code=code, rows=rows, next=following, missed=missed, period=asked, today=today, bar=bar
    )
