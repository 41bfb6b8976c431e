"""Templates of documents, by an editor or an admin: the office's own over the shipped one, after a trial; and back."""

from __future__ import annotations

import io
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, send_file, session, url_for
from werkzeug.wrappers import Response

from xiaobao.desk.access import EDITORS, allow, me
from xiaobao.desk.context import here
from xiaobao.desk.documents import WORD, catalogue
from xiaobao.documents import containers, reading, rendering, templates
from xiaobao.documents.containers import Unfit
from xiaobao.documents.kinds import DocumentKind
from xiaobao.documents.reading import Block
from xiaobao.documents.rendering import BrokenTemplate
from xiaobao.tickets import service
from xiaobao.tickets.deadlines import TIMEZONE
from xiaobao.tickets.errors import NotFound

screen = Blueprint("document_templates", __name__)
ROOM = 64 * 1024  # bytes of a form beside its file


@dataclass(frozen=True)
class Refused:
    """A file that was not taken, for the page."""

    kind: str
    problem: Unfit | BrokenTemplate


def room() -> int:
    """Bytes that the form with a template may have."""
    return containers.MOST_BYTES + ROOM


@screen.get("/settings/documents")
@allow(*EDITORS)
def list_templates() -> str:
    """Each kind with the template in use, and the variables a template may ask for."""
    return _page()


@screen.get("/settings/documents/<kind>")
@allow(*EDITORS)
def sample(kind: str) -> str:
    """The template in use, filled with the sample of every variable."""
    found, own = _known(kind), templates.of(catalogue(), here().settings.data_dir, kind)
    problem: Unfit | BrokenTemplate | None = None
    blocks: list[Block] = []
    try:
        blocks = reading.blocks(templates.trial(catalogue(), kind, own.data))
    except (Unfit, BrokenTemplate) as broken:
        problem = broken
    return render_template("settings_document_sample.html", kind=found, blocks=blocks, problem=problem)


@screen.get("/settings/documents/<kind>/file")
@allow(*EDITORS)
def download(kind: str) -> Response:
    """The template in use, to be edited in Word or WPS."""
    _known(kind)
    data = templates.of(catalogue(), here().settings.data_dir, kind).data
    return send_file(io.BytesIO(data), mimetype=WORD, as_attachment=True, download_name=f"{kind}.docx", max_age=0)


@screen.post("/settings/documents/<kind>")
@allow(*EDITORS)
def upload(kind: str) -> Response | tuple[str, int]:
    """Try a file with the sample and use it from now on; one that does not work leaves the template in use alone."""
    _known(kind)
    sent = request.files.get("template")
    data = sent.stream.read(containers.MOST_BYTES + 1) if sent else b""
    try:
        digest = templates.keep(catalogue(), here().settings.data_dir, kind, data)
    except (Unfit, BrokenTemplate) as problem:
        return _page(Refused(kind, problem)), 422
    _noted("change_template", kind, digest)
    session["said"] = "template_kept"
    return redirect(url_for("document_templates.list_templates") + f"#{kind}", 303)


@screen.post("/settings/documents/<kind>/reset")
@allow(*EDITORS)
def reset(kind: str) -> Response:
    """Back to the template that comes with the product."""
    _known(kind)
    if templates.reset(here().settings.data_dir, kind):
        _noted("reset_template", kind, "")
    session["said"] = "template_reset"
    return redirect(url_for("document_templates.list_templates") + f"#{kind}", 303)


def _known(kind: str) -> DocumentKind:
    found = catalogue().kinds.get(kind)
    if found is None:
        raise NotFound(kind)
    return found


def _noted(action: str, kind: str, digest: str) -> None:
    desk = here()
    with desk.writing.begin() as writing:
        service.audit(
            writing, actor=me().actor, action=action, subject=kind, now=desk.now(), payload={"sha256": digest}
        )


def _page(refused: Refused | None = None) -> str:
    data_dir, known = here().settings.data_dir, catalogue()
    in_use = []
    for kind in known.kinds.values():
        template = templates.of(known, data_dir, kind.code)
        in_use.append((kind, template, _asked(template.data)))
    return render_template(
        "settings_documents.html",
        in_use=in_use,
        variables=list(known.variables.values()),
        refused=refused,
        office_zone=TIMEZONE,
        most_mb=containers.MOST_BYTES // 1024 // 1024,
        done=session.pop("said", None),
    )


def _asked(data: bytes) -> list[str] | None:
    """Variables of a template in use; None for one that was damaged since."""
    try:
        return sorted(rendering.variables(data))
    except BrokenTemplate:
        return None
