"""Who may open what: every route that the running app has, with every role."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.routing.converters import NumberConverter

from tests.desk.conftest import Browser, Clock, signed_in
from tests.factories import NOW, file_ticket
from xiaobao.desk import tokens
from xiaobao.desk.access import OPEN_ENDPOINTS, PUBLIC
from xiaobao.desk.app import create_app
from xiaobao.desk.context import Desk
from xiaobao.settings import Settings
from xiaobao.tickets import accounts
from xiaobao.tickets.accounts import AccountView
from xiaobao.tickets.workflow import Role

WITHOUT_SIGN_IN = {"sign_in.sign_in", "sign_in.check", "health", "api.openapi"}
WORKERS = {Role.CLERK, Role.HANDLER, Role.SUPERVISOR}
READERS = {*WORKERS, Role.INSPECTOR}
WATCHERS = {Role.SUPERVISOR, Role.ADMIN}
EDITORS = {Role.EDITOR, Role.ADMIN}
DECIDERS = {Role.CLERK, Role.SUPERVISOR}
# Written out once more on purpose: a change of a role must be made in two places.
MAY = {
    "sign_in.sign_out": accounts.STAFF,
    "sign_in.password": accounts.STAFF,
    "sign_in.change_password": accounts.STAFF,
    "tickets.worklist_page": READERS,
    "tickets.ticket_page": READERS,
    "tickets.look": WORKERS,
    "tickets.code": {Role.CLERK, Role.SUPERVISOR},
    "today.page": WORKERS,
    "wall.page": {Role.SUPERVISOR},
    "wall.tickets": {Role.SUPERVISOR},
    "reminders.mine": WORKERS,
    "reminders.see": WORKERS,
    "reminders.explain": WORKERS,
    "saved.save": READERS,
    "saved.remove": READERS,
    "pulse.pulse": READERS,
    "pulse.look_at": WORKERS,
    "pulse.leave": WORKERS,
    "export.download": READERS,
    "steps.take_step": WORKERS,
    "document_templates.list_templates": EDITORS,
    "document_templates.sample": EDITORS,
    "document_templates.download": EDITORS,
    "document_templates.upload": EDITORS,
    "document_templates.reset": EDITORS,
    "papers_out.transcript": WORKERS,
    "papers_out.whole_transcript": {Role.SUPERVISOR},
    "papers_out.package": {Role.SUPERVISOR},
    "documents.new": WORKERS,
    "documents.write": WORKERS,
    "documents.show": WORKERS,
    "documents.download": WORKERS,
    "documents.send": WORKERS,
    "documents.hand_over": WORKERS,
    "documents.void": WORKERS,
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
    "accounts.edit": {Role.ADMIN},
    "accounts.change": {Role.ADMIN},
    "staff_sessions.end": accounts.STAFF,
    "staff_sessions.end_everywhere": accounts.STAFF,
    "staff_sessions.end_of_account": {Role.ADMIN},
    "reception.queue": WORKERS,
    "reception.queue_part": WORKERS,
    "reception.talk": WORKERS,
    "reception.talk_part": WORKERS,
    "reception.take": WORKERS,
    "reception.say": WORKERS,
    "reception.leave": WORKERS,
    "reception.look": WORKERS,
    "liaison.tasks": {Role.LIAISON},
    "liaison.task": {Role.LIAISON},
    "liaison.sign": {Role.LIAISON},
    "liaison.answer": {Role.LIAISON},
    "liaison.give_back": {Role.LIAISON},
    "liaison.own_file": {Role.LIAISON},
    "liaison.hand": WORKERS,
    "liaison.answered_file": WORKERS,
    "inspections.mine": {Role.INSPECTOR},
    "inspections.inspection": {Role.INSPECTOR},
    "inspections.judge": {Role.INSPECTOR},
    "inspections.overview": {Role.SUPERVISOR},
    "inspections.draw": {Role.SUPERVISOR},
    "bulk_assign.choose": DECIDERS,
    "bulk_assign.assign": DECIDERS,
    "office_settings.profile": {Role.ADMIN},
    "office_settings.save_profile": {Role.ADMIN},
    "office_settings.list_departments": {Role.ADMIN},
    "office_settings.add_department": {Role.ADMIN},
    "office_settings.close_department": {Role.ADMIN},
    "office_settings.list_directory": {Role.ADMIN},
    "office_settings.check_number": {Role.ADMIN},
    "office_settings.list_rules": {Role.ADMIN},
    "office_settings.add_rule": {Role.ADMIN},
    "office_settings.remove_rule": {Role.ADMIN},
    "office_settings.list_texts": EDITORS,
    "office_settings.save_text": EDITORS,
    "office_settings.remove_text": EDITORS,
    "office_settings.holidays": {Role.ADMIN},
    "audit.list_audit": WATCHERS,
    "lessons.list_lessons": EDITORS,
    "lessons.export": EDITORS,
    "lessons.close": EDITORS,
    "staff_intake.form": {Role.CLERK, Role.SUPERVISOR},
    "staff_intake.again": {Role.CLERK, Role.SUPERVISOR},
    "staff_intake.read": {Role.CLERK, Role.SUPERVISOR},
    "staff_intake.file": {Role.CLERK, Role.SUPERVISOR},
    "staff_intake.done": {Role.CLERK, Role.SUPERVISOR},
    "merchants_register.list_merchants": READERS,
    "merchants_register.merchant": READERS,
    "merchants_register.look": WORKERS,
    "merchants_register.new": {Role.CLERK, Role.SUPERVISOR},
    "merchants_register.create": {Role.CLERK, Role.SUPERVISOR},
    "merchants_register.edit_form": {Role.CLERK, Role.SUPERVISOR},
    "merchants_register.edit": {Role.CLERK, Role.SUPERVISOR},
    "merchants_register.merge": {Role.CLERK, Role.SUPERVISOR},
    "merchants_register.unmerge": {Role.CLERK, Role.SUPERVISOR},
    "ticket_register.add_contact": WORKERS,
    "ticket_register.link_merchant": {Role.CLERK, Role.SUPERVISOR},
    "imports.overview": WATCHERS,
    "imports.upload": WATCHERS,
    "imports.job": WATCHERS,
    "imports.start": WATCHERS,
    "imports.download": WATCHERS,
    "api.list_tickets": READERS,
    "api.file_ticket": {Role.CLERK},
    "api.get_ticket": READERS,
    "api.post_step": WORKERS,
}
PLACES = {"number": "XB20260101-000001", "step": "accept", "draft": "0" * 32, "code": "decided"}
LAST = ("sign_in.sign_out", "staff_sessions.end_everywhere")  # ends the session that the walk needs


def live_routes(app: Flask) -> Iterator[tuple[Rule, str, str]]:
    """Every route of the running app with each of its methods and a path; arguments that it never saw get a value."""
    with app.test_request_context():
        for rule in list(app.url_map.iter_rules()):
            if rule.endpoint in OPEN_ENDPOINTS:
                continue
            values = {name: PLACES.get(name, 999 if _is_number(rule, name) else "none") for name in rule.arguments}
            built = rule.build(values)
            assert built is not None, rule
            for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
                yield rule, method, built[1]


def _is_number(rule: Rule, name: str) -> bool:
    return isinstance(rule._converters[name], NumberConverter)


def test_every_route_names_its_roles(app: Flask) -> None:
    nameless = [name for name, view in app.view_functions.items() if not getattr(view, "roles", None)]
    assert nameless == list(OPEN_ENDPOINTS)


def test_only_sign_in_health_and_the_description_of_the_api_are_open_to_everybody(app: Flask) -> None:
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
    """Every route and method that the running app has, those of tomorrow included: refused exactly where not named."""
    browser = signed_in(app, role)
    for rule, method, path in live_routes(app):
        roles = getattr(app.view_functions[rule.endpoint], "roles", frozenset())
        if roles == PUBLIC or rule.endpoint.split(".")[0] == "api" or rule.endpoint in LAST:
            continue
        answer = browser.get(path) if method == "GET" else browser.post(path, follow=False)
        allowed = role in roles
        assert (answer.status_code == 403) == (not allowed), f"{method} {rule.endpoint} as {role}: {answer.status_code}"
        assert answer.status_code < 500, rule.endpoint


@pytest.mark.slow
@pytest.mark.parametrize("role", sorted(accounts.STAFF))
def test_each_role_is_refused_by_the_api_where_it_must_be(app: Flask, desk: Desk, role: Role) -> None:
    with desk.writing.begin() as session:
        account = accounts.create(
            session, login=f"service-{role}", name="接口", role=role, password_hash="-", now=NOW, must_change=False
        )
    header = {"Authorization": f"Bearer {tokens.make(desk.settings.secret_key, account.id)}"}
    for rule, method, path in live_routes(app):
        roles = getattr(app.view_functions[rule.endpoint], "roles", ())
        if rule.endpoint.split(".")[0] == "api" and roles != PUBLIC:
            answer = app.test_client().open(path, method=method, headers=header, json={} if method != "GET" else None)
            assert (answer.status_code == 403) == (role not in roles), f"{method} {rule.endpoint} as {role}"


def test_nobody_opens_anything_without_signing_in(app: Flask) -> None:
    client = app.test_client()
    for rule, method, path in live_routes(app):
        if getattr(app.view_functions[rule.endpoint], "roles", None) == PUBLIC:
            continue
        answer = client.open(path, method=method)
        sent_away = answer.status_code == 303 and answer.headers["Location"].startswith("/sign-in")
        assert sent_away or answer.status_code in (400, 401), f"{method} {rule.endpoint}: {answer.status_code}"


def test_every_post_without_the_secret_of_its_session_is_refused(app: Flask, staff: dict[str, AccountView]) -> None:
    for role in sorted(accounts.STAFF):
        client = signed_in(app, role).client
        for rule, method, path in live_routes(app):
            if method == "GET" or rule.endpoint.split(".")[0] == "api":
                continue
            roles = getattr(app.view_functions[rule.endpoint], "roles", frozenset())
            wanted = 400 if roles == PUBLIC or role in roles else 403
            assert client.open(path, method=method, data={}).status_code == wanted, (
                f"{method} {rule.endpoint} as {role}"
            )


def test_a_view_without_roles_is_closed_even_to_the_admin(settings: Settings, staff: dict[str, AccountView]) -> None:
    app = create_app(settings, now=Clock())
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
