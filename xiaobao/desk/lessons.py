"""What the bot could not answer or not well: one plain list for those who write the answers."""

from __future__ import annotations

import csv
import io

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from xiaobao.desk.access import EDITORS, allow, me
from xiaobao.desk.context import here
from xiaobao.tickets import deadlines, lessons, service

screen = Blueprint("lessons", __name__)
COLUMNS = ("kind", "at", "question", "topic_id", "field", "group")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run a cell that begins so


@screen.get("/questions")
@allow(*EDITORS)
def list_lessons() -> str:
    """Open questions, alike ones together, the most frequent first."""
    kind = _kind()
    with here().reading() as reading:
        counts = lessons.counts(reading)
        groups = lessons.groups(lessons.open_rows(reading, kind))
    return render_template("lessons.html", groups=groups, counts=counts, kind=kind, kinds=lessons.KINDS)


@screen.get("/questions.csv")
@allow(*EDITORS)
def export() -> Response:
    """The same as a table for a spreadsheet; who took it is recorded."""
    kind, desk = _kind(), here()
    with desk.writing.begin() as writing:
        groups = lessons.groups(lessons.open_rows(writing, kind))
        service.audit(writing, actor=me().actor, action="export_questions", subject=kind or "all", now=desk.now())
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(COLUMNS)
    for number, group in enumerate(groups, 1):
        for row in group.rows:
            day = deadlines.local_date(row.at).isoformat()
            table.writerow(map(_cell, (row.kind, day, row.question, row.topic_id or "", row.field or "", str(number))))
    headers = {"Content-Disposition": "attachment; filename=questions.csv"}
    # The mark at the beginning tells spreadsheets that this is UTF-8.
    return Response("\ufeff" + out.getvalue(), mimetype="text/csv", headers=headers)


@screen.post("/questions/closed")
@allow(*EDITORS)
def close() -> Redirect:
    """Put a group away once its answer has been written or it needs none."""
    ids = request.form.getlist("id")
    if not ids or not all(value.isascii() and value.isdecimal() and len(value) < 12 for value in ids):
        abort(404)
    desk = here()
    with desk.writing.begin() as writing:
        lessons.close(writing, map(int, ids), me().account.id, desk.now())
    return redirect(url_for("lessons.list_lessons", kind=request.form.get("kind") or None), 303)


def _kind() -> str | None:
    kind = request.args.get("kind") or None
    if kind is not None and kind not in lessons.KINDS:
        abort(404)
    return kind


def _cell(text: str) -> str:
    return "'" + text if text.startswith(FORMULA) else text
