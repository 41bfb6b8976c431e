"""Who looked at what: contact data, originals of evidence, accounts."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request

from xiaobao.desk.access import WATCHERS, allow
from xiaobao.desk.context import here
from xiaobao.tickets import audits

screen = Blueprint("audit", __name__)


@screen.get("/audit")
@allow(*WATCHERS)
def list_audit() -> str:
    """Newest first, of everything or of one ticket or account."""
    subject, before = request.args.get("subject", "").strip(), request.args.get("before", "")
    if before and not (before.isascii() and before.isdecimal() and len(before) < 12):
        abort(404)
    with here().reading() as reading:
        page = audits.page(reading, subject=subject or None, before=int(before) if before else None)
    return render_template("audit.html", page=page, subject=subject)
