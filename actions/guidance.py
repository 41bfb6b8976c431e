"""What to do with a question: danger, a red line, a statute by name, a word about the last answer, or a search."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk.events import FollowupAction, SlotSet

from actions import advice, calculation, people, session
from actions.base import Events, Turn, XiaobaoAction
from actions.draft import Draft
from xiaobao.knowledge import acts, followups, redlines, render, statutes
from xiaobao.knowledge.search import Ranking
from xiaobao.knowledge.text import questions, simplified
from xiaobao.privacy import mask_sensitive
from xiaobao.reading import story

LONG = 40  # characters
OWN_WORDS = 8  # characters: 维权要保存哪些证据 may be a question of its own, 要准备哪些材料 is not
BARE = 6  # characters: 展开说说, 依据原文 with nothing to be about
WANTS_TO_FILE = re.compile(
    r"(?<!向)(?<!\d)(?:投诉|举报)(?!后|多久|要|能|会|处理|有|的)|维权|要求(?!.{0,12}(?:被拒|拒绝|不同意|不答应|不肯|不给))|登记|反映"
)
ASKS = re.compile(
    r"[?？]|吗[，。\s]|吗$|呢[。\s]*$|怎么办|怎么赔|该怎么|如何|能不能|可不可以|合法|犯法|多少钱\S{0,2}$|咋办|什么办法|多久|几天"
)
QUESTION = re.compile(r"怎么|怎样|为什么|为啥|咋|啥|什么|哪里|哪儿|能不能|是不是|会不会|[吗么呢]$|多少$")
ASKS_BACK = re.compile(rf"{ASKS.pattern}|{QUESTION.pattern}|哪些|多长时间|(\S)[不没]\1")
MOMENT = 3  # messages: an answer before that was not given a moment ago
# Two unsure turns in a row: say so and offer a human, never a third guess.
PATIENCE = 2
BUTTONED = {
    "fake": ("tell_story", "submit_complaint"),
    "verdict": ("tell_story", "submit_complaint"),
    "others": ("human", "request_human"),
}


def answer(turn: Turn, question: str, inside_form: bool = False) -> Events:
    """Answer, offer two or three topics, or say that it is not known."""
    if (events := special(turn, question, inside_form)) is not None:
        return events
    if len(several := questions(question)) > 1 and (events := _answer_each(turn, several, inside_form)):
        return events
    ranking = turn.context.searcher.rank(question)
    quarrel = not inside_form and acts.act_of(question, ranking) == "complain"
    if ranking.decision == "answer":
        topic = ranking.answers[0].topic
        if not inside_form and just_told(turn, topic):
            return _more_of(turn, topic, question)
        return advice.tell(turn, topic, question, inside_form, quarrel)
    if ranking.decision == "offer":
        field = turn.context.library.uncovered.get(ranking.uncovered or "")
        if field:
            turn.learn("uncovered", question, field=field.id)
        return advice.offer(turn, advice.likely(ranking), question, quarrel, field)
    return decline(turn, question, ranking.elsewhere, inside_form)


def decline(turn: Turn, question: str, field: str | None, inside_form: bool = False) -> Events:
    """Say where it belongs, or that it was not understood; and what can be done."""
    turn.learn("declined", question, field=field)
    where = turn.context.library.elsewhere.get(field or "")
    human, tell = turn.button("human", "request_human"), turn.button("tell_story", "submit_complaint")
    if where:
        turn.say("utter_out_of_scope", where=where.where, buttons=[] if inside_form else [human])
    else:
        turn.say("utter_not_known", buttons=[] if inside_form else [tell, human])
    return []


def just_told(turn: Turn, topic: Any) -> bool:
    """Whether this topic was the answer a moment ago and only facts came since: the same block again helps nobody."""
    if topic.id != turn.slot("topic_id"):
        return False
    asked = turn.slot("last_question")
    for words in turn.said_before(MOMENT):
        if words == asked:
            return True
        if ASKS_BACK.search(words):
            return False
    return False


def _more_of(turn: Turn, topic: Any, words: str) -> Events:
    """One more word about the matter just answered: a question gets the rest of the answer, a fact the way to file it."""
    if not ASKS_BACK.search(words) and topic.next == "complain":
        ways = [turn.button("complain", "submit_complaint", topic_id=topic.id)]
        turn.say("utter_still_this_answer", buttons=[*ways, turn.button("expand", "expand", topic_id=topic.id)])
        return []
    return advice.expand(turn, topic, articles=False, again=True)


def _answer_each(turn: Turn, several: list[str], inside_form: bool) -> Events:
    """Two or three questions in one message, if each can be answered and each differently; else nothing."""
    rankings = [turn.context.searcher.rank(question) for question in several]
    topics = {r.answers[0].topic.id: r.answers[0].topic for r in rankings if r.decision == "answer"}
    if len(topics) < len(several):
        return []
    events: Events = []
    for question, topic in zip(several, topics.values(), strict=True):
        events += advice.tell(turn, topic, question, inside_form)
    return events


def special(turn: Turn, text: str, inside_form: bool = False) -> Events | None:
    """Answer `text` if rules decide what it is, else None: then the search decides."""
    if (events := before_all(turn, text, inside_form)) is not None:
        return events
    text = _as_meant(turn, text)
    if (events := calculation.handle(turn, text, inside_form)) is not None:
        return events
    return follow_up(turn, text, inside_form)


def _as_meant(turn: Turn, text: str) -> str:
    return turn.context.library.plain(simplified(text))


def before_all(turn: Turn, text: str, inside_form: bool = False) -> Events | None:
    """Red lines and statutes by name, whatever else the message was taken for."""
    text = _as_meant(turn, text)
    if line := redlines.find(text):
        return hold(turn, line, inside_form)
    if (events := people.before_all(turn, inside_form)) is not None:
        return events
    if not inside_form and (events := _own_data(turn)) is not None:
        return events
    reference = statutes.find(text, turn.context.library)
    return tell_statute(turn, reference) if reference is not None else None


def _own_data(turn: Turn) -> Events | None:
    from actions import my_data  # which needs this module itself

    return my_data.open_for(turn)


def hold(turn: Turn, line: str, inside_form: bool = False) -> Events:
    """First aid in danger, an honest refusal otherwise; no form is opened."""
    if line == "distress":
        session.comfort(turn)
    elif line == "child":
        session.protect(turn)
    elif line in redlines.FIRST_AID:
        turn.say(f"utter_{line}_now", card=stop_payment(turn) if line == "fraud" else None)
        return in_mind(turn) if line == "fraud" else []
    else:
        buttons = [turn.button(*BUTTONED[line])] if line in BUTTONED and not inside_form else []
        turn.say(f"utter_refuse_{line}", buttons=buttons)
    return []


def stop_payment(turn: Turn) -> dict[str, str]:
    """The list of what bank and police ask for first, with the citizen's own words at its end."""
    words = turn.context.words
    body = words.text("utter_stop_payment_body", narrative=mask_sensitive(turn.text))
    return {"type": "letter", "title": words.text("utter_stop_payment_title"), "text": body}


def in_mind(turn: Turn) -> Events:
    """The urgent topic behind a fraud, so that 还能追回来吗 is understood."""
    answers = turn.context.searcher.rank(turn.text).answers
    urgent = [a.topic for a in answers if a.topic.next == "urgent"]
    urgent += [topic for topic in turn.context.library.topics.values() if topic.next == "urgent"]
    return [SlotSet("topic_id", urgent[0].id), SlotSet("last_question", turn.text)]


def tell_statute(turn: Turn, reference: statutes.Reference) -> Events:
    """The article with its version and state; an invented or a repealed one is called so."""
    law, words = reference.law, turn.context.words
    version = words.text(f"utter_law_{law.state}", since=render.in_force(law))
    names = "、".join(reference.articles)
    successor = statutes.replaced_by(law, turn.context.library)
    if reference.found == "article":
        parts = [f"《{law.title}》{name}\n{law.articles[name]}" for name in reference.articles]
        items = [
            {
                "law": law.title,
                "article": name,
                "text": law.articles[name],
                "effective": render.in_force(law),
                "source": law.number or law.source,
            }
            for name in reference.articles
        ]
        card: dict[str, Any] = {"type": "citations", "items": items}
        turn.say("utter_statute", body="\n\n".join(parts), version=version, card=card)
    elif reference.found == "repealed" and successor:
        turn.say("utter_statute_repealed", law=law.title, by=successor.title, since=render.in_force(successor))
        law = successor
    else:
        turn.say(
            f"utter_statute_{reference.found}",
            law=law.title,
            articles=names,
            last=reference.last,
            version=version,
        )
    return [SlotSet("law_title", law.title)]


def follow_up(turn: Turn, text: str, inside_form: bool) -> Events | None:
    """依据原文, 说简单点, 那食品呢: about the last answer, which stays the topic."""
    kind = followups.read(text)
    if kind is None:
        return None
    if kind == "article":
        law = turn.slot("law_title")
        reference = statutes.find(f"{law}{text}", turn.context.library) if law else None
        return tell_statute(turn, reference) if reference else None
    topic = turn.context.library.topics.get(turn.slot("topic_id") or "")
    if topic is None and kind == "bare" and (told := _story(turn, inside_form)):
        found = _together(turn, told, text)
        return advice.tell(turn, found.answers[0].topic, told, inside_form) if found.decision == "answer" else None
    if topic is None:
        if kind in ("text", "steps", "simple", "keep") and len(text) <= BARE:
            turn.say("utter_which_answer", buttons=[] if inside_form else ways_on(turn))
            return []
        return None
    if kind in ("keep", "where", "steps") and len(text) > BARE and _has_its_own(turn, topic, text):
        return None
    if kind == "wrong":
        turn.learn("corrected", turn.slot("last_question") or "", topic_id=topic.id)
        return advice.not_meant(turn, inside_form)
    if kind == "changed":
        return _changed(turn, topic, text, inside_form)
    if kind == "bare":
        return _bare(turn, topic, text, inside_form)
    if kind == "text":
        return advice.expand(turn, topic, articles=True)
    if kind == "simple":
        turn.say("utter_simply", first=topic.first, buttons=[turn.button("expand", "expand", topic_id=topic.id)])
        return []
    lines = getattr(topic, kind)
    if not lines:
        turn.say("utter_nothing_more", where=topic.where[0] if topic.where else "")
        return []
    body = "\n".join(f"{n}. {line}" if kind == "steps" else f"· {line}" for n, line in enumerate(lines, 1))
    turn.say("utter_expanded", body=turn.context.words.text(f"utter_section_{kind}") + "\n" + body)
    return []


def _story(turn: Turn, inside_form: bool) -> str:
    """What 能要回来吗, 这合法吗 are about: the story of the open form or of the letter shown a moment ago; else ""."""
    from actions import referral  # which needs this module itself

    draft = Draft.at_hand(turn.tracker)
    return draft.get("narrative") or "" if inside_form else referral.again(turn, draft)


def _has_its_own(turn: Turn, topic: Any, text: str) -> bool:
    """Whether words that might be about the last answer are a question with an answer of its own."""
    ranking = turn.context.searcher.rank(text)
    if ranking.decision == "decline":
        return bool(ranking.elsewhere)  # 我离婚了孩子归谁
    return len(text) > OWN_WORDS and ranking.decision == "answer" and ranking.answers[0].topic.id != topic.id


def _changed(turn: Turn, topic: Any, text: str, inside_form: bool) -> Events | None:
    """The same question under another condition: the new words decide, the old question helps."""
    if not followups.CONDITION.match(text):
        alone = turn.context.searcher.rank(text)
        if alone.decision == "answer":
            return advice.tell(turn, alone.answers[0].topic, text, inside_form)
    before = turn.slot("last_question") or topic.question
    together = _together(turn, before, text)
    if together.decision == "decline":
        return advice.tell(turn, topic, before, inside_form)
    if together.decision == "offer" and together.answers[0].topic.id != topic.id:
        return advice.offer(turn, advice.likely(together), f"{before}。{text}")
    return advice.tell(turn, together.answers[0].topic, f"{before}。{text}", inside_form)


def _bare(turn: Turn, topic: Any, text: str, inside_form: bool) -> Events:
    """那我能把钱要回来吗: asked of what was told before; the answer just given is told whole, not once more."""
    before = turn.slot("last_question") or topic.question
    together = _together(turn, before, text)
    if together.decision == "answer" and together.answers[0].topic.id != topic.id:
        return advice.tell(turn, together.answers[0].topic, f"{before}。{text}", inside_form)
    return advice.expand(turn, topic, articles=False)


def _together(turn: Turn, before: str, text: str) -> Ranking:
    """What the search makes of the end of what was asked or told before, together with these words."""
    return turn.context.searcher.rank(f"{before[-LONG:]}。{text}")


def tells_a_story(turn: Turn) -> bool:
    """A long message that asks nothing and names whom it is about: the model took it for something else."""
    if len(turn.text) < LONG or ASKS.search(turn.text) or calculation.concerns(turn):
        return False
    told = story.read(turn.text, turn.today, turn.context.reading).values
    return bool({"merchant", "institution", "item"} & set(told)) and bool({"claim", "problem", "amount"} & set(told))


def tells(text: str) -> bool:
    """Whether the words say what happened, however short: 健身房不肯退卡 does, 健身卡能退吗 does not."""
    return len(text) >= BARE and not ASKS.search(text) and not QUESTION.search(text)


def asks_rather_than_tells(turn: Turn) -> bool:
    """A question that the model took for a complaint and that can be answered: the answer comes first.

    帮我投诉 stands under it and carries the words into the form.
    """
    if calculation.concerns(turn):
        return True
    if not ASKS.search(turn.text) or WANTS_TO_FILE.search(turn.text):
        return False
    ranking = turn.context.searcher.rank(turn.text)
    return ranking.decision != "decline" or bool(ranking.elsewhere)


class Answer(XiaobaoAction):
    """A question; a story that asks nothing opens the complaint form instead."""

    def name(self) -> str:
        return "action_answer"

    def act(self, turn: Turn) -> Events:
        if redlines.find(turn.text) is None and tells_a_story(turn):
            return [FollowupAction("complaint_form")]
        return answer(turn, turn.text or turn.entity("question") or turn.slot("last_question") or "")


class OutOfScope(XiaobaoAction):
    """Labour, family, crime, company law: not ours; say where it belongs. The search has the last word."""

    def name(self) -> str:
        return "action_out_of_scope"

    def act(self, turn: Turn) -> Events:
        if (events := special(turn, turn.text)) is not None:
            return events
        ranking = turn.context.searcher.rank(turn.text)
        if ranking.decision != "decline":
            return answer(turn, turn.text)
        if ranking.elsewhere:
            return decline(turn, turn.text, ranking.elsewhere)
        turn.learn("declined", turn.text)
        turn.say("utter_out_of_scope_general", buttons=[turn.button("human", "request_human")])
        return []


class Clarify(XiaobaoAction):
    """Not sure what was meant: two or three buttons; unsure again: say so and offer a human."""

    def name(self) -> str:
        return "action_clarify"

    def act(self, turn: Turn) -> Events:
        if turn.text and (events := special(turn, turn.text)) is not None:
            return events
        if tells_a_story(turn):
            return [FollowupAction("complaint_form")]
        ranking = turn.context.searcher.rank(turn.text)
        if turn.text and ranking.decision == "answer":
            return advice.tell(turn, ranking.answers[0].topic, turn.text)
        turn.learn("unsure", turn.text)
        count = int(turn.slot("unsure_count") or 0) + 1
        if count >= PATIENCE:
            turn.say(
                "utter_unsure_again",
                buttons=[turn.button("human", "request_human"), turn.button("tell_story", "submit_complaint")],
            )
            return [SlotSet("unsure_count", None)]
        buttons = _guesses(turn)
        if turn.text and ranking.decision == "offer":
            buttons = [
                turn.button("topic", "pick_topic", title=topic.question, topic_id=topic.id)
                for topic in advice.likely(ranking)[:2]
            ]
        if not any(button["payload"].startswith("/submit_complaint") for button in buttons[:3]):
            buttons = [*buttons[:2], complain(turn)]
        turn.say("utter_unsure", buttons=[*buttons[:3], turn.button("none_of_these", "none_of_these")])
        return [SlotSet("unsure_count", count), SlotSet("last_question", turn.text)]


def complain(turn: Turn) -> dict[str, str]:
    """帮我投诉, and the words that tell something go along; 讲讲经过 when they tell nothing."""
    if tells(turn.text):
        return turn.button("complain", "submit_complaint", question=turn.text)
    return turn.button("tell_story", "submit_complaint")


def ways_on(turn: Turn) -> list[dict[str, str]]:
    """What to press when nothing was asked and nothing can be answered."""
    return [turn.button(f"door_{door}", door) for door in ("submit_complaint", "enquire")]


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
