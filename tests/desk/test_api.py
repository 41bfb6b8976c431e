"""The API: the same rules as the screens, as JSON."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.desk.conftest import Browser
from tests.factories import CLERK, NOW, an_office, file_ticket
from xiaobao.desk import api_schemas, tokens
from xiaobao.desk.context import Desk
from xiaobao.tickets import accounts, service
from xiaobao.tickets.tables import Ticket


class Program:
    """Another system with a token."""

    def __init__(self, app: Flask, desk: Desk, role: str) -> None:
        self.client = app.test_client()
        with desk.writing.begin() as session:
            self.account = tokens.new_service_account(session, role)
        self.headers = {"Authorization": f"Bearer {tokens.make(desk.settings.secret_key, self.account.id)}"}

    def get(self, path: str) -> TestResponse:
        return self.client.get("/api/v1" + path, headers=self.headers)

    def post(self, path: str, version: Any = None, **fields: Any) -> TestResponse:
        headers = {**self.headers, **({"If-Match": str(version)} if version is not None else {})}
        return self.client.post("/api/v1" + path, headers=headers, json=fields)


@pytest.fixture
def program(app: Flask, desk: Desk) -> Program:
    return Program(app, desk, "clerk")


def test_a_ticket_describes_the_steps_that_are_open_to_this_role(program: Program, desk: Desk) -> None:
    number = file_ticket(desk.writing)
    answer = program.get(f"/tickets/{number}")
    ticket = answer.json
    assert ticket and answer.headers["ETag"] == '"1"'
    assert (ticket["number"], ticket["kind"], ticket["status"], ticket["version"]) == (
        number,
        "complaint",
        "submitted",
        1,
    )
    assert [step["step"] for step in ticket["steps"]] == [
        *("accept", "reject", "ask_supplement", "supplement", "transfer", "split", "merge", "tell", "note"),
        "reissue_code",
    ]
    ground = ticket["steps"][1]["fields"][0]
    assert (ground["name"], ground["required"]) == ("ground", True)
    assert {"value", "title"} <= set(ground["choices"][0])
    assert ticket["clocks"][0]["law"] == "《市场监督管理投诉举报处理办法》第十五条"
    assert ticket["events"][0]["step"] == "submit"


def test_the_api_gives_no_contact_data_and_no_query_code(program: Program, desk: Desk) -> None:
    number = file_ticket(desk.writing)
    for path in (f"/tickets/{number}", "/tickets"):
        text = program.get(path).text
        assert "13800001234" not in text and "欧阳" not in text and "query_code" not in text


def test_a_step_needs_the_version_that_was_read(program: Program, desk: Desk) -> None:
    number = file_ticket(desk.writing)
    for wrong in (None, "0", "7", "x"):
        answer = program.post(f"/tickets/{number}/accept", wrong)
        assert answer.status_code == 409 and answer.json == {"error": "stale_version"}
    done = program.post(f"/tickets/{number}/accept", '"1"', text="好")
    assert done.status_code == 200 and done.json and (done.json["status"], done.json["version"]) == ("accepted", 2)


def test_a_step_without_fields_needs_no_body(program: Program, desk: Desk) -> None:
    number = file_ticket(desk.writing)
    headers = {**program.headers, "If-Match": "1"}
    assert program.client.post(f"/api/v1/tickets/{number}/accept", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "ground"),
        ({"ground": "N99"}, "ground"),
        ({"ground": ["N1"]}, "ground"),
        ({"ground": "N1", "status": "closed"}, "status"),
        ({"ground": "N1", "text": "长" * 20_001}, "text"),
    ],
)
def test_a_wrong_field_is_named(program: Program, desk: Desk, fields: dict[str, Any], field: str) -> None:
    number = file_ticket(desk.writing)
    answer = program.post(f"/tickets/{number}/reject", 1, **fields)
    assert answer.status_code == 422 and answer.json == {"error": "invalid_field", "field": field}


def test_a_step_that_is_not_open_is_a_conflict(program: Program, desk: Desk) -> None:
    number = file_ticket(desk.writing)
    answer = program.post(f"/tickets/{number}/assign", 1, department="一科")
    assert answer.status_code == 409 and answer.json == {"error": "step_not_open"}


def test_a_role_that_may_not_is_refused(app: Flask, desk: Desk) -> None:
    number = file_ticket(desk.writing)
    for role in ("handler", "inspector", "admin", "editor", "liaison"):
        assert Program(app, desk, role).post(f"/tickets/{number}/accept", 1).status_code == 403
    assert Program(app, desk, "inspector").get(f"/tickets/{number}").status_code == 200
    assert Program(app, desk, "admin").get(f"/tickets/{number}").status_code == 403


def test_unknown_tickets_and_steps_are_not_found(program: Program, desk: Desk) -> None:
    number = file_ticket(desk.writing)
    assert program.get("/tickets/XB20260101-000001").status_code == 404
    assert program.post("/tickets/XB20260101-000001/accept", 1).status_code == 404
    assert program.post(f"/tickets/{number}/withdraw", 1).status_code == 404
    answer = program.get("/nothing")
    assert answer.status_code == 404 and answer.mimetype == "application/json"


FILED = {"ticket_kind": "complaint", "narrative": "买的电水壶漏电，老板不肯退。", "merchant": "好物电器店"}


def file(program: Program, key: str, **changes: Any) -> TestResponse:
    headers = {**program.headers, "Idempotency-Key": key}
    return program.client.post("/api/v1/tickets", headers=headers, json={**FILED, **changes})


def test_the_same_key_and_body_get_the_first_answer_again(program: Program, desk: Desk) -> None:
    first = file(program, "a-1")
    assert first.status_code == 201 and first.json and first.headers["ETag"] == '"1"'
    program.post(f"/tickets/{first.json['number']}/accept", 1)
    again = file(program, "a-1")
    assert (again.status_code, again.json, again.headers["ETag"]) == (201, first.json, '"1"')
    turned = dict(reversed(FILED.items()))  # the order of the fields says nothing
    headers = {**program.headers, "Idempotency-Key": "a-1"}
    assert program.client.post("/api/v1/tickets", headers=headers, json=turned).json == first.json
    assert count(desk) == 1


@pytest.mark.parametrize(
    "change", [{"merchant": "别家"}, {"merchant": None}, {"item": "壶"}, {"narrative": "另一件事"}]
)
def test_the_same_key_with_another_body_is_refused(program: Program, desk: Desk, change: dict[str, Any]) -> None:
    number = (file(program, "a-1").json or {})["number"]
    answer = file(program, "a-1", **change)
    assert answer.status_code == 422 and answer.json == {"error": "invalid_field", "field": "Idempotency-Key"}
    assert count(desk) == 1 and (file(program, "a-1").json or {})["number"] == number


def test_a_key_is_of_one_account(app: Flask, desk: Desk) -> None:
    one, other = (file(Program(app, desk, "clerk"), "a-1").json for _ in range(2))
    assert one and other and one["number"] != other["number"]


@pytest.mark.parametrize("key", ["", " ", "k" * 201])
def test_filing_needs_a_key(program: Program, key: str) -> None:
    answer = file(program, key)
    assert answer.status_code == 422 and answer.json == {"error": "invalid_field", "field": "Idempotency-Key"}


@pytest.mark.slow
@pytest.mark.parametrize("bodies", [({}, {}), ({}, {"merchant": "别家"})])
def test_two_at_once_with_one_key_file_one_ticket(app: Flask, desk: Desk, bodies: Any) -> None:
    program = Program(app, desk, "clerk")
    for turn in range(3):
        gate, answers = threading.Barrier(2), []

        def send(changes: dict[str, Any], turn: int = turn, gate: Any = gate, answers: Any = answers) -> None:
            gate.wait(10)
            headers = {**program.headers, "Idempotency-Key": f"k{turn}"}
            answers.append(app.test_client().post("/api/v1/tickets", headers=headers, json={**FILED, **changes}))

        threads = [threading.Thread(target=send, args=(one,)) for one in bodies]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        statuses = sorted(answer.status_code for answer in answers)
        assert statuses == ([201, 201] if bodies[0] == bodies[1] else [201, 422])
        if statuses == [201, 201]:
            assert answers[0].json == answers[1].json
        assert count(desk) == turn + 1


def count(desk: Desk) -> int:
    with desk.reading() as reading:
        return reading.scalar(select(func.count()).select_from(Ticket)) or 0


@pytest.mark.parametrize(
    ("body", "declared", "status", "field"),
    [
        ("{", "application/json", 422, "body"),
        ("[" * 100_000, "application/json", 422, "body"),
        ("[]", "application/json", 422, "body"),
        ('{"narrative": "\\ud800", "ticket_kind": "complaint"}', "application/json", 422, "narrative"),
        ('{"\\ud800": 1}', "application/json", 422, "body"),
        (b"\xff\xfe", "application/json", 422, "body"),
        ("a=1", "application/x-www-form-urlencoded", 415, None),
        ("{}", "", 415, None),
        ('"' + "x" * 1_100_000 + '"', "application/json", 413, None),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(
    program: Program, desk: Desk, body: Any, declared: str, status: int, field: str | None
) -> None:
    number = file_ticket(desk.writing)
    for path in ("/tickets", f"/tickets/{number}/accept"):
        headers = {**program.headers, "Idempotency-Key": "k", "If-Match": "1", "Content-Type": declared}
        answer = program.client.post(f"/api/v1{path}", headers=headers, data=body)
        wanted = field if path == "/tickets" or field != "narrative" else "narrative"
        assert answer.status_code == status and answer.json and answer.json.get("field") == wanted
    assert count(desk) == 1


def test_a_text_without_meaning_to_a_database_is_no_failure(program: Program) -> None:
    assert program.get("/tickets/XB%00").status_code == 404
    assert (program.get("/tickets?text=%00").json or {})["field"] == "text"
    assert file(program, "k", merchant="好\0物").status_code == 201


def test_a_choice_tells_its_values_and_a_box_is_ticked_with_true(app: Flask, desk: Desk) -> None:
    number = file_ticket(desk.writing)
    supervisor = Program(app, desk, "supervisor")
    version = (supervisor.post(f"/tickets/{number}/accept", 1).json or {})["version"]
    assert version == 2
    steps = (supervisor.get(f"/tickets/{number}").json or {})["steps"]
    fields = [field for step in steps for field in step["fields"]]
    assert all(field["choices"] for field in fields if field["type"] == "choice")
    boxes = [field["name"] for field in fields if field["type"] == "checkbox"]
    assert boxes


def test_an_account_that_must_change_its_password_is_refused_and_sent_nowhere(program: Program, desk: Desk) -> None:
    with desk.writing.begin() as session:
        accounts.set_password(session, program.account.id, "!", must_change=True)
    answer = program.get("/tickets")
    assert answer.status_code == 403 and answer.json == {"error": "http_403"}


def test_a_list_goes_on_after_its_cursor(program: Program, desk: Desk) -> None:
    filed = {file_ticket(desk.writing) for _ in range(5)}
    seen: list[str] = []
    after = ""
    for _ in range(3):
        page = program.get(f"/tickets?limit=2{after}").json
        assert page
        seen += [item["number"] for item in page["items"]]
        after = f"&after={page['next']}"
    assert page and page["next"] is None and len(seen) == 5 and set(seen) == filed


def test_a_cursor_tells_nobody_whether_a_number_exists(app: Flask, desk: Desk) -> None:
    own, hidden = file_ticket(desk.writing), file_ticket(desk.writing, ticket_kind="report")
    distress, unknown = file_ticket(desk.writing, ticket_kind="distress"), "XB20260101-000001"
    inspector = Program(app, desk, "inspector")
    for extra in ("", "&text=水壶"):
        answers = [inspector.get(f"/tickets?after={number}{extra}") for number in (own, hidden, distress, unknown)]
        assert {answer.status_code for answer in answers} == {422}
        assert len({answer.data for answer in answers}) == 1


def test_a_place_at_a_hidden_report_looks_like_any_other_place(app: Flask, desk: Desk) -> None:
    file_ticket(desk.writing)
    hidden = file_ticket(desk.writing, ticket_kind="report")  # its clock runs longer
    last = file_ticket(desk.writing, ticket_kind="suggestion")
    supervisor, inspector = Program(app, desk, "supervisor"), Program(app, desk, "inspector")
    page = supervisor.get("/tickets?limit=2").json
    assert page and page["items"][-1]["number"] == hidden
    day, place = page["next"].split(".")
    for cursor in (page["next"], f"{day}.{int(place, 16) + 5:x}", f"{day}.7fffffff"):
        behind = inspector.get(f"/tickets?after={cursor}").json
        assert behind and [item["number"] for item in behind["items"]] == [last], cursor


@pytest.mark.parametrize("query", ["status=x", "kind=x", "limit=0", "limit=x", "limit=201"])
def test_a_wrong_filter_is_named(program: Program, query: str) -> None:
    answer = program.get(f"/tickets?{query}")
    assert answer.status_code == 422 and answer.json and answer.json["field"] == query.split("=")[0]


def test_an_assigned_handler_is_chosen_by_number(program: Program, desk: Desk, staff: Any) -> None:
    number = file_ticket(desk.writing)
    with desk.writing.begin() as session:
        service.accept(session, number, actor=CLERK, now=NOW, office=an_office())
    done = program.post(f"/tickets/{number}/assign", 2, department="一科", handler=staff["handler"].id)
    assert done.json and done.json["handler"] == "承办人甲"


def test_a_session_of_the_screens_opens_nothing_here(clerk: Browser, desk: Desk) -> None:
    number = file_ticket(desk.writing)
    assert clerk.get(f"/api/v1/tickets/{number}").status_code == 401
    assert clerk.client.post(f"/api/v1/tickets/{number}/accept", json={}).status_code == 401


def test_a_token_opens_no_screen(program: Program) -> None:
    assert program.client.get("/", headers=program.headers).status_code == 303


def test_a_disabled_account_ends_its_token(program: Program, desk: Desk) -> None:
    assert program.get("/tickets").status_code == 200
    with desk.writing.begin() as session:
        accounts.set_disabled(session, program.account.id, True)
    assert program.get("/tickets").status_code == 401


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic YTpi", "Bearer 1.x.y"])
def test_a_forged_token_opens_nothing(app: Flask, staff: Any, header: str) -> None:
    answer = app.test_client().get("/api/v1/tickets", headers={"Authorization": header})
    assert answer.status_code == 401 and answer.json == {"error": "http_401"}


def test_a_token_signed_with_another_key_opens_nothing(app: Flask, staff: Any) -> None:
    forged = tokens.make("x" * 40, staff["clerk"].id)
    answer = app.test_client().get("/api/v1/tickets", headers={"Authorization": f"Bearer {forged}"})
    assert answer.status_code == 401


def test_every_answer_is_exactly_what_the_description_says(program: Program, desk: Desk) -> None:
    number = file_ticket(desk.writing)
    filed = program.client.post(
        "/api/v1/tickets",
        headers={**program.headers, "Idempotency-Key": "a-letter"},
        json={"ticket_kind": "complaint", "narrative": "健身卡不退", "contact_phone": "13800138000"},
    )
    read = program.get(f"/tickets/{number}")
    taken = program.post(f"/tickets/{number}/accept", version=1)
    assert [answer.status_code for answer in (filed, read, taken)] == [201, 200, 200]
    for answer in (filed, read, taken):
        assert answer.json and api_schemas.Ticket().validate(answer.json) == {}  # unknown and missing fields, too
        assert "13800138000" not in answer.text
        assert answer.headers["ETag"] == f'"{answer.json["version"]}"'


def test_a_right_that_was_withdrawn_ends_with_the_next_request(program: Program, desk: Desk) -> None:
    number = file_ticket(desk.writing)
    assert program.get(f"/tickets/{number}").status_code == 200
    with desk.writing.begin() as session:
        accounts.change(session, program.account.id, name="外部系统", role="inspector")
    assert program.post(f"/tickets/{number}/accept", version=1).status_code == 403
    with desk.writing.begin() as session:
        accounts.set_disabled(session, program.account.id, True)
    assert program.get(f"/tickets/{number}").status_code == 401


def test_who_may_be_assigned_is_read_anew_with_each_answer(program: Program, desk: Desk) -> None:
    number = file_ticket(desk.writing)

    def offered() -> list[str]:
        answer = program.get(f"/tickets/{number}").json or {}
        fields = [field for step in answer["steps"] for field in step["fields"] if field["name"] == "handler"]
        return [choice["title"] for field in fields for choice in field["choices"]]

    assert program.post(f"/tickets/{number}/accept", version=1).status_code == 200
    assert "新来的" not in offered()
    with desk.writing.begin() as session:
        accounts.create(session, login="new", name="新来的", role="handler", password_hash="!", now=NOW)
    assert "新来的" in offered()
