"""Which ticket is meant, and whether it is the citizen's own.

A ticket is the citizen's own when it was filed in this conversation, or when number and query code are
both right. Wrong codes are counted per conversation, never against the ticket, and a stranger
learns nothing, not even whether the number exists.
"""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk.events import FollowupAction, SlotSet

from actions import summary
from actions.base import Events, Turn
from xiaobao.conversations import turns
from xiaobao.tickets import after_filing, attempts, deadlines, queries, service, stepping, workflow
from xiaobao.tickets.workflow import Step

NUMBER = re.compile(r"XB[\s-]*(\d{8})[\s-]*(\d{6})", re.IGNORECASE)
CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")
MOST_SHOWN = 5
# Buttons in this order: the step of the workflow, the intent behind its button.
BUTTONS: tuple[tuple[Step, str], ...] = (
    (Step.SUPPLEMENT, "supplement_ticket"),
    (Step.URGE, "urge_ticket"),
    (Step.ANSWER_MEDIATION, "answer_mediation"),
    (Step.RATE, "rate_ticket"),
    (Step.SETTLE, "settle_ticket"),
    (Step.AMEND, "amend_ticket"),
    (Step.WITHDRAW, "withdraw_ticket"),
    (Step.REOPEN, "reopen_ticket"),
    (Step.REVIEW, "reopen_ticket"),
)


def own(turn: Turn) -> list[Any]:
    """Tickets filed in this conversation, newest first."""
    with turn.session() as session:
        return list(queries.of_conversation(session, turn.conversation_id))


def number_in(turn: Turn) -> str | None:
    """The ticket number named in the message or by a button."""
    found = NUMBER.search(given) if (given := turn.entity("ticket_number")) else NUMBER.search(turn.text)
    return f"XB{found.group(1)}-{found.group(2)}" if found else None


def code_in(turn: Turn) -> str | None:
    """A six-digit query code: of a button, or typed outside the number."""
    if given := turn.entity("query_code"):
        return given
    found = CODE.search(NUMBER.sub(" ", turn.text))
    return found.group() if found else None


def words_of(turn: Turn) -> str:
    """What was typed beside number and code."""
    rest = NUMBER.sub(" ", turn.text)
    return (CODE.sub(" ", rest) if number_in(turn) else rest).strip(" ，,。：:")


def with_code(turn: Turn, number: str, code: str) -> Any | None:
    """The ticket when number and code fit; too many wrong ones close this for a while."""
    key = f"conversation:{turn.conversation_id}"
    with turn.session() as session:
        if not attempts.allowed(session, key, turn.now):
            turn.say("utter_error_too_many_codes")
            return None
        ticket = queries.for_citizen(session, number, code)
        if ticket is None:
            attempts.count_wrong(session, key, turn.now)
    if ticket is None:
        turn.say("utter_error_wrong_code")
    return ticket


def question_of_law(turn: Turn) -> bool:
    """Words about tickets by somebody who has none here: 投诉要提供哪些材料 is a question that everybody may ask."""
    if turn.pressed or turn.slot("pending_ticket") or number_in(turn) or own(turn):
        return False
    return bool(turn.text) and turn.context.searcher.rank(turn.text).decision != "decline"


def choose(turn: Turn, intent: str, *steps: Step) -> tuple[Any | None, Events]:
    """The ticket meant: named, or the only own one that `steps` are open for; else buttons, or number and code.

    With a ticket come no events; without one the events go on to ask.
    """
    if waiting := turn.slot("pending_ticket"):
        number, _, code = waiting.partition(":")
        return with_code(turn, number, code), [SlotSet("pending_ticket", None)]
    mine, number = own(turn), number_in(turn)
    if number:
        for ticket in mine:
            if ticket.number == number:
                return ticket, []
        if code := code_in(turn):
            return with_code(turn, number, code), []
        return None, [SlotSet("pending_question", f"{intent}:{number}"), FollowupAction("question_form")]
    fitting = [ticket for ticket in mine if not steps or any(step in open_steps(turn, ticket) for step in steps)]
    if len(mine) == 1 or len(fitting) == 1:
        return (fitting or mine)[0], []
    if mine:
        turn.say("utter_which_ticket", buttons=[_named(turn, t, intent) for t in (fitting or mine)[:MOST_SHOWN]])
        return None, []
    return None, [SlotSet("pending_question", f"{intent}:"), FollowupAction("question_form")]


def _named(turn: Turn, ticket: Any, intent: str) -> dict[str, str]:
    title = " ".join(filter(None, (ticket.number, ticket.merchant or ticket.institution or ticket.item)))
    carried = {name: value for name in ("value", "score", "part") if (value := turn.entity(name))}
    return turn.button("ticket", intent, title=title, ticket_number=ticket.number, **carried)


def citizen(turn: Turn, code: str | None = None) -> service.Actor:
    """The citizen of this conversation, with the query code when one was given."""
    waiting = (turn.slot("pending_ticket") or "").partition(":")[2]
    return service.Actor.citizen(turn.conversation_id, code or waiting or code_in(turn))


def proof(turn: Turn, ticket: Any) -> dict[str, str]:
    """What a button needs to name the ticket again: its number, from elsewhere the code too."""
    mine = ticket.conversation_id == turn.conversation_id
    code = None if mine else (turn.slot("pending_ticket") or "").partition(":")[2] or code_in(turn)
    return {"ticket_number": ticket.number} | ({"query_code": code} if code else {})


def waiting_for(purpose: str, proof: dict[str, str], *more: str) -> Events:
    """Ask one question about this ticket: the slot `pending_question` holds `purpose`, the proof and `more`."""
    said = ":".join((purpose, proof["ticket_number"], proof.get("query_code", ""), *more))
    return [SlotSet("pending_question", said), FollowupAction("question_form")]


def open_steps(turn: Turn, ticket: Any) -> list[Step]:
    """Steps that the workflow opens to a citizen now, guards and the office's window considered."""
    rows = workflow.steps_open_to(ticket.process, ticket.status, workflow.Role.CITIZEN)
    found = [row.step for row in stepping.ready(rows, ticket, turn.now)]
    until = after_filing.reopen_until(ticket.events, turn.context.office.reopen_days)
    late = until is not None and deadlines.local_date(turn.now) > until
    return [step for step in found if not (step == Step.REOPEN and late)]


def possible(turn: Turn, ticket: Any, *without: Step, code: str | None = None) -> list[dict[str, str]]:
    """Buttons for what can be done now; a wish for mediation that was told is not asked for again."""
    known = proof(turn, ticket) | ({"query_code": code} if code else {})
    steps = [step for step in open_steps(turn, ticket) if step not in without]
    if ticket.matters.get("wish"):
        steps = [step for step in steps if step != Step.ANSWER_MEDIATION]
    if Step.REVIEW in steps:
        steps = [step for step in steps if step != Step.REOPEN]
    return [turn.button(str(step), intent, **known) for step, intent in BUTTONS if step in steps]


def done_by_this_turn(turn: Turn, number: str, step: Step) -> Any | None:
    """The ticket as it stands, when this very message took the step already; else None.

    A turn runs again when the process dies between the commit and the answer. The citizen said it once and hears what
    came of it, not that it had been done before.
    """
    with turn.session() as session:
        since = turns.owed_since(session, turn.conversation_id)
        ticket = queries.ticket(session, number)
    last = last_of(ticket, step)
    mine = last is not None and last.role == workflow.Role.CITIZEN and since is not None and last.at >= since
    return ticket if mine else None


def last_of(ticket: Any, step: Step) -> Any:
    """The last event of a step; None when there is none."""
    return next((event for event in reversed(ticket.events) if event.step == step), None)


def day_of(turn: Turn, moment: Any) -> str:
    """11月26日（周四）."""
    return summary.day(turn, deadlines.local_date(moment))


def refuse(turn: Turn, ticket: Any, step: Step) -> None:
    """Why this cannot be done now, and what can."""
    from actions import progress  # which needs this module itself

    name = f"utter_cannot_{step}_{ticket.process}"
    name = name if turn.context.words.has(name) else f"utter_cannot_{step}"
    turn.say(
        name,
        buttons=possible(turn, ticket)[:4],
        number=ticket.number,
        status=progress.label(ticket.status),
        next=progress.next_words(turn.context.words, ticket.process, ticket.status),
    )
