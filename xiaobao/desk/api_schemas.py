"""What goes in and out of the API, with examples: its OpenAPI description is made of this, and answers are built by it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, TypeVar

from flask import request
from flask_smorest import Api, Blueprint
from marshmallow import Schema, ValidationError, fields, validate
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import UnsupportedMediaType

from xiaobao.desk import intake, intake_sheet
from xiaobao.desk.steps import TAKE
from xiaobao.tickets import queries, step_fields, worklist
from xiaobao.tickets.errors import InvalidField
from xiaobao.tickets.workflow import Kind, Role, Status

View = TypeVar("View", bound=Callable[..., Any])

EVERY_STATUS = "all"
_HALF_OF_A_PAIR = re.compile("[\ud800-\udfff]")
LONGEST_SEARCH = 500  # characters
NUMBER = {"schema": {"type": "string", "pattern": r"^XB\d{8}-\d{6}$"}, "example": "XB20261123-000001"}
EXAMPLE_CLOCK = {
    "name": "accept",
    "label": "受理决定",
    "due": "2026-12-02",
    "law": "《市场监督管理投诉举报处理办法》第十五条",
    "how": "自2026年11月23日的次日起7个工作日",
    "state": "running",
    "provisional": False,
}
EXAMPLE_EVENT = {
    "at": "2026-11-23T10:00:00+08:00",
    "step": "submit",
    "status_from": None,
    "status_to": "submitted",
    "role": "citizen",
    "name": None,
}
EXAMPLE_STEP = {
    "step": "accept",
    "fields": [{"name": "text", "type": "text", "required": False, "choices": None}],
}
EXAMPLE_ROW = {
    "number": "XB20261123-000001",
    "kind": "complaint",
    "status": "submitted",
    "version": 1,
    "submitted_at": "2026-11-23T10:00:00+08:00",
    "merchant": "云泽市好物电器店",
    "due": "2026-12-02",
    "overdue": False,
}
EXAMPLE_TICKET = {
    **{name: EXAMPLE_ROW[name] for name in ("number", "kind", "status", "version", "submitted_at", "merchant")},
    "item": "电水壶",
    "claim": "退货退款",
    "department": None,
    "handler": None,
    "clocks": [EXAMPLE_CLOCK],
    "events": [EXAMPLE_EVENT],
    "steps": [EXAMPLE_STEP],
}
EXAMPLE_FILING = {
    "ticket_kind": "complaint",
    "narrative": "11月2日在店里买的电水壶，用了三天漏电，老板不肯退。",
    "merchant": "云泽市好物电器店",
    "item": "电水壶",
    "amount": "129元",
    "event_date": "2026-11-02",
    "claim": "退货退款",
    "contact_name": "欧阳娜娜",
    "contact_phone": "13800001234",
}
# Every answer that is no success, and when it comes; the body is always `Problem`.
PROBLEMS = {
    400: ("http_400", "The request could not be read."),
    401: ("http_401", "No token, or one that is forged, too old or of a closed account."),
    403: ("http_403", "This role may not; `role_forbidden`: the ticket is in somebody else's hands."),
    404: ("not_found", "No such ticket or step, or none that this role may know of."),
    409: ("stale_version", "Somebody changed the ticket (`stale_version`), the step is not open (`step_not_open`) "
                           "or something has to come first (`not_yet`)."),
    413: ("http_413", "More than 1 MB."),
    415: ("http_415", "The body is not declared as application/json."),
    422: ("invalid_field", "A field is missing, unknown or unreadable; `field` names it."),
    429: ("http_429", "Too many requests. The desk itself sets no limit; a proxy before it may."),
    503: ("database", "The database cannot be written just now; nothing was changed."),
}  # fmt: skip


class Problem(Schema):
    """Every refusal and failure."""

    error = fields.Str(required=True, metadata={"description": "a code", "example": "invalid_field"})
    field = fields.Str(metadata={"description": "the field that is wrong", "example": "ground"})


class Described(Api):
    """flask-smorest with our one shape of errors, and no `default` answer behind which an undocumented one could hide."""

    ERROR_SCHEMA = Problem
    DEFAULT_ERROR_RESPONSE_NAME = None  # type: ignore[assignment]


class Arguments(FlaskParser):
    """Bodies and queries, refused in the desk's own words."""

    def load_json(self, req: Any, schema: Any) -> Any:
        """Raises what `json_object` raises."""
        return json_object()

    def handle_error(self, error: ValidationError, *_: Any, **__: Any) -> Any:
        """Raises InvalidField for the first field that is wrong."""
        place: Any = next(iter(error.messages.values())) if isinstance(error.messages, dict) else {}
        raise InvalidField(str(next(iter(place))) if isinstance(place, dict) else "body", str(place))


def json_object() -> dict[str, Any]:
    """The body of this request. Raises InvalidField, UnsupportedMediaType when it is not declared as JSON."""
    if not request.is_json:
        raise UnsupportedMediaType
    try:
        given = json.loads(request.get_data())
    except (ValueError, RecursionError) as wrong:
        raise InvalidField("body", "no JSON") from wrong
    if not isinstance(given, dict):
        raise InvalidField("body", "a JSON object")
    for name, value in given.items():
        if not (_is_text(name) and (not isinstance(value, str) or _is_text(value))):
            raise InvalidField(name if _is_text(name) else "body", "no Unicode text")
    return given


def _is_text(value: str) -> bool:
    """Half of a surrogate pair can be written in JSON, but stored nowhere."""
    return _HALF_OF_A_PAIR.search(value) is None


class Room(Blueprint):
    """A blueprint whose arguments are refused like every other field."""

    ARGUMENTS_PARSER = Arguments()


def _day(**more: Any) -> fields.Str:
    return fields.Str(metadata={"format": "date", "example": "2026-12-02"}, **more)


def _moment() -> fields.Str:
    return fields.Str(required=True, metadata={"format": "date-time", "example": "2026-11-23T10:00:00+08:00"})


def _one_of(values: Any, **more: Any) -> fields.Str:
    return fields.Str(validate=validate.OneOf([str(one) for one in values]), **more)


class Row(Schema):
    """A ticket in a list."""

    number = fields.Str(required=True)
    kind = _one_of(Kind, required=True)
    status = _one_of(Status, required=True)
    version = fields.Int(required=True)
    submitted_at = _moment()
    merchant = fields.Str(required=True, allow_none=True)
    due = _day(required=True, allow_none=True)
    overdue = fields.Bool(required=True)


class Listed(Schema):
    """A page of a list."""

    items = fields.List(fields.Nested(Row), required=True)
    next = fields.Str(
        required=True, allow_none=True, metadata={"description": "give it back as `after`; null at the end"}
    )


class Clock(Schema):
    """A period that counts against the office."""

    name = fields.Str(required=True)
    label = fields.Str(required=True)
    due = _day(required=True)
    law = fields.Str(required=True, allow_none=True, metadata={"description": "null: the office's own target"})
    how = fields.Str(required=True)
    state = _one_of(("running", "paused", "met", "stopped"), required=True)
    provisional = fields.Bool(required=True)


class Event(Schema):
    """A step that was taken."""

    at = _moment()
    step = fields.Str(required=True)
    status_from = _one_of(Status, required=True, allow_none=True)
    status_to = _one_of(Status, required=True)
    role = _one_of(Role, required=True)
    name = fields.Str(required=True, allow_none=True)


class Choice(Schema):
    """One of the values of a field."""

    value = fields.Raw(required=True, metadata={"oneOf": [{"type": "string"}, {"type": "integer"}]})
    title = fields.Str(required=True)


class StepField(Schema):
    """A field that a step takes."""

    name = fields.Str(required=True)
    type = _one_of(("text", "line", "number", "date", "datetime", "choice", "accounts", "checkbox"), required=True)
    required = fields.Bool(required=True)
    choices = fields.List(fields.Nested(Choice), required=True, allow_none=True)


class OpenStep(Schema):
    """A step that is open to this role now."""

    step = _one_of(sorted(TAKE), required=True)
    fields_ = fields.List(fields.Nested(StepField), required=True, data_key="fields", attribute="fields")


class Ticket(Schema):
    """A ticket without contact data."""

    number = fields.Str(required=True)
    kind = _one_of(Kind, required=True)
    status = _one_of(Status, required=True)
    version = fields.Int(required=True)
    submitted_at = _moment()
    merchant = fields.Str(required=True, allow_none=True)
    item = fields.Str(required=True, allow_none=True)
    claim = fields.Str(required=True, allow_none=True)
    department = fields.Str(required=True, allow_none=True)
    handler = fields.Str(required=True, allow_none=True)
    clocks = fields.List(fields.Nested(Clock), required=True)
    events = fields.List(fields.Nested(Event), required=True)
    steps = fields.List(fields.Nested(OpenStep), required=True)


class Asked(Schema):
    """The filters of the list."""

    status = _one_of((EVERY_STATUS, worklist.ANY_OPEN, *Status), load_default=worklist.ANY_OPEN)
    kind = _one_of(Kind)
    text = fields.Str(
        validate=[validate.Length(max=LONGEST_SEARCH), validate.Regexp(r"^[^\x00]*$", error="NUL")],
        metadata={"description": "words of number, merchant, item or story, or a whole telephone number"},
    )
    overdue = fields.Bool()
    after = fields.Str(metadata={"description": "`next` of the page before"})
    limit = fields.Int(load_default=50, validate=validate.Range(1, queries.MOST_ROWS))


def _filing() -> type[Schema]:
    """The fields of staff intake."""
    longest = validate.Length(max=step_fields.LONGEST_TEXT)
    told = {name: fields.Str(allow_none=True, validate=longest) for name in intake.FIELDS}
    told["ticket_kind"] = _one_of(intake_sheet.KINDS, required=True)
    told["narrative"] = fields.Str(required=True, validate=validate.Length(1, step_fields.LONGEST_TEXT))
    return Schema.from_dict(told, name="Filing")  # type: ignore[arg-type]


Filing = _filing()
FILING, ASKED = Filing(), Asked()  # made once: a schema copies all its fields each time


def step_body() -> dict[str, Any]:
    """The body of a step: which fields it takes now is told by the ticket's `steps`."""
    names = sorted({name for _, taken in TAKE.values() for name in taken})
    value = {"oneOf": [{"type": "string"}, {"type": "integer"}, {"type": "boolean"}], "nullable": True}
    schema = {"type": "object", "properties": {name: value for name in names}, "additionalProperties": False}
    return {
        "description": "The fields of the step as the ticket's `steps` name them; may be left out when it needs none.",
        "content": {"application/json": {"schema": schema, "example": {"text": "材料齐全，予以受理。"}}},
    }


def header(name: str, description: str, **schema: Any) -> dict[str, Any]:
    """A required header."""
    return {"in": "header", "name": name, "required": True, "description": description, "schema": schema}


def refusing(room: Blueprint, *statuses: int) -> Callable[[View], View]:
    """Document these refusals and failures of a view."""

    def mark(view: View) -> View:
        documented = view
        for status in statuses:
            code, description = PROBLEMS[status]
            example = {"error": code, **({"field": "narrative"} if status == 422 else {})}
            documented = room.alt_response(status, schema=Problem, description=description, example=example)(documented)
        view._apidoc = documented._apidoc  # type: ignore[attr-defined]  # only that: each layer would cost every call
        return view

    return mark
