"""Where somebody is signed in, ended one by one or all at once."""

from __future__ import annotations

from flask import Blueprint, g, redirect, session, url_for
from werkzeug.wrappers import Response

from xiaobao.desk.access import STAFF, allow, me
from xiaobao.desk.context import here
from xiaobao.tickets import accounts, service, staff_sessions
from xiaobao.tickets.errors import NotFound
from xiaobao.tickets.staff_sessions import SessionView
from xiaobao.tickets.workflow import Role

screen = Blueprint("staff_sessions", __name__)


def mine() -> list[tuple[SessionView, bool]]:
    """The own sessions, each with whether it is the one of this browser."""
    with here().reading() as reading:
        found = staff_sessions.of_account(reading, me().account.id)
    return [(one, one.id == g.get("session_id")) for one in found]


def end_this_session() -> None:
    """End the session of this browser on the server, too."""
    with here().writing.begin() as writing:
        staff_sessions.end(writing, g.get("session_id", 0), me().account.id)


@screen.post("/me/sessions/<int:session_id>")
@allow(*STAFF)
def end(session_id: int) -> Response:
    """End one of the own sessions; another person's is not found."""
    with here().writing.begin() as writing:
        if not staff_sessions.end(writing, session_id, me().account.id):
            raise NotFound(str(session_id))
    session["said"] = "session_ended"
    return redirect(url_for("sign_in.password"), 303)


@screen.post("/me/sessions")
@allow(*STAFF)
def end_everywhere() -> Response:
    """Sign out everywhere, here too."""
    desk = here()
    with desk.writing.begin() as writing:
        staff_sessions.end_all(writing, me().account.id)
        service.audit(writing, actor=me().actor, action="end_sessions", subject=me().account.login, now=desk.now())
    session.clear()
    return redirect(url_for("sign_in.sign_in"), 303)


@screen.post("/accounts/<int:account_id>/sessions")
@allow(Role.ADMIN)
def end_of_account(account_id: int) -> Response:
    """An admin ends every session of somebody: a lost telephone, a doubt."""
    desk = here()
    with desk.writing.begin() as writing:
        account = accounts.get(writing, account_id)
        if account is None:
            raise NotFound(str(account_id))
        staff_sessions.end_all(writing, account_id)
        service.audit(writing, actor=me().actor, action="end_sessions", subject=account.login, now=desk.now())
    session["said"] = "sessions_ended"
    return redirect(url_for("accounts.edit", account_id=account_id), 303)
