"""The one place that puts the desk together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Request, Response, current_app, g, jsonify, render_template, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from xiaobao import database
from xiaobao.desk import (
    access,
    accounts,
    api,
    audit,
    bulk_assign,
    context,
    counter,
    csrf,
    document_templates,
    documents,
    evidence,
    export,
    imports,
    inspections,
    lessons,
    liaison,
    merchants_register,
    office_settings,
    papers_out,
    pulse,
    reception,
    reminders,
    reply_check,
    saved,
    sign_in,
    staff_intake,
    staff_sessions,
    steps,
    ticket_register,
    tickets,
    today,
    wall,
    words,
)
from xiaobao.desk.context import Desk, here
from xiaobao.documents.store import Damaged
from xiaobao.settings import Settings
from xiaobao.tickets import deadlines, office, workflow
from xiaobao.tickets import reminders as tickets_reminders
from xiaobao.tickets.errors import InvalidField, TicketError
from xiaobao.tickets.office_settings import Asked
from xiaobao.tickets.workflow import Kind, Role, Status, Step

SESSION_HOURS = 8  # without a request; a working day
LARGEST_FORM = 1024 * 1024  # bytes
# Forms with files by their endpoint: how many bytes each may have.
ROOMS: Mapping[str, Callable[[], int | None]] = {
    "liaison.answer": liaison.room,
    "document_templates.upload": document_templates.room,
    "imports.upload": imports.room,
    "steps.take_step": counter.room,
}
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "media-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class Sessions(SecureCookieSessionInterface):
    """Flask's own; without a cookie there is nothing to verify, as with every call of the API."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)


def create_app(settings: Settings, now: Callable[[], datetime] = deadlines.now) -> Flask:
    """The desk for these settings. The schema must be migrated; raises UnknownOffice."""
    app = Flask("xiaobao.desk")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="xiaobao_desk",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.behind_tls,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=SESSION_HOURS),
        MAX_CONTENT_LENGTH=LARGEST_FORM,
        MAX_FORM_MEMORY_SIZE=LARGEST_FORM,
    )
    app.session_interface = Sessions()
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    engine = database.make_engine(settings.database_url)
    app.extensions[context.KEY] = Desk(
        settings=settings,
        offices=Asked(office.load(settings.reference_dir, settings.office_id)),
        engine=engine,
        glances=database.glancing(engine),
        reading=database.make_sessions(engine, read_only=True),
        writing=database.make_sessions(engine),
        words=words.load(settings.reference_dir),
        reply_rules=reply_check.load(settings.reference_dir, settings.knowledge_dir),
        now=now,
    )
    if settings.trusted_proxies > 0:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    _add_screens(app)
    return app


def _add_screens(app: Flask) -> None:
    app.before_request(_room_for_files)  # before anything reads the form
    access.install(app)
    csrf.install(app)
    api.install(app)
    for room in (sign_in, tickets, evidence, steps, accounts, audit, lessons, today, wall, saved, pulse, export):
        app.register_blueprint(room.screen)
    for room in (staff_intake, merchants_register, ticket_register, reminders):
        app.register_blueprint(room.screen)
    for room in (documents, document_templates, papers_out, reception):
        app.register_blueprint(room.screen)
    for room in (liaison, inspections, bulk_assign, office_settings, staff_sessions, imports):
        app.register_blueprint(room.screen)
    app.add_url_rule("/health", "health", access.public(_health))
    app.register_error_handler(TicketError, _refused)
    app.register_error_handler(Damaged, _damaged)
    app.register_error_handler(HTTPException, _failed)
    app.register_error_handler(SQLAlchemyError, _database_failed)
    app.after_request(_finish)
    app.jinja_env.globals.update(Kind=Kind, Status=Status, Step=Step, Role=Role, CHOICES=workflow.CHOICES)
    app.context_processor(_everywhere)


def _room_for_files() -> None:
    """A form with files may be larger than others."""
    room = ROOMS.get(request.endpoint or "")
    if room is not None and (most := room()) is not None:
        request.max_content_length = most


def _everywhere() -> dict[str, object]:
    """What every page shows: the office, the day, the alarms of who is signed in."""
    desk = here()
    return {
        "office": desk.office,
        "today": deadlines.local_date(desk.now()),
        "categories": desk.words.categories,
        "alarms": tickets.alarms(g.get("staff")),
        **_waiting(),
    }


def _waiting() -> dict[str, int]:
    """How many reminders and citizens wait for who is signed in; 0 for who works on no tickets."""
    staff = g.get("staff")
    if staff is None or staff.role not in access.WORKERS or staff.account.must_change:
        return {"reminded": 0, "received": 0}
    with here().reading() as reading:
        return {
            "reminded": tickets_reminders.count(reading, staff.actor),
            "received": reception.waiting(reading, staff),
        }


def _health() -> Response:
    """GET /health: 200 when the database can be written, else 503."""
    try:
        database.check_writable(here().engine)
    except SQLAlchemyError:
        return Response("database\n", 503, mimetype="text/plain")
    return Response("ok\n", mimetype="text/plain")


def _refused(error: TicketError) -> tuple[Response | str, int]:
    status = next((code for kind, code in steps.HTTP.items() if isinstance(error, kind)), 422)
    return _problem(error.code, status, error.field if isinstance(error, InvalidField) else None)


def _damaged(error: Damaged) -> tuple[Response | str, int]:
    current_app.logger.error("damaged: %s", error)
    return _problem("damaged", 500)


def _failed(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:  # a redirect of the router is no failure
        return error
    return _problem(f"http_{error.code}", error.code or 500)


def _database_failed(error: SQLAlchemyError) -> tuple[Response | str, int]:
    # The statement's parameters are what citizens wrote: only the kind of the failure goes to the log.
    current_app.logger.error("database: %s at %s %s", type(error).__name__, request.method, request.endpoint)
    return _problem("database", 503)


def _problem(code: str, status: int, field: str | None = None) -> tuple[Response | str, int]:
    if status >= 500:
        g.pop("staff", None)  # the page of a failure must not ask the database for anything
        g.office = here().filed_office
    if request.path.startswith("/api/"):
        return jsonify({"error": code, **({"field": field} if field else {})}), status
    return render_template("error.html", code=code, typed=[]), status


def _finish(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    if here().settings.behind_tls:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response
