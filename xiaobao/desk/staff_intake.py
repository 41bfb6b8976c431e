"""Intake by staff: one page on which a call, a visit or a letter becomes a ticket while the caller tells it."""

from __future__ import annotations

import re
import secrets
import threading
from dataclasses import replace
from datetime import date
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from xiaobao.desk import compare, intake, intake_sheet
from xiaobao.desk.access import allow, me
from xiaobao.desk.context import Desk, here
from xiaobao.desk.intake_sheet import Sheet
from xiaobao.reading import reference
from xiaobao.reading.reference import Reference
from xiaobao.reading.story import Story
from xiaobao.tickets import caller, deadlines, hints, matches, merchants, queries, routing, service, sources
from xiaobao.tickets.errors import InvalidField, NotFound
from xiaobao.tickets.office import ASKS_CONSENT
from xiaobao.tickets.workflow import Kind, Role

screen = Blueprint("staff_intake", __name__)
ROLES = (Role.CLERK, Role.SUPERVISOR)
CHANNEL = "desk"
CONSENT_VERSION = "spoken-2026-11-26"  # the sentence on the page that is read to the caller
READER = "xiaobao.desk.reader"
DRAFT = re.compile(r"[0-9a-f]{32}")
_LOADING = threading.Lock()


def reader() -> Reference:
    """The word lists of reading: loaded when a story is first typed, as they take seconds."""
    with _LOADING:
        if READER not in current_app.extensions:
            current_app.extensions[READER] = reference.load(here().settings.reference_dir)
    found: Reference = current_app.extensions[READER]
    return found


@screen.get("/intake")
@allow(*ROLES)
def form() -> str:
    """An empty form with a draft of its own."""
    return _page(intake_sheet.fresh(secrets.token_hex(16)))


@screen.post("/intake/again")
@allow(*ROLES)
def again() -> str:
    """One more ticket of the same caller; that their contact data are taken over is written down as a look."""
    desk, number = here(), request.form.get("number", "")
    with desk.writing.begin() as writing:
        before = queries.ticket(writing, number, unmasked=False)
        if before.events[0].account_id != me().account.id or before.channel != CHANNEL:
            raise NotFound(number)
        known = [name for name in intake_sheet.CONTACT if getattr(before, name)]
        values = {name: service.look(writing, number, me().actor, desk.now(), name) or "" for name in known}
    consent = {"consent": "yes"} if before.consent_version else {}
    sheet = intake_sheet.fresh(
        secrets.token_hex(16), source=before.source, region=before.region or "", **consent, **values
    )
    return _page(sheet)


@screen.post("/intake/read")
@allow(*ROLES)
def read() -> Response | str:
    """The form with what the story tells: for the script of the page only what it needs, else the whole page."""
    sheet = intake_sheet.of_form(request.form)
    told = intake_sheet.read(sheet, _today(), reader())
    sheet = intake_sheet.fill(sheet, told)
    if request.headers.get("X-Part") != "reading":
        return _page(sheet, told)
    aside = beside(sheet, told)
    fields = {slot: {"value": sheet.read[slot], "words": sheet.words.get(slot, "")} for slot in intake_sheet.READ}
    answer = {
        "fields": {slot: one for slot, one in fields.items() if not sheet.own(slot)},
        "missing": sorted(aside["missing"]),
        "aside": render_template("_intake_aside.html", **aside),
    }
    return jsonify(answer)


@screen.post("/intake")
@allow(*ROLES)
def file() -> Redirect | tuple[str, int]:
    """File the ticket, once per draft, or show the form again with everything that was typed."""
    desk, sheet = here(), intake_sheet.of_form(request.form)
    if not DRAFT.fullmatch(sheet.draft):
        sheet = replace(sheet, draft=secrets.token_hex(16))
    told = intake_sheet.read(sheet, _today(), reader())
    sheet = intake_sheet.fill(sheet, told)  # who types fast sends the form before its script has read the last words
    entry, wrong = _entry(desk, sheet, told)
    if entry is None:
        return _page(replace(sheet, errors=wrong), told), 422
    with desk.writing.begin() as writing:
        service.submit(writing, entry, office=desk.office, now=desk.now(), actor=me().actor)
    return redirect(url_for("staff_intake.done", draft=sheet.draft), 303)


@screen.get("/intake/<draft>")
@allow(*ROLES)
def done(draft: str) -> str:
    """Number and query code for the caller; only for the account that filed."""
    desk = here()
    with desk.reading() as reading:
        receipt = service.filed(reading, intake.draft_id(CHANNEL, me().account.id, draft))
        if receipt is None:
            raise NotFound(draft)
        ticket = queries.ticket(reading, receipt.number)
    missing = [rule for rule in desk.office.missing(ticket.kind, vars(ticket)) if rule.law]
    source = next(one for one in sources.Source if one == ticket.source)
    return render_template("intake_done.html", receipt=receipt, ticket=ticket, missing=missing, source=source)


def beside(sheet: Sheet, told: Story) -> dict[str, Any]:
    """What stands beside the form: what is missing, where it belongs, hints, tickets of this caller."""
    desk, kind = here(), sheet.values["kind"]
    facts = intake_sheet.facts(sheet)
    route = _route(desk, sheet, told)
    matter = matches.Matter(
        desk.office.id,
        merchants.key_of(*(facts.get(name) for name in merchants.NAMED_BY)),
        item=facts.get("item"),
        order_number=facts.get("order_number"),
        **_normalised(sheet, told),
    )
    phone = re.sub(r"\D", "", sheet.values["contact_phone"])
    with desk.reading() as reading:
        known = caller.tickets(
            reading, matter, phone=phone, source_number=sheet.values["source_number"], kinds=me().matched_kinds
        )
    missing = desk.office.missing(kind, facts)
    return {
        "missing": {rule.slot for rule in missing},
        "lacking": missing,
        "hints": _hints(desk, sheet, told) if kind == Kind.COMPLAINT else [],
        "elsewhere": None if desk.office.may_handle(route.code) else route,
        "known": [(compare.hidden(one.ticket), one.reasons) for one in known],
        "told": bool(sheet.values["narrative"]),
    }


def _normalised(sheet: Sheet, told: Story) -> dict[str, Any]:
    """Sum in fen and day, as far as they can be read."""
    try:
        entry = intake.submission(intake_sheet.given(sheet, told) | {"narrative": "-"}, "-", 0, _today())
    except InvalidField:
        return {}
    return {"amount_cents": entry.amount_cents, "event_date": entry.event_date}


def _today() -> date:
    return deadlines.local_date(here().now())


def _hints(desk: Desk, sheet: Sheet, told: Story) -> list[Any]:
    days = [told.values[slot].normalised for slot in ("discovered_date", "event_date") if slot in told.values]
    known_on = next((day for day in map(hints.last_day, days) if day), None)
    values = sheet.values
    facts = hints.Facts(values["narrative"], values["own_use"] or None, values["elsewhere"] or None, known_on)
    return desk.office.hints(facts, _today())


def _route(desk: Desk, sheet: Sheet, told: Story) -> routing.Route:
    values, object_ = sheet.values, told.values.get("object")
    return routing.route(
        values["narrative"],
        item=values["item"] or None,
        merchant=values["merchant"] or None,
        institution=values["institution"] or None,
        object_=str(object_.normalised) if object_ else None,
        authorities=desk.office.reference.authorities,
    )


def _entry(desk: Desk, sheet: Sheet, told: Story) -> tuple[service.Submission | None, dict[str, str]]:
    """The submission, or what is wrong with each field."""
    wrong = intake_sheet.check(sheet, desk.office.kind in ASKS_CONSENT)
    fields = intake_sheet.given(sheet, told)
    entry = None
    while entry is None:  # every wrong field is named at once, not the first of them
        try:
            entry = intake.submission(
                fields | {"ticket_kind": str(Kind.COMPLAINT), "narrative": "-"},
                sheet.draft,
                me().account.id,
                _today(),
                CHANNEL,
            )
        except InvalidField as problem:
            if problem.field in intake_sheet.UNSEEN:
                del fields[problem.field]
                continue
            wrong.setdefault(problem.field, "unclear")
            fields.pop(problem.field)
    if wrong:
        return None, wrong
    route = _route(desk, sheet, told)
    spans, origins = intake_sheet.provenance(sheet, told)
    entry = replace(
        entry,
        ticket_kind=sheet.values["kind"],
        narrative=intake_sheet.narrative(sheet, desk.office.kind in ASKS_CONSENT),
        source=sheet.values["source"],
        source_number=sheet.values["source_number"] or None,
        consent_version=CONSENT_VERSION if sheet.values["consent"] == "yes" else None,
        route_code=route.code,
        urgent=bool(sheet.values["urgent"]) or route.urgent,
        spans=spans,
        sources=origins,
    )
    return entry, {}


def _page(sheet: Sheet, told: Story | None = None) -> str:
    told = told or Story()
    return render_template(
        "intake.html",
        sheet=sheet,
        kinds=intake_sheet.KINDS,
        sources=sources.by_staff(here().office.kind),
        asks_consent=here().office.kind in ASKS_CONSENT,
        **beside(sheet, told),
    )
