"""What leaves the desk as a whole: the printed conversation of a ticket, and the package of an archived one."""

from __future__ import annotations

from flask import Blueprint, render_template, request, send_file
from werkzeug.wrappers import Response

from xiaobao.desk import conversation
from xiaobao.desk.access import WORKERS, allow, me, ticket_for
from xiaobao.desk.context import here
from xiaobao.desk.documents import catalogue
from xiaobao.desk.export import SHORTEST_REASON
from xiaobao.documents import archive
from xiaobao.tickets import service
from xiaobao.tickets.errors import InvalidField, NotFound, RoleForbidden
from xiaobao.tickets.workflow import Kind, Role

screen = Blueprint("papers_out", __name__)


@screen.get("/tickets/<number>/transcript")
@allow(*WORKERS)
def transcript(number: str) -> str:
    """The conversation for printing, masked; who printed is written down."""
    return _transcript(number, unmasked=False, reason="")


@screen.post("/tickets/<number>/transcript")
@allow(Role.SUPERVISOR)
def whole_transcript(number: str) -> str:
    """The same in full, with a reason. Raises InvalidField; an informant's words stay masked (办法 art. 37)."""
    reason = request.form.get("reason", "").strip()[:500]
    if len(reason) < SHORTEST_REASON:
        raise InvalidField("reason", "why it is needed in full")
    return _transcript(number, unmasked=True, reason=reason)


@screen.post("/tickets/<number>/package")
@allow(Role.SUPERVISOR)
def package(number: str) -> Response:
    """The package of an archived ticket, made now when the worker has not made it yet.

    Raises NotFound, StepNotOpen for a ticket that is not archived, Damaged for one that is not as it was made.
    """
    desk = here()
    with desk.reading() as reading:
        ticket_for(reading, number, me())
    archive.pack(
        desk.reading, desk.writing, number, catalogue=catalogue(), evidence_dir=desk.settings.evidence_dir,
        data_dir=desk.settings.data_dir, now=desk.now(), by=me().account.name,
    )  # fmt: skip
    with desk.reading() as reading:
        row = archive.of_ticket(reading, number)
        if row is None:
            raise NotFound(number)
        path, digest = archive.intact(row, desk.settings.data_dir), row.sha256
    _note(number, "open_package", {"sha256": digest})
    return send_file(
        path, mimetype="application/zip", as_attachment=True, download_name=f"{number}.zip", max_age=0, etag=False
    )


def _transcript(number: str, unmasked: bool, reason: str) -> str:
    with here().reading() as reading:
        ticket = ticket_for(reading, number, me())
        if not me().works_on(ticket) or (unmasked and ticket.kind == Kind.REPORT):
            raise RoleForbidden(number)
        said = conversation.of_ticket(reading, ticket, unmasked)
    _note(number, "print_transcript", {"unmasked": unmasked, **({"reason": reason} if reason else {})})
    return render_template("transcript.html", ticket=ticket, said=said, unmasked=unmasked, printed_at=here().now())


def _note(number: str, action: str, payload: dict[str, object]) -> None:
    desk = here()
    with desk.writing.begin() as writing:
        service.audit(writing, actor=me().actor, action=action, subject=number, now=desk.now(), payload=payload)
