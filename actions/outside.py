"""Words that only mean something while a form is open, said with none open."""

from __future__ import annotations

from actions import guidance
from actions.base import Door, Events, Turn, XiaobaoAction
from actions.draft import Draft
from xiaobao.tickets import service

SURE = 0.9
RESPONSES = {
    "abuse": "utter_abuse",
    "ask_disclosure": "utter_disclosure",
    "ask_identity": "utter_identity",
    "ask_why": "utter_why_nothing_asked",
    "goodbye": "utter_goodbye",
    "thanks": "utter_thanks",
}


class Say(Door):
    """Thanks, abuse, 你是谁: one answer each, unless the words are a question that has an answer of its own."""

    def name(self) -> str:
        return "action_say"

    def act(self, turn: Turn) -> Events:
        if turn.text and guidance.ASKS.search(turn.text) and len(turn.text) > guidance.BARE:
            ranking = turn.context.searcher.rank(turn.text)
            if ranking.decision == "answer" and turn.confidence < SURE:
                return guidance.answer(turn, turn.text)
        turn.say(RESPONSES[turn.intent])
        return []


class Affirm(XiaobaoAction):
    """A yes outside any form: a second press of 确认提交 hears the same number again."""

    def name(self) -> str:
        return "action_affirm"

    def act(self, turn: Turn) -> Events:
        if (events := guidance.special(turn, turn.text)) is not None:
            return events
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


class NothingOpen(XiaobaoAction):
    """跳过, 不知道, 改3 ... with no form open."""

    def name(self) -> str:
        return "action_nothing_open"

    def act(self, turn: Turn) -> Events:
        if (events := guidance.special(turn, turn.text)) is not None:
            return events
        draft = Draft.of(turn.tracker, "complaint_form")
        if turn.intent == "stop" and draft.saved_at:
            draft.clear()
            turn.say("utter_stopped")
            return draft.events()
        turn.say("utter_nothing_open", buttons=[turn.button("resume", "resume")] if draft.saved_at else [])
        return []
