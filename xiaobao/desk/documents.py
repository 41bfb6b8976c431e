"""Documents of a ticket: written, looked at, sent in the conversation or by post; what was sent is shown as it was sent."""

from __future__ import annotations

import io
import secrets
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import quote

from flask import Blueprint, redirect, render_template, request, send_file, session, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from xiaobao.conversations.papers import Document
from xiaobao.desk import document_values
from xiaobao.desk.access import WORKERS, allow, check_visible, me, ticket_for
from xiaobao.desk.context import here
from xiaobao.desk.days import day
from xiaobao.documents import kinds, pdf, reading, rendering, store, templates
from xiaobao.documents.kinds import Catalogue, DocumentKind
from xiaobao.documents.pdf import PdfFailed
from xiaobao.documents.reading import Block
from xiaobao.documents.rendering import BrokenTemplate
from xiaobao.documents.store import Sending
from xiaobao.tickets import queries, service
from xiaobao.tickets.errors import InvalidField, NotFound, NotYet, RoleForbidden, TicketError
from xiaobao.tickets.views import TicketView

screen = Blueprint("documents", __name__)
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ID_LENGTH = 32  # hexadecimal digits
Answer = Response | tuple[str, int]


@dataclass(frozen=True)
class Written:
    """The form of a document: what was typed, what is wrong, what would be sent."""

    text: str
    draft: str
    problem: TicketError | BrokenTemplate | None = None
    preview: list[Block] = field(default_factory=list)


@screen.get("/tickets/<number>/documents/new")
@allow(*WORKERS)
def new(number: str) -> str:
    """The form for one kind, begun with what was said when the step was taken."""
    with here().reading() as read:
        ticket, kind = _mine(read, number), _kind(request.args.get("kind", ""))
    if not store.may_be_written(kind, ticket):
        raise NotFound(kind.code)
    return _form(ticket, kind, Written(document_values.prefilled(ticket, kind), secrets.token_hex(ID_LENGTH // 2)))


@screen.post("/tickets/<number>/documents")
@allow(*WORKERS)
def write(number: str) -> Answer:
    """Preview, keep for printing, or send at once; the form again with everything typed when something is wrong."""
    kind, act = _kind(request.form.get("kind", "")), request.form.get("act", "preview")
    text, draft = request.form.get("text", "").replace("\r\n", "\n"), _draft(request.form.get("draft", ""))
    if act not in ("preview", "keep", "send"):
        raise InvalidField("act", "preview, keep or send")
    try:
        if act == "preview":
            return _preview(number, kind, text, draft)
        document_id = _write(number, kind, text, draft, act == "send")
    except NotFound:
        raise
    except (TicketError, BrokenTemplate) as problem:
        return _again(number, kind, Written(text, draft, problem))
    session["said"] = "document_sent" if act == "send" else "document_kept"
    return redirect(url_for("documents.show", number=number, document_id=document_id), 303)


@screen.get("/tickets/<number>/documents/<document_id>")
@allow(*WORKERS)
def show(number: str, document_id: str) -> str:
    """A document as it was kept. It names people in full, so who looks is written down first."""
    return _page(number, document_id)


@screen.post("/tickets/<number>/documents/<document_id>/file")
@allow(*WORKERS)
def download(number: str, document_id: str) -> Answer:
    """The file itself, or as PDF where LibreOffice is installed; written down first."""
    wanted, command = request.form.get("format", "docx"), pdf.program()
    if wanted not in ("docx", "pdf") or (wanted == "pdf" and command is None):
        raise NotFound(wanted)
    _noted(number, document_id, "open_document")
    with here().reading() as read:
        found = store.get(read, number, document_id)
        data, name = store.intact(found), f"{found.title}{found.number}.{wanted}"
    if wanted == "pdf" and command is not None:
        try:
            data = pdf.convert(data, command)
        except PdfFailed:
            return _page(number, document_id, "pdf"), 503
    kind = WORD if wanted == "docx" else "application/pdf"
    answer = send_file(io.BytesIO(data), mimetype=kind, max_age=0)
    answer.headers["Content-Disposition"] = f"attachment; filename=document.{wanted}; filename*=UTF-8''{quote(name)}"
    return answer


@screen.post("/tickets/<number>/documents/<document_id>/send")
@allow(*WORKERS)
def send(number: str, document_id: str) -> Answer:
    """Send a kept document in the conversation."""

    def act(writing: Session, found: Document, sending: Sending) -> None:
        store.offer(writing, found, sending)

    return _do(number, document_id, act, "document_sent")


@screen.post("/tickets/<number>/documents/<document_id>/handed")
@allow(*WORKERS)
def hand_over(number: str, document_id: str) -> Answer:
    """Write down that it was posted or handed over: on which day, under which number."""
    means, tracking = request.form.get("means", ""), request.form.get("tracking", "")
    on: date | None = day(request.form.get("sent_on", ""))

    def act(writing: Session, found: Document, sending: Sending) -> None:
        store.hand_over(writing, found, sending, means=means, on=on, tracking=tracking)

    return _do(number, document_id, act, "document_handed")


@screen.post("/tickets/<number>/documents/<document_id>/void")
@allow(*WORKERS)
def void(number: str, document_id: str) -> Answer:
    """Say that it goes to nobody."""
    reason = request.form.get("void_reason", "")

    def act(writing: Session, found: Document, sending: Sending) -> None:
        store.void(writing, found, sending, reason)

    return _do(number, document_id, act, "document_voided")


def catalogue() -> Catalogue:
    """data/documents of this installation."""
    return kinds.load(here().settings.reference_dir)


def writable(ticket: TicketView) -> list[DocumentKind]:
    """Kinds that may be written now."""
    return [kind for kind in catalogue().for_process(ticket.process) if store.may_be_written(kind, ticket)]


def along(ticket: TicketView) -> dict[str, DocumentKind]:
    """The document that can go out with each step, in the conversation; none for a ticket without one."""
    found: dict[str, DocumentKind] = {}
    for kind in catalogue().for_process(ticket.process) if ticket.conversation_id else []:
        if kind.for_citizen:
            found.update({step: kind for step in kind.steps if step not in found})
    return found


def send_along(writing: Session, number: str, step: str) -> None:
    """Send the document of a step that was just taken, in its transaction and with its words.

    Raises InvalidField, NotYet("template") for a template that does not work, and whatever sending raises: nothing of the
    step stays then.
    """
    desk, ticket = here(), queries.ticket(writing, number, unmasked=True)
    kind = along(ticket).get(step)
    if kind is None:
        raise InvalidField("means", "no document of this step can be sent")
    text = document_values.checked(document_values.prefilled(ticket, kind), kind)
    template = templates.of(catalogue(), desk.settings.data_dir, kind.code)
    sending = Sending(me().actor, desk.now(), desk.office)
    try:
        found = store.write(writing, ticket, kind, template, _values(ticket, kind, text), text, sending)
    except BrokenTemplate:
        raise NotYet("template") from None
    store.offer(writing, found, sending)


def _mine(read: Session, number: str, unmasked: bool = False) -> TicketView:
    """The ticket, when it belongs to this person's work. Raises NotFound, RoleForbidden."""
    ticket = ticket_for(read, number, me())
    if not me().works_on(ticket):
        raise RoleForbidden(number)
    return queries.ticket(read, number, unmasked=True) if unmasked else ticket


def _kind(code: str) -> DocumentKind:
    found = catalogue().kinds.get(code)
    if found is None:
        raise NotFound(code)
    return found


def _draft(given: str) -> str:
    """The id that the form carries; another when it is none."""
    fits = len(given) == ID_LENGTH and all(sign in "0123456789abcdef" for sign in given)
    return given if fits else secrets.token_hex(ID_LENGTH // 2)


def _values(ticket: TicketView, kind: DocumentKind, text: str) -> dict[str, str]:
    desk = here()
    return document_values.of(ticket, kind, text, catalogue=catalogue(), office=desk.office, now=desk.now())


def _preview(number: str, kind: DocumentKind, text: str, draft: str) -> Answer:
    """The text of the document as it would be rendered, with contact data masked: nothing is kept, no number is taken."""
    with here().reading() as read:
        ticket = _mine(read, number)
    checked = document_values.checked(text, kind)
    template = templates.of(catalogue(), here().settings.data_dir, kind.code)
    document = rendering.render(template.data, _values(ticket, kind, checked))
    return _form(ticket, kind, Written(text, draft, preview=reading.blocks(document))), 200


def _write(number: str, kind: DocumentKind, text: str, draft: str, at_once: bool) -> str:
    """Keep it, and send it in the same transaction; the same form sent twice makes one document."""
    desk = here()
    checked = document_values.checked(text, kind)
    template = templates.of(catalogue(), desk.settings.data_dir, kind.code)
    with desk.writing.begin() as writing:
        ticket = _mine(writing, number, unmasked=True)
        sending, found = _sending(), writing.get(Document, draft)
        if found is not None and (found.ticket_number, found.kind, found.text) != (number, kind.code, checked):
            found, draft = None, _draft("")  # the same page, but other words: another document
        if found is None:
            values = _values(ticket, kind, checked)
            found = store.write(writing, ticket, kind, template, values, checked, sending, draft)
        if at_once and not found.sent_at:
            store.offer(writing, found, sending)
        return found.id


def _sending() -> Sending:
    """Who acts now; without the version of the page the ticket may have moved on and must be read again."""
    said = request.form.get("version", "")
    version = int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else -1
    return Sending(me().actor, here().now(), here().office, version)


def _do(number: str, document_id: str, act: object, said: str) -> Answer:
    try:
        with here().writing.begin() as writing:
            _mine(writing, number)
            act(writing, store.get(writing, number, document_id, lock=True), _sending())  # type: ignore[operator]
    except NotFound:
        raise
    except TicketError as problem:
        return _page(number, document_id, problem), 422 if isinstance(problem, InvalidField) else 409
    session["said"] = said
    return redirect(url_for("documents.show", number=number, document_id=document_id), 303)


def _noted(number: str, document_id: str, action: str) -> None:
    desk = here()
    with desk.writing.begin() as writing:
        check_visible(writing, number, me())
        _mine(writing, number)
        found = store.get(writing, number, document_id)
        payload = {"document": found.id, "document_number": found.number}
        service.audit(writing, actor=me().actor, action=action, subject=number, now=desk.now(), payload=payload)


def _page(number: str, document_id: str, problem: TicketError | str | None = None) -> str:
    _noted(number, document_id, "view_document")
    with here().reading() as read:
        ticket = _mine(read, number)
        found = store.get(read, number, document_id)
        view = next(one for one in store.of_ticket(read, number) if one.id == document_id)
        blocks = reading.blocks(store.intact(found))
    return render_template(
        "document.html",
        ticket=ticket,
        document=view,
        blocks=blocks,
        kind=catalogue().kinds.get(view.kind),
        pdf=pdf.program() is not None,
        problem=problem,
        typed=request.form,
        done=session.pop("said", None),
    )


def _form(ticket: TicketView, kind: DocumentKind, written: Written) -> str:
    own = templates.of(catalogue(), here().settings.data_dir, kind.code).own_since
    return render_template("document_write.html", ticket=ticket, kind=kind, written=written, own=own)


def _again(number: str, kind: DocumentKind, written: Written) -> Answer:
    """The form with what is wrong, and the newest state of the ticket under it."""
    with here().reading() as read:
        ticket = _mine(read, number)
    status = 422 if isinstance(written.problem, InvalidField | BrokenTemplate) else 409
    return _form(ticket, kind, written), status
