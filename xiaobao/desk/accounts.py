"""Accounts of staff: made, disabled and given a new one-time password by an admin."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from xiaobao.desk import passwords
from xiaobao.desk.access import STAFF, allow, me
from xiaobao.desk.context import here
from xiaobao.desk.days import day
from xiaobao.tickets import accounts, departments, service, staff_sessions
from xiaobao.tickets.accounts import AccountView
from xiaobao.tickets.errors import InvalidField, NotFound
from xiaobao.tickets.workflow import Role

screen = Blueprint("accounts", __name__)
FIELDS = ("login", "name", "role", "department", "institution")
EDITED = ("name", "role", "department", "institution", "region", "subjects", "valid_until")
LONGEST = 40  # characters of a login, name or department


@screen.get("/accounts")
@allow(Role.ADMIN)
def list_accounts() -> str:
    """All accounts and the form for a new one."""
    return _page()


@screen.post("/accounts")
@allow(Role.ADMIN)
def create() -> tuple[str, int]:
    """A new account; its one-time password is shown once, on this answer only."""
    typed = {name: request.form.get(name, "").strip() for name in FIELDS}
    wrong = next((name for name in ("login", "name") if not 0 < len(typed[name]) <= LONGEST), None)
    wrong = wrong or next((name for name in ("department", "institution") if len(typed[name]) > LONGEST), None)
    if wrong is None and typed["role"] == Role.LIAISON and not typed["institution"]:
        wrong = "institution"
    if wrong:
        return _page(typed=typed, field=wrong), 422
    desk, password = here(), passwords.one_time()
    hashed = passwords.hash_password(password)
    try:
        with desk.writing.begin() as writing:
            account = accounts.create(
                writing,
                login=typed["login"],
                name=typed["name"],
                role=typed["role"],
                department=typed["department"] or None,
                institution=typed["institution"] or None,
                password_hash=hashed,
                now=desk.now(),
            )
            payload = {"role": account.role}
            service.audit(
                writing,
                actor=me().actor,
                action="create_account",
                subject=account.login,
                now=desk.now(),
                payload=payload,
            )
    except InvalidField as problem:
        return _page(typed=typed, field=problem.field), 422
    return _page(fresh=account, password=password), 201


@screen.post("/accounts/<int:account_id>/password")
@allow(Role.ADMIN)
def new_password(account_id: int) -> str:
    """A new one-time password; also unlocks the account and ends its sessions."""
    desk, password = here(), passwords.one_time()
    hashed = passwords.hash_password(password)
    with desk.writing.begin() as writing:
        account = _account(writing, account_id)
        accounts.set_password(writing, account_id, hashed, must_change=True)
        service.audit(writing, actor=me().actor, action="reset_password", subject=account.login, now=desk.now())
    return _page(fresh=account, password=password)


@screen.post("/accounts/<int:account_id>/disabled")
@allow(Role.ADMIN)
def set_disabled(account_id: int) -> Response | tuple[str, int]:
    """Close an account or open it again. Nobody closes their own: the last admin would lock everybody out.

    Open tickets are handed over first; with `release` they wait for somebody else, and the audit says how many.
    """
    desk, disabled = here(), request.form.get("disabled") == "1"
    if account_id == me().account.id:
        abort(409)
    with desk.writing.begin() as writing:
        account = _account(writing, account_id)
        in_hand = accounts.open_tickets(writing, account_id) if disabled else 0
        if in_hand and request.form.get("release") != "1":
            return _edit_page(account, in_hand=in_hand, asks_release=True), 409
        released = accounts.set_disabled(writing, account_id, disabled)
        action = "disable_account" if disabled else "enable_account"
        payload = {"released": released} if released else None
        service.audit(writing, actor=me().actor, action=action, subject=account.login, now=desk.now(), payload=payload)
    session["said"] = action
    return redirect(url_for("accounts.list_accounts"), 303)


@screen.post("/accounts/<int:account_id>/duty")
@allow(Role.ADMIN)
def set_on_duty(account_id: int) -> Response:
    """Put somebody on duty or off: only they and supervisors see messages of people in distress."""
    desk, on_duty = here(), request.form.get("on_duty") == "1"
    with desk.writing.begin() as writing:
        account = _account(writing, account_id)
        accounts.set_on_duty(writing, account_id, on_duty)
        action = "put_on_duty" if on_duty else "take_off_duty"
        service.audit(writing, actor=me().actor, action=action, subject=account.login, now=desk.now())
    session["said"] = action
    return redirect(url_for("accounts.list_accounts"), 303)


@screen.get("/accounts/<int:account_id>")
@allow(Role.ADMIN)
def edit(account_id: int) -> str:
    """Particulars, open tickets and sessions of one account."""
    with here().reading() as reading:
        account = _account(reading, account_id)
        return _edit_page(account, in_hand=accounts.open_tickets(reading, account_id))


@screen.post("/accounts/<int:account_id>")
@allow(Role.ADMIN)
def change(account_id: int) -> Response | tuple[str, int]:
    """New name, role, department, institution, region, subjects, term. Nobody takes the own admin's role away."""
    desk, typed = here(), {name: request.form.get(name, "").strip() for name in EDITED}
    until, wrong = day(typed["valid_until"]), next((name for name in EDITED if len(typed[name]) > LONGEST), None)
    if typed["valid_until"] and until is None:
        wrong = "valid_until"
    if account_id == me().account.id and (typed["role"] != Role.ADMIN or until):
        wrong = "role"
    try:
        if wrong:
            raise InvalidField(wrong)
        with desk.writing.begin() as writing:
            before = _account(writing, account_id)
            given = {name: typed[name] or None for name in ("department", "institution", "region", "subjects")}
            accounts.change(writing, account_id, name=typed["name"], role=typed["role"], valid_until=until, **given)
            payload = {"role": typed["role"], "before": before.role}
            service.audit(
                writing, actor=me().actor, action="change_account", subject=before.login, now=desk.now(),
                payload=payload,
            )  # fmt: skip
    except InvalidField as problem:
        with desk.reading() as reading:
            account = _account(reading, account_id)
            in_hand = accounts.open_tickets(reading, account_id)
        return _edit_page(account, in_hand=in_hand, typed=typed, field=problem.field), 422
    session["said"] = "account_changed"
    return redirect(url_for("accounts.edit", account_id=account_id), 303)


def _edit_page(
    account: AccountView,
    *,
    in_hand: int,
    typed: dict[str, str] | None = None,
    field: str | None = None,
    asks_release: bool = False,
) -> str:
    with here().reading() as reading:
        sessions = staff_sessions.of_account(reading, account.id)
        known = departments.names(reading)
    shown = typed or {name: str(getattr(account, name) or "") for name in EDITED}
    return render_template(
        "account.html", account=account, typed=shown, field=field, in_hand=in_hand, asks_release=asks_release,
        sessions=sessions, departments=known, roles=STAFF, done=session.pop("said", None),
    )  # fmt: skip


def _account(writing: Session, account_id: int) -> AccountView:
    """Raises NotFound."""
    account = accounts.get(writing, account_id)
    if account is None:
        raise NotFound(str(account_id))
    return account


def _page(
    *,
    typed: dict[str, str] | None = None,
    field: str | None = None,
    fresh: AccountView | None = None,
    password: str | None = None,
) -> str:
    with here().reading() as reading:
        found = accounts.all_accounts(reading)
    return render_template(
        "accounts.html",
        accounts=found,
        roles=STAFF,
        typed=typed or {},
        field=field,
        fresh=fresh,
        password=password,
        done=session.pop("said", None),
        now=here().now(),
    )
