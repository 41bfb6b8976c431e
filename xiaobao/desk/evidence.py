"""Files of a ticket: the re-encoded copy to look at, the original only by a deliberate act that is written down."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, render_template, send_file, session
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from xiaobao.conversations import uploads
from xiaobao.desk import story
from xiaobao.desk.access import WORKERS, allow, me, ticket_for
from xiaobao.desk.context import here
from xiaobao.tickets import service
from xiaobao.tickets.errors import NotFound, RoleForbidden
from xiaobao.tickets.views import EvidenceView

screen = Blueprint("evidence", __name__)
PICTURES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}


@screen.get("/tickets/<number>/evidence/<evidence_id>")
@allow(*WORKERS)
def preview(number: str, evidence_id: str) -> Response:
    """The copy that our own worker encoded, never the bytes that came from outside."""
    _mine(number, evidence_id)
    with here().reading() as reading:
        upload = uploads.get(reading, evidence_id)
    path = _inside(upload.preview_path if upload else None)
    kind = PICTURES.get(path.suffix.lower())
    if kind is None:
        raise NotFound(evidence_id)
    return send_file(path, mimetype=kind, max_age=0)


@screen.get("/tickets/<number>/evidence/<evidence_id>/view")
@allow(*WORKERS)
def view(number: str, evidence_id: str) -> str:
    """The copy as large as one likes beside the story; who looked at which file is written down first."""
    desk, file = here(), _mine(number, evidence_id)
    _note(number, file, "view_evidence")
    with desk.reading() as reading:
        ticket = ticket_for(reading, number, me())
        shown = {one.evidence_id for one in ticket.evidence if _has_preview(reading, one.evidence_id)}
    files = list(ticket.evidence)
    at = files.index(file)
    pieces = story.pieces(ticket.narrative or "", ticket.spans, vars(ticket), ticket.sources)
    return render_template(
        "evidence.html",
        ticket=ticket,
        file=file,
        place=at + 1,
        before=files[at - 1] if at else None,
        after=files[at + 1] if at + 1 < len(files) else None,
        has_picture=evidence_id in shown,
        pieces=pieces,
    )


@screen.post("/tickets/<number>/evidence/<evidence_id>")
@allow(*WORKERS)
def original(number: str, evidence_id: str) -> Response:
    """The original as a download, never shown by the browser as a page of ours."""
    file = _mine(number, evidence_id)
    path = _inside(file.path)
    _note(number, file, "open_evidence")
    return send_file(
        path, mimetype="application/octet-stream", as_attachment=True, download_name=file.filename, max_age=0
    )


def _note(number: str, file: EvidenceView, action: str) -> None:
    """Write down who looks at which file, before it is shown."""
    desk, payload = here(), {"evidence_id": file.evidence_id, "filename": file.filename}
    with desk.writing.begin() as writing:
        service.audit(writing, actor=me().actor, action=action, subject=number, now=desk.now(), payload=payload)


def _has_preview(reading: Session, evidence_id: str) -> bool:
    upload = uploads.get(reading, evidence_id)
    return bool(upload and upload.preview_path)


def _mine(number: str, evidence_id: str) -> EvidenceView:
    """The file, when it belongs to the ticket and the ticket to this person's work."""
    with here().reading() as reading:
        ticket = ticket_for(reading, number, me())
    if not me().works_on(ticket):
        raise RoleForbidden(number)
    found = next((one for one in ticket.evidence if one.evidence_id == evidence_id), None)
    if found is None:
        raise NotFound(evidence_id)
    return found


def _inside(relative: str | None) -> Path:
    """A file below the evidence folder. Raises NotFound, also for a path that leads out of it."""
    folder = here().settings.evidence_dir.resolve()
    path = (folder / relative).resolve() if relative else folder
    if not path.is_relative_to(folder) or not path.is_file():
        raise NotFound(str(relative))
    return path


# Videos have no copy of ours: they are played as they came, which counts as opening the original. ------------------

VIDEO = ("video/mp4", "video/quicktime", "video/3gpp", "video/webm")
PLAYING = "playing"  # in the session: what the play button was pressed for


@screen.post("/tickets/<number>/evidence/<evidence_id>/play")
@allow(*WORKERS)
def play(number: str, evidence_id: str) -> str:
    """A page with the video; who opened it is written down before."""
    desk, file = here(), _mine(number, evidence_id)
    if file.media_type not in VIDEO:
        raise NotFound(evidence_id)
    _inside(file.path)
    with desk.writing.begin() as writing:
        payload = {"evidence_id": evidence_id, "filename": file.filename}
        service.audit(
            writing, actor=me().actor, action="play_evidence", subject=number, now=desk.now(), payload=payload
        )
    session[PLAYING] = evidence_id
    return render_template("video.html", number=number, file=file)


@screen.get("/tickets/<number>/evidence/<evidence_id>/film")
@allow(*WORKERS)
def film(number: str, evidence_id: str) -> Response:
    """The video's bytes, whole or a range of them, for the player on that page only."""
    file = _mine(number, evidence_id)
    if file.media_type not in VIDEO or session.get(PLAYING) != evidence_id:
        raise NotFound(evidence_id)
    return send_file(_inside(file.path), mimetype=file.media_type, conditional=True, max_age=0)
