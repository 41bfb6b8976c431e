"""A question answered from data/knowledge with its articles; offered, or declined, when not sure."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk.events import FollowupAction, SlotSet

from actions.base import Events, Turn, XiaobaoAction
from xiaobao.knowledge import render
from xiaobao.reading import story

OFFERED = 3
LONG = 40  # characters
WANTS_TO_FILE = re.compile(r"投诉|举报|维权|要求|登记|反映")
ASKS = re.compile(
    r"[?？]|吗[，。\s]|吗$|呢[。\s]*$|怎么办|怎么赔|该怎么|如何|能不能|可不可以|合法|犯法|多少钱\S{0,2}$|咋办|什么办法"
)
# Two unsure turns in a row: say so and offer a human, never a third guess.
PATIENCE = 2


def answer(turn: Turn, question: str, inside_form: bool = False) -> Events:
    """Answer, offer two or three topics, or say that it is not known."""
    ranking = turn.context.searcher.rank(question)
    if ranking.decision == "answer":
        return tell(turn, ranking.answers[0].topic, question, inside_form)
    if ranking.decision == "offer":
        return offer(turn, [a.topic for a in ranking.answers[:OFFERED]], question)
    if ranking.elsewhere:
        belongs = turn.context.library.elsewhere[ranking.elsewhere]
        turn.say(
            "utter_out_of_scope",
            where=belongs.where,
            buttons=[] if inside_form else [turn.button("human", "request_human")],
        )
        return []
    turn.say(
        "utter_not_known",
        buttons=[]
        if inside_form
        else [turn.button("tell_story", "submit_complaint"), turn.button("human", "request_human")],
    )
    return []


def offer(turn: Turn, topics: list[Any], question: str) -> Events:
    """您是想问哪一个？"""
    buttons = [turn.button("topic", "pick_topic", title=t.question, topic_id=t.id) for t in topics]
    if turn.intent == "submit_complaint" and topics:
        buttons.append(turn.button("complain", "submit_complaint", topic_id=topics[0].id))
    turn.say("utter_which_topic", buttons=[*buttons, turn.button("none_of_these", "none_of_these")])
    return [SlotSet("last_question", question)]


def tell(turn: Turn, topic: Any, question: str, inside_form: bool = False) -> Events:
    """One answer: the sentence that decides, the articles, and what can be done next."""
    shown = render.answer(topic, turn.context.library)
    more = any((shown.steps, shown.keep, shown.where))
    buttons = [turn.button("expand", "expand", topic_id=topic.id)] if more else []
    if not inside_form:
        if topic.next == "complain":
            buttons.insert(0, turn.button("complain", "submit_complaint", topic_id=topic.id))
        elif topic.next == "report":
            buttons.insert(0, turn.button("report", "submit_report", topic_id=topic.id))
        buttons += [turn.button(f"helpful_{w}", "rate_answer", topic_id=topic.id, helpful=w) for w in ("yes", "no")]
    citations = [
        {"law": c.law, "article": c.article, "text": c.text, "effective": c.effective, "source": c.source}
        for c in shown.citations
    ]
    turn.say(
        "utter_answer" if shown.basis else "utter_answer_without_basis",
        buttons=buttons,
        card={"type": "citations", "items": citations} if citations else None,
        first=shown.first,
        basis=shown.basis,
    )
    if topic.next == "urgent" and not inside_form:
        turn.say("utter_fraud_now")
    return [SlotSet("topic_id", topic.id), SlotSet("last_question", question), SlotSet("unsure_count", None)]


def button(turn: Turn, intent: str, inside_form: bool = False) -> Events:
    """The buttons under an answer."""
    topic = turn.context.library.topics.get(turn.entity("topic_id") or turn.slot("topic_id") or "")
    if intent == "none_of_these":
        turn.say(
            "utter_none_of_these",
            buttons=[]
            if inside_form
            else [turn.button("tell_story", "submit_complaint"), turn.button("human", "request_human")],
        )
        return []
    if topic is None:
        turn.say("utter_which_answer")
        return []
    if intent == "pick_topic":
        return tell(turn, topic, turn.slot("last_question") or topic.question, inside_form)
    if intent == "rate_answer":
        helpful = turn.entity("helpful") == "yes"
        turn.say(
            "utter_glad" if helpful else "utter_sorry_not_helpful",
            buttons=[] if helpful else [turn.button("human", "request_human")],
        )
        return []
    return _expand(turn, topic, articles=intent == "show_article")


def _expand(turn: Turn, topic: Any, articles: bool) -> Events:
    shown = render.answer(topic, turn.context.library)
    if articles:
        parts = [f"《{c.law}》{c.article}\n{c.text}" for c in shown.citations if c.text]
        if not parts:
            turn.say("utter_no_article_text", basis=shown.basis)
            return []
        turn.say("utter_articles", body="\n\n".join(parts))
        return []
    words = turn.context.words
    parts = []
    for name in ("steps", "keep", "where"):
        lines = getattr(shown, name)
        if lines:
            numbered = [f"{i}. {line}" if name == "steps" else f"· {line}" for i, line in enumerate(lines, 1)]
            parts.append(words.text(f"utter_section_{name}") + "\n" + "\n".join(numbered))
    buttons = [turn.button("complain", "submit_complaint", topic_id=topic.id)] if topic.next == "complain" else []
    turn.say("utter_expanded", buttons=buttons, body="\n\n".join(parts))
    return [SlotSet("topic_id", topic.id)]


def tells_a_story(turn: Turn) -> bool:
    """A long message that asks nothing and names whom it is about: the model took it for something else."""
    if len(turn.text) < LONG or ASKS.search(turn.text):
        return False
    told = story.read(turn.text, turn.today, turn.context.reading).values
    return bool({"merchant", "institution", "item"} & set(told)) and bool({"claim", "problem", "amount"} & set(told))


def asks_rather_than_tells(turn: Turn) -> bool:
    """A question that the model took for a complaint and that can be answered: the answer comes first.

    帮我投诉 stands under it and carries the words into the form.
    """
    if not ASKS.search(turn.text) or WANTS_TO_FILE.search(turn.text):
        return False
    ranking = turn.context.searcher.rank(turn.text)
    return ranking.decision != "decline" or bool(ranking.elsewhere)


class Answer(XiaobaoAction):
    """A question; a story that asks nothing opens the complaint form instead."""

    def name(self) -> str:
        return "action_answer"

    def act(self, turn: Turn) -> Events:
        if tells_a_story(turn):
            return [FollowupAction("complaint_form")]
        return answer(turn, turn.text or turn.entity("question") or turn.slot("last_question") or "")


class OutOfScope(XiaobaoAction):
    """Labour, family, crime, company law: not ours; say where it belongs. The search has the last word."""

    def name(self) -> str:
        return "action_out_of_scope"

    def act(self, turn: Turn) -> Events:
        ranking = turn.context.searcher.rank(turn.text)
        if ranking.decision == "answer" and turn.confidence < 0.8:
            return tell(turn, ranking.answers[0].topic, turn.text)
        where = turn.context.library.elsewhere.get(ranking.elsewhere or "")
        if where:
            turn.say("utter_out_of_scope", where=where.where, buttons=[turn.button("human", "request_human")])
        else:
            turn.say("utter_out_of_scope_general", buttons=[turn.button("human", "request_human")])
        return []


class Clarify(XiaobaoAction):
    """Not sure what was meant: two or three buttons; unsure again: say so and offer a human."""

    def name(self) -> str:
        return "action_clarify"

    def act(self, turn: Turn) -> Events:
        if tells_a_story(turn):
            return [FollowupAction("complaint_form")]
        count = int(turn.slot("unsure_count") or 0) + 1
        if count >= PATIENCE:
            turn.say(
                "utter_unsure_again",
                buttons=[turn.button("human", "request_human"), turn.button("tell_story", "submit_complaint")],
            )
            return [SlotSet("unsure_count", None)]
        ranking = turn.context.searcher.rank(turn.text)
        if turn.text and ranking.decision == "answer":
            return tell(turn, ranking.answers[0].topic, turn.text)
        buttons = _guesses(turn)
        if turn.text and ranking.decision == "offer":
            buttons = [
                turn.button("topic", "pick_topic", title=a.topic.question, topic_id=a.topic.id)
                for a in ranking.answers[:2]
            ]
        turn.say("utter_unsure", buttons=[*buttons[:3], turn.button("none_of_these", "none_of_these")])
        return [SlotSet("unsure_count", count), SlotSet("last_question", turn.text)]


def _guesses(turn: Turn) -> list[dict[str, str]]:
    """Buttons for the likeliest intents that have words of their own."""
    words, buttons = turn.context.words, []
    for guess in turn.ranking:
        name = guess["name"]
        if words.has(f"utter_button_guess_{name}"):
            entities = (
                {"question": turn.text} if name in ("ask", "submit_complaint", "submit_report") and turn.text else {}
            )
            buttons.append(turn.button(f"guess_{name}", name, **entities))
    return buttons


class _Button(XiaobaoAction):
    """Base of the buttons under an answer."""

    intent = ""

    def act(self, turn: Turn) -> Events:
        return button(turn, self.intent)


class Expand(_Button):
    intent = "expand"

    def name(self) -> str:
        return "action_expand"


class ShowArticle(_Button):
    intent = "show_article"

    def name(self) -> str:
        return "action_show_article"


class RateAnswer(_Button):
    intent = "rate_answer"

    def name(self) -> str:
        return "action_rate_answer"


class PickTopic(_Button):
    intent = "pick_topic"

    def name(self) -> str:
        return "action_pick_topic"


class NoneOfThese(_Button):
    intent = "none_of_these"

    def name(self) -> str:
        return "action_none_of_these"
