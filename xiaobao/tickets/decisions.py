"""Steps that decide or tell: accept, reject, reply, close, what is told outside the conversation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from xiaobao.tickets import deadlines, follow_ups
from xiaobao.tickets.errors import InvalidField
from xiaobao.tickets.stepping import Change, Taking
from xiaobao.tickets.workflow import CHOICES, Step

BY_DOCUMENT = "conversation"  # of CHOICES["means"]


def kept(taking: Taking) -> dict[str, Any]:
    """A step that changes nothing beside its status: its fields, with the words of its choices."""
    internal = {field.name for field in taking.row.fields if field.internal}
    payload = {n: value for n, value in taking.typed.items() if value not in ("", False, []) and n not in internal}
    for field in taking.row.fields:
        if field.type == "choice" and field.name in payload:
            payload[f"{field.name}_words"] = CHOICES[field.choices][payload[field.name]]
    return payload


def accept(taking: Taking) -> dict[str, Any]:
    taking.matter("accepted_on", deadlines.local_date(taking.now).isoformat())
    return {"text": taking.typed["text"]}


def reject(taking: Taking) -> dict[str, Any]:
    """The reason is the ground's own text; the right place stands behind it."""
    office, ground = taking.office, taking.typed["ground"]
    found = office.reference.ground(office.kind, ground) if office else None
    if found is None:
        raise InvalidField("ground", "not a ground of this office")
    taking.ticket.ground = found.code
    article = f"《{found.law}》{found.article}" if found.law else ""
    place, reach = taking.typed["place"], taking.typed["reach"]
    where = f"可以找{place}（{reach}）。" if place and reach else ""
    text = "\n".join(part for part in (taking.typed["text"], where) if part)
    return {"ground": found.code, "reason": found.text, "article": article, "text": text}


def revoke(taking: Taking) -> dict[str, Any]:
    """A refusal taken back: the ticket stands as before it, clocks that it met or stopped run on from where they began."""
    taking.ticket.ground = None
    for clock in taking.ticket.clocks:
        if clock.state == "stopped" or Step.REJECT in clock.met_by.split():
            clock.state, clock.ended_on = "running", None
    return kept(taking)


def reply(taking: Taking) -> dict[str, Any]:
    taking.ticket.reply = taking.typed["text"]
    return {"text": taking.ticket.reply}


def close(taking: Taking) -> dict[str, Any]:
    taking.ticket.result = taking.typed["result"]
    follow_ups.plan(taking)
    return {"text": taking.ticket.result}


def tell(taking: Taking) -> dict[str, Any]:
    """告知 by hand. In the conversation nobody is told but by a document that is sent there (`told`)."""
    if taking.typed["means"] == BY_DOCUMENT:
        raise InvalidField("means", "only with a document")
    return told(taking)


def told(taking: Taking) -> dict[str, Any]:
    """告知 has been done: its time cannot lie ahead."""
    if datetime.fromisoformat(taking.typed["told_at"]) > taking.now:
        raise InvalidField("told_at", "in the future")
    return kept(taking)


def redirect(taking: Taking) -> dict[str, Any]:
    """A report outside the office's powers (办法 art. 34)."""
    taking.ticket.result = f"告知去处：{taking.typed['place']}（{taking.typed['reach']}）"
    return kept(taking)


def ask_supplement(taking: Taking) -> dict[str, Any]:
    """补正: no clock pauses for it (办法 art. 15); who waits is seen."""
    taking.matter("supplement_asked", taking.now.isoformat())
    return kept(taking)


CHANGES: Mapping[Step, Change] = {
    Step.ACCEPT: accept,
    Step.REJECT: reject,
    Step.REVOKE: revoke,
    Step.REPLY: reply,
    Step.CLOSE: close,
    Step.TELL: tell,
    Step.REDIRECT: redirect,
    Step.ASK_SUPPLEMENT: ask_supplement,
}
