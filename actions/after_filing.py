"""What citizens do with an open ticket: supplement, urge, withdraw, settle, agree to mediation or decline it, amend.

Each act looks whose the ticket is, runs through the workflow, says what happens next, and is done once however often
it is asked for. What has to be asked first is one question of question_form (question.py).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from rasa_sdk.events import FollowupAction

from actions import evidence, guidance, own_tickets, progress, sounds, summary
from actions.base import Door, Events, Turn
from xiaobao.conversations import uploads
from xiaobao.reading import aftermath, answers, corrections
from xiaobao.tickets import after_filing as rules
from xiaobao.tickets import deadlines, queries, service
from xiaobao.tickets.errors import AlreadyDone, StepNotOpen, UrgedToday
from xiaobao.tickets.follow_ups import PROMISE_HOUR
from xiaobao.tickets.guards import REVIEW_DAYS
from xiaobao.tickets.workflow import CHOICES, Status, Step

# A story for which no ticket is known is told to the form, not to a ticket.
STORY = 12  # characters
AMENDED_MOST = ("amount", "event_date", "merchant", "institution", "item", "merchant_address", "claim", "contact_phone")


def take(turn: Turn, ticket: Any, step: Step, code: str | None, **typed: Any) -> tuple[Any, bool]:
    """Take the step: (the ticket after it, whether it was done before this turn). Other refusals are raised."""
    actor = own_tickets.citizen(turn, code)
    try:
        with turn.session() as session:
            office = turn.context.office
            return service.step(
                session, ticket.number, step=step, actor=actor, now=turn.now, office=office, **typed
            ), False
    except AlreadyDone:
        done = own_tickets.done_by_this_turn(turn, ticket.number, step)
        return done or ticket, done is None


def open_or_refused(turn: Turn, ticket: Any, step: Step) -> bool:
    """Whether the step is open; if not, that is said."""
    if step in own_tickets.open_steps(turn, ticket):
        return True
    own_tickets.refuse(turn, ticket, step)
    return False


class SupplementTicket(Door):
    """More words or pictures for a filed ticket, asked for or not: in one question."""

    def name(self) -> str:
        return "action_supplement_ticket"

    def act(self, turn: Turn) -> Events:
        if turn.text and aftermath.amends(turn.text):
            return [FollowupAction("action_amend_ticket")]
        if guidance.ASKS_BACK.search(turn.text) and own_tickets.question_of_law(turn):
            return [FollowupAction("action_answer")]
        ticket, events = own_tickets.choose(turn, "supplement_ticket", Step.SUPPLEMENT)
        if ticket and open_or_refused(turn, ticket, Step.SUPPLEMENT):
            return [*events, *own_tickets.waiting_for("supplement", own_tickets.proof(turn, ticket))]
        return events


def supplement(turn: Turn, ticket: Any, code: str | None) -> bool:
    """Words and files into the ticket, once; False when there was nothing to put in."""
    try:
        with turn.session() as session:
            files = sounds.kept(turn, uploads.ready(session, turn.conversation_id))
            if not files and not turn.text:
                return False
            given = [service.Evidence(f.evidence_id, f.filename, f.media_type, f.size, f.sha256, f.path) for f in files]
            actor = own_tickets.citizen(turn, code)
            service.supplement(session, ticket.number, text=turn.text, evidence=tuple(given), actor=actor, now=turn.now)
            uploads.mark_filed(session, [f.evidence_id for f in files], ticket.number)
            uploads.mark_refused(session, turn.conversation_id, ticket.number)
            waiting, count = uploads.kinds_in(session, turn.conversation_id, uploads.ASKED), len(files)
    except AlreadyDone:
        done = own_tickets.done_by_this_turn(turn, ticket.number, Step.SUPPLEMENT)
        last = own_tickets.last_of(done, Step.SUPPLEMENT) if done else None
        waiting, count = [], len(last.payload["evidence"]) if last else 0
    if waiting:
        turn.say("utter_supplement_waiting", titles=evidence.kind_titles(turn, waiting))
    name = "utter_supplemented_files" if count else "utter_supplemented"
    buttons = own_tickets.possible(turn, ticket, Step.WITHDRAW, Step.URGE, Step.AMEND, code=code)
    turn.say(name, number=ticket.number, count=count, buttons=[_progress(turn, ticket, code), *buttons[:2]])
    return True


class UrgeTicket(Door):
    """催办: once a working day; whoever holds the ticket is reminded, near the last day the supervisors too."""

    def name(self) -> str:
        return "action_urge_ticket"

    def act(self, turn: Turn) -> Events:
        ticket, events = own_tickets.choose(turn, "urge_ticket", Step.URGE)
        if not ticket or not open_or_refused(turn, ticket, Step.URGE):
            return events
        buttons = [_progress(turn, ticket)]
        again = summary.day(turn, deadlines.working_days_after(turn.today, 1, turn.context.tickets.holidays).due)
        try:
            with turn.session() as session:
                actor = own_tickets.citizen(turn)
                urged: Any = service.urge(session, ticket.number, actor=actor, now=turn.now, office=turn.context.office)
        except UrgedToday:
            urged = own_tickets.done_by_this_turn(turn, ticket.number, Step.URGE)
            if urged is None:
                since = deadlines.local_date(own_tickets.last_of(ticket, Step.URGE).at)
                again = summary.day(turn, deadlines.working_days_after(since, 1, turn.context.tickets.holidays).due)
                turn.say("utter_urged_already", number=ticket.number, again=again, buttons=buttons)
                return events
        did = own_tickets.last_of(urged, Step.URGE).payload
        name = "utter_urged_raised" if did["raised"] else "utter_urged"
        who = did["who"] or turn.context.words.text("utter_urged_nobody")
        turn.say(name, number=ticket.number, who=who, again=again, buttons=buttons)
        return events


class WithdrawTicket(Door):
    """撤回: three things are asked before (办法 art. 16(2), 23(1)); by button or by words."""

    def name(self) -> str:
        return "action_withdraw_ticket"

    def act(self, turn: Turn) -> Events:
        ticket, events = own_tickets.choose(turn, "withdraw_ticket", Step.WITHDRAW)
        if not ticket:
            return events
        if ticket.status == Status.WITHDRAWN and own_tickets.done_by_this_turn(turn, ticket.number, Step.WITHDRAW):
            withdraw(turn, ticket, None)
            return events
        if ticket.status == Status.WITHDRAWN:
            turn.say("utter_withdrawn_already", number=ticket.number, buttons=[_progress(turn, ticket)])
            return events
        if not open_or_refused(turn, ticket, Step.WITHDRAW):
            return events
        if turn.entity("confirmed") == "yes":
            withdraw(turn, ticket, None)
            return events
        return [*events, *own_tickets.waiting_for("withdraw", own_tickets.proof(turn, ticket))]


def withdraw(turn: Turn, ticket: Any, code: str | None) -> None:
    """Take it back; somebody who did so a moment ago in another browser hears the same."""
    try:
        take(turn, ticket, Step.WITHDRAW, code)
    except StepNotOpen:
        with turn.session() as session:
            now = queries.ticket(session, ticket.number)
        if now.status != Status.WITHDRAWN:
            own_tickets.refuse(turn, now, Step.WITHDRAW)
            return
    name = f"utter_withdrawn_{ticket.process}"
    turn.say(name if turn.context.words.has(name) else "utter_withdrawn", number=ticket.number)


class SettleTicket(Door):
    """商家退钱了: in full, in part, or promised for a day; nothing ends by it."""

    def name(self) -> str:
        return "action_settle_ticket"

    def act(self, turn: Turn) -> Events:
        told = own_tickets.words_of(turn)
        if guidance.ASKS_BACK.search(told) and own_tickets.question_of_law(turn):
            return [FollowupAction("action_answer")]
        if told and not own_tickets.own(turn) and not own_tickets.number_in(turn) and len(told) > STORY:
            return [FollowupAction("complaint_form")]
        ticket, events = own_tickets.choose(turn, "settle_ticket", Step.SETTLE)
        if not ticket or not open_or_refused(turn, ticket, Step.SETTLE):
            return events
        how = turn.entity("value") or aftermath.settlement(told)
        return [*events, *settle(turn, ticket, None, how, told)]


def settle(turn: Turn, ticket: Any, code: str | None, how: str | None, told: str) -> Events:
    """Write down what came of it, or ask what is still missing to do so."""
    proof = own_tickets.proof(turn, ticket) | ({"query_code": code} if code else {})
    if how == "none" and (_promise_is_due(turn, ticket) or _just_broken(turn, ticket)):
        how = "broken"
    if how == "none":
        turn.say(
            "utter_settled_none",
            number=ticket.number,
            buttons=own_tickets.possible(turn, ticket, Step.SETTLE, code=code)[:4],
        )
        return []
    if how not in CHOICES["settlements"]:
        return own_tickets.waiting_for("settle", proof)
    day = aftermath.promised(told, turn.today) if how == "promise" else None
    if how == "promise" and day is None:
        return own_tickets.waiting_for("promise", proof)
    when = day.isoformat() if day else ""
    _, before = take(turn, ticket, Step.SETTLE, code, how=how, promised_on=when, text=told)
    buttons = own_tickets.possible(turn, ticket, Step.SETTLE, Step.URGE, Step.AMEND, code=code)
    closed = "_closed" if ticket.status == Status.CLOSED else ""
    name = "utter_settled_already" if before else f"utter_settled_{how}{closed}"
    turn.say(name, number=ticket.number, day=summary.day(turn, day) if day else "", buttons=buttons[:3])
    if how == "broken" and closed and not before:
        offer_reopening(turn, ticket, proof)
    return []


def _promise_is_due(turn: Turn, ticket: Any) -> bool:
    """Whether the day that the merchant named is over, or nearly so: nothing done is a promise broken then."""
    promise = ticket.matters.get("promise")
    if not promise:
        return False
    day = date.fromisoformat(promise["on"])
    return day < turn.today or (day == turn.today and turn.now.time() >= PROMISE_HOUR)


def _just_broken(turn: Turn, ticket: Any) -> bool:
    """Whether this message told of the broken promise already: then nothing is promised any more."""
    done = own_tickets.done_by_this_turn(turn, ticket.number, Step.SETTLE)
    return done is not None and own_tickets.last_of(done, Step.SETTLE).payload["how"] == "broken"


def offer_reopening(turn: Turn, ticket: Any, proof: dict[str, str]) -> None:
    """What was promised was not done: a branch's decision may be reviewed, else reopen while the office's window
    lasts, else the ways of the law."""
    steps, window = own_tickets.open_steps(turn, ticket), reopening_window(turn, ticket)
    reopen = turn.button("reopen_unperformed", "reopen_ticket", value="unperformed", part="reopen", **proof)
    if Step.REVIEW in steps:
        buttons = [turn.button("review", "reopen_ticket", **proof), *([reopen] if Step.REOPEN in steps else [])]
        day = summary.day(turn, last_day_of_review(ticket))
        turn.say("utter_not_fulfilled_decided", number=ticket.number, buttons=buttons, day=day, window=window)
    elif Step.REOPEN in steps:
        turn.say("utter_not_fulfilled", number=ticket.number, buttons=[reopen], window=window)
    else:
        turn.say("utter_not_fulfilled_late", number=ticket.number, ways=progress.ways(turn, ticket.process))


def reopening_window(turn: Turn, ticket: Any) -> str:
    """Until when the office opens it again, in its words."""
    until = rules.reopen_until(ticket.events, turn.context.office.reopen_days)
    return progress.window(turn, ticket, until) if until else ""


def last_day_of_review(ticket: Any) -> date:
    """银行业保险业消费投诉处理管理办法 art. 20."""
    return date.fromisoformat(ticket.matters["decided_on"]) + timedelta(days=REVIEW_DAYS)


class AnswerMediation(Door):
    """Whether to mediate (办法 art. 18): agreed to or declined, and thought over again if need be."""

    def name(self) -> str:
        return "action_answer_mediation"

    def act(self, turn: Turn) -> Events:
        if own_tickets.question_of_law(turn):
            return [FollowupAction("action_answer")]
        ticket, events = own_tickets.choose(turn, "answer_mediation", Step.ANSWER_MEDIATION)
        if not ticket or not open_or_refused(turn, ticket, Step.ANSWER_MEDIATION):
            return events
        wish = turn.entity("value") or aftermath.wish(own_tickets.words_of(turn))
        if wish not in CHOICES["wishes"]:
            return [*events, *own_tickets.waiting_for("mediation", own_tickets.proof(turn, ticket))]
        answer_mediation(turn, ticket, None, wish)
        return events


def answer_mediation(turn: Turn, ticket: Any, code: str | None, wish: str) -> None:
    """Write the answer down and say what follows from it."""
    take(turn, ticket, Step.ANSWER_MEDIATION, code, wish=wish)
    under_way = "_under_way" if wish == "no" and ticket.status == Status.MEDIATING else ""
    turn.say(f"utter_mediation_{wish}{under_way}", number=ticket.number, buttons=[_progress(turn, ticket, code)])


class AmendTicket(Door):
    """更正: one field of the filed ticket; the original stays beside it."""

    def name(self) -> str:
        return "action_amend_ticket"

    def act(self, turn: Turn) -> Events:
        ticket, events = own_tickets.choose(turn, "amend_ticket", Step.AMEND)
        if not ticket or not open_or_refused(turn, ticket, Step.AMEND):
            return events
        proof = own_tickets.proof(turn, ticket)
        field, value = turn.entity("slot_name"), None
        if not field and (found := corrections.read(own_tickets.words_of(turn), turn.today)):
            field, value = found.slot, found.value
        if field == "narrative" or field == "problem":
            return [*events, *own_tickets.waiting_for("supplement", proof)]
        if field not in CHOICES["amendable"]:
            return [*events, *own_tickets.waiting_for("amend", proof)]
        if value and amend(turn, ticket, None, field, value):
            return events
        return [*events, *own_tickets.waiting_for("amend_value", proof, field)]


def fields_to_amend(turn: Turn, ticket: Any, proof: dict[str, str]) -> list[dict[str, str]]:
    """Buttons for the fields that hold something; a report without a name has no contact data to change."""
    names = [
        n for n in AMENDED_MOST if getattr(ticket, {"amount": "amount_text", "event_date": "event_date_text"}.get(n, n))
    ]
    if ticket.anonymous == "yes":
        names = [name for name in names if not name.startswith("contact_")]
    title = turn.context.words.title
    return [turn.button("change", "amend_ticket", title=title(n), slot_name=n, **proof) for n in names]


def amend(turn: Turn, ticket: Any, code: str | None, field: str, said: str) -> bool:
    """Write the new value; False when it is none, which is said."""
    read = _read(field, said, turn)
    if read.error or read.unknown or not read.value:
        turn.say(f"utter_error_{read.error or 'empty'}")
        return False
    normalised = "" if read.normalised is None or field not in ("amount", "event_date") else str(read.normalised)
    value = str(read.normalised) if field.startswith("contact_") else read.value
    after, before = take(turn, ticket, Step.AMEND, code, field=field, value=value, normalised=normalised)
    buttons = [
        _progress(turn, ticket, code),
        turn.button(
            "amend_more", "amend_ticket", **own_tickets.proof(turn, ticket) | ({"query_code": code} if code else {})
        ),
    ]
    if before:
        turn.say("utter_amended_already", number=ticket.number, title=turn.context.words.title(field), buttons=buttons)
    else:
        turn.say(
            "utter_amended",
            number=ticket.number,
            change=own_tickets.last_of(after, Step.AMEND).payload["text"],
            buttons=buttons,
        )
    return True


def _read(field: str, said: str, turn: Turn) -> answers.Answer:
    if field == "amount":
        return answers.amount(said)
    if field == "event_date":
        return answers.date(said, turn.today)
    if field == "contact_phone":
        return answers.phone(said)
    if field == "contact_name":
        return answers.name(said)
    return answers.address(said) if field.endswith("address") else answers.words(said)


def _progress(turn: Turn, ticket: Any, code: str | None = None) -> dict[str, str]:
    known = own_tickets.proof(turn, ticket) | ({"query_code": code} if code else {})
    return turn.button("progress", "ask_progress", **known)
