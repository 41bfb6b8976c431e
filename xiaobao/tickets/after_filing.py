"""What a citizen does with a filed ticket beside supplement, urge and withdraw: amend, settle, answer mediation, rate, reopen.

Each act is a row of workflow.py and looks at what was done before: the very same act again is refused as AlreadyDone,
so that a turn that runs twice, or a second press in another browser, changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from xiaobao import privacy
from xiaobao.tickets import deadlines, follow_ups, handing, merchants, reminders
from xiaobao.tickets.decisions import kept
from xiaobao.tickets.errors import AlreadyDone, InvalidField, WindowOver
from xiaobao.tickets.stepping import Change, Taking
from xiaobao.tickets.tables import Ticket, TicketEvent
from xiaobao.tickets.views import CONTACT, EventView, masked
from xiaobao.tickets.workflow import CHOICES, Role, Step

GRADES = {"good": 5, "fair": 3, "poor": 1}  # three grades as points of five, which the rates of rates.py count
FULFILLED = {"full": "yes", "part": "part", "broken": "no"}  # what the merchant did, as `follow_up` has it
MOST_CENTS = 10**13
NOT_NAMED = "没有写"


def amend(taking: Taking) -> dict[str, Any]:
    """更正: the ticket shows the new value, `as_filed` keeps the old; contact data stands masked in the history.

    Raises InvalidField for a value that is none, AlreadyDone when it stands there already.
    """
    ticket, field, said = taking.ticket, taking.typed["field"], privacy.mask_sensitive(taking.typed["value"])
    if ticket.anonymous == "yes" and field in CONTACT:
        raise InvalidField("field", "an anonymous informant has no contact data")
    before = _shown(ticket, field)
    if said == (getattr(ticket, _column(field)) or ""):
        raise AlreadyDone(ticket.number)
    _write(ticket, field, said, taking.typed["normalised"], taking.now)
    ticket.merchant_key = merchants.key_of(*(getattr(ticket, name) for name in merchants.NAMED_BY))
    label, after = CHOICES["amendable"][field], _shown(ticket, field)
    return {"field": field, "before": before, "after": after, "text": f"{label}：{before or NOT_NAMED} → {after}"}


def answer_mediation(taking: Taking) -> dict[str, Any]:
    """Whether the citizen wants mediation (办法 art. 18): who declines ends it, by a step of staff (art. 23 (2))."""
    wish = taking.typed["wish"]
    if taking.ticket.matters.get("wish") == wish and not taking.typed["text"]:
        raise AlreadyDone(taking.ticket.number)
    taking.matter("wish", wish)
    return {**kept(taking), "text": _joined(CHOICES["wishes"][wish], taking.typed["text"])}


def settle(taking: Taking) -> dict[str, Any]:
    """和解: what came of it, in the citizen's words. It ends nothing by itself: that is withdrawal, or a step of staff."""
    how, day = taking.typed["how"], taking.typed["promised_on"]
    if how != "promise" and day:
        raise InvalidField("promised_on", "only with a promise")
    payload = {**kept(taking), "how": how}
    said = CHOICES["settlements"][how] + (f"（{day}）" if day else "")
    payload["text"] = _joined(said, taking.typed["text"])
    last = _last(taking.ticket.events, Step.SETTLE)
    if last is not None and last.payload == payload:
        raise AlreadyDone(taking.ticket.number)
    if how == "broken":
        if not taking.ticket.matters.get("promise"):
            raise InvalidField("how", "nothing was promised")
        reminders.tell(taking.session, taking.ticket, reminders.BROKEN, taking.now)
    taking.ticket.fulfilled = FULFILLED.get(how)
    follow_ups.promise(taking, day)
    taking.matter("settled", {"how": how, "on": deadlines.local_date(taking.now).isoformat()})
    taking.matter("promise", {"on": day} if day else None)
    return payload


def rate(taking: Taking) -> dict[str, Any]:
    """评价: was it fulfilled, how was it (1 to 5), in words; a later one replaces the earlier, the same is refused."""
    ticket, score = taking.ticket, taking.typed["score"]
    if score not in {"1", "2", "3", "4", "5"}:
        raise InvalidField("score", "1 to 5")
    payload = {**kept(taking), "score": int(score), "text": privacy.mask_sensitive(taking.typed["text"])}
    last = _last(ticket.events, Step.RATE)
    if last is not None and last.payload == payload:
        raise AlreadyDone(ticket.number)
    ticket.score = int(score)
    follow_ups.told(taking, taking.typed["fulfilled"])
    return payload


def follow_up(taking: Taking) -> dict[str, Any]:
    """回访 by telephone: the same questions; what was answered there replaces what was told before."""
    if grade := taking.typed["grade"]:
        taking.ticket.score = GRADES[grade]
    follow_ups.told(taking, taking.typed["fulfilled"])
    said = [CHOICES["fulfilments"].get(taking.typed["fulfilled"]), CHOICES["grades"].get(grade)]
    words = privacy.mask_sensitive(taking.typed["text"])
    return {**kept(taking), "text": _joined("，".join(filter(None, said)), words) if any(said) else words}


def reopen(taking: Taking) -> dict[str, Any]:
    """重开: by the office at any time, by a citizen on three grounds within the office's own window.

    No statutory day moves or begins (the row has no effect on clocks); whoever holds the ticket is reminded.
    Raises WindowOver, InvalidField.
    """
    if taking.actor.role == Role.CITIZEN:
        if taking.office is None:
            raise ValueError("reopening needs the office")
        if not taking.typed["because"]:
            raise InvalidField("because", "empty")
        until = reopen_until(taking.ticket.events, taking.office.reopen_days)
        if until is not None and deadlines.local_date(taking.now) > until:
            raise WindowOver(until)
        reminders.tell(taking.session, taking.ticket, reminders.REOPENED, taking.now)
    follow_ups.drop(taking)
    payload = handing.reopen(taking)
    if because := taking.typed["because"]:
        payload["text"] = _joined(CHOICES["reopenings"][because], privacy.mask_sensitive(taking.typed["text"]))
    return payload


def reopen_until(events: Iterable[TicketEvent | EventView], days: int) -> date | None:
    """The last day on which a citizen may reopen: `days` natural days after the last closing. None: never closed."""
    last = _last(events, Step.CLOSE, Step.REDIRECT)
    return deadlines.local_date(last.at) + timedelta(days=days) if last is not None else None


def urge_reaches(taking: Taking) -> dict[str, Any]:
    """Remind who holds the ticket, near the last day of a period the supervisors too; what was done, for the citizen."""
    holidays = taking.office.reference.holidays if taking.office else None
    raised = reminders.urged(taking.session, taking.ticket, holidays, taking.now)
    who = taking.ticket.assignee.name if taking.ticket.assignee else taking.ticket.department
    return {"who": who or "", "raised": raised}


def _last(events: Iterable[Any], *steps: Step) -> Any | None:
    found = [event for event in events if event.step in steps]
    return found[-1] if found else None


def _joined(said: str, more: str) -> str:
    return f"{said}。{more}" if more else said


def _column(field: str) -> str:
    """The column that holds the words of a field."""
    return {"amount": "amount_text", "event_date": "event_date_text"}.get(field, field)


def _shown(ticket: Ticket, field: str) -> str:
    value: str | None = getattr(ticket, _column(field))
    return masked(field, value) or "" if field in CONTACT else value or ""


def _write(ticket: Ticket, field: str, said: str, normalised: str, now: datetime) -> None:
    if field == "amount":
        if not (normalised.isascii() and normalised.isdecimal() and 0 < int(normalised) < MOST_CENTS):
            raise InvalidField("value", "no sum")
        ticket.amount_cents = int(normalised)
    elif field == "event_date":
        ticket.event_date = _day(normalised, now)
    setattr(ticket, _column(field), said)


def _day(normalised: str, now: datetime) -> date | None:
    """A day up to today; None where only a month or a year is known."""
    if len(normalised) != 10:
        return None
    try:
        found = date.fromisoformat(normalised)
    except ValueError as wrong:
        raise InvalidField("value", "no date") from wrong
    if found > deadlines.local_date(now):
        raise InvalidField("value", "in the future")
    return found


CHANGES: Mapping[Step, Change] = {
    Step.AMEND: amend,
    Step.ANSWER_MEDIATION: answer_mediation,
    Step.SETTLE: settle,
    Step.RATE: rate,
    Step.FOLLOW_UP: follow_up,
    Step.REOPEN: reopen,
}
