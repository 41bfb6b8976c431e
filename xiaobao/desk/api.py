"""The desk's steps for other systems: JSON, bearer tokens, the same service and the same rules as the screens."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from xiaobao.desk import intake
from xiaobao.desk.access import READERS, WORKERS, allow, me, ticket_for
from xiaobao.desk.context import here
from xiaobao.desk.steps import TAKE, take
from xiaobao.desk.tickets import EVERY_STATUS, open_steps
from xiaobao.tickets import deadlines, queries, service, worklist
from xiaobao.tickets.errors import InvalidField, NotFound, StaleVersion
from xiaobao.tickets.views import TicketView
from xiaobao.tickets.workflow import Field, Kind, Role, Status

screen = Blueprint("api", __name__, url_prefix="/api/v1")


@screen.get("/tickets")
@allow(*READERS)
def list_tickets() -> Response:
    """`{"items", "next"}`, what runs out first on top; filters `status kind text overdue after limit`."""
    asked = request.args
    status, kind, limit = asked.get("status", worklist.ANY_OPEN), asked.get("kind"), asked.get("limit", "50")
    if status not in (EVERY_STATUS, worklist.ANY_OPEN, *Status):
        raise InvalidField("status")
    if kind is not None and kind not in tuple(Kind):
        raise InvalidField("kind")
    if not (limit.isascii() and limit.isdecimal() and 1 <= int(limit[:9]) <= queries.MOST_ROWS):
        raise InvalidField("limit", f"1 to {queries.MOST_ROWS}")
    desk = here()
    with desk.reading() as reading:
        page = worklist.page(
            reading,
            today=deadlines.local_date(desk.now()),
            status=None if status == EVERY_STATUS else status,
            kind=kind,
            text=asked.get("text"),
            overdue=asked.get("overdue") == "1",
            after=asked.get("after"),
            limit=int(limit),
            distress=me().sees_distress,
            reports=me().sees_reports,
        )
    items = [
        {
            "number": row.ticket.number,
            "kind": row.ticket.kind,
            "status": row.ticket.status,
            "version": row.ticket.version,
            "submitted_at": row.ticket.submitted_at.isoformat(),
            "merchant": row.ticket.merchant,
            "due": row.ticket.due.isoformat() if row.ticket.due else None,
            "overdue": row.ticket.overdue,
        }
        for row in page.rows
    ]
    return jsonify({"items": items, "next": page.next})


@screen.post("/tickets")
@allow(Role.CLERK)
def file_ticket() -> tuple[Response, int]:
    """Staff intake: 201 with the ticket; the same `Idempotency-Key` again gives the same ticket."""
    given = request.get_json(silent=True)
    if not isinstance(given, dict):
        raise InvalidField("body", "a JSON object")
    desk, now, key = here(), here().now(), request.headers.get("Idempotency-Key", "").strip()
    entry = intake.submission(given, key, me().account.id, deadlines.local_date(now))
    with desk.writing.begin() as writing:
        receipt = service.submit(writing, entry, office=desk.office, now=now, actor=me().actor)
        return _answer(queries.ticket(writing, receipt.number)), 201


@screen.get("/tickets/<number>")
@allow(*READERS)
def get_ticket(number: str) -> Response:
    """The ticket with the steps that are open to this role now."""
    with here().reading() as reading:
        return _answer(ticket_for(reading, number, me()))


@screen.post("/tickets/<number>/<step>")
@allow(*WORKERS)
def post_step(number: str, step: str) -> Response:
    """Take a step; `If-Match` names the version that was read."""
    given = request.get_json(silent=True)
    typed = _fields(step, {} if given is None and not request.data else given)
    version = request.headers.get("If-Match", "").strip().strip('"')
    if not (version.isascii() and version.isdecimal() and len(version) < 10):
        raise StaleVersion("If-Match names no version")
    desk = here()
    with desk.writing.begin() as writing:
        return _answer(take(writing, desk, me(), number, step, typed, int(version)))


def _fields(step: str, given: Any) -> dict[str, str]:
    """The body as text fields. Raises NotFound for an unknown step, InvalidField for what the step does not know."""
    if step not in TAKE:
        raise NotFound(step)
    if not isinstance(given, dict):
        raise InvalidField("body", "a JSON object")
    for name, value in given.items():
        if name not in TAKE[step][1]:
            raise InvalidField(str(name), "not a field of this step")
        if value is not None and (isinstance(value, bool) or not isinstance(value, (str, int))):
            raise InvalidField(str(name), "text or a number")
    return {name: str(value) for name, value in given.items() if value is not None}


def _answer(ticket: TicketView) -> Response:
    answer = jsonify(as_json(ticket))
    answer.headers["ETag"] = f'"{ticket.version}"'
    return answer


def as_json(ticket: TicketView) -> dict[str, Any]:
    """A ticket as the API shows it: contact data masked, steps self-describing."""
    return {
        "number": ticket.number,
        "kind": ticket.kind,
        "status": ticket.status,
        "version": ticket.version,
        "submitted_at": ticket.submitted_at.isoformat(),
        "merchant": ticket.merchant,
        "item": ticket.item,
        "claim": ticket.claim,
        "department": ticket.department,
        "handler": ticket.assignee_name,
        "clocks": [
            {
                "name": clock.name,
                "label": clock.label,
                "due": clock.due.isoformat(),
                "law": clock.law,
                "how": clock.how,
                "state": clock.state,
                "provisional": clock.provisional,
            }
            for clock in ticket.clocks
        ],
        "events": [
            {
                "at": event.at.isoformat(),
                "step": event.step,
                "status_from": event.status_from,
                "status_to": event.status_to,
                "role": event.role,
                "name": event.actor_name,
            }
            for event in ticket.events
        ],
        "steps": [
            {"step": str(row.step), "fields": [_field(one) for one in row.fields if one.type != "evidence"]}
            for row in open_steps(ticket, me())
            if row.step in TAKE
        ],
    }


def _field(one: Field) -> dict[str, Any]:
    return {"name": one.name, "type": one.type, "required": one.required, "choices": _choices(one)}


def _choices(one: Field) -> list[dict[str, Any]] | None:
    """Values and titles to choose from, None for free text."""
    desk = here()
    if one.choices == "grounds":
        return [{"value": ground.code, "title": ground.text} for ground in desk.office.grounds()]
    if one.choices == "handlers":
        return [{"value": account.id, "title": account.name} for account in desk.handlers]
    return None
