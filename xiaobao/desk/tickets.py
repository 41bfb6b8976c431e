"""The list and the page of one ticket."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Blueprint, render_template, request, session
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from xiaobao.conversations import sensitive, uploads
from xiaobao.desk import compare, conversation, evidence_text, inspection_view, listing, story, ticket_beside
from xiaobao.desk.access import READERS, WORKERS, Staff, allow, me, ticket_for
from xiaobao.desk.clock_bar import bar
from xiaobao.desk.context import here
from xiaobao.desk.handing import for_ticket
from xiaobao.desk.reply_check import Finding
from xiaobao.desk.words import Notice
from xiaobao.tickets import (
    accounts,
    assignment,
    canned_texts,
    deadline_words,
    deadlines,
    departments,
    devices,
    hints,
    matches,
    outbox,
    queries,
    saved_filters,
    service,
    stepping,
    workflow,
    worklist,
)
from xiaobao.tickets.canned_texts import Canned
from xiaobao.tickets.errors import TicketError
from xiaobao.tickets.hints import Hint
from xiaobao.tickets.matches import Duplicate
from xiaobao.tickets.reference import Ground
from xiaobao.tickets.views import TicketView
from xiaobao.tickets.workflow import Kind, Role, Step, Transition

screen = Blueprint("tickets", __name__)
EVERY_STATUS = listing.EVERY_STATUS


@dataclass(frozen=True)
class Opened:
    """The step whose form stands open: what was typed, what is wrong, what the citizen would read."""

    step: str
    typed: dict[str, str] = field(default_factory=dict)
    problem: TicketError | None = None
    notice: Notice | None = None
    lacking: list[Finding] = field(default_factory=list)


@screen.get("/")
@allow(*READERS)
def worklist_page() -> str:
    """Tickets, what runs out first on top; what is searched for, the newest on top."""
    desk, asked = here(), listing.asked(request.args)
    today = deadlines.local_date(desk.now())
    with desk.reading() as reading:
        page = worklist.page(
            reading,
            today=today,
            text=asked["q"] or None,
            after=request.args.get("after") or None,
            count=True,
            **listing.filters(asked),
        )
        keys = [row.ticket.merchant_key for row in page.rows if row.ticket.kind in me().matched_kinds]
        counts = matches.counts(reading, desk.office.id, keys, me().matched_kinds, desk.now())
        saved = saved_filters.of_account(reading, me().account.id)
    if me().role == Role.INSPECTOR:
        page = inspection_view.listed(page)
    return render_template(
        "tickets.html",
        page=page,
        asked=asked,
        status=listing.status(asked),
        today=today,
        bar=bar,
        filtered=any(asked.values()),
        counts=counts,
        saved=saved,
        matched_kinds=me().matched_kinds,
    )


@screen.get("/tickets/<number>")
@allow(*READERS)
def ticket_page(number: str) -> str:
    """What happened, what to do, what runs; `?step=` opens a form in place."""
    step = request.args.get("step")
    return show(number, Opened(step) if step else None)


@screen.post("/tickets/<number>/code")
@allow(Role.CLERK, Role.SUPERVISOR)
def code(number: str) -> Response:
    """The query code that this person issued anew a moment ago, to be told on the telephone; written down first."""
    desk = here()
    with desk.writing.begin() as writing:
        ticket_for(writing, number, me())
        found = devices.new_code(writing, number, actor=me().actor, now=desk.now())
    return Response(show(number, code=found), mimetype="text/html")


@screen.post("/tickets/<number>/contact")
@allow(*WORKERS)
def look(number: str) -> Response:
    """One contact field in full. Who looked is written down before it is shown; the page is not kept anywhere."""
    desk, name = here(), request.form.get("field", "")
    with desk.writing.begin() as writing:
        ticket_for(writing, number, me())
        value = service.look(writing, number, me().actor, desk.now(), name)
    return Response(show(number, revealed={name: value or ""}), mimetype="text/html")


def show(
    number: str, opened: Opened | None = None, revealed: dict[str, str] | None = None, code: str | None = None
) -> str:
    """The whole page of a ticket. Raises NotFound."""
    desk, staff = here(), me()
    with desk.reading() as reading:
        ticket = ticket_for(reading, number, me())
        works = staff.works_on(ticket)
        shown = ticket if works else compare.hidden(ticket)
        steps = open_steps(ticket, staff)
        pieces = story.pieces(ticket.narrative or "", ticket.spans, vars(ticket), ticket.sources, masked=not works)
        missing = desk.office.missing(ticket.kind, vars(ticket))
        return render_template(
            "ticket.html",
            ticket=shown,
            works=works,
            hints=hints_for(ticket, steps),
            report_beside=queries.report_beside(reading, number) if staff.sees_reports else None,
            missing=missing,
            not_heard=outbox.not_heard(reading, number) if works else 0,
            lacking=[rule for rule in missing if rule.law] if decides(ticket, steps) else [],
            pieces=pieces,
            marked={piece.slot for piece in pieces},
            twins=_twins(reading, ticket, staff),
            group=matches.group(reading, number, staff.matched_kinds, desk.now()),
            said=conversation.of_ticket(reading, ticket) if works else [],
            previews=_previews(reading, ticket) if works else {},
            refused=_refused(reading, ticket) if works else [],
            texts=evidence_text.of_ticket(reading, ticket) if works else {},
            steps=steps,
            opened=opened,
            handlers=accounts.handlers(reading),
            departments=departments.names(reading),
            suggestion=assignment.suggest(reading, ticket) if any(row.step == Step.ASSIGN for row in steps) else None,
            liaison=for_ticket(reading, number, ticket.kind, ticket.status, staff) if works else None,
            canned=_canned(reading, ticket, opened),
            sensitive_kinds=sensitive.load(desk.settings.reference_dir)
            if opened and opened.step == Step.SUPPLEMENT
            else {},
            grounds=desk.office.grounds(),
            revealed=revealed or {},
            code=code,
            may_read_code=devices.may_read_code(ticket.events, staff.actor, desk.now()),
            bars=[(clock, bar(clock, deadlines.local_date(desk.now()))) for clock in ticket.clocks],
            causes=deadline_words.CAUSES,
            done=session.pop("said", None),
            **ticket_beside.of(reading, ticket, staff),
        )


def open_steps(ticket: TicketView, staff: Staff) -> list[Transition]:
    """Steps open to this person now, in the order of the table."""
    rows = workflow.steps_open_to(ticket.process, ticket.status, staff.role)
    mine = [row for row in rows if not row.own_only or staff.works_on(ticket)]
    named = ticket.next_assignee_id or ticket.assignee_id
    if staff.role == Role.HANDLER and named not in (None, staff.account.id):
        mine = [row for row in mine if row.step != Step.TAKE]
    return stepping.ready(mine, ticket, here().now())


def decides(ticket: TicketView, steps: list[Transition]) -> bool:
    """Whether this person has to decide now on accepting a complaint."""
    return ticket.kind == Kind.COMPLAINT and any(row.step == Step.REJECT for row in steps)


def hints_for(ticket: TicketView, steps: list[Transition]) -> list[tuple[Hint, Ground | None]]:
    """What to look at before deciding, with the ground it speaks for: for who decides on accepting, and for nobody else.

    Factors of 办法 art. 17 come without one. Worked out on each view and kept nowhere.
    """
    desk = here()
    if not decides(ticket, steps):
        return []
    return desk.office.hints(hints.facts_of(ticket, ticket.spans), deadlines.local_date(ticket.submitted_at))


def _canned(reading: Session, ticket: TicketView, opened: Opened | None) -> list[Canned]:
    """Canned texts of the step that stands open, filled with what the ticket knows."""
    if opened is None:
        return []
    known = {"单号": ticket.number, "商家": ticket.merchant, "诉求": ticket.claim, "承办人": ticket.assignee_name}
    return canned_texts.offered(reading, opened.step, here().office, **known)


def _twins(reading: Session, ticket: TicketView, staff: Staff) -> list[tuple[Duplicate, TicketView, list[compare.Row]]]:
    """Likely duplicates, each with the other ticket as it may be shown here and the fields side by side."""
    hidden = inspection_view.of if staff.role == Role.INSPECTOR else compare.hidden
    mine = hidden(ticket)
    found = matches.duplicates(reading, ticket.number, staff.matched_kinds)
    return [(one, other := hidden(one.ticket), compare.rows(mine, other)) for one in found]


def _previews(reading: Session, ticket: TicketView) -> dict[str, bool]:
    """Which files have a re-encoded copy that may be shown."""
    found = {one.evidence_id: uploads.get(reading, one.evidence_id) for one in ticket.evidence}
    return {evidence_id: bool(upload and upload.preview_path) for evidence_id, upload in found.items()}


def _refused(reading: Session, ticket: TicketView) -> list[str]:
    """Kinds of sensitive files that the citizen did not agree to hand in."""
    kinds = uploads.refused_for(reading, ticket.conversation_id, ticket.number) if ticket.conversation_id else []
    known = sensitive.load(here().settings.reference_dir) if kinds else {}
    return [known[kind].title for kind in kinds if kind in known]


def alarms(staff: Staff | None) -> worklist.Alarms | None:
    """Numbers of the top bar: a handler's own, everybody's for others."""
    if staff is None or staff.role not in READERS or staff.account.must_change:
        return None
    desk = here()
    mine = staff.account.id if staff.role == Role.HANDLER else None
    with desk.reading() as reading:
        return worklist.alarms(reading, deadlines.local_date(desk.now()), mine, staff.sees_distress, staff.sees_reports)
