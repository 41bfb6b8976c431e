"""The description of the API says all that the API does: compared with the routes, and shot at by schemathesis."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from flask import Flask, Response, jsonify
from hypothesis import HealthCheck, Phase, given, settings, strategies
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.desk.test_api import Program
from tests.factories import CLERK, HANDLER, NOW, SUPERVISOR, an_office, file_ticket
from xiaobao.desk.context import Desk
from xiaobao.desk.steps import TAKE
from xiaobao.tickets import service

SHAPE = {"error": {"type": "string"}, "field": {"type": "string"}}
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
ROLES = ("clerk", "supervisor", "handler", "inspector", "liaison", "admin")
EXAMPLES = 30  # of each operation, for what fits the description and for what does not
SAMPLES = {"number": 3, "date": "2026-12-20", "datetime": "2026-11-23T09:00:00+08:00", "accounts": "", "checkbox": True}


def described(app: Flask) -> dict[str, Any]:
    found = app.test_client().get("/api/v1/openapi.json").json
    assert found
    return found


def test_every_route_of_the_api_is_described_and_nothing_else(app: Flask) -> None:
    routes = {
        (re.sub(r"<(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    found = described(app)["paths"]
    told = {(path, method) for path, item in found.items() for method in item if method != "parameters"}
    assert told == routes and len(routes) == 5


def test_every_answer_is_described_and_every_refusal_has_one_shape(app: Flask) -> None:
    found = described(app)
    assert set(found["components"]["schemas"]["Problem"]["properties"]) == set(SHAPE)
    for path, item in found["paths"].items():
        for method, operation in item.items():
            if method == "parameters" or path.endswith("openapi.json"):
                continue
            answers = operation["responses"]
            assert {"401", "403", "429", "503"} <= set(answers) and "default" not in answers, path
            for status, answer in answers.items():
                schema = answer["content"]["application/json"]["schema"]
                assert "example" in answer["content"]["application/json"], (path, status)
                assert (schema == {"$ref": "#/components/schemas/Problem"}) == (int(status) >= 400), (path, status)


def test_the_description_is_valid_openapi(app: Flask) -> None:
    schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app).validate()
    assert described(app)["openapi"].startswith("3.0") and "http" not in str(described(app).get("servers", ""))


def test_the_steps_and_their_fields_are_those_of_the_workflow(app: Flask) -> None:
    item = described(app)["paths"]["/api/v1/tickets/{number}/{step}"]
    steps = next(one for one in item["parameters"] if one["name"] == "step")["schema"]["enum"]
    body = item["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert set(steps) == set(TAKE)
    assert set(body["properties"]) == {name for _, names in TAKE.values() for name in names}


def seeded(desk: Desk) -> list[str]:
    """Tickets of all kinds in many states."""
    office = an_office()
    numbers = [
        file_ticket(desk.writing, ticket_kind=kind) for kind in ("complaint", "report", "suggestion", "distress")
    ]
    for steps in ((), ("accept",), ("accept", "assign"), ("accept", "assign", "reply"), ("accept", "assign", "close")):
        number = file_ticket(desk.writing)
        numbers.append(number)
        fields = {"accept": {}, "assign": {"department": "一科"}, "reply": {"text": "好"}, "close": {"result": "退款"}}
        actors = {"accept": CLERK, "assign": SUPERVISOR, "reply": HANDLER, "close": HANDLER}
        for step in steps:
            with desk.writing.begin() as session:
                take: Callable[..., Any] = getattr(service, step)
                take(session, number, actor=actors[step], now=NOW, office=office, **fields[step])
    return numbers


def aim(case: Any, program: Program, draw: random.Random) -> None:
    """Name the ticket's version, and mostly a step that is open to this role with fields as they are described."""
    answer = program.get(f"/tickets/{case.path_parameters['number']}")
    ticket = answer.json or {}
    case.headers = {**(case.headers or {}), "If-Match": str(ticket.get("version", 1))}
    if ticket.get("steps") and draw.random() < 0.8:
        step = draw.choice(ticket["steps"])
        case.path_parameters["step"] = step["step"]
        case.body = {
            field["name"]: draw.choice(field["choices"])["value"]
            if field["choices"]
            else SAMPLES.get(field["type"], "好")
            for field in step["fields"]
            if field["required"] or draw.random() < 0.5
        }


def shoot(app: Flask, desk: Desk, role: str, numbers: list[str], examples: int = EXAMPLES) -> Counter[tuple[str, int]]:
    """Ask every operation many things as this role; the answers (operation, status) that came. Raises what is wrong."""
    program = Program(app, desk, role)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    seeds = strategies.integers(0, 2**32)
    seen: Counter[tuple[str, int]] = Counter()
    for result in schema.get_all_operations():
        operation = result.ok()

        def one(case: Any, seed: int) -> None:
            draw = random.Random(seed)
            # What is made up knows no ticket: most questions are about one that is there, half of them well dated.
            if "number" in (case.path_parameters or {}) and draw.random() < 0.8:
                case.path_parameters["number"] = draw.choice(numbers)
                if case.method == "POST" and draw.random() < 0.7:
                    aim(case, program, draw)
            if draw.random() < 0.95:
                case.headers = {**(case.headers or {}), **program.headers}
            answer = case.call_and_validate(checks=CHECKS)
            seen[f"{case.method} {case.path}", answer.status_code] += 1

        bounded = settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE):
            bounded(given(case=operation.as_strategy(generation_mode=mode), seed=seeds)(one))()
    return seen


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_no_answer_is_a_failure_or_undocumented(app: Flask, desk: Desk, role: str) -> None:
    seen = shoot(app, desk, role, seeded(desk), 10 if role in ("liaison", "admin") else EXAMPLES)
    if role == "clerk":
        statuses = {status for _, status in seen}
        assert {200, 201, 401, 404, 409, 422} <= statuses, "the questions are too tame to prove anything"
        assert seen["POST /api/v1/tickets/{number}/{step}", 200] >= 5
    if role in ("liaison", "admin"):
        assert {status for _, status in seen} <= {401, 403}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (lambda: (jsonify({"error": "http_418"}), 418), "UndefinedStatusCode"),
        (lambda: Response("<p>", mimetype="text/html"), "UndefinedContentType"),
        (lambda: jsonify({"number": 1}), "JsonSchemaError"),
        (lambda: (jsonify({"error": "http_500"}), 500), "ServerError"),
    ],
)
def test_a_fault_of_the_api_would_be_found(app: Flask, desk: Desk, answer: Callable[[], Any], complaint: str) -> None:
    view = app.view_functions["api.get_ticket"]

    def broken(number: str) -> Any:
        return answer()

    broken.roles = view.roles  # type: ignore[attr-defined]
    app.view_functions["api.get_ticket"] = broken
    with pytest.raises(FailureGroup) as found:
        shoot(app, desk, "clerk", seeded(desk), 10)
    assert complaint in repr(found.value.exceptions)
