"""Filters that a person keeps under a name of their own."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from xiaobao.desk import listing
from xiaobao.desk.access import READERS, allow, me
from xiaobao.desk.context import here
from xiaobao.tickets import saved_filters

screen = Blueprint("saved", __name__, url_prefix="/filters")


@screen.post("")
@allow(*READERS)
def save() -> Response:
    """Keep the filter of the list under a name; the same name replaces it."""
    asked = {name: value for name, value in listing.asked(request.form).items() if value}
    with here().writing.begin() as writing:
        saved_filters.save(writing, me().account.id, request.form.get("name", ""), asked, here().now())
    return redirect(f"{url_for('tickets.worklist_page')}?{urlencode(asked)}", 303)


@screen.post("/<int:filter_id>/remove")
@allow(*READERS)
def remove(filter_id: int) -> Response:
    """Forget one of the own filters."""
    with here().writing.begin() as writing:
        saved_filters.remove(writing, me().account.id, filter_id)
    return redirect(url_for("tickets.worklist_page"), 303)
