"""Signing in and out, and the own password."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from xiaobao.desk import passwords
from xiaobao.desk.access import READERS, STAFF, Staff, allow, me, open_session_for, public
from xiaobao.desk.context import here
from xiaobao.desk.staff_sessions import end_this_session, mine
from xiaobao.tickets import accounts, service
from xiaobao.tickets.accounts import AccountView
from xiaobao.tickets.workflow import Role

screen = Blueprint("sign_in", __name__)
FIRST_PAGES = {
    **{role: "tickets.worklist_page" for role in READERS},
    Role.ADMIN: "accounts.list_accounts",
    Role.LIAISON: "liaison.tasks",
    Role.INSPECTOR: "inspections.mine",
    Role.EDITOR: "lessons.list_lessons",
}


@screen.get("/sign-in")
@public
def sign_in() -> str:
    """The form."""
    return render_template("sign_in.html", next=request.args.get("next", ""))


@screen.post("/sign-in")
@public
def check() -> Response | tuple[str, int]:
    """Open a session, or say what to do instead."""
    login, password = request.form.get("login", ""), request.form.get("password", "")
    desk, now = here(), here().now()
    with desk.reading() as reading:
        account = accounts.find(reading, login)
        known = accounts.password_hash(reading, login)
    if account and account.locked_until and account.locked_until > now:
        return _refused(login, "locked", account)
    # Outside of any transaction: hashing takes 50 ms, during which others may write.
    right = passwords.matches(known or passwords.NOBODY, password)
    with desk.writing.begin() as writing:
        if right and account and known and accounts.may_log_in(account, now):
            accounts.record_success(writing, login)
        elif account:
            accounts.record_failure(writing, login, now)
            account = accounts.find(writing, login)
    if right and account and known and accounts.serves(account, now):
        open_session_for(account, known)
        return redirect(_inside(request.form.get("next", "")) or _first_page(account), 303)
    locked = account is not None and account.locked_until is not None and account.locked_until > now
    return _refused(login, "locked" if locked else "wrong", account)


@screen.post("/sign-out")
@allow(*STAFF)
def sign_out() -> Response:
    """End the session of this browser, here and in the list of sessions."""
    end_this_session()
    session.clear()
    return redirect(url_for("sign_in.sign_in"), 303)


@screen.get("/me")
@allow(*STAFF)
def password() -> str:
    """Who I am, and the form for a new password."""
    return render_template("me.html", sessions=mine(), done=session.pop("said", None))


@screen.post("/me")
@allow(*STAFF)
def change_password() -> Response | tuple[str, int]:
    """A new password; other sessions of the account end with the old one."""
    old, new, again = (request.form.get(name, "") for name in ("old", "new", "again"))
    account, desk = me().account, here()
    with desk.reading() as reading:
        known = accounts.password_hash(reading, account.login) or ""
    wrong = None if passwords.matches(known, old) else ("old", "wrong_old")
    wrong = wrong or (("new", weak) if (weak := passwords.problem(new, account.login)) else None)
    wrong = wrong or (("new", "same") if new == old else ("again", "differs") if new != again else None)
    if wrong:
        return render_template("me.html", sessions=mine(), field=wrong[0], problem=wrong[1]), 422
    hashed = passwords.hash_password(new)
    with desk.writing.begin() as writing:
        accounts.set_password(writing, account.id, hashed)
        service.audit(writing, actor=me().actor, action="change_password", subject=account.login, now=desk.now())
        changed = accounts.get(writing, account.id) or account
    open_session_for(changed, hashed)
    session["said"] = "password_changed"
    return redirect(_first_page(changed), 303)


def _refused(login: str, problem: str, account: AccountView | None) -> tuple[str, int]:
    until = account.locked_until if account else None
    shown = render_template(
        "sign_in.html", login=login, problem=problem, until=until, next=request.form.get("next", "")
    )
    return shown, 401


def _first_page(account: AccountView) -> str:
    role = Staff(account).role
    if account.must_change or role not in FIRST_PAGES:
        return url_for("sign_in.password")
    return url_for(FIRST_PAGES[role])


def _inside(target: str) -> str | None:
    """A path on this desk, never another site."""
    outside = not target.startswith("/") or target.startswith(("//", "/\\")) or any(ord(sign) < 32 for sign in target)
    return None if outside or target == "/" else target  # "/" is home, and each role has its own
