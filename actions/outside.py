"""Words that only mean something while a form is open, said with none open."""

from __future__ import annotations

import re

from rasa_sdk.events import FollowupAction

from actions import guidance, own_tickets, session
from actions.base import Door, Events, Turn, XiaobaoAction
from actions.draft import Draft
from xiaobao.knowledge import redlines
from xiaobao.knowledge.text import simplified
from xiaobao.reading import aftermath, answers, corrections
from xiaobao.tickets import service
from xiaobao.tickets.workflow import CHOICES, OPEN

SURE = 0.8  # of a topic, that the words ask about it and are no mere courtesy
HEARD = 0.6  # of an intent
OF_THE_OFFICE = re.compile("你们|单位|你这|这里|上班|下班|地址|在哪|电话|周末|几点|办公|多久|几天")
RESPONSES = {
    "abuse": "utter_abuse",
    "ask_disclosure": "utter_disclosure",
    "ask_identity": "utter_identity",
    "ask_why": "utter_why_nothing_asked",
    "goodbye": "utter_goodbye",
    "thanks": "utter_thanks",
}


def _answered(turn: Turn) -> Events | None:
    """The answer, when the words surely ask about a topic; else None."""
    if len(turn.text) <= guidance.BARE:
        return None
    ranking = turn.context.searcher.rank(turn.text)
    sure = ranking.decision == "answer" and ranking.answers[0].score > SURE
    return guidance.answer(turn, turn.text) if sure else None


def _of_filed(turn: Turn, draft: Draft) -> bool:
    """电话留错了，改成… with nothing being filled in: something filed is meant, if there is something."""
    found = None if draft.saved_at else corrections.read(turn.text, turn.today)
    known = found is not None and found.slot in CHOICES["amendable"]
    return known and any(one.status in OPEN for one in own_tickets.own(turn))


class Say(Door):
    """Thanks, abuse, 你是谁: one answer each, unless the words are a question that has an answer of its own."""

    def name(self) -> str:
        return "action_say"

    def act(self, turn: Turn) -> Events:
        if (events := _answered(turn)) is not None:
            return events
        turn.say(RESPONSES[turn.intent])
        return []


class OfficeInformation(Door):
    """Hours, telephone and periods of this office; a question about the law that sounds like it is answered as one."""

    def name(self) -> str:
        return "action_office"

    def act(self, turn: Turn) -> Events:
        if not OF_THE_OFFICE.search(turn.text) and (events := _answered(turn)) is not None:
            return events
        session.tell_office(turn)
        return []


class FraudNow(XiaobaoAction):
    """Stop the payment before anything else (反电信网络诈骗法 art. 20, 34)."""

    def name(self) -> str:
        return "action_fraud_now"

    def act(self, turn: Turn) -> Events:
        line = redlines.find(simplified(turn.text)) if turn.text else None
        refused = line == "secret"  # 我的验证码是… tells what must not be told; nobody has to call the police yet
        return guidance.hold(turn, "secret" if refused else "fraud")


class Affirm(XiaobaoAction):
    """A yes outside any form: a second press of 确认提交 hears the same number again."""

    def name(self) -> str:
        return "action_affirm"

    def act(self, turn: Turn) -> Events:
        if (events := guidance.special(turn, turn.text)) is not None:
            return events
        if Draft.of(turn.tracker, "complaint_form").asked_to_resume:
            return [FollowupAction("action_resume_draft")]
        number = turn.slot("last_number")
        if number:
            with turn.session() as session:
                receipt = service.receipt(session, number, turn.conversation_id)
            turn.say(
                "utter_already_filed" if receipt else "utter_already_filed_number",
                number=number,
                query_code=receipt.query_code if receipt else "",
                buttons=[turn.button("progress", "ask_progress")],
            )
        else:
            turn.say("utter_ok_what_next")
        return []


class Deny(XiaobaoAction):
    def name(self) -> str:
        return "action_deny"

    def act(self, turn: Turn) -> Events:
        if (events := guidance.special(turn, turn.text)) is not None:
            return events
        turn.say("utter_ok_what_next")
        return []


def _shrugs(turn: Turn) -> bool:
    """不知道, as the words say it or as the model is sure that they do."""
    return turn.confidence >= HEARD or answers.is_unknown(turn.text) or answers.is_skip(turn.text)


class NothingOpen(XiaobaoAction):
    """跳过, 不知道, 改3 ... with no form open."""

    def name(self) -> str:
        return "action_nothing_open"

    def act(self, turn: Turn) -> Events:
        if (events := guidance.special(turn, turn.text)) is not None:
            return events
        draft = Draft.of(turn.tracker, "complaint_form")
        if turn.intent == "correct_answer" and (aftermath.amends(turn.text) or _of_filed(turn, draft)):
            return [FollowupAction("action_amend_ticket")]
        if turn.intent == "correct_answer" and not draft.saved_at and guidance.tells(turn.text):
            return guidance.answer(turn, turn.text)  # 眼镜配错了 corrects nothing that was said here
        if turn.intent in ("dont_know", "skip") and draft.asked_to_resume:
            return [FollowupAction("action_resume_draft")]  # between 接着来 and a new story, what loses nothing
        if turn.intent == "stop" and draft.saved_at:
            draft.clear()
            turn.say("utter_stopped")
            return draft.events()
        if turn.intent in ("dont_know", "skip") and len(turn.text) >= guidance.BARE and not _shrugs(turn):
            return [FollowupAction("action_clarify")]
        resume = [turn.button("resume", "resume")] if draft.saved_at else guidance.ways_on(turn)
        turn.say("utter_nothing_open", buttons=resume)
        return []
