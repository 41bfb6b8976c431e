"""After filing: progress, more material, hurrying, withdrawing, rating; only for the citizen's own tickets.

A ticket is the citizen's own when it was filed in this conversation, or when number and query code are
both right. Wrong codes are counted per conversation, never against the ticket, and a stranger
learns nothing, not even whether the number exists.
"""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk.events import FollowupAction, SlotSet

from actions import evidence, filing, guidance, handoff, people, referral, sounds, summary
from actions.base import Door, Events, Turn, XiaobaoAction
from actions.draft import Draft
from xiaobao.conversations import uploads
from xiaobao.reading import answers
from xiaobao.tickets import attempts, queries, service, workflow

NUMBER = re.compile(r"XB[\s-]*(\d{8})[\s-]*(\d{6})", re.IGNORECASE)
OF_OWN = re.compile("我的|单号|编号|进度|到哪|查询码|查一下|查查")
CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")


def own(turn: Turn) -> list[Any]:
    """Tickets filed in this conversation, newest first."""
    with turn.session() as session:
        return list(queries.of_conversation(session, turn.conversation_id))


def number_in(turn: Turn) -> str | None:
    """The ticket number named in the message or by a button."""
    found = NUMBER.search(given) if (given := turn.entity("ticket_number")) else NUMBER.search(turn.text)
    return f"XB{found.group(1)}-{found.group(2)}" if found else None


def code_in(turn: Turn) -> str | None:
    """A six-digit query code outside the number."""
    found = CODE.search(NUMBER.sub(" ", turn.text))
    return found.group() if found else None


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


def tell(turn: Turn, ticket: Any, code: str | None = None) -> None:
    """Where it is, who has it, until when; with what can be done now."""
    words = turn.context.words
    clock = next((c for c in ticket.clocks if c.state == "running"), None)
    due = filing.due_words(turn, clock) if clock else ""
    proof = {"ticket_number": ticket.number} | ({"query_code": code} if code else {})
    buttons = [turn.button(name, intent, **proof) for name, intent in _possible(ticket)]
    who = (
        words.text("utter_progress_handler", who=ticket.assignee_name or ticket.department) if ticket.department else ""
    )
    answer = ticket.result or ticket.reply
    reply = words.text("utter_progress_reply", text=answer) if answer else ""
    when = summary.day(turn, ticket.submitted_at.astimezone(turn.now.tzinfo).date())
    turn.say(
        "utter_progress",
        buttons=buttons,
        number=ticket.number,
        submitted=when,
        status=next(s.label for s in workflow.Status if s == ticket.status),
        who=who,
        due=due,
        reply=reply,
    )


def _possible(ticket: Any) -> list[tuple[str, str]]:
    """Buttons for the steps that the workflow opens to a citizen now."""
    intents = {
        "supplement": "supplement_ticket",
        "urge": "urge_ticket",
        "withdraw": "withdraw_ticket",
        "rate": "rate_ticket",
    }
    open_now = [str(row.step) for row in workflow.steps_open_to(ticket.process, ticket.status, workflow.Role.CITIZEN)]
    return [(step, intents[step]) for step in open_now if step in intents]


def _citizen(turn: Turn) -> service.Actor:
    """The citizen of this conversation, with the query code when one was given."""
    return service.Actor.citizen(turn.conversation_id, turn.entity("query_code") or code_in(turn))


def _proof(turn: Turn, ticket: Any) -> dict[str, str]:
    code = turn.entity("query_code") or code_in(turn)
    return {"ticket_number": ticket.number} | ({"query_code": code} if code else {})


def choose(turn: Turn, intent: str) -> tuple[Any | None, Events]:
    """The ticket meant: named, or the only own one; else buttons, or the question for number and code."""
    mine = own(turn)
    number = number_in(turn)
    if number:
        for ticket in mine:
            if ticket.number == number:
                return ticket, []
        code = turn.entity("query_code") or code_in(turn)
        if code:
            return with_code(turn, number, code), []
        return None, [SlotSet("pending_question", f"{intent}:{number}"), FollowupAction("question_form")]
    if len(mine) == 1:
        return mine[0], []
    if mine:
        buttons = [
            turn.button(
                "ticket", intent, title=" ".join(filter(None, (t.number, t.merchant or t.item))), ticket_number=t.number
            )
            for t in mine[:5]
        ]
        turn.say("utter_which_ticket", buttons=buttons)
        return None, []
    return None, [SlotSet("pending_question", f"{intent}:"), FollowupAction("question_form")]


class Progress(Door):
    def name(self) -> str:
        return "action_progress"

    def act(self, turn: Turn) -> Events:
        of_others = bool(turn.text) and not OF_OWN.search(turn.text) and not number_in(turn) and not own(turn)
        if of_others and turn.context.searcher.rank(turn.text).decision != "decline":
            return guidance.answer(turn, turn.text)
        ticket, events = choose(turn, "ask_progress")
        if ticket:
            tell(turn, ticket, turn.entity("query_code") or code_in(turn))
        return events


class SupplementTicket(Door):
    """More words or pictures for a filed ticket: asked for in one question."""

    def name(self) -> str:
        return "action_supplement_ticket"

    def act(self, turn: Turn) -> Events:
        ticket, events = choose(turn, "supplement_ticket")
        if ticket:
            proof = ":".join(_proof(turn, ticket).values())
            return [SlotSet("pending_question", f"supplement:{proof}"), FollowupAction("question_form")]
        return events


class UrgeTicket(Door):
    """催办: once a working day; the reminder goes to the desk."""

    def name(self) -> str:
        return "action_urge_ticket"

    def act(self, turn: Turn) -> Events:
        ticket, events = choose(turn, "urge_ticket")
        if ticket:
            with turn.session() as session:
                service.urge(session, ticket.number, actor=_citizen(turn), now=turn.now, office=turn.context.office)
            turn.say(
                "utter_urged",
                number=ticket.number,
                buttons=[turn.button("progress", "ask_progress", **_proof(turn, ticket))],
            )
        return events


class WithdrawTicket(Door):
    """撤回: three things are asked before (办法 art. 16(2), 23(1))."""

    def name(self) -> str:
        return "action_withdraw_ticket"

    def act(self, turn: Turn) -> Events:
        ticket, events = choose(turn, "withdraw_ticket")
        if not ticket:
            return events
        if turn.entity("confirmed") != "yes":
            turn.say(
                "utter_withdraw_sure",
                buttons=[
                    turn.button("withdraw_yes", "withdraw_ticket", confirmed="yes", **_proof(turn, ticket)),
                    turn.button("withdraw_no", "deny"),
                ],
                number=ticket.number,
            )
            return events
        with turn.session() as session:
            service.withdraw(session, ticket.number, actor=_citizen(turn), now=turn.now)
        turn.say("utter_withdrawn", number=ticket.number)
        return events


class RateTicket(Door):
    def name(self) -> str:
        return "action_rate_ticket"

    def act(self, turn: Turn) -> Events:
        ticket, events = choose(turn, "rate_ticket")
        if not ticket:
            return events
        score = turn.entity("score")
        if not score:
            buttons = [
                turn.button(f"score_{n}", "rate_ticket", score=str(n), **_proof(turn, ticket)) for n in (5, 4, 3, 2, 1)
            ]
            turn.say("utter_rate", buttons=buttons, number=ticket.number)
            return events
        with turn.session() as session:
            service.rate(session, ticket.number, score=score, actor=_citizen(turn), now=turn.now)
        turn.say("utter_rated")
        return events


class WriteLetter(Door):
    def name(self) -> str:
        return "action_write_letter"

    def act(self, turn: Turn) -> Events:
        draft = Draft.of(turn.tracker, "complaint_form")
        if turn.entity("part") == "authority":
            people.authority(turn, draft)
            return []
        write = referral.for_12315 if referral.wants_12315(turn) else referral.own_letter
        written = write(turn, draft)
        return [] if written else [FollowupAction("complaint_form")]


# One question with a purpose -------------------------------------------------------------------

ELSEWHERE = {
    "ask": "action_answer",
    "submit_complaint": "complaint_form",
    "submit_report": "report_form",
    "request_human": "action_request_human",
    "distress": "action_distress",
    "fraud_now": "action_fraud_now",
}


class AskAnswer(XiaobaoAction):
    def name(self) -> str:
        return "action_ask_question_form_answer"

    def act(self, turn: Turn) -> Events:
        purpose, _, number = (turn.slot("pending_question") or "").partition(":")
        name = {"supplement": "utter_ask_supplement", "call_back": "utter_ask_call_back_phone"}.get(purpose)
        name = name or ("utter_ask_query_code" if number else "utter_ask_number_and_code")
        turn.say(name, number=number, hours=turn.context.office.hours, buttons=[turn.button("never_mind", "deny")])
        return []


class ValidateQuestionForm(XiaobaoAction):
    """The answer to the one open question: a code, more material, a telephone number."""

    def name(self) -> str:
        return "validate_question_form"

    def act(self, turn: Turn) -> Events:
        if not turn.slot("requested_slot"):
            return [SlotSet("answer", None), SlotSet("requested_slot", "answer")]
        purpose, _, number = (turn.slot("pending_question") or "").partition(":")
        if turn.intent == "decide_sound":
            sounds.decide(turn)
            return self._again()
        if (turn.intent in ("deny", "stop", "skip") and (turn.pressed or len(turn.text) < 10)) or turn.pressed:
            return self._elsewhere(turn) if turn.pressed and turn.intent != "deny" else self._never_mind(turn)
        if people.notice(turn):
            writes = purpose == "call_back" and people.known(turn).get("no_calls")
            return self._done(*handoff.ask_for_call_back(turn)) if writes else self._again()
        if turn.text and (events := guidance.before_all(turn, turn.text)) is not None:
            return self._done(*events)
        if purpose == "supplement":
            return self._supplement(turn, number)
        if purpose == "call_back":
            return self._call_back(turn)
        return self._code(turn, purpose, number)

    def on_failure(self, turn: Turn) -> Events:
        return [SlotSet("answer", None), SlotSet("requested_slot", "answer")]

    @staticmethod
    def _done(*more: Any) -> Events:
        return [SlotSet("answer", None), SlotSet("pending_question", None), *more, SlotSet("requested_slot", None)]

    @staticmethod
    def _again() -> Events:
        return [SlotSet("answer", None), SlotSet("requested_slot", "answer")]

    def _never_mind(self, turn: Turn) -> Events:
        if going_on := handoff.go_on(turn):
            return self._done(*going_on)
        resume = [turn.button("resume", "resume")] if turn.slot("draft_saved_at") else []
        turn.say("utter_ok_what_next", buttons=resume)
        return self._done()

    def _elsewhere(self, turn: Turn) -> Events:
        action = ELSEWHERE.get(turn.intent, f"action_{turn.intent}")
        return self._done(FollowupAction(action))

    def _supplement(self, turn: Turn, proof: str) -> Events:
        number, _, code = proof.partition(":")
        with turn.session() as session:
            files = sounds.kept(turn, uploads.ready(session, turn.conversation_id))
            service.supplement(
                session,
                number,
                text=turn.text,
                evidence=tuple(
                    service.Evidence(f.evidence_id, f.filename, f.media_type, f.size, f.sha256, f.path) for f in files
                ),
                actor=service.Actor.citizen(turn.conversation_id, code or None),
                now=turn.now,
            )
            uploads.mark_filed(session, [f.evidence_id for f in files], number)
            uploads.mark_refused(session, turn.conversation_id, number)
            waiting = uploads.kinds_in(session, turn.conversation_id, uploads.ASKED)
        if waiting:
            turn.say("utter_supplement_waiting", titles=evidence.kind_titles(turn, waiting))
        turn.say(
            "utter_supplemented", number=number, buttons=[turn.button("progress", "ask_progress", ticket_number=number)]
        )
        return self._done()

    def _call_back(self, turn: Turn) -> Events:
        phone = answers.phone(turn.text)
        if phone.error and turn.intent in ELSEWHERE and turn.confidence > 0.7:
            return self._elsewhere(turn)
        if phone.error:
            turn.say(f"utter_error_{phone.error}")
            return self._again()
        handoff.call_back(turn, phone.value or "")
        return self._done(*handoff.go_on(turn))

    def _code(self, turn: Turn, purpose: str, number: str) -> Events:
        named, code = number_in(turn) or number, turn.entity("query_code") or code_in(turn)
        if not code or not named:
            if turn.intent in ELSEWHERE and turn.confidence > 0.7:
                return self._elsewhere(turn)
            asks = len(turn.text) > guidance.BARE and not OF_OWN.search(turn.text)
            if asks and turn.context.searcher.rank(turn.text).decision == "answer":
                return self._done(*guidance.answer(turn, turn.text))
            turn.say("utter_error_code_unclear")
            return self._again()
        ticket = with_code(turn, named, code)
        if ticket is None:
            return self._done()
        if purpose == "supplement_ticket":
            return [
                SlotSet("answer", None),
                SlotSet("pending_question", f"supplement:{named}:{code}"),
                SlotSet("requested_slot", "answer"),
            ]
        tell(turn, ticket, code)
        return self._done()
