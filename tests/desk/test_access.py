"""Who may open what: every route that the running app has, with every role."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.desk.conftest import Browser, signed_in
from tests.factories import file_ticket
from xiaobao.desk.access import OPEN_ENDPOINTS, PUBLIC
from xiaobao.desk.context import Desk
from xiaobao.tickets import accounts
from xiaobao.tickets.accounts import AccountView
from xiaobao.tickets.workflow import Role

WITHOUT_SIGN_IN = {"sign_in.sign_in", "sign_in.check", "health"}
WORKERS = {Role.CLERK, Role.HANDLER, Role.SUPERVISOR}
READERS = {*WORKERS, Role.INSPECTOR}
WATCHERS = {Role.SUPERVISOR, Role.INSPECTOR, Role.ADMIN}
# Written out once more on purpose: a change of a role must be made in two places.
MAY = {
    "sign_in.sign_out": accounts.STAFF,
    "sign_in.password": accounts.STAFF,
    "sign_in.change_password": accounts.STAFF,
    "tickets.worklist_page": READERS,
    "tickets.ticket_page": READERS,
    "tickets.look": WORKERS,
    "today.page": WORKERS,
    "wall.page": {Role.SUPERVISOR},
    "wall.tickets": {Role.SUPERVISOR},
    "saved.save": READERS,
    "saved.remove": READERS,
    "pulse.pulse": READERS,
    "pulse.look_at": WORKERS,
    "pulse.leave": WORKERS,
    "export.download": READERS,
    "steps.take_step": WORKERS,
    "evidence.preview": WORKERS,
    "evidence.original": WORKERS,
    "evidence.view": WORKERS,
    "evidence.play": WORKERS,
    "evidence.film": WORKERS,
    "accounts.list_accounts": {Role.ADMIN},
    "accounts.create": {Role.ADMIN},
    "accounts.new_password": {Role.ADMIN},
    "accounts.set_disabled": {Role.ADMIN},
    "accounts.set_on_duty": {Role.ADMIN},
    "audit.list_audit": WATCHERS,
    "lessons.list_lessons": {Role.ADMIN},
    "lessons.export": {Role.ADMIN},
    "lessons.close": {Role.ADMIN},
    "api.list_tickets": READERS,
    "api.file_ticket": {Role.CLERK},
    "api.get_ticket": READERS,
    "api.post_step": WORKERS,
}
PLACES = {"number": "XB20260101-000001", "step": "accept", "evidence_id": "e1", "account_id": 999, "filter_id": 999, "code": "decided"}


def test_every_route_names_its_roles(app: Flask) -> None:
    nameless = [name for name, view in app.view_functions.items() if not getattr(view, "roles", None)]
    assert nameless == list(OPEN_ENDPOINTS)


def test_only_sign_in_and_health_are_open_to_everybody(app: Flask) -> None:
    public = {name for name, view in app.view_functions.items() if getattr(view, "roles", None) == PUBLIC}
    assert public == WITHOUT_SIGN_IN


def test_the_roles_of_each_route_are_these(app: Flask) -> None:
    found = {
        name: set(getattr(view, "roles", ()))
        for name, view in app.view_functions.items()
        if name not in WITHOUT_SIGN_IN and name not in OPEN_ENDPOINTS
    }
    assert found == {name: set(roles) for name, roles in MAY.items()}


@pytest.mark.slow
@pytest.mark.parametrize("role", sorted(accounts.STAFF))
def test_each_role_is_refused_where_it_must_be(app: Flask, staff: dict[str, AccountView], role: Role) -> None:
    browser = signed_in(app, role)
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if rule.endpoint not in MAY or rule.endpoint.startswith("api.") or rule.endpoint == "sign_in.sign_out":
                continue
            _, path = rule.build({name: PLACES[name] for name in rule.arguments}) or (None, "")
            answer = browser.get(path) if "GET" in (rule.methods or ()) else browser.post(path)
            refused = answer.status_code == 403
            assert refused == (role not in MAY[rule.endpoint]), f"{rule.endpoint} as {role}: {answer.status_code}"


def test_nobody_opens_anything_without_signing_in(app: Flask) -> None:
    client = app.test_client()
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if rule.endpoint not in MAY:
                continue
            _, path = rule.build({name: PLACES[name] for name in rule.arguments}) or (None, "")
            method = "GET" if "GET" in (rule.methods or ()) else "POST"
            answer = client.open(path, method=method)
            sent_away = answer.status_code == 303 and answer.headers["Location"].startswith("/sign-in")
            assert sent_away or answer.status_code == 401, rule.endpoint


def test_a_view_without_roles_is_closed_even_to_the_admin(app: Flask, staff: dict[str, AccountView]) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "open")
    assert signed_in(app, Role.ADMIN).get("/forgotten").status_code == 403


def test_a_disabled_account_is_out_at_once(clerk: Browser, desk: Desk, staff: dict[str, AccountView]) -> None:
    assert clerk.get("/").status_code == 200
    with desk.writing.begin() as session:
        accounts.set_disabled(session, staff["clerk"].id, True)
    assert clerk.get("/").status_code == 303


def test_a_new_password_ends_other_sessions(clerk: Browser, desk: Desk, staff: dict[str, AccountView]) -> None:
    with desk.writing.begin() as session:
        accounts.set_password(session, staff["clerk"].id, "another hash")
    assert clerk.get("/").status_code == 303


def test_a_forged_cookie_opens_nothing(app: Flask, staff: dict[str, AccountView]) -> None:
    client = app.test_client()
    client.set_cookie("xiaobao_desk", "eyJhY2NvdW50IjoxfQ.ZZZZZZ.c2lnbmF0dXJl")
    assert client.get("/").status_code == 303


def test_what_was_typed_is_shown_again_when_the_session_ran_out(app: Flask, desk: Desk) -> None:
    number = file_ticket(desk.writing)
    answer = app.test_client().post(f"/tickets/{number}/reply", data={"text": "写了半天的<b>答复</b>"})
    assert answer.status_code == 401
    assert "写了半天的&lt;b&gt;答复&lt;/b&gt;" in answer.text and "登录过期" in answer.text
