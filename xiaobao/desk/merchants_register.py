"""The register of merchants: search, one entry with all its tickets, write, merge and take apart."""

from __future__ import annotations

import re

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from xiaobao import privacy
from xiaobao.desk import compare
from xiaobao.desk.access import READERS, WORKERS, allow, me, ticket_for
from xiaobao.desk.context import here
from xiaobao.tickets import merchants_register as register
from xiaobao.tickets import service
from xiaobao.tickets.errors import InvalidField, StaleVersion, TicketError
from xiaobao.tickets.merchants_register import AlreadyMerged, Entry
from xiaobao.tickets.workflow import Role

screen = Blueprint("merchants_register", __name__)
WRITERS = (Role.CLERK, Role.SUPERVISOR)
PLAIN = ("name", "credit_code", "address", "region", "contact", "phone", "notes")
SHOP_MARK = "："


@screen.get("/merchants")
@allow(*READERS)
def list_merchants() -> str:
    """Entries, the newest first, by a part of name or shop, or a credit code."""
    text, before = request.args.get("q", "").strip()[:100], _number(request.args.get("before", ""))
    with here().reading() as reading:
        page = register.page(reading, text, before)
    return render_template("merchants.html", page=page, q=text)


@screen.get("/merchants/<int:merchant_id>")
@allow(*READERS)
def merchant(merchant_id: int) -> str:
    """One entry: contacts, other names, shops and every ticket that may be seen."""
    return _page(merchant_id)


@screen.post("/merchants/<int:merchant_id>/contact")
@allow(*WORKERS)
def look(merchant_id: int) -> str:
    """Whom to call at the merchant, in full; who looked is written down before."""
    desk = here()
    with desk.writing.begin() as writing:
        register.get(writing, merchant_id)
        subject = f"merchant:{merchant_id}"
        service.audit(writing, actor=me().actor, action="look_merchant", subject=subject, now=desk.now())
    return _page(merchant_id, revealed=True)


@screen.get("/merchants/new")
@allow(*WRITERS)
def new() -> str:
    """The form for an entry; from a ticket it begins with what the ticket tells."""
    typed = {"name": request.args.get("name", "")[:200]}
    if number := request.args.get("ticket", ""):
        with here().reading() as reading:
            ticket = ticket_for(reading, number, me())
        shop = f"{ticket.platform}{SHOP_MARK}{ticket.shop_name}" if ticket.platform and ticket.shop_name else ""
        name = ticket.institution or ticket.merchant or ticket.shop_name or ""
        typed = {"name": name, "address": ticket.merchant_address or "", "region": ticket.region or "", "shops": shop}
    return _form({**typed, "ticket": number})


@screen.post("/merchants")
@allow(*WRITERS)
def create() -> Response | tuple[str, int]:
    """A new entry; one that was begun on a ticket is linked to it at once."""
    desk, typed = here(), _typed()
    try:
        with desk.writing.begin() as writing:
            entry = register.add(writing, _entry(typed), actor=me().actor, now=desk.now())
            if number := typed["ticket"]:
                ticket_for(writing, number, me())
                register.link(writing, number, entry.id, actor=me().actor, now=desk.now())
    except InvalidField as problem:
        return _form(typed, None, problem), 422
    session["said"] = "merchant_saved"
    if number:
        return redirect(url_for("tickets.ticket_page", number=number) + "#register", 303)
    return redirect(url_for("merchants_register.merchant", merchant_id=entry.id), 303)


@screen.get("/merchants/<int:merchant_id>/edit")
@allow(*WRITERS)
def edit_form(merchant_id: int) -> str:
    """The form with what is written there; it shows contacts in full, so opening it counts as a look."""
    desk = here()
    with desk.writing.begin() as writing:
        found = register.get(writing, merchant_id)
        if found.entry.contact or found.entry.phone:
            subject = f"merchant:{merchant_id}"
            service.audit(writing, actor=me().actor, action="look_merchant", subject=subject, now=desk.now())
    typed = {name: getattr(found.entry, name) or "" for name in PLAIN}
    typed |= {"names": "\n".join(found.entry.names), "version": str(found.version), "ticket": ""}
    typed["shops"] = "\n".join(f"{platform}{SHOP_MARK}{shop}" for platform, shop in found.entry.shops)
    return _form(typed, found)


@screen.post("/merchants/<int:merchant_id>")
@allow(*WRITERS)
def edit(merchant_id: int) -> Response | tuple[str, int]:
    """Write an entry anew; a stale page overwrites nothing."""
    desk, typed = here(), _typed()
    try:
        with desk.writing.begin() as writing:
            version = _number(typed["version"]) or 0
            actor = me().actor
            register.edit(writing, merchant_id, _entry(typed), version=version, actor=actor, now=desk.now())
    except (InvalidField, StaleVersion) as problem:
        with desk.reading() as reading:
            found = register.get(reading, merchant_id)
        status = 422 if isinstance(problem, InvalidField) else 409
        return _form(typed, found, problem), status
    session["said"] = "merchant_saved"
    return redirect(url_for("merchants_register.merchant", merchant_id=merchant_id), 303)


@screen.post("/merchants/<int:merchant_id>/merge")
@allow(*WRITERS)
def merge(merchant_id: int) -> Response | tuple[str, int]:
    """Another entry goes into this one."""
    desk, other = here(), _number(request.form.get("other", ""))
    try:
        with desk.writing.begin() as writing:
            if other is None:
                raise InvalidField("other", "no number of an entry")
            reason = request.form.get("reason", "")
            register.merge(writing, merchant_id, other, actor=me().actor, now=desk.now(), reason=reason)
    except (InvalidField, AlreadyMerged) as problem:
        return _page(merchant_id, problem=problem), 422 if isinstance(problem, InvalidField) else 409
    session["said"] = "merged"
    return redirect(url_for("merchants_register.merchant", merchant_id=merchant_id), 303)


@screen.post("/merchants/<int:merchant_id>/unmerge")
@allow(*WRITERS)
def unmerge(merchant_id: int) -> Response | tuple[str, int]:
    """This entry stands for itself again."""
    desk = here()
    try:
        with desk.writing.begin() as writing:
            register.unmerge(writing, merchant_id, actor=me().actor, now=desk.now())
    except AlreadyMerged as problem:
        return _page(merchant_id, problem=problem), 409
    session["said"] = "unmerged"
    return redirect(url_for("merchants_register.merchant", merchant_id=merchant_id), 303)


def _form(
    typed: dict[str, str], merchant: register.MerchantView | None = None, problem: TicketError | None = None
) -> str:
    why = problem.why if isinstance(problem, InvalidField) else ""
    return render_template("merchant_form.html", typed=typed, merchant=merchant, field=problem, why=why)


def _page(merchant_id: int, *, revealed: bool = False, problem: TicketError | None = None) -> str:
    desk, staff = here(), me()
    before, q = _number(request.args.get("before", "")), request.args.get("q", "").strip()[:100]
    with desk.reading() as reading:
        found = register.get(reading, merchant_id)
        tickets = register.tickets_of(reading, merchant_id, staff.matched_kinds, before)
        others = register.page(reading, q, limit=10).rows if q else []
        keep = register.get(reading, found.merged_into) if found.merged_into else None
    return render_template(
        "merchant.html",
        merchant=found,
        keep=keep,
        tickets=[compare.hidden(ticket) for ticket in tickets.rows],
        next=tickets.next,
        others=[one for one in others if one.id != merchant_id],
        q=q,
        revealed=revealed,
        works=staff.role in WORKERS,
        writes=staff.role in WRITERS,
        mask_name=privacy.mask_name,
        mask_phone=privacy.mask_phone,
        problem=problem,
        done=session.pop("said", None),
    )


def _typed() -> dict[str, str]:
    names = (*PLAIN, "names", "shops", "version", "ticket")
    return {name: request.form.get(name, "").replace("\r\n", "\n").strip() for name in names}


def _entry(typed: dict[str, str]) -> Entry:
    """Raises InvalidField for a line of shops without platform and shop."""
    shops = []
    for line in typed["shops"].splitlines():
        if line.strip():
            parts = re.split("[:：]", line, maxsplit=1)
            if len(parts) < 2:
                raise InvalidField("shops", "platform and shop")
            shops.append((parts[0], parts[1]))
    plain = {name: typed[name] or None for name in PLAIN if name != "name"}
    return Entry(name=typed["name"], **plain, names=tuple(typed["names"].splitlines()), shops=tuple(shops))


def _number(text: str) -> int | None:
    if text and not (text.isascii() and text.isdecimal() and len(text) < 10):
        abort(404)
    return int(text) if text else None
