"""In the middle of a form: questions, doubts, 等会儿再说, anger, distress. The form then goes on by itself."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk.events import SlotSet

from actions import (
    advice,
    evidence,
    facts,
    filling,
    guidance,
    handoff,
    letters,
    my_data,
    people,
    referral,
    session,
    summary,
)
from actions.base import Events, Turn
from actions.draft import BOOKKEEPING, Draft
from xiaobao.knowledge import redlines
from xiaobao.reading import answers, story
from xiaobao.reading import my_data as reading

SURE, VERY_SURE, UNSURE = 0.6, 0.85, 0.4
WISHES = ("stop", "pause", "request_human", "start_over", "ask_why", "ask_disclosure", "show_summary", "ask_letter")
COURTESIES = ("greet", "thanks", "abuse", "ask_identity", "ask_office", "resume", "goodbye", "ask_progress")
PLAIN_ANSWERS = ("affirm", "deny", "dont_know")
DOUBTFUL = ("abuse", "resume", "ask_progress", "ask_office")
# A name may look like anything: 信*飞 is no abuse.
NAMES = ("merchant", "institution", "item", "merchant_address", "shop_name", "platform", "claim", facts.SLOT)
FIGURES = ("amount", "event_date", "discovered_date")
# A word that answers: taken as the answer to the open question unless it clearly asks something back.
QUESTION = re.compile(
    r"[?？]|吗|呢$|怎么|怎样|为什么|为啥|咋|啥|什么|多久|几天|哪里|哪儿|可不可以|([能是会算管要行])不\1|有没有|谁(?!家|知道)|如何|多少"
)
# 能退一赔三吗 is a claim told as a question.
WISHED = re.compile(r"退|赔|换|修|补|道歉|取消|解除|还我|重[新做配]|给我")
# 法律规定最少赔500吗 asks what the law says, whatever sum stands in it.
ABOUT_LAW = re.compile(r"法律|法规|规定|条例|按法|依法|[最至]少|[最至]多|最[高低]")
SHORT = 24  # characters
HAS_WORDS = re.compile(r"[^\W\d_]")  # 1000 wishes nothing, whatever the model makes of it
# What people ask back in the middle of a form; the answers are utter_<name>_in_form.
ASKED = (
    (
        "how_much",
        re.compile(
            r"^[那这]?(?:我|大概|一共|到底)?[能可会该]以?(?:退|赔|拿回|要回)(?:给?我|回)?(?:多少|几)[^，。]{0,4}[?？]?$"
        ),
    ),
    (
        "will_punish",
        re.compile(
            r"(?:会|能)(?:不会|不能)?[^，。]{0,3}(?:罚|处罚|查处)(?:他|它|店|这|商家|款)?[^，。]{0,3}吗|会不会(?:罚|处罚|查)|怎么罚"
        ),
    ),
    (
        "helper_may_write",
        re.compile(
            r"(?:叫|让|找|请|由|给)[^，。]{1,6}(?:来|帮我?|替我?|代)?(?:填|写|弄|办)[^，。]{0,3}(?:吗|行不|可以|成不)|(?:可以|能)(?:叫|让|找|请)[^，。]{1,6}(?:填|写|弄)"
        ),
    ),
    (
        "revenge",
        re.compile(
            r"(?:怕|担心|会不会|会|要是|万一|如果|敢)[^，。]{0,8}(?:报复|找[^，。]{0,3}麻烦|找上门|打击)|(?:报复|找[^，。]{0,3}麻烦|找上门)[^，。]{0,4}(?:怎么办|咋办|吗|怎么弄)"
        ),
    ),
)
# 退出, 先不弄了, 晚点再填: the draft is kept, whatever the model makes of it.
PAUSES = re.compile(
    r"^(?:退出|离开|关闭|先(?:不|别)?(?:弄|填|写|说|放|停|这样)\S{0,3}|(?:等会儿?|等一会儿?|晚点|下次|以后|回头|明天)再?\S{0,4})[。！!\s]*$"
)
# 行 帮我投诉吧, when that is what is being done.
FILES = re.compile(
    r"^(?:行|好|好吧|那|那就|对|是|嗯|[\s，,])*(?:你们?|您)?(?:就|快|赶紧)?(?:帮我|给我|替我|我要|我想)(?:投诉|举报|登记|提交|[弄办搞]|处理)(?:他们?|它|这家|一下|[吧啊呀了])*[。.！!\s]*$"
)


def handle(turn: Turn, draft: Draft, asking: str, form: Any) -> tuple[bool, Events | None]:
    """(True, events or None) when the words were no answer; (False, None) when they are one."""
    act = _meant(turn, asking)
    # The same words a second time are meant as the answer: nobody may be caught between two questions.
    if act is None:
        return False, None
    if act in DOUBTFUL and asking in NAMES and turn.text:
        if draft.flags.pop("digressed", None) == turn.text:
            return False, None
        draft.flags["digressed"] = turn.text
    if act == "stop":
        draft.flags["stopping"] = True
        turn.say(
            "utter_stop_sure",
            buttons=[turn.button("yes_stop", "affirm"), turn.button("no_stop", "deny"), turn.button("pause", "pause")],
        )
        return True, [*draft.events(), *_stay(asking)]
    if act in ("pause", "goodbye"):
        return True, form.pause(turn, draft)
    if act == "start_over":
        draft.clear()
        draft.start()
        return True, None
    if act == "distress":
        return True, form.comfort(turn, draft)
    line = "fraud" if act == "fraud_now" else people.danger(turn) if act in ("ask", "out_of_scope") else None
    if line in ("fraud", "danger"):  # the calls first, and no form before the eyes; it goes on when asked for
        draft.flags["urgent"] = True
        draft.save(turn.now)
        return True, [*form.leave(turn, draft), *guidance.hold(turn, line)]
    if act == "request_human" and handoff.queue(turn, draft):
        return True, None
    if act == "request_human" and handoff.offer_in_form(turn, draft):
        return True, None
    if act == "request_human":
        draft.save(turn.now)
        draft.flags[handoff.IN_THE_MIDDLE] = True
        return True, [*form.leave(turn, draft), *handoff.ask_for_call_back(turn)]
    if act == "my_data":
        return True, _own_data(turn, draft, form)
    _reply(turn, draft, act, asking, form)
    return True, None


def _own_data(turn: Turn, draft: Draft, form: Any) -> Events | None:
    """What was shown leaves the form open; a question about it, or its end, puts the draft aside or away."""
    events = my_data.MyData().act(turn)
    if not events:
        return None
    if any(event.get("name") in BOOKKEEPING for event in events):  # the draft itself was changed or thrown away
        turn.show_form(None)
        return [*events, SlotSet("requested_slot", None)]
    draft.save(turn.now)
    draft.flags[handoff.IN_THE_MIDDLE] = True
    return [*form.leave(turn, draft), *events]


def _stay(asking: str) -> Events:
    return [SlotSet("requested_slot", asking)]


def _meant(turn: Turn, asking: str) -> str | None:
    """What the message is if it is no answer to the question, else None."""
    intent, short = turn.intent, len(turn.text) <= SHORT
    if turn.text and reading.wish(turn.text):
        return "my_data"
    if turn.text and PAUSES.match(turn.text):
        return "pause"
    if turn.text and letters.wanted(turn.text):
        return "ask_letter"
    if turn.text and asking not in ("confirmed", "narrative") and FILES.match(turn.text):
        return "file"
    if turn.text and short and evidence.ASKS.search(turn.text):
        return "ask_evidence"
    if turn.text and short and (asked := next((name for name, words in ASKED if words.search(turn.text)), None)):
        return asked
    sure = turn.pressed or turn.confidence >= SURE
    if intent == "distress" and sure and not redlines.harmless(turn.text):
        return intent
    answered = asking != facts.SLOT and _is_value(turn, asking)
    if intent == "fraud_now" and sure and asking != "narrative" and not answered:
        return intent  # 去年5月才发现被骗 answers when it was found out
    figure = intent != "request_human" and _is_figure(turn, asking)  # 我要人工，都等了20分钟
    if intent in WISHES and sure and short and (turn.pressed or (not figure and HAS_WORDS.search(turn.text))):
        return intent
    if turn.pressed:
        return intent
    if answers.is_unknown(turn.text) or answers.is_skip(turn.text) or _is_value(turn, asking):
        return None
    if (
        intent in COURTESIES
        and short
        and HAS_WORDS.search(turn.text)
        and turn.confidence >= (VERY_SURE if asking in NAMES else SURE)
    ):
        return intent
    asks = bool(QUESTION.search(turn.text))
    if intent in ("ask", "out_of_scope") and asks and (turn.confidence >= UNSURE or asking != "narrative"):
        return intent
    asking_claim = asking in ("claim", facts.SLOT) and _wishes(turn.text)
    if asks and short and asking not in ("narrative", "confirmed") and not asking_claim and intent not in PLAIN_ANSWERS:
        return "ask"
    return None


def _wishes(text: str) -> bool:
    """Whether a question tells a claim; one about the law asks."""
    return bool(WISHED.search(text)) and not (QUESTION.search(text) and ABOUT_LAW.search(text))


def _is_figure(turn: Turn, asking: str) -> bool:
    """A sum or a day that was asked for: 899r is no wish to pause, whatever the model makes of it."""
    if asking == facts.SLOT:
        return any(_is_value(turn, slot) for slot in FIGURES)
    return asking in FIGURES and _is_value(turn, asking)


def _is_value(turn: Turn, asking: str) -> bool:
    """Whether the words read as a value of the asked kind."""
    if asking == facts.SLOT:
        asks = QUESTION.search(turn.text) and not _wishes(turn.text)
        return not asks and any(_is_value(turn, slot) for slot in facts.GROUP)
    if asking == "amount":
        return filling.sum_of(turn.text).error is None
    if asking in ("event_date", "discovered_date"):
        return filling.day_of(turn.text, turn.today).error is None
    if asking in NAMES and not QUESTION.search(turn.text):
        told = story.read(turn.text, turn.today, turn.context.reading).values
        return asking in told or (
            asking in ("merchant", "institution") and bool({"merchant", "institution"} & set(told))
        )
    return False


def _reply(turn: Turn, draft: Draft, act: str, asking: str, form: Any) -> None:
    """Say what belongs to it; the question comes again by itself."""
    if act in ("ask", "out_of_scope"):
        guidance.answer(turn, turn.text, inside_form=True)
    elif act in ("expand", "show_article", "pick_topic", "rate_answer", "none_of_these"):
        advice.button(turn, act, inside_form=True)
    elif act == "ask_why":
        name = f"utter_why_{asking}"
        turn.say(name if turn.context.words.has(name) else "utter_why_other")
    elif act == "ask_office":
        session.tell_office(turn)
    elif act == "show_summary":
        if asking != "confirmed":  # else the whole summary comes again by itself
            summary.show_so_far(turn, draft, form.finance(turn, draft))
    elif act == "ask_evidence":
        evidence.show(turn, draft)
    elif act == "ask_letter" and turn.entity("part") == "authority":
        people.authority(turn, draft)
    elif act == "ask_letter" and referral.wants_12315(turn):
        referral.for_12315(turn, draft)
    elif act == "ask_letter":
        referral.own_letter(turn, draft)
    elif act == "resume":
        turn.say("utter_going_on")
    elif act == "human_left":
        handoff.back(turn, inside_form=True)
    elif act == "ask_progress":
        turn.say("utter_progress_after_form")
    elif act == "revenge":
        guidance.answer(turn, turn.context.words.text("utter_question_revenge"), inside_form=True)
    elif act == "ask_disclosure":
        turn.say("utter_disclosure")
    elif act == "ask_identity":
        turn.say("utter_identity")
    elif turn.context.words.has(f"utter_{act}_in_form"):
        turn.say(f"utter_{act}_in_form")
