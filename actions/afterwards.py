"""After closing: rate in three questions, reopen within the office's own window, a review of a branch's decision."""

from __future__ import annotations

from typing import Any

from rasa_sdk.events import FollowupAction

from actions import own_tickets, progress, summary
from actions.after_filing import last_day_of_review, offer_reopening, open_or_refused, reopening_window, take
from actions.base import Door, Events, Turn
from xiaobao.reading import aftermath
from xiaobao.tickets import after_filing as rules
from xiaobao.tickets import queries, service
from xiaobao.tickets.errors import AlreadyDone, WindowOver
from xiaobao.tickets.workflow import CHOICES, Status, Step

DISPUTES = ("complaint", "finance")  # elsewhere no merchant owes anything
GRADES = {str(score): grade for grade, score in rules.GRADES.items()}


class RateTicket(Door):
    """评价: 兑现了没有, 办得怎么样, 还想说什么; kept after the second question already."""

    def name(self) -> str:
        return "action_rate_ticket"

    def act(self, turn: Turn) -> Events:
        ticket, events = own_tickets.choose(turn, "rate_ticket", Step.RATE)
        if not ticket or not open_or_refused(turn, ticket, Step.RATE):
            return events
        proof, told = own_tickets.proof(turn, ticket), own_tickets.words_of(turn)
        score, fulfilled = turn.entity("score"), turn.entity("value") or ""
        fulfilled = fulfilled if ticket.process in DISPUTES else "none"
        if score is None and not turn.pressed and (grade := aftermath.grade(told)):
            score = str(rules.GRADES[grade])
        if score is not None and fulfilled:
            return [*events, *rate(turn, ticket, None, score, fulfilled)]
        if fulfilled:
            return [*events, *own_tickets.waiting_for("rate_grade", proof, fulfilled)]
        return [*events, *own_tickets.waiting_for("rate", proof, score or "")]


def rate(turn: Turn, ticket: Any, code: str | None, score: str, fulfilled: str) -> Events:
    """Keep the rating, say what follows from it, then ask for words; who rated the same before is told so."""
    before = _rate(turn, ticket, code, score, fulfilled, "")
    proof = own_tickets.proof(turn, ticket) | ({"query_code": code} if code else {})
    turn.say("utter_rated_already" if before else "utter_rated", number=ticket.number)
    if fulfilled in ("no", "part"):
        offer_reopening(turn, ticket, proof)
    return [] if before else own_tickets.waiting_for("rate_words", proof, score, fulfilled)


def rate_words(turn: Turn, ticket: Any, code: str | None, score: str, fulfilled: str, told: str) -> None:
    """The third question: the same rating with words."""
    _rate(turn, ticket, code, score, fulfilled, told)
    turn.say("utter_rated_words", number=ticket.number)


def _rate(turn: Turn, ticket: Any, code: str | None, score: str, fulfilled: str, text: str) -> bool:
    """Whether it was rated exactly so before this turn."""
    try:
        with turn.session() as session:
            actor = own_tickets.citizen(turn, code)
            service.rate(session, ticket.number, score=score, fulfilled=fulfilled, text=text, actor=actor, now=turn.now)
    except AlreadyDone:
        return own_tickets.done_by_this_turn(turn, ticket.number, Step.RATE) is None
    return False


class ReopenTicket(Door):
    """重开 on one of three grounds within the office's window; at a bank a review of its branch's decision comes first."""

    def name(self) -> str:
        return "action_reopen_ticket"

    def act(self, turn: Turn) -> Events:
        told = own_tickets.words_of(turn)
        of_own = own_tickets.number_in(turn) or turn.slot("pending_ticket") or own_tickets.own(turn)
        if told and not of_own and turn.context.searcher.rank(told).decision == "answer":
            return [FollowupAction("action_answer")]  # 银行处理结果不满意怎么办 is a question of everybody
        ticket, events = own_tickets.choose(turn, "reopen_ticket", Step.REOPEN, Step.REVIEW)
        if not ticket:
            return events
        proof, part = own_tickets.proof(turn, ticket), turn.entity("part")
        if _just_reopened(ticket):
            turn.say("utter_reopened_already", number=ticket.number, buttons=own_tickets.possible(turn, ticket)[:3])
            return events
        if Step.REVIEW in own_tickets.open_steps(turn, ticket) and part != "reopen":
            return [*events, *_review(turn, ticket, proof, part)]
        if ticket.status != Status.CLOSED:
            _not_closed(turn, ticket)
            return events
        if Step.REOPEN not in own_tickets.open_steps(turn, ticket):
            turn.say("utter_reopen_too_late", number=ticket.number, window=reopening_window(turn, ticket))
            return events
        because = turn.entity("value") or aftermath.because(told)
        if because not in CHOICES["reopenings"]:
            return [*events, *own_tickets.waiting_for("reopen", proof)]
        return [*events, *own_tickets.waiting_for("reopen_words", proof, because)]


def reopen(turn: Turn, ticket: Any, code: str | None, because: str, told: str) -> None:
    """Open it again; a day too late is told with what is left."""
    try:
        if own_tickets.done_by_this_turn(turn, ticket.number, Step.REOPEN) is None:
            take(turn, ticket, Step.REOPEN, code, because=because, text=told)
    except WindowOver:
        turn.say("utter_reopen_too_late", number=ticket.number, window=reopening_window(turn, ticket))
        return
    with turn.session() as session:
        now = queries.ticket(session, ticket.number)
    turn.say("utter_reopened", number=ticket.number, buttons=own_tickets.possible(turn, now, code=code)[:2])


def review(turn: Turn, ticket: Any, code: str | None, told: str) -> None:
    """Ask the superior of the branch to look at its decision (银行业保险业消费投诉处理管理办法 art. 20)."""
    if own_tickets.done_by_this_turn(turn, ticket.number, Step.REVIEW) is None:
        take(turn, ticket, Step.REVIEW, code, text=told, by_branch="yes")
    turn.say("utter_review_asked", number=ticket.number)


def _review(turn: Turn, ticket: Any, proof: dict[str, str], part: str | None) -> Events:
    if part == "branch":
        return own_tickets.waiting_for("review", proof)
    if part == "head":
        turn.say("utter_review_head", number=ticket.number, ways=progress.ways(turn, ticket.process))
        return []
    last = summary.day(turn, last_day_of_review(ticket))
    buttons = [turn.button("by_branch", "reopen_ticket", part="branch", **proof)]
    buttons += [turn.button("by_head", "reopen_ticket", part="head", **proof)]
    if Step.REOPEN in own_tickets.open_steps(turn, ticket):
        buttons.append(turn.button("reopen", "reopen_ticket", part="reopen", **proof))
    turn.say("utter_review_by_whom", number=ticket.number, day=last, buttons=buttons)
    return []


def _just_reopened(ticket: Any) -> bool:
    """A second press, or the same request from another browser."""
    moves = [event for event in ticket.events if event.status_from != event.status_to]
    return bool(moves) and moves[-1].step == Step.REOPEN and moves[-1].role == "citizen"


def _not_closed(turn: Turn, ticket: Any) -> None:
    """Nothing to reopen: still open, or ended in a way that only the law's other ways lead on from."""
    if own_tickets.possible(turn, ticket):
        turn.say("utter_cannot_reopen_open", number=ticket.number, status=progress.label(ticket.status),
                 buttons=own_tickets.possible(turn, ticket)[:4])  # fmt: skip
    else:
        turn.say("utter_cannot_reopen", number=ticket.number, status=progress.label(ticket.status),
                 next=progress.next_words(turn.context.words, ticket.process, ticket.status))  # fmt: skip
