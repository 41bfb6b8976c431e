"""One topic as an answer, several as an offer, and the buttons under them."""

from __future__ import annotations

from typing import Any

from rasa_sdk.events import SlotSet

from actions.base import Events, Turn, XiaobaoAction
from xiaobao.knowledge import library, render
from xiaobao.knowledge.search import Ranking

OFFERED = 3
LEAST_LIKELY = 0.05  # a topic less likely than this is not worth a button


def likely(ranking: Ranking) -> list[Any]:
    """The topics worth offering: at most three, at least one."""
    worth = [a.topic for a in ranking.answers if a.score >= LEAST_LIKELY]
    return worth[:OFFERED] or [ranking.answers[0].topic]


def offer(
    turn: Turn, topics: list[Any], question: str, quarrel: bool = False, field: library.Field | None = None
) -> Events:
    """您是想问哪一个？ With `field` the topics are near misses: that is said first, and what can be done meanwhile."""
    buttons = [turn.button("topic", "pick_topic", title=t.question, topic_id=t.id) for t in topics]
    if topics and (quarrel or turn.intent == "submit_complaint"):
        buttons.append(turn.button("complain", "submit_complaint", topic_id=topics[0].id))
    buttons.append(turn.button("none_of_these", "none_of_these"))
    if field:
        turn.say("utter_not_written", buttons=buttons, where=field.where)
    else:
        turn.say("utter_which_topic", buttons=buttons)
    return [SlotSet("last_question", question)]


def tell(turn: Turn, topic: Any, question: str, inside_form: bool = False, quarrel: bool = False) -> Events:
    """One answer: the sentence that decides, the articles, and what can be done next.

    Who told of a `quarrel` is asked besides whether to file it.
    """
    shown = render.answer(topic, turn.context.library)
    if render.in_review(topic, turn.context.library):
        turn.say("utter_in_review", buttons=[] if inside_form else [turn.button("human", "request_human")])
        return [SlotSet("topic_id", topic.id), SlotSet("last_question", question), SlotSet("unsure_count", None)]
    more = any((shown.steps, shown.keep, shown.where))
    buttons = [turn.button("expand", "expand", topic_id=topic.id)] if more else []
    if not inside_form:
        if topic.next == "complain" or (quarrel and topic.next == "none"):
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
    elif quarrel:
        turn.say("utter_shall_i_report" if topic.next == "report" else "utter_shall_i_file")
    return [SlotSet("topic_id", topic.id), SlotSet("last_question", question), SlotSet("unsure_count", None)]


def button(turn: Turn, intent: str, inside_form: bool = False) -> Events:
    """The buttons under an answer."""
    topic = turn.context.library.topics.get(turn.entity("topic_id") or turn.slot("topic_id") or "")
    if intent == "none_of_these":
        turn.learn("corrected", turn.slot("last_question") or "")
        return not_meant(turn, inside_form)
    if topic is None:
        turn.say("utter_which_answer")
        return []
    if intent == "pick_topic":
        return tell(turn, topic, turn.slot("last_question") or topic.question, inside_form)
    if intent == "rate_answer":
        helpful = turn.entity("helpful") == "yes"
        if not helpful:
            turn.learn("disliked", turn.slot("last_question") or topic.question, topic_id=topic.id)
        turn.say(
            "utter_glad" if helpful else "utter_sorry_not_helpful",
            buttons=[] if helpful else [turn.button("human", "request_human")],
        )
        return []
    return expand(turn, topic, articles=intent == "show_article")


def expand(turn: Turn, topic: Any, articles: bool, again: bool = False) -> Events:
    """What to do, what to keep, where to go, or the articles; `again`: first what the answer said."""
    shown = render.answer(topic, turn.context.library)
    if articles:
        parts = [f"《{c.law}》{c.article}\n{c.text}" for c in shown.citations if c.text]
        if not parts:
            turn.say("utter_no_article_text", basis=shown.basis)
            return []
        turn.say("utter_articles", body="\n\n".join(parts))
        return []
    words = turn.context.words
    parts = [shown.first] if again else []
    for name in ("steps", "keep", "where"):
        lines = getattr(shown, name)
        if lines:
            numbered = [f"{i}. {line}" if name == "steps" else f"· {line}" for i, line in enumerate(lines, 1)]
            parts.append(words.text(f"utter_section_{name}") + "\n" + "\n".join(numbered))
    buttons = [turn.button("complain", "submit_complaint", topic_id=topic.id)] if topic.next == "complain" else []
    turn.say("utter_expanded", buttons=buttons, body="\n\n".join(parts))
    return [SlotSet("topic_id", topic.id)]


def not_meant(turn: Turn, inside_form: bool = False) -> Events:
    """The answer or the offer missed: ask for other words, show the ways on."""
    ways = [turn.button("tell_story", "submit_complaint"), turn.button("human", "request_human")]
    turn.say("utter_none_of_these", buttons=[] if inside_form else ways)
    return []


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
