"""People who need something special: those who speak for somebody, children, the old, the deaf.

What is remembered of a person lies in the slot `people` for the whole conversation; what belongs to one ticket in its
draft. Sources: 市场监督管理投诉举报处理办法 art. 11 and 银行业保险业消费投诉处理管理办法 art. 14 (speaking for another),
民法典 art. 17-19, 23, 27 (minors and who speaks for them), 个人信息保护法 art. 31 (under 14).
"""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk.events import SlotSet

from actions import doubts
from actions.base import Events, Turn
from actions.draft import CONTACT, PERSON, Draft
from xiaobao.knowledge import redlines
from xiaobao.knowledge.text import simplified
from xiaobao.privacy import mask_address, mask_name, mask_person, mask_phone
from xiaobao.reading import answers
from xiaobao.reading import people as reading
from xiaobao.tickets import queries

SLOT, QUESTION = "people", "last_question"
MASKS = {"contact_phone": mask_phone, "contact_name": mask_name, "contact_address": mask_address}
USE_KNOWN = re.compile(
    r"^(?:还|就|继续|可以|好|嗯|对|是)*(?:用|填)?(?:这个|上次|原来|以前|老)(?:的)?(?:吧|就行|联系方式)*$|^(?:是|对|可以|好|行|用)的?$"
)
USE_OTHER = re.compile(r"换(?:一个|个|号|了)|不用(?:这个|上次)|(?:不是|不对|不用|不要)")
CALLS = re.compile(r"(?<!不)(?:打|拨|拨打|致电|电话)[^。；\n]{0,6}(?:\d{3,}|\{)|(?<!不)打电话|(?<!不)打给您")
BEHALF_ALONE = 12  # characters: 我是替我妈投诉的
OWNER_ALONE = 20  # characters: a longer message tells more than whose telephone it is


# What is remembered -----------------------------------------------------------------------------


def known(turn: Turn) -> dict[str, Any]:
    """What is remembered of this person, this very turn included."""
    noted = [event["value"] for event in turn.also if event.get("name") == SLOT]
    return dict((noted[-1] if noted else turn.slot(SLOT)) or {})


def remember(turn: Turn, **what: Any) -> None:
    """Note something for the rest of the conversation; None forgets it."""
    now = {name: value for name, value in {**known(turn), **what}.items() if value is not None}
    turn.also[:] = [event for event in turn.also if event.get("name") != SLOT]
    turn.also.append(SlotSet(SLOT, now or None))


def notice(turn: Turn, complains: bool = False) -> bool:
    """Take in what the words tell of the writer and say what follows; True when they tell nothing else.

    `complains`: a complaint is being written, so a word about a parent's help is due.
    """
    text = simplified(turn.text)
    if not text or redlines.find(text) in redlines.FIRST_AID:
        return False
    alone, before = reading.only_manner(text), len(turn.dispatcher.messages)
    if reading.no_calls(text) and (alone or not known(turn).get("no_calls")):
        remember(turn, no_calls="yes")
        turn.say("utter_no_calls")
    if reading.wants_large(text) and (alone or not known(turn).get("large")):
        remember(turn, large="yes", singly="yes")
        turn.also.append(SlotSet("plain", "yes"))
        turn.say("utter_large", card={"type": "large"})
    elif reading.wants_singly(text) and (alone or not known(turn).get("singly")):
        remember(turn, singly="yes")
        turn.say("utter_singly")
    took = _notice_age(turn, text, alone, complains)
    return took or (alone and len(turn.dispatcher.messages) > before)


def _notice_age(turn: Turn, text: str, alone: bool, complains: bool) -> bool:
    """A child's personal data are not kept (个人信息保护法 art. 31); a parent who takes over ends that.

    True when that is all, whether or not something was said: a form says the rest itself.
    """
    if known(turn).get("minor") == "child" and reading.parent_here(text):
        remember(turn, minor=None, parent="yes")
        turn.say("utter_parent_here", buttons=[turn.button("resume", "resume")])
        return len(text) <= OWNER_ALONE
    found = reading.age(text)
    if found is None or (known(turn).get("minor") == found and not alone):
        return False
    remember(turn, minor=found)
    if found == "teen" and (alone or complains):
        turn.say("utter_teen")
    elif found == "child" and alone and not complains:
        turn.say("utter_child_parent", buttons=_for_child(turn))
    return alone


def _for_child(turn: Turn) -> list[dict[str, str]]:
    return [turn.button("parent_here", "resume", value="parent"), turn.button("ask_rules", "enquire")]


def parent_took_over(turn: Turn) -> None:
    """家长来了: what follows is the parent's to say."""
    if turn.entity("value") == "parent" and known(turn).get("minor") == "child":
        remember(turn, minor=None, parent="yes")


def before_all(turn: Turn, inside_form: bool) -> Events | None:
    """Outside a form: words that tell of the writer alone are answered; None lets others answer."""
    return [] if not inside_form and notice(turn) else None


def danger(turn: Turn) -> redlines.RedLine | None:
    """The red line of typed words. A child's harm is met once: what was paid may then be written down."""
    line = redlines.find(simplified(turn.text)) if turn.text else None
    return None if line == "child" and known(turn).get("harm") else line


# Inside a form ----------------------------------------------------------------------------------


def look(turn: Turn, draft: Draft, asking: str | None) -> bool:
    """At the beginning of a form's turn; True when the words were no answer and the question comes again."""
    alone = notice(turn, complains=draft.kind == "complaint")
    guard(turn, draft)
    if reading.wants_revenge(simplified(turn.text)) and not draft.flags.get("private_told"):
        draft.flags["private_told"] = True
        turn.say("utter_no_private_data")
    return alone or _notice_owner(turn, draft) or _notice_another(turn, draft, asking)


def guard(turn: Turn, draft: Draft) -> None:
    """Bring the draft in line with what is remembered of the person."""
    person = known(turn)
    if person.get("minor") == "child":
        strip(draft)
    else:
        draft.flags.pop("no_person", None)
    if person.get("singly"):
        draft.flags["singly"] = True
    if person.get("no_calls") and not draft.answered("no_calls"):
        draft.put("no_calls", "yes", source="read")
    if person.get("minor") == "teen":
        draft.put("minor", "yes", source="read")
    if person.get("parent") and draft.kind == "complaint" and not draft.flags.get("behalf"):
        _speaks_for(turn, draft, reading.Behalf(turn.context.words.text("utter_relation_child"), own_child=True))
        remember(turn, parent=None)  # a later complaint may be the parent's own


def strip(draft: Draft) -> None:
    """Take out and keep out whatever tells who the writer is; the story stays."""
    draft.flags["no_person"] = True
    story = draft.get("narrative")
    for slot, mask in MASKS.items():
        for said in (draft.get(slot), draft.held.get(slot)):
            story = story.replace(said, mask(said)) if story and said else story
    for slot in PERSON:
        draft.forget(slot)
    draft.held = {}
    if story:
        draft.values["narrative"] = mask_person(story)


def hold_back(turn: Turn, draft: Draft, form: Any) -> Events | None:
    """A child's complaint waits for a parent, its story is kept; a report and a suggestion go on without a name."""
    if known(turn).get("minor") != "child":
        return None
    strip(draft)
    if draft.kind == "report":
        draft.put("anonymous", "yes", source="read")
        return None
    if draft.kind == "suggestion":
        draft.unknown |= {"consent", *CONTACT}
        return None
    draft.save(turn.now)
    turn.say("utter_child_parent", buttons=_for_child(turn))
    events: Events = form.leave(turn, draft)
    return events


def note_owner(draft: Draft, text: str) -> None:
    """Whose number was just given, when it is said not to be the writer's."""
    owner = reading.whose_phone(simplified(text))
    if owner:
        draft.put("contact_note", owner)
    else:
        draft.forget("contact_note")


def _notice_another(turn: Turn, draft: Draft, asking: str | None) -> bool:
    """替我妈投诉, said beside the story; True when it answers no question."""
    text = simplified(turn.text)
    if len(text) > OWNER_ALONE or not reading.on_behalf(text):
        return False
    draft.flags["said_for"] = text
    return bool(asking) and len(text) <= BEHALF_ALONE


def _notice_owner(turn: Turn, draft: Draft) -> bool:
    """这是我儿子的电话: noted beside the number; True when nothing else was said."""
    owner = reading.whose_phone(simplified(turn.text))
    if not owner or draft.flags.get("no_person"):
        return False
    if draft.get("contact_phone") and len(turn.text) <= OWNER_ALONE and not re.search(r"\d", turn.text):
        draft.put("contact_note", owner)
        turn.say("utter_owner_noted", owner=owner)
        return True
    return False


# For somebody else ------------------------------------------------------------------------------


def look_for_another(turn: Turn, draft: Draft) -> None:
    """Once a draft: whether it is written for somebody else, and what that needs."""
    if draft.kind != "complaint" or draft.flags.get("behalf"):
        return
    said = draft.flags.pop("said_for", "")
    found = reading.on_behalf(said) or reading.on_behalf(draft.get("narrative") or "") or _hinted(turn, draft)
    if found:
        _speaks_for(turn, draft, found)


def _hinted(turn: Turn, draft: Draft) -> reading.Behalf | None:
    """What hints.csv has for 替别人投诉; 替我妈买的 is no such thing."""
    for hint in doubts.of(turn, draft):
        if hint.id == "agent" and hint.words and not re.match(r"[替代帮].{0,10}[买订办挑选购]", hint.words):
            said = draft.get("narrative") or ""
            return reading.on_behalf(hint.words) or reading.Behalf(reading.relation_in(said))
    return None


def _speaks_for(turn: Turn, draft: Draft, found: reading.Behalf) -> None:
    """Note it and say what it needs, in one message."""
    draft.flags["behalf"] = "guardian" if found.own_child else "agent"
    draft.put("relation", found.relation or turn.context.words.text("utter_relation_other"), source="read")
    if found.own_child:
        draft.put("guardian", "yes", source="read")
    kind = "guardian" if found.own_child else "finance" if draft.flags.get("finance") else "agent"
    turn.say(f"utter_behalf_{kind}", relation=draft.get("relation"))


def for_whom(turn: Turn, draft: Draft) -> str:
    """张桂芳（妈妈）, or what is known of that."""
    name, relation = draft.get("on_behalf_of"), draft.get("relation")
    if name and relation:
        return turn.context.words.text("utter_value_for_whom", principal=name, relation=relation)
    return name or relation or turn.context.words.text("utter_value_unknown")


def name_of_another(draft: Draft, text: str) -> str | None:
    """Take the answer to the question for that person's name; returns the code of what is wrong with it."""
    said = re.sub(
        rf"^(?:我|俺)?(?:们)?(?:家)?(?:的)?(?:{reading.KIN})?(?:叫|是|名字是|名叫|姓名)?[：:，, ]*", "", text.strip()
    )
    result = answers.name(said or text)
    if not said or result.error or not 2 <= len(result.value or "") <= 30:
        return "name_unclear"
    draft.put("on_behalf_of", result.value or said)
    return None


def authority(turn: Turn, draft: Draft) -> None:
    """授权委托书 to print and sign, with what is known filled in (办法 art. 11)."""
    words = turn.context.words
    blank = words.text("utter_letter_blank")
    names = ("merchant", "institution", "item", "amount")
    body = words.text(
        "utter_authority_body",
        principal=draft.get("on_behalf_of") or blank,
        agent=draft.get("contact_name") or blank,
        phone=draft.get("contact_phone") or blank,
        relation=draft.get("relation") or blank,
        matter="、".join(value for name in names if (value := draft.get(name))) or blank,
        office=turn.context.office.name,
    )
    card = {"type": "letter", "title": words.text("utter_authority_title"), "text": body}
    turn.say("utter_authority_ready", card=card)


# Contact data -----------------------------------------------------------------------------------


def offer_known(turn: Turn, draft: Draft) -> None:
    """Note that this conversation has contact data of an earlier ticket, before they are asked for."""
    if "known_contact" in draft.flags or draft.flags.get("no_person") or any(draft.get(slot) for slot in CONTACT):
        return
    draft.flags["known_contact"] = "offered" if _known_contact(turn) else "none"


def _known_contact(turn: Turn) -> dict[str, str]:
    with turn.session() as session:
        return queries.contact_of(session, turn.conversation_id)


def ask_known(turn: Turn, draft: Draft) -> bool:
    """还用上次的联系方式吗, masked; False when there is nothing to offer."""
    if draft.flags.get("known_contact") != "offered":
        return False
    masked = [MASKS[slot](value) for slot, value in _known_contact(turn).items()]
    buttons = [
        turn.button(f"known_contact_{value}", "answer_slot", slot_name="known_contact", value=value)
        for value in ("yes", "no")
    ]
    turn.say("utter_ask_known_contact", buttons=buttons, known="，".join(masked))
    return True


def answer_known(turn: Turn, draft: Draft, asking: str | None) -> bool:
    """Whether the message answers 还用上次的联系方式吗; then it is done."""
    if asking != "contact_name" or draft.flags.get("known_contact") != "offered":
        return False
    pressed = turn.entity("value") if turn.entity("slot_name") == "known_contact" else None
    other = pressed == "no" or turn.intent == "deny" or bool(USE_OTHER.search(turn.text))
    same = pressed == "yes" or turn.intent == "affirm" or bool(turn.text and USE_KNOWN.search(turn.text))
    if not (other or same):
        return False
    draft.flags["known_contact"] = "no" if other else "yes"
    if not other:
        for slot, value in _known_contact(turn).items():
            draft.put(slot, value, source="confirmed")
    return True


# Words without calls ----------------------------------------------------------------------------


def cleaned(turn: Turn, text: str) -> str:
    """`text`, of a child without what tells who it is."""
    return mask_person(text) if known(turn).get("minor") == "child" else text


def after_all(turn: Turn, events: Events) -> Events:
    """The last word of every action: how to do in writing what was told to be done by telephone; what is kept, cleaned."""
    _instead_of_calls(turn)
    return [
        SlotSet(QUESTION, cleaned(turn, event["value"])) if event.get("name") == QUESTION and event["value"] else event
        for event in events
    ]


def _instead_of_calls(turn: Turn) -> None:
    if known(turn).get("no_calls") and any(CALLS.search(_rendered(turn, one)) for one in turn.dispatcher.messages):
        turn.say("utter_instead_of_calls")


def _rendered(turn: Turn, message: dict[str, Any]) -> str:
    words, name = turn.context.words, message.get("response") or ""
    values = {key: value for key, value in message.items() if isinstance(value, str)}
    own = words.text(name, **values) if name and words.has(name) else ""
    return own + (message.get("text") or "")
