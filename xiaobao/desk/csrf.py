"""Every form carries a secret of its session; a POST without it changes nothing (OWASP: synchroniser token)."""

from __future__ import annotations

import hmac
import secrets

from flask import Flask, render_template, request, session

from xiaobao.desk import kept

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
BEARER_ONLY = "api"  # no cookie is read there, so no other site can lend one


def install(app: Flask) -> None:
    """Check every request that may change something, before the view's own checks."""
    app.before_request(_check)
    app.jinja_env.globals["csrf_token"] = token


def token() -> str:
    """The secret of this session, made when first asked for."""
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe(24)
    return str(session["csrf"])


def _check() -> tuple[str, int] | None:
    if request.method in SAFE or request.blueprint == BEARER_ONLY or request.endpoint is None:
        return None
    given, known = request.form.get("csrf", ""), session.get("csrf", "")
    if known and hmac.compare_digest(given.encode(), known.encode()):
        return None
    typed = kept.words_of(request.form)
    return render_template("error.html", code="form_expired", typed=typed), 400
