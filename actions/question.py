"""One question with a purpose: a code, more material, a telephone number, a yes, a day, words.

`pending_question` is the purpose, the ticket's number, its query code and what is known already, divided by colons.
Every question can be left by 算了, by a button, or by something clearly said to another purpose.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rasa_sdk.events import FollowupAction, SlotSet

from actions import (
    after_filing,
    afterwards,
    devices,
    guidance,
    handoff,
    my_data,
    own_tickets,
    people,
    progress,
    sounds,
)
from actions.base import Events, Turn, XiaobaoAction
from xiaobao.reading import aftermath, answers, corrections
from xiaobao.tickets import queries
from xiaobao.tickets.after_filing import GRADES
from xiaobao.tickets.workflow import CHOICES, Status, Step

ELSEWHERE = {
    "ask": "action_answer",
    "submit_complaint": "complaint_form",
    "submit_report": "report_form",
    "submit_suggestion": "suggestion_form",
    "request_human": "action_request_human",
    "distress": "action_distress",
    "fraud_now": "action_fraud_now",
}
BY_BUTTON = {"enquire": "action_open_enquiry", "resume": "action_resume_draft"}
OF_TICKETS = ("ask_progress", "urge_ticket", "withdraw_ticket", "supplement_ticket", "amend_ticket")
SURE, VERY_SURE = 0.7, 0.85
SHORT_NO = 10  # characters
AFTER_CODE = (
    *("urge_ticket", "withdraw_ticket", "supplement_ticket", "amend_ticket", "settle_ticket", "answer_mediation"),
    *("rate_ticket", "reopen_ticket", "take_over_ticket"),
)
Answered = Events | None  # None: not understood, ask again


class Question:
    """What is waited for, as the slot holds it."""

    def __init__(self, turn: Turn) -> None:
        parts: list[str] = (turn.slot("pending_question") or "").split(":")
        parts += [""] * (3 - len(parts))
        self.purpose, self.number, self.code, self.more = parts[0], parts[1], parts[2], parts[3:]

    def known(self, n: int) -> str:
        """The n-th thing that is known already."""
        return self.more[n] if n < len(self.more) else ""

    @property
    def proof(self) -> dict[str, str]:
        """For buttons and further questions."""
        return {"ticket_number": self.number} | ({"query_code": self.code} if self.code else {})

    def ticket(self, turn: Turn) -> Any | None:
        """The ticket in question, if it is still the citizen's to see."""
        with turn.session() as session:
            if self.code:
                return queries.for_citizen(session, self.number, self.code)
            mine = queries.of_conversation(session, turn.conversation_id)
        return next((one for one in mine if one.number == self.number), None)


# Asking ------------------------------------------------------------------------------------------


class AskAnswer(XiaobaoAction):
    def name(self) -> str:
        return "action_ask_question_form_answer"

    def act(self, turn: Turn) -> Events:
        question = Question(turn)
        if question.purpose in (my_data.PROOF, my_data.SURE):
            my_data.asked(turn, question.purpose, question.known(0))
            return []
        name, buttons = _asked(turn, question)
        values: dict[str, Any] = {"hours": turn.context.office.hours, "number": question.number}
        if question.purpose == "amend_value":
            values["title"] = turn.context.words.title(question.known(0))
        turn.say(name, buttons=buttons, **values)
        return []


def _asked(turn: Turn, question: Question) -> tuple[str, list[dict[str, str]]]:
    """Which words, and the buttons below them."""
    proof, leave = question.proof, turn.button("never_mind", "deny")

    def choices(intent: str, name: str, values: tuple[str, ...], **more: str) -> list[dict[str, str]]:
        return [turn.button(f"{name}_{value}", intent, value=value, **proof, **more) for value in values]

    if question.purpose == "withdraw":
        yes = turn.button("withdraw_yes", "withdraw_ticket", confirmed="yes", **proof)
        return "utter_withdraw_sure", [yes, turn.button("withdraw_no", "deny")]
    if question.purpose == "settle":
        return "utter_ask_settle", choices("settle_ticket", "settled", ("full", "part", "promise", "none"))
    if question.purpose == "mediation":
        return "utter_ask_mediation", choices("answer_mediation", "mediation", tuple(CHOICES["wishes"]))
    if question.purpose == "reopen":
        return "utter_ask_because", [*choices("reopen_ticket", "because", tuple(CHOICES["reopenings"])), leave]
    if question.purpose == "rate":
        score = {"score": known} if (known := question.known(0)) else {}
        return "utter_ask_fulfilled", choices("rate_ticket", "fulfilled", tuple(CHOICES["fulfilments"]), **score)
    if question.purpose == "rate_grade":
        graded = [("grade_" + grade, {"score": str(score)}) for grade, score in GRADES.items()]
        return "utter_rate", [
            turn.button(name, "rate_ticket", value=question.known(0), **score, **proof) for name, score in graded
        ]
    if question.purpose == "rate_words":
        return "utter_ask_rate_words", [turn.button("no_words", "deny")]
    if question.purpose == "amend":
        ticket = question.ticket(turn)
        fields = after_filing.fields_to_amend(turn, ticket, proof) if ticket else []
        return "utter_ask_amend", [*fields, leave]
    names = {
        "supplement": "utter_ask_supplement",
        "call_back": "utter_ask_call_back_phone",
        "promise": "utter_ask_promise",
        "amend_value": "utter_ask_amend_value",
        "reopen_words": "utter_ask_reopen_words",
        "review": "utter_ask_review_words",
    }
    unknown = "utter_ask_query_code" if question.number else "utter_ask_number_and_code"
    return names.get(question.purpose, unknown), [leave]


# Answering ---------------------------------------------------------------------------------------


class ValidateQuestionForm(XiaobaoAction):
    """The answer to the one open question."""

    def name(self) -> str:
        return "validate_question_form"

    def act(self, turn: Turn) -> Events:
        if not turn.slot("requested_slot"):
            return _again()
        question = Question(turn)
        if turn.intent == "decide_sound":
            sounds.decide(turn)
            return _again()
        if turn.intent == "human_left":
            handoff.back(turn, inside_form=True)
            return _again()
        if turn.pressed:
            return _never_mind(turn) if turn.intent == "deny" else _elsewhere(turn)
        if turn.text and (events := my_data.open_for(turn)) is not None:
            return _done(*events)
        closed = CLOSED.get(question.purpose)
        if closed and turn.text and (ticket := question.ticket(turn)):
            events = closed(turn, question, ticket)
            if events is not None:
                return _done(*events)
        if turn.intent in ("deny", "stop", "skip") and len(turn.text) < SHORT_NO:
            return _never_mind(turn)
        if question.purpose == my_data.SURE and answers.yes_no(turn.text).normalised is False:
            return _never_mind(turn)
        if question.purpose == my_data.SURE and (events := my_data.answer_sure(turn, question.known(0))) is not None:
            return _done(*events)
        if people.notice(turn):
            writes = question.purpose == "call_back" and people.known(turn).get("no_calls")
            return _done(*handoff.ask_for_call_back(turn)) if writes else _again()
        if turn.text and (events := guidance.before_all(turn, turn.text)) is not None:
            return _done(*events)
        if question.purpose == "call_back":
            return _call_back(turn)
        if question.purpose in (my_data.PROOF, my_data.SURE):
            return _own_data(turn, question)
        if closed:
            return _not_understood(turn, question)
        if answer := OPEN.get(question.purpose):
            return _about_ticket(turn, question, answer)
        return _code(turn, question)

    def on_failure(self, turn: Turn) -> Events:
        return _again()


def _done(*more: Any) -> Events:
    """The form ends; or it stays open with the next question, when that is what comes next."""
    if any(event.get("name") == "pending_question" and event.get("value") for event in more):
        kept = [event for event in more if event.get("event") != "followup"]
        return [SlotSet("answer", None), *kept, SlotSet("requested_slot", "answer")]
    return [SlotSet("answer", None), SlotSet("pending_question", None), *more, SlotSet("requested_slot", None)]


def _again() -> Events:
    return [SlotSet("answer", None), SlotSet("requested_slot", "answer")]


def _never_mind(turn: Turn) -> Events:
    if going_on := handoff.go_on(turn):
        return _done(*going_on)
    resume = [turn.button("resume", "resume")] if turn.slot("draft_saved_at") else []
    turn.say("utter_ok_what_next", buttons=resume)
    return _done()


def _elsewhere(turn: Turn) -> Events:
    action = (ELSEWHERE | BY_BUTTON).get(turn.intent, f"action_{turn.intent}")
    return _done(FollowupAction(action))


def _leaves(turn: Turn) -> bool:
    """Something that is clearly said to another purpose: a new complaint, a question, another act on a ticket."""
    if turn.intent in OF_TICKETS and turn.confidence > VERY_SURE:
        return True
    return turn.intent in ELSEWHERE and turn.confidence > SURE


def _not_understood(turn: Turn, question: Question) -> Events:
    if _leaves(turn):
        return _elsewhere(turn)
    turn.say(f"utter_unclear_{question.purpose}")
    return _again()


def _about_ticket(turn: Turn, question: Question, answer: Callable[[Turn, Question, Any], Answered]) -> Events:
    ticket = question.ticket(turn)
    if ticket is None:
        turn.say("utter_error_not_found")
        return _done()
    events = answer(turn, question, ticket)
    return _again() if events is None else _done(*events)


# Questions with few answers: what is none of them may be something else -------------------------


def _withdraw(turn: Turn, question: Question, ticket: Any) -> Answered:
    said = answers.yes_no(turn.text)
    sure = turn.intent == "withdraw_ticket" and turn.confidence > SURE
    if not sure and (said.error or said.unknown):
        return None
    if not sure and said.normalised is False:
        return None  # heard as a no below
    if Step.WITHDRAW in own_tickets.open_steps(turn, ticket) or ticket.status == Status.WITHDRAWN:
        after_filing.withdraw(turn, ticket, question.code or None)
    else:
        own_tickets.refuse(turn, ticket, Step.WITHDRAW)
    return []


def _settle(turn: Turn, question: Question, ticket: Any) -> Answered:
    how = aftermath.settlement(turn.text) or ("none" if answers.is_skip(turn.text) else None)
    return after_filing.settle(turn, ticket, question.code or None, how, turn.text) if how else None


def _promise(turn: Turn, question: Question, ticket: Any) -> Answered:
    if aftermath.promised(turn.text, turn.today) is None:
        return None
    return after_filing.settle(turn, ticket, question.code or None, "promise", turn.text)


def _mediation(turn: Turn, question: Question, ticket: Any) -> Answered:
    said = answers.yes_no(turn.text)
    plain = {True: "yes", False: "no"}.get(said.normalised) if isinstance(said.normalised, bool) else None
    wish = aftermath.wish(turn.text) or plain
    if wish is None:
        return None
    after_filing.answer_mediation(turn, ticket, question.code or None, wish)
    return []


def _fulfilled(turn: Turn, question: Question, ticket: Any) -> Answered:
    fulfilled, score = aftermath.fulfilment(turn.text), question.known(0)
    if fulfilled is None:
        return None
    if score:
        return afterwards.rate(turn, ticket, question.code or None, score, fulfilled)
    return own_tickets.waiting_for("rate_grade", question.proof, fulfilled)


def _grade(turn: Turn, question: Question, ticket: Any) -> Answered:
    grade = aftermath.grade(turn.text)
    if grade is None:
        return None
    return afterwards.rate(turn, ticket, question.code or None, str(GRADES[grade]), question.known(0))


def _because(turn: Turn, question: Question, ticket: Any) -> Answered:
    because = aftermath.because(turn.text)
    return own_tickets.waiting_for("reopen_words", question.proof, because) if because else None


def _field(turn: Turn, question: Question, ticket: Any) -> Answered:
    found = corrections.read(turn.text, turn.today) or corrections.read(f"{turn.text}写错了", turn.today)
    if found is None or found.slot not in CHOICES["amendable"]:
        return None
    if found.value and after_filing.amend(turn, ticket, question.code or None, found.slot, found.value):
        return []
    return own_tickets.waiting_for("amend_value", question.proof, found.slot)


CLOSED: dict[str, Callable[[Turn, Question, Any], Answered]] = {
    "withdraw": _withdraw,
    "settle": _settle,
    "promise": _promise,
    "mediation": _mediation,
    "rate": _fulfilled,
    "rate_grade": _grade,
    "reopen": _because,
    "amend": _field,
}

# Questions for words -----------------------------------------------------------------------------


def _supplement(turn: Turn, question: Question, ticket: Any) -> Answered:
    if not after_filing.open_or_refused(turn, ticket, Step.SUPPLEMENT):
        return []
    if after_filing.supplement(turn, ticket, question.code or None):
        return []
    turn.say("utter_error_empty")
    return None


def _amend_value(turn: Turn, question: Question, ticket: Any) -> Answered:
    if _leaves(turn) and turn.intent != "submit_complaint":
        return [FollowupAction(ELSEWHERE.get(turn.intent, f"action_{turn.intent}"))]
    found = corrections.read(turn.text, turn.today)
    value = found.value if found and found.value else turn.text
    return [] if after_filing.amend(turn, ticket, question.code or None, question.known(0), value) else None


def _rate_words(turn: Turn, question: Question, ticket: Any) -> Answered:
    """A new complaint in place of words about the old one is heard as what it is."""
    if turn.intent in ("submit_complaint", "submit_report") and turn.confidence > SURE:
        if guidance.WANTS_TO_FILE.search(turn.text):
            return [FollowupAction(ELSEWHERE[turn.intent])]
    elif _leaves(turn) and turn.intent != "ask":
        return [FollowupAction(ELSEWHERE.get(turn.intent, f"action_{turn.intent}"))]
    afterwards.rate_words(turn, ticket, question.code or None, question.known(0), question.known(1), turn.text)
    return []


def _reopen_words(turn: Turn, question: Question, ticket: Any) -> Answered:
    if not turn.text:
        turn.say("utter_error_empty")
        return None
    done = own_tickets.done_by_this_turn(turn, ticket.number, Step.REOPEN)
    if done or Step.REOPEN in own_tickets.open_steps(turn, ticket):
        afterwards.reopen(turn, ticket, question.code or None, question.known(0), turn.text)
        return []
    return [SlotSet("pending_ticket", f"{question.number}:{question.code}" if question.code else None),
            FollowupAction("action_reopen_ticket")]  # fmt: skip


def _review(turn: Turn, question: Question, ticket: Any) -> Answered:
    if not turn.text:
        turn.say("utter_error_empty")
        return None
    done = own_tickets.done_by_this_turn(turn, ticket.number, Step.REVIEW)
    if done or after_filing.open_or_refused(turn, ticket, Step.REVIEW):
        afterwards.review(turn, ticket, question.code or None, turn.text)
    return []


OPEN: dict[str, Callable[[Turn, Question, Any], Answered]] = {
    "supplement": _supplement,
    "amend_value": _amend_value,
    "rate_words": _rate_words,
    "reopen_words": _reopen_words,
    "review": _review,
}


def _own_data(turn: Turn, question: Question) -> Events:
    """The proof, or words in place of it that are clearly something else."""
    if question.purpose == my_data.PROOF and (own_tickets.CODE.search(turn.text) or my_data.DIGITS.search(turn.text)):
        events = my_data.answer_proof(turn, question.known(0))
        return _again() if events is None else _done(*events)
    if _leaves(turn):
        return _elsewhere(turn)
    turn.say("utter_error_code_unclear" if question.purpose == my_data.PROOF else "utter_unclear_my_data")
    return _again()


def _call_back(turn: Turn) -> Events:
    phone = answers.phone(turn.text)
    if phone.error and turn.intent in ELSEWHERE and turn.confidence > SURE:
        return _elsewhere(turn)
    if phone.error:
        turn.say(f"utter_error_{phone.error}")
        return _again()
    handoff.call_back(turn, phone.value or "")
    return _done(*handoff.go_on(turn))


def _code(turn: Turn, question: Question) -> Events:
    """Number and query code; with both right, what was wanted goes on."""
    number, code = own_tickets.number_in(turn) or question.number, own_tickets.code_in(turn)
    if not code and devices.CODE_LOST.search(turn.text):
        return _done(*devices.code_lost(turn))
    if not code or not number:
        if turn.intent in ELSEWHERE and turn.confidence > SURE:
            return _elsewhere(turn)
        asks = len(turn.text) > guidance.BARE and not progress.OF_OWN.search(turn.text)
        if asks and turn.context.searcher.rank(turn.text).decision == "answer":
            return _done(*guidance.answer(turn, turn.text))
        turn.say("utter_error_code_unclear")
        return _again()
    ticket = own_tickets.with_code(turn, number, code)
    if ticket is None:
        return _done()
    if question.purpose in AFTER_CODE:
        return _done(SlotSet("pending_ticket", f"{number}:{code}"), FollowupAction(f"action_{question.purpose}"))
    progress.tell(turn, ticket, code)
    return _done()
