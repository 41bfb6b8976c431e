"""What this office may not take: the right place and a ready text; and what the law expects first.

Sources: 市场监督管理投诉举报处理办法 art. 16(1), 34; 银行业保险业消费投诉处理管理办法 art. 4 (the institution first).
"""

from __future__ import annotations

from typing import Any

from rasa_sdk.events import FollowupAction

from actions import filing, guidance, own_tickets, summary
from actions.base import RECENT, Events, Turn
from actions.draft import Draft
from xiaobao.knowledge import redlines
from xiaobao.reading import story
from xiaobao.tickets import routing

FOR_12315 = "12315"
FIELDS_12315 = ("merchant", "merchant_address", "item", "amount", "event_date", "purchase_mode", "order_number")
NAMED = ("institution", "merchant", "amount", "event_date", "claim")
LONGEST_NAME = 30  # characters
FINANCE = {"NFRA", "PBC", "CSRC", "LOCALFIN"}


def refer(turn: Turn, draft: Draft, form: Any) -> Events | None:
    """Events that end the form when another authority is the right one, else None.

    A citizen who says "不是这类事" is taken at their word: the clerk decides (`route_disputed`).
    """
    if draft.kind == "suggestion" or draft.flags.get("route_disputed"):
        return None
    route = filing.route_of(turn, draft)
    draft.flags["finance"] = draft.kind == "complaint" and route.code in FINANCE
    draft.flags["route"] = route.code
    target = routing.referral(turn.context.office, route)
    if target is None:
        return None
    draft.flags["referred"] = route.code
    words = turn.context.words
    call = words.text("utter_call", hotline=target.hotline) if target.hotline else ""
    name = "utter_referred_first" if target.first else "utter_referred"
    name = f"utter_referred_{route.code}" if words.has(f"utter_referred_{route.code}") else name
    turn.say(
        name,
        buttons=[turn.button("not_this_kind", "file_other"), turn.button("human", "request_human")],
        card=letter(turn, draft, target.first or target.authority),
        first=target.first,
        authority=target.authority,
        call=call,
        office=turn.context.office.name,
    )
    draft.save(turn.now)
    return form.leave(turn, draft)


def heard(turn: Turn) -> Events | None:
    """What is told right after the letter to another authority goes into a new letter: a name, a sum, a day, a wish, proof."""
    draft = Draft.at_hand(turn.tracker)
    if not (words := added(turn, draft)):
        return None
    draft.clear()
    draft.form = "complaint_form"
    draft.flags = {"new_story": words}
    return [*draft.events(), FollowupAction("complaint_form")]


def added(turn: Turn, draft: Draft) -> str:
    """The story of the letter just shown with these words, when they tell more of it; else ""."""
    told = draft.get("narrative")
    if not draft.flags.get("referred") or not told or turn.pressed or turn.text in told:
        return ""
    if len(turn.text) > LONGEST_NAME or guidance.ASKS_BACK.search(turn.text) or redlines.find(turn.text) is not None:
        return ""
    new = story.read(turn.text, turn.today, turn.context.reading).values
    tells = any(slot in new and not draft.get(slot) for slot in NAMED)
    proof = turn.intent == "supplement_ticket" and _just_shown(turn, told) and not own_tickets.own(turn)
    return f"{told}。{turn.text}" if tells or proof else ""


def again(turn: Turn, draft: Draft) -> str:
    """The story of the letter shown a moment ago, for whoever then says 帮我投诉; else ""."""
    told = draft.get("narrative") or ""
    return told if draft.flags.get("referred") and _just_shown(turn, told) else ""


def _just_shown(turn: Turn, told: str) -> bool:
    return any(len(words) > 1 and words in told for words in turn.said_before(RECENT))


def institution_first(turn: Turn, draft: Draft) -> None:
    """The law expects the institution to be asked first: say so, give a ready letter, go on if wished."""
    turn.say(
        "utter_institution_first",
        buttons=[turn.button("pause_for_institution", "pause")],
        card=letter(turn, draft, draft.get("institution") or turn.context.words.text("utter_the_institution")),
    )


def without_contact(turn: Turn, draft: Draft, form: Any) -> Events:
    """Refused to leave contact data: a complaint needs a real name (办法 art. 10); a report does not."""
    if draft.kind == "suggestion":
        draft.leave_open("contact_name")
        return form.next(turn, draft)
    turn.say(
        "utter_without_contact",
        buttons=[
            turn.button("consent_after_all", "answer_slot", slot_name="consent", value="同意"),
            turn.button("report_anonymously", "submit_report"),
            turn.button("stop", "stop"),
        ],
        card=letter(turn, draft, turn.context.office.name),
    )
    draft.forget("consent")
    return form.next(turn, draft)


def own_letter(turn: Turn, draft: Draft) -> bool:
    """The citizen's own letter to merchant or institution; False, and how to get one, while nothing is told."""
    if draft.kind != "complaint" or not draft.begun:
        turn.say("utter_letter_from_story")
        return False
    kind = "institution" if draft.get("institution") or draft.flags.get("finance") else "merchant"
    addressee = draft.get("institution") or draft.get("merchant") or turn.context.words.text("utter_the_merchant")
    platform = kind == "merchant" and not turn.context.office.connected_12315
    buttons = [turn.button("for_12315", "ask_letter", part=FOR_12315)] if platform else None
    turn.say("utter_letter_ready", buttons=buttons, card=letter(turn, draft, addressee, f"utter_letter_body_{kind}"))
    return True


def wants_12315(turn: Turn) -> bool:
    """Whether the text for the platform 12315 is asked for, by button or by words."""
    return turn.entity("part") == FOR_12315 or FOR_12315 in turn.text


def for_12315(turn: Turn, draft: Draft) -> bool:
    """What to paste into 全国12315平台: claim, kind of problem, what happened, as its form asks; False while untold."""
    if draft.kind != "complaint" or not draft.begun:
        turn.say("utter_letter_from_story")
        return False
    words = turn.context.words
    blank = words.text("utter_letter_blank")

    def field(slot: str) -> str:
        return summary.value(turn, draft, slot) if draft.get(slot) else blank

    body = words.text(
        "utter_letter_body_12315",
        claim=draft.normalised("claim") or draft.get("claim") or blank,
        problem=draft.normalised("problem") or blank,
        object=draft.normalised("object") or blank,
        narrative=draft.get("narrative") or blank,
        **{slot: field(slot) for slot in FIELDS_12315},
    )
    title = words.text("utter_letter_title", addressee=words.text("utter_the_platform"))
    turn.say("utter_letter_12315_ready", card={"type": "letter", "title": title, "text": body})
    return True


def letter(turn: Turn, draft: Draft, addressee: str, body_name: str = "utter_letter_body") -> dict[str, Any]:
    """A text ready to be copied, made of the draft's own words; a line with an open value stays to be filled in."""
    words = turn.context.words
    facts = [
        f"{words.title(slot)}：{summary.value(turn, draft, slot)}"
        for slot in (
            "merchant",
            "institution",
            "item",
            "amount",
            "event_date",
            "order_number",
            "policy_number",
            "claim",
        )
        if draft.get(slot) and (slot != "claim" or body_name == "utter_letter_body")
    ]
    blank = words.text("utter_letter_blank")
    body = words.text(
        body_name,
        addressee=addressee,
        narrative=draft.get("narrative") or "",
        facts="\n".join(facts),
        claim=draft.get("claim") or blank,
        who=draft.get("contact_name") or blank,
        phone=draft.get("contact_phone") or blank,
        date=words.text("utter_letter_date", year=turn.today.year, month=turn.today.month, day=turn.today.day),
    )
    return {"type": "letter", "title": words.text("utter_letter_title", addressee=addressee), "text": body}
