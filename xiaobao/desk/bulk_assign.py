"""Assigning many tickets: some hundreds a request, with a report of each line; the page goes on by itself."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request

from xiaobao.desk.access import allow, me
from xiaobao.desk.context import here
from xiaobao.tickets import accounts, bulk, departments
from xiaobao.tickets.bulk import CHUNK, MOST, Done
from xiaobao.tickets.workflow import DECIDERS

screen = Blueprint("bulk_assign", __name__)


@screen.get("/assign")
@allow(*DECIDERS)
def choose() -> str:
    """Tickets that nobody has in hand, or those of one account (`?of=`)."""
    asked = request.args.get("of", "")
    account_id = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 9 else None
    if asked and account_id is None:
        abort(404)
    with here().reading() as reading:
        lines = bulk.waiting(reading, account_id)
    return _page(lines=lines, of=account_id)


@screen.post("/assign")
@allow(*DECIDERS)
def assign() -> tuple[str, int] | str:
    """Assign the first lines; the answer holds the rest, what went well and what did not."""
    desk, form = here(), request.form
    lines, department = bulk.lines(form.get("lines", "")), form.get("department", "").strip()
    with desk.reading() as reading:
        handler = bulk.handler_named(reading, form.get("handler", ""))
    wrong = "department" if not 0 < len(department) <= departments.LONGEST else None
    wrong = wrong or ("handler" if form.get("handler") and handler is None else None) or (None if lines else "lines")
    if wrong:
        return _page(lines=lines, field=wrong, department=department), 422
    done = bulk.assign(
        desk.writing, lines[:CHUNK], actor=me().actor, now=desk.now(), office=desk.office, department=department,
        handler=handler,
    )  # fmt: skip
    return _page(
        lines=lines[CHUNK:], done=done, department=department, handler=handler, before=form.get("before", ""),
        good=_count(form.get("good", "")) + sum(one.problem is None for one in done),
    )  # fmt: skip


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0


def _page(
    *,
    lines: list[str],
    of: int | None = None,
    field: str | None = None,
    done: list[Done] | None = None,
    department: str = "",
    handler: int | None = None,
    before: str = "",
    good: int = 0,
) -> str:
    failed = [Done(*one.split("=", 1)) for one in before.split() if "=" in one][:MOST]
    failed += [one for one in done or [] if one.problem]
    with here().reading() as reading:
        return render_template(
            "bulk_assign.html",
            lines=lines,
            of=of,
            field=field,
            done=done,
            good=good,
            failed=failed,
            department=department,
            handler=handler,
            departments=departments.names(reading),
            handlers=accounts.handlers(reading),
        )
