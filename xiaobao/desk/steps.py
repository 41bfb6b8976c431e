"""Taking a step on a ticket, and what the citizen would read of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from flask import Blueprint, redirect, render_template, request, session, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from xiaobao.conversations import papers
from xiaobao.desk import auto_assign, counter, documents, received_files, reply_check
from xiaobao.desk.access import WORKERS, Staff, allow, me, ticket_for
from xiaobao.desk.context import Desk, here
from xiaobao.desk.reply_check import Finding
from xiaobao.desk.tickets import Opened, show
from xiaobao.desk.words import Notice
from xiaobao.tickets import deadlines, queries, service, workflow
from xiaobao.tickets.errors import (
    AlreadyDone,
    InvalidField,
    NotFound,
    NotYet,
    RoleForbidden,
    StaleVersion,
    StepNotOpen,
    TicketError,
    UrgedToday,
    WindowOver,
)
from xiaobao.tickets.filing import Evidence
from xiaobao.tickets.tables import OutboxRow
from xiaobao.tickets.views import TicketView
from xiaobao.tickets.workflow import Step

screen = Blueprint("steps", __name__)
OWN_FUNCTIONS: Mapping[str, Callable[..., TicketView]] = {
    Step.ACCEPT: service.accept,
    Step.REJECT: service.reject,
    Step.ASSIGN: service.assign,
    Step.REPLY: service.reply,
    Step.CLOSE: service.close,
    Step.SUPPLEMENT: service.supplement,
}
WITHOUT_OFFICE = (Step.SUPPLEMENT,)


def _taken_by_staff() -> dict[str, tuple[Callable[..., TicketView], tuple[str, ...]]]:
    """Every step of staff after filing, with its function and the names of its fields: read off the table."""
    found: dict[str, tuple[Callable[..., TicketView], tuple[str, ...]]] = {}
    for row in workflow.TABLE:
        if row.status is not None and row.roles & frozenset(WORKERS):
            before = found[row.step][1] if row.step in found else ()
            names = tuple(field.name for field in row.fields if field.type != "evidence")
            function = OWN_FUNCTIONS.get(row.step) or partial(service.step, step=row.step)
            found[row.step] = (function, tuple(dict.fromkeys((*before, *names))))
    return found


TAKE = _taken_by_staff()
HTTP = {NotFound: 404, RoleForbidden: 403, InvalidField: 422} | dict.fromkeys(
    (StepNotOpen, StaleVersion, NotYet, AlreadyDone, UrgedToday, WindowOver), 409
)


@screen.post("/tickets/<number>/<step>")
@allow(*WORKERS)
def take_step(number: str, step: str) -> Response | tuple[str, int]:
    """Take the step, or show the page again with the reason and everything that was typed."""
    fields = _names(step)
    typed = {name: ",".join(request.form.getlist(name)).replace("\r\n", "\n") for name in fields}
    if request.form.get("act") == "preview":
        return _preview(number, step, typed), 200
    version = _version(request.form.get("version", ""))
    files: tuple[dict[str, Any], ...] = ()
    try:
        if version is None:
            raise StaleVersion("no version: nobody knows what was read")
        kind, files = _brought(number, step)
        with here().writing.begin() as writing:
            taken = take(writing, here(), me(), number, step, typed, version, evidence=counter.evidence(files))
            counter.remember(writing, taken, files, kind, here().now())
            if request.form.get("with_document") == "yes":
                documents.send_along(writing, number, step)
    except NotFound:
        received_files.drop(files, here().settings)
        raise
    except TicketError as problem:
        received_files.drop(files, here().settings)
        if isinstance(problem, StaleVersion) and _pressed_twice(number, step, version, typed):
            return redirect(url_for("tickets.ticket_page", number=number), 303)
        with here().reading() as reading:
            lacking = findings(reading, here(), number, step, typed)
        return show(number, Opened(step, typed, problem, lacking=lacking)), HTTP.get(type(problem), 422)
    session["said"] = step
    auto_assign.after(step, number)
    return redirect(url_for("tickets.ticket_page", number=number), 303)


def take(
    writing: Session,
    desk: Desk,
    staff: Staff,
    number: str,
    step: str,
    typed: Mapping[str, Any],
    version: int | None,
    *,
    checked: bool = True,
    evidence: tuple[Evidence, ...] = (),
) -> TicketView:
    """Run the step of the service with the fields it knows. Raises TicketError.

    A reply that lacks something goes out only with a reason, which the audit keeps; a rehearsal is not `checked`.
    """
    function, names = TAKE[step] if step in TAKE else _no_such_step(step)
    fields = {name: typed.get(name) or None for name in names}
    lacking = reply_check.blocking(findings(writing, desk, number, step, fields)) if checked else []
    others: dict[str, Any] = {} if step in WITHOUT_OFFICE else {"office": desk.office}
    if evidence:
        others["evidence"] = evidence
    with writing.no_autoflush:  # one flush at the end of the step, not one before each thing that is read
        taken = function(writing, number, actor=staff.actor, now=desk.now(), version=version, **others, **fields)
    if taken.conversation_id is None and step == Step.REISSUE_CODE:
        papers.move(writing, number, None)
    if lacking:  # only who may take the step at all is asked for a reason
        _account_for(writing, desk, staff, number, lacking, fields)
    return taken


def _brought(number: str, step: str) -> tuple[str | None, tuple[dict[str, Any], ...]]:
    """What kind the files are that came with the step, and the files, on the disk; none for all steps but one.

    Raises NotFound, RoleForbidden, InvalidField; nothing is written to the disk for a ticket that is not this person's.
    """
    sent = [one for one in request.files.getlist(counter.FIELD) if one.filename]
    if step != Step.SUPPLEMENT or not sent:
        return None, ()
    with here().reading() as reading:
        if not me().works_on(ticket_for(reading, number, me())):
            raise RoleForbidden(number)
    settings = here().settings
    kind = counter.kind_of(sent, request.form.get("kind", ""), request.form.get("consent") == "yes", settings)
    return kind, counter.keep(sent, settings)


def rehearse(desk: Desk, staff: Staff, number: str, step: str, typed: Mapping[str, Any]) -> Notice | None:
    """What the citizen would read: the step is really taken, its notice read, and all rolled back.

    None when nobody is told. Raises TicketError as the step itself would.
    """
    with desk.writing() as trial:
        try:
            before = trial.scalar(select(OutboxRow.id).order_by(OutboxRow.id.desc()).limit(1)) or 0
            ticket = take(trial, desk, staff, number, step, typed, None, checked=False)
            rows = select(OutboxRow).where(
                OutboxRow.id > before, OutboxRow.conversation_id == (ticket.conversation_id or "")
            )
            row = trial.scalars(rows.order_by(OutboxRow.id.desc())).first()
            return desk.words.notice(row.response, row.params, row.speaker == "staff") if row else None
        finally:
            trial.rollback()


def findings(session: Session, desk: Desk, number: str, step: str, typed: Mapping[str, Any]) -> list[Finding]:
    """What the reply in these fields lacks; empty for steps that are no reply."""
    if step not in reply_check.REPLIES:
        return []
    ticket = queries.ticket(session, number, unmasked=True)
    if ticket.process not in reply_check.PROCESSES:
        return []
    reference = desk.office.reference
    return reply_check.check(
        reply_check.text_of(step, typed),
        ticket,
        desk.reply_rules,
        today=deadlines.local_date(desk.now()),
        holidays=reference.holidays,
        known_numbers=(desk.office.telephone, *reference.hotlines),
    )


def _account_for(
    writing: Session, desk: Desk, staff: Staff, number: str, lacking: list[str], fields: Mapping[str, Any]
) -> None:
    """Write down why a reply goes out that lacks something. Raises NotYet without a reason."""
    reason = str(fields.get("check_reason") or "").strip()
    if not reason:
        raise NotYet("reply_unchecked")
    payload = {"lacking": lacking, "reason": reason}
    service.audit(writing, actor=staff.actor, action="reply_despite", subject=number, now=desk.now(), payload=payload)


def _preview(number: str, step: str, typed: dict[str, str]) -> str:
    """The page with the notice, or only the notice for the script of the page."""
    problem, notice = None, None
    try:
        notice = rehearse(here(), me(), number, step, typed)
    except NotFound:
        raise
    except TicketError as refused:
        problem = refused
    with here().reading() as reading:
        lacking = findings(reading, here(), number, step, typed)
    if request.headers.get("X-Part") == "notice":
        return render_template("_notice.html", notice=notice, problem=problem, lacking=lacking)
    return show(number, Opened(step, typed, problem, notice, lacking))


def _pressed_twice(number: str, step: str, version: int | None, typed: Mapping[str, str]) -> bool:
    """Whether the step was taken by this very form a moment ago: a double click is no conflict."""
    if version is None:
        return False
    with here().reading() as reading:
        ticket = ticket_for(reading, number, me())
    by_document = sum(1 for event in ticket.events[-1:] if event.payload.get("about"))  # it went out with the step
    last = ticket.events[-1 - by_document]
    same_words = all(
        str(last.payload.get(kept) or "") == typed[name].strip()
        for name, kept in (("text", "text"), ("result", "text"), ("department", "department"), ("ground", "ground"))
        if name in typed
    )
    return (ticket.version, last.step, last.account_id) == (
        version + 1 + by_document,
        step,
        me().account.id,
    ) and same_words


def _names(step: str) -> tuple[str, ...]:
    return TAKE[step][1] if step in TAKE else _no_such_step(step)


def _no_such_step(step: str) -> Any:
    raise NotFound(step)


def _version(text: str) -> int | None:
    """The version that the form was made from."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
