"""What open pages ask every now and then: is something urgent, who else looks at this ticket."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from xiaobao.desk import reception, tickets
from xiaobao.desk.access import READERS, WORKERS, allow, check_visible, me
from xiaobao.desk.context import here
from xiaobao.tickets import presences, worklist

screen = Blueprint("pulse", __name__)


@screen.get("/pulse")
@allow(*READERS)
def pulse() -> Response:
    """The numbers of the top bar, and the newest urgent ticket that nobody has taken."""
    staff, alarms = me(), tickets.alarms(me())
    with here().reading() as reading:
        urgent = worklist.newest_urgent(reading, staff.sees_distress, staff.sees_reports)
        waits = {"waiting": reception.waiting(reading, staff)} if staff.role in WORKERS else {}
    counts = {"overdue": alarms.overdue, "soon": alarms.soon, "distress": alarms.distress} if alarms else {}
    return jsonify({**counts, **waits, "urgent": urgent})


@screen.post("/tickets/<number>/presence")
@allow(*WORKERS)
def look_at(number: str) -> Response:
    """I have this ticket open; `others` are the names of who has, too."""
    desk = here()
    with desk.writing.begin() as writing:
        check_visible(writing, number, me())
        others = presences.look_at(writing, number, me().account.id, desk.now())
    return jsonify({"others": others})


@screen.post("/tickets/<number>/presence/leave")
@allow(*WORKERS)
def leave(number: str) -> Response:
    """The page is being closed."""
    with here().writing.begin() as writing:
        check_visible(writing, number, me())
        presences.leave(writing, number, me().account.id)
    return Response(status=204)
