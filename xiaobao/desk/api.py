"""The desk's steps for other systems: JSON, bearer tokens, the same service and the same rules as the screens.

`GET /api/v1/openapi.json` describes it; `docs/api.md` tells how to use it.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, current_app, g, jsonify, request

from xiaobao.desk import api_schemas, intake
from xiaobao.desk.access import READERS, WORKERS, allow, me, public, ticket_for
from xiaobao.desk.api_schemas import EVERY_STATUS, Described, header, json_object, refusing
from xiaobao.desk.context import here
from xiaobao.desk.steps import TAKE, take
from xiaobao.desk.tickets import open_steps
from xiaobao.tickets import deadlines, first_answers, queries, service, workflow, worklist
from xiaobao.tickets.errors import InvalidField, NotFound, StaleVersion
from xiaobao.tickets.views import TicketView
from xiaobao.tickets.workflow import Field, Role

screen = api_schemas.Room("api", __name__, url_prefix="/api/v1", description="Tickets of this office")
VERSION = "1.0.0"  # of the interface: the first figure changes when something that programs rely on goes
SECURITY = "token"
DESCRIPTION = (
    "Tickets of the office. Every request carries `Authorization: Bearer <token>` of a service account "
    "(`make token ROLE=clerk`); what it may do is what its role may do on the screens. Contact data never leaves here."
)
ETAG = {"ETag": {"description": "the version, for `If-Match`", "schema": {"type": "string"}, "example": '"1"'}}
IF_MATCH = header("If-Match", "the version that was read", type="string", pattern='^"?[0-9]{1,9}"?$', example="1")
IDEMPOTENCY = header(
    first_answers.KEY,
    "any text of your own, one for each ticket: the same key and body again get the first answer again",
    type="string",
    minLength=1,
    maxLength=intake.LONGEST_KEY,
    example="letter-2026-0815",
)
NUMBER = {"in": "path", "name": "number", "required": True, **api_schemas.NUMBER}
STEP = {"in": "path", "name": "step", "required": True, "schema": {"type": "string", "enum": sorted(TAKE)}}


def install(app: Flask) -> None:
    """Open the API and describe it. Before the desk's own handlers of errors: the last one that is installed holds."""
    described = Described(
        app,
        spec_kwargs={
            "title": "消保助手工作台 Desk API",
            "version": VERSION,
            "openapi_version": "3.0.3",
            "info": {"description": DESCRIPTION, "license": {"name": "Apache-2.0"}},
            "security": [{SECURITY: []}],
        },
    )
    described.spec.components.security_scheme(SECURITY, {"type": "http", "scheme": "bearer"})
    described.register_blueprint(screen)
    app.extensions[screen.name] = described


@screen.get("/openapi.json")
@public
@screen.doc(operationId="describe", security=[])
@screen.response(200, {"type": "object"}, description="This description (OpenAPI 3.0).")
def openapi() -> Response:
    """What the API can do; open to everybody, it tells nothing of this office."""
    described: Described = current_app.extensions[screen.name]
    return jsonify(described.spec.to_dict())


@screen.get("/tickets")
@allow(*READERS)
@refusing(screen, 401, 403, 422, 429, 503)
@screen.doc(operationId="listTickets")
@screen.arguments(api_schemas.ASKED, location="query")
@screen.response(
    200, api_schemas.Listed, example={"items": [api_schemas.EXAMPLE_ROW], "next": "b4a70.1"}, description="A page."
)
def list_tickets(asked: dict[str, Any]) -> dict[str, Any]:
    """Tickets, what runs out first on top; with `text` the newest on top."""
    desk, status = here(), asked.pop("status")
    with desk.reading() as reading:
        page = worklist.page(
            reading,
            today=deadlines.local_date(desk.now()),
            status=None if status == EVERY_STATUS else status,
            distress=me().sees_distress,
            reports=me().sees_reports,
            **asked,
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
    return {"items": items, "next": page.next}


@screen.post("/tickets")
@allow(Role.CLERK)
@refusing(screen, 400, 401, 403, 413, 415, 422, 429, 503)
@screen.doc(operationId="fileTicket", parameters=[IDEMPOTENCY])
@screen.arguments(api_schemas.FILING, example=api_schemas.EXAMPLE_FILING)
@screen.response(
    201, api_schemas.Ticket, headers=ETAG, example=api_schemas.EXAMPLE_TICKET, description="The ticket, filed once."
)
def file_ticket(given: dict[str, Any]) -> Response:
    """Staff intake. The same `Idempotency-Key` with the same body gets the first answer again, with another body 422."""
    desk, now, key = here(), here().now(), request.headers.get(first_answers.KEY, "").strip()
    entry = intake.submission(given, key, me().account.id, deadlines.local_date(now))
    draft_id, digest = str(entry.draft_id), first_answers.digest(given)
    with desk.writing.begin() as writing:
        receipt = service.submit(writing, entry, office=desk.office, now=now, actor=me().actor)
        # Kept in the transaction that files: a draft that was not filed before has no answer yet.
        answer = first_answers.known(writing, draft_id, digest) if receipt.already_filed else None
        if answer is None:
            answer = as_json(queries.just_filed(writing, receipt))
            first_answers.keep(writing, draft_id, digest, receipt.ticket_id, answer, now)
    return _tagged(answer, 201)


@screen.get("/tickets/<number>", parameters=[NUMBER])
@allow(*READERS)
@refusing(screen, 401, 403, 404, 429, 503)
@screen.doc(operationId="getTicket")
@screen.response(200, api_schemas.Ticket, headers=ETAG, example=api_schemas.EXAMPLE_TICKET, description="The ticket.")
def get_ticket(number: str) -> Response:
    """The ticket with the steps that are open to this role now."""
    with here().reading() as reading:
        return _tagged(as_json(ticket_for(reading, number, me())))


@screen.post("/tickets/<number>/<step>", parameters=[NUMBER, STEP, IF_MATCH])
@allow(*WORKERS)
@refusing(screen, 400, 401, 403, 404, 409, 413, 415, 422, 429, 503)
@screen.doc(operationId="takeStep", requestBody=api_schemas.step_body())
@screen.response(
    200, api_schemas.Ticket, headers=ETAG, example=api_schemas.EXAMPLE_TICKET, description="The ticket after the step."
)
def post_step(number: str, step: str) -> Response:
    """Take a step; `If-Match` names the version that was read."""
    typed = _fields(step, json_object() if request.get_data() else {})
    version = request.headers.get("If-Match", "").strip().strip('"')
    if not (version.isascii() and version.isdecimal() and len(version) < 10):
        raise StaleVersion("If-Match names no version")
    desk = here()
    with desk.writing.begin() as writing:
        ticket = take(writing, desk, me(), number, step, typed, int(version))
    return _tagged(as_json(ticket))  # after the commit: SQLite has one writer, the others need not wait for the wording


def _fields(step: str, given: dict[str, Any]) -> dict[str, str]:
    """The body as text fields. Raises NotFound for an unknown step, InvalidField for what the step does not know."""
    if step not in TAKE:
        raise NotFound(step)
    typed = {}
    for name, value in given.items():
        if name not in TAKE[step][1]:
            raise InvalidField(str(name), "not a field of this step")
        if value is None:
            continue
        if not isinstance(value, (str, int)):
            raise InvalidField(str(name), "text, a number or yes and no")
        typed[name] = ("yes" if value else "") if isinstance(value, bool) else str(value)
    return typed


def _tagged(answer: dict[str, Any], status: int = 200) -> Response:
    """`as_json` names every field itself; copying them once more by the schema costs a millisecond (a test compares)."""
    response = jsonify(answer)
    response.status_code = status
    response.headers["ETag"] = f'"{answer["version"]}"'
    return response


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
    """Values and titles to choose from, None for free text; several fields of one answer offer the same."""
    if not one.choices:
        return None
    known: dict[str, list[dict[str, Any]] | None] = g.setdefault("choices", {})
    if one.choices not in known:
        known[one.choices] = _offered(one.choices)
    return known[one.choices]


def _offered(choices: str) -> list[dict[str, Any]] | None:
    if choices == "grounds":
        return [{"value": ground.code, "title": ground.text} for ground in here().office.grounds()]
    if choices == "handlers":
        return [{"value": id_, "title": name} for id_, name in here().handlers]
    return [{"value": value, "title": title} for value, title in workflow.CHOICES.get(choices, {}).items()] or None
