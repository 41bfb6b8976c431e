"""The portal of a liaison: what the own institution was asked, and nothing else; and handing a complaint over."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, send_file, session, url_for
from werkzeug.wrappers import Response

from xiaobao.desk import least_data, received_files
from xiaobao.desk.access import WORKERS, allow, me, ticket_for
from xiaobao.desk.context import here
from xiaobao.desk.days import day
from xiaobao.desk.tickets import Opened, show
from xiaobao.tickets import liaison, queries, service
from xiaobao.tickets.errors import InvalidField, NotFound, TicketError
from xiaobao.tickets.liaison import TaskView
from xiaobao.tickets.workflow import Role

screen = Blueprint("liaison", __name__)
FOLDER = "liaison"  # below the evidence folder


def room() -> int:
    """Bytes that an answer with its files may have."""
    return here().settings.upload_max_mb * liaison.MOST_FILES * 1024 * 1024


@screen.get("/liaison")
@allow(Role.LIAISON)
def tasks() -> str:
    """What the institution was handed, the earliest limit first."""
    with here().reading() as reading:
        found = liaison.of_institution(reading, me().account.institution)
    return render_template("liaison_tasks.html", tasks=found, done=session.pop("said", None))


@screen.get("/liaison/<int:task_id>")
@allow(Role.LIAISON)
def task(task_id: int) -> str:
    """One task with the least of its complaint."""
    return _page(task_id)


@screen.post("/liaison/<int:task_id>/sign")
@allow(Role.LIAISON)
def sign(task_id: int) -> Response | tuple[str, int]:
    """签收."""
    desk, who = here(), me()
    try:
        with desk.writing.begin() as writing:
            liaison.sign(writing, task_id, actor=who.actor, institution=who.account.institution, now=desk.now())
    except NotFound:
        raise
    except TicketError as problem:
        return _page(task_id, problem), 409
    session["said"] = "liaison_signed"
    return redirect(url_for("liaison.task", task_id=task_id), 303)


@screen.post("/liaison/<int:task_id>/answer")
@allow(Role.LIAISON)
def answer(task_id: int) -> Response | tuple[str, int]:
    """Words and files, looked at by content; what was typed is kept when something is wrong."""
    desk, who = here(), me()
    text = request.form.get("text", "").replace("\r\n", "\n")
    with desk.reading() as reading:
        liaison.get(reading, task_id, who.account.institution)  # nothing is written to the disk for another's task
    files: tuple[dict[str, object], ...] = ()
    try:
        files = received_files.keep(request.files.getlist("files"), desk.settings, FOLDER)
        with desk.writing.begin() as writing:
            liaison.answer(
                writing, task_id, actor=who.actor, institution=who.account.institution, now=desk.now(), text=text,
                files=files,
            )  # fmt: skip
    except TicketError as problem:
        received_files.drop(files, desk.settings)
        if isinstance(problem, NotFound):
            raise
        return _page(task_id, problem, text), 422 if isinstance(problem, InvalidField) else 409
    session["said"] = "liaison_answered"
    return redirect(url_for("liaison.task", task_id=task_id), 303)


@screen.post("/liaison/<int:task_id>/return")
@allow(Role.LIAISON)
def give_back(task_id: int) -> Response | tuple[str, int]:
    """退回 with a reason."""
    desk, who, reason = here(), me(), request.form.get("reason", "")
    try:
        with desk.writing.begin() as writing:
            liaison.give_back(
                writing, task_id, actor=who.actor, institution=who.account.institution, now=desk.now(), reason=reason
            )
    except NotFound:
        raise
    except TicketError as problem:
        return _page(task_id, problem, reason=reason), 422 if isinstance(problem, InvalidField) else 409
    session["said"] = "liaison_returned"
    return redirect(url_for("liaison.tasks"), 303)


@screen.get("/liaison/<int:task_id>/files/<file_id>")
@allow(Role.LIAISON)
def own_file(task_id: int, file_id: str) -> Response:
    """A file that the institution sent itself."""
    with here().reading() as reading:
        found = liaison.get(reading, task_id, me().account.institution)
    return _send(found, file_id)


# The desk's side ----------------------------------------------------------------------------------------------------


@screen.post("/tickets/<number>/hand")
@allow(*WORKERS)
def hand(number: str) -> Response | tuple[str, int]:
    """Hand a complaint to an institution; a question that tells of a report is refused."""
    desk, typed = here(), {name: request.form.get(name, "").strip() for name in ("institution", "question", "limit_on")}
    try:
        if least_data.speaks_of_report(typed["question"]):
            raise InvalidField("question", "tells of a report")
        with desk.writing.begin() as writing:
            ticket_for(writing, number, me())
            liaison.hand(
                writing, number, actor=me().actor, now=desk.now(), institution=typed["institution"],
                question=typed["question"], limit_on=day(typed["limit_on"]),
            )  # fmt: skip
    except NotFound:
        raise
    except TicketError as problem:
        return show(number, Opened("hand", typed, problem)), 422 if isinstance(problem, InvalidField) else _code(
            problem
        )
    session["said"] = "handed_to_liaison"
    return redirect(url_for("tickets.ticket_page", number=number), 303)


@screen.get("/tickets/<number>/liaison/<int:task_id>/files/<file_id>")
@allow(*WORKERS)
def answered_file(number: str, task_id: int, file_id: str) -> Response:
    """A file of an institution's answer; who opened it is written down before."""
    desk = here()
    with desk.writing.begin() as writing:
        ticket = ticket_for(writing, number, me())
        found = next((one for one in liaison.of_ticket(writing, number) if one.id == task_id), None)
        if found is None or not me().works_on(ticket):
            raise NotFound(number)
        payload = {"task": task_id, "file": file_id}
        service.audit(
            writing, actor=me().actor, action="open_liaison_file", subject=number, now=desk.now(), payload=payload
        )
    return _send(found, file_id)


def _code(problem: TicketError) -> int:
    return 403 if problem.code == "role_forbidden" else 409


def _page(task_id: int, problem: TicketError | None = None, text: str = "", reason: str = "") -> str:
    """The task's page; contact data that the citizen passed on are shown once it is written down who looks."""
    desk, who = here(), me()
    with desk.reading() as reading:
        found = liaison.get(reading, task_id, who.account.institution)
        ticket = queries.ticket(reading, found.number)
        contact: tuple[str | None, str | None] = (None, None)
        passes = least_data.agreed(ticket) and found.open
        if passes:
            whole = queries.ticket(reading, found.number, unmasked=True)
            contact = whole.contact_name, whole.contact_phone
    if passes:
        with desk.writing.begin() as writing:
            service.audit(
                writing, actor=who.actor, action="liaison_look", subject=found.number, now=desk.now(),
                payload={"field": "contact_name contact_phone"},
            )  # fmt: skip
    return render_template(
        "liaison_task.html",
        task=found,
        shown=least_data.of(ticket, contact),
        problem=problem,
        field=problem.field if isinstance(problem, InvalidField) else None,
        text=text,
        reason=reason,
        most_mb=desk.settings.upload_max_mb,
        most_files=liaison.MOST_FILES,
        done=session.pop("said", None),
    )


def _send(task: TaskView, file_id: str) -> Response:
    file = next((one for one in task.files if one["id"] == file_id), None)
    path = received_files.path_of(file, here().settings) if file else None
    if file is None or path is None:
        raise NotFound(file_id)
    # Never shown by the browser as a page of ours: its bytes came from outside.
    return send_file(
        path, mimetype="application/octet-stream", as_attachment=True, download_name=file["filename"], max_age=0
    )
