"""Who may open what. Every view names its roles; a view that names none is closed to everybody."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, redirect, render_template, request, session, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from xiaobao.desk import inspection_view, kept, tokens
from xiaobao.desk.context import here
from xiaobao.tickets import accounts, matches, office_settings, queries, staff_sessions
from xiaobao.tickets.accounts import AccountView
from xiaobao.tickets.errors import NotFound
from xiaobao.tickets.service import Actor
from xiaobao.tickets.staff_sessions import SEEN_EVERY, SessionView
from xiaobao.tickets.views import TicketView
from xiaobao.tickets.workflow import Kind, Role

View = TypeVar("View", bound=Callable[..., Any])

STAFF = tuple(sorted(accounts.STAFF))
WORKERS = (Role.CLERK, Role.HANDLER, Role.SUPERVISOR)
READERS = (*WORKERS, Role.INSPECTOR)
REPORT_READERS = (Role.CLERK, Role.SUPERVISOR)  # who triages and decides: 办法 art. 37
WATCHERS = (Role.SUPERVISOR, Role.ADMIN)  # the audit names reports and their files: 办法 art. 37
EDITORS = (Role.EDITOR, Role.ADMIN)  # texts and templates, questions with no answer yet; no ticket
PUBLIC = "public"
OPEN_ENDPOINTS = ("static",)  # Flask's own view
_CALLER = accounts.ONE.add_columns(*office_settings.MARKS)  # one way to the database before each call of the API
BEFORE_OWN_PASSWORD = ("sign_in.password", "sign_in.change_password", "sign_in.sign_out")


@dataclass(frozen=True)
class Staff:
    """Who sits at the desk."""

    account: AccountView

    @cached_property
    def role(self) -> Role:
        return next(role for role in Role if role == self.account.role)

    @cached_property
    def actor(self) -> Actor:
        unknown = frozenset(kind for kind in Kind if not self.knows_of(kind))
        return Actor(self.role, self.account.id, self.account.name, knows_nothing_of=unknown)

    @property
    def sees_distress(self) -> bool:
        """Messages of people in distress: the supervisor, and workers whom an admin put on duty."""
        return self.role == Role.SUPERVISOR or (self.role in WORKERS and self.account.on_duty)

    @property
    def sees_reports(self) -> bool:
        """Reports, and that a complaint has one beside it: who handles them and nobody else (办法 art. 37)."""
        return self.role in WORKERS

    def knows_of(self, kind: str) -> bool:
        """Whether there are tickets of this kind as far as this person is concerned."""
        return (self.sees_distress or kind != Kind.DISTRESS) and (self.sees_reports or kind != Kind.REPORT)

    @property
    def matched_kinds(self) -> frozenset[Kind]:
        """Kinds of tickets that groups, likely duplicates and their counts may be made of for this person."""
        return matches.WITH_REPORTS if self.role in REPORT_READERS else matches.COMPLAINTS

    def works_on(self, ticket: TicketView) -> bool:
        """Whether contact data, conversation and files of this ticket are needed for this person's work."""
        if self.role == Role.HANDLER:
            return ticket.assignee_id in (None, self.account.id)
        return self.role in WORKERS


def ticket_for(reading: Session, number: str, staff: Staff) -> TicketView:
    """The ticket, if this person may know of it. Raises NotFound."""
    ticket = queries.ticket(reading, number)
    if not staff.knows_of(ticket.kind):
        raise NotFound(number)
    return inspection_view.of(ticket) if staff.role == Role.INSPECTOR else ticket


def check_visible(reading: Session, number: str, staff: Staff) -> None:
    """Read no more than the kind of a ticket. Raises NotFound for who may not know of it."""
    if not staff.knows_of(queries.kind_of(reading, number)):
        raise NotFound(number)


def allow(*roles: Role) -> Callable[[View], View]:
    """Open a view to these roles."""

    def mark(view: View) -> View:
        view.roles = frozenset(roles)  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Open a view to everybody, signed in or not."""
    view.roles = PUBLIC  # type: ignore[attr-defined]
    return view


def roles_of(endpoint: str) -> frozenset[Role] | str | None:
    """Roles of a registered view, PUBLIC, or None when it names none."""
    return getattr(current_app.view_functions[endpoint], "roles", None)


def install(app: Flask) -> None:
    """Check every request before its view runs."""
    app.before_request(_guard)
    app.context_processor(lambda: {"staff": g.get("staff")})


def me() -> Staff:
    """Who is signed in; only in views that are not public."""
    staff: Staff = g.staff
    return staff


def open_session_for(account: AccountView, password_hash: str) -> None:
    """Start a signed session; whatever the browser had before is dropped, so no session can be planted."""
    desk = here()
    with desk.writing.begin() as writing:
        if "sid" in session and (old := staff_sessions.find(writing, session["sid"], account.id)):
            staff_sessions.end(writing, old.id, account.id)
        agent, address = request.headers.get("User-Agent", ""), request.remote_addr or ""
        token = staff_sessions.start(writing, account.id, now=desk.now(), address=address, agent=agent)
    session.clear()
    session.permanent = True
    session["account"], session["proof"], session["sid"] = account.id, _proof(password_hash), token


def _guard() -> Response | tuple[str, int] | None:
    if request.endpoint is None or request.endpoint in OPEN_ENDPOINTS:
        return None
    roles = roles_of(request.endpoint)
    if roles == PUBLIC:
        return None
    staff = _bearer() if request.blueprint == "api" else _signed_in()
    if staff is None:
        return _ask_to_sign_in()
    g.staff = staff
    if staff.account.must_change and request.endpoint not in BEFORE_OWN_PASSWORD:
        if request.blueprint == "api":
            abort(403)
        return redirect(url_for("sign_in.password"), 303)
    if roles is None or staff.role not in roles:
        abort(403)
    return None


def _signed_in() -> Staff | None:
    """The account of the session: alive, in office, not ended elsewhere, and with the password it signed in with."""
    if "account" not in session:
        return None
    desk = here()
    with desk.reading() as reading:
        account = accounts.get(reading, session["account"])
        known = accounts.password_hash(reading, account.login) if account else None
        kept = staff_sessions.find(reading, session.get("sid", ""), session["account"])
        desk.read_office(reading)
    if account is None or known is None or kept is None or not accounts.serves(account, desk.now()):
        return None
    if not hmac.compare_digest(_proof(known), session.get("proof", "")):
        return None
    _seen(kept)
    return Staff(account)


def _seen(kept: SessionView) -> None:
    """Note now and then that a browser is in use; the list of sessions shows it."""
    desk = here()
    g.session_id = kept.id
    if desk.now() - kept.last_seen >= SEEN_EVERY:
        with desk.writing.begin() as writing:
            staff_sessions.seen(writing, kept.id, desk.now())


def _bearer() -> Staff | None:
    """The service account of the request's token."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    account_id = tokens.read(here().settings.secret_key, token.strip()) if scheme.lower() == "bearer" else None
    if account_id is None:
        return None
    desk = here()
    with desk.glance() as reading:
        row = reading.execute(_CALLER, {"id": account_id}).first()
        if row is None:
            return None
        of_account, marks = row[: -len(office_settings.MARKS)], row[-len(office_settings.MARKS) :]
        desk.read_office(reading, marks)
    account = AccountView(*of_account)
    return Staff(account) if accounts.serves(account, desk.now()) else None


def _ask_to_sign_in() -> Response | tuple[str, int]:
    """What was typed is shown again: a session that ran out must not cost a long answer."""
    if request.blueprint == "api":
        abort(401)
    if request.method != "GET":
        typed = kept.words_of(request.form)
        return render_template("sign_in.html", typed=typed, expired=True), 401
    return redirect(url_for("sign_in.sign_in", next=request.full_path.rstrip("?")), 303)


def _proof(password_hash: str) -> str:
    """Changes with the password, so that a new password ends every session of the account."""
    key = here().settings.secret_key.encode()
    return hmac.new(key, b"desk.session:" + password_hash.encode(), hashlib.sha256).hexdigest()
