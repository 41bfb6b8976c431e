"""今天要办: mine, whom to call, and what waits for somebody of my role, what runs out first on top."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from xiaobao.desk.access import WORKERS, Staff, allow, me
from xiaobao.desk.clock_bar import bar
from xiaobao.desk.context import here
from xiaobao.tickets import deadlines, worklist
from xiaobao.tickets.workflow import Role

screen = Blueprint("today", __name__)
MOST = 25  # of each list


@screen.get("/today")
@allow(*WORKERS)
def page() -> str:
    """The whole of each list is one click away. `calls`: a notice reached nobody, `follow`: a follow-up has no answer."""
    desk, staff = here(), me()
    today = deadlines.local_date(desk.now())
    seen: dict[str, Any] = {"distress": staff.sees_distress, "reports": staff.sees_reports}
    with desk.reading() as reading:
        mine = worklist.page(
            reading, today=today, status=worklist.ANY_OPEN, assignee=staff.account.id, limit=MOST, count=True, **seen
        )
        waiting = worklist.page(reading, today=today, limit=MOST, count=True, **seen, **waiting_for(staff))
        calls = worklist.page(reading, today=today, unheard=True, limit=MOST, count=True, **seen)
        follow = worklist.page(reading, today=today, to_follow=True, limit=MOST, count=True, **seen)
    address = {name: value for name, value in waiting_for(staff).items() if name == "department"}
    lists = {"mine": mine, "waiting": waiting, "calls": calls, "follow": follow}
    return render_template("today.html", **lists, today=today, bar=bar, address=address)


def waiting_for(staff: Staff) -> dict[str, Any]:
    """What nobody has taken: a handler looks at the own department only."""
    found: dict[str, Any] = {"status": worklist.ANY_OPEN, "assignee": worklist.NOBODY}
    if staff.role == Role.HANDLER and staff.account.department:
        found["department"] = staff.account.department
    return found
