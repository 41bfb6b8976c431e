"""What the citizen's pictures tell, offered for confirmation inside a form: one picture at a time, each once.

Reading takes the worker some seconds (xiaobao/worker/ocr.py), so a picture is offered at the next turn of the form,
at the latest before the ticket is filed. Nothing is taken before the citizen said 对, and what the citizen said stays
until the citizen chooses the other value. What is being asked is kept in the draft's flags.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from datetime import date
from typing import Any

from actions import filling, summary
from actions.base import Events, Turn, XiaobaoAction
from actions.draft import Draft
from xiaobao.conversations import uploads
from xiaobao.reading import answers

logger = logging.getLogger(__name__)

SLOT = "picture"  # what is asked: not a value of the draft
OPEN, OFFERED = "picture", "pictures_offered"  # flags of the draft
OF_PICTURE = ("amount", "event_date", "merchant", "order_number")
LEAST_SURE = 0.4
SHORT = 6  # characters: a longer yes or no says more than that
THE_PICTURES = re.compile(r"照片|图片|截图|图上|单子|小票|后面|第二")
THE_CITIZENS = re.compile(r"我说的|我的|我讲的|前面|第一")


def offer(turn: Turn, draft: Draft, finance: bool) -> bool:
    """Whether something of a picture is to be asked now; finds the next picture when none is being asked."""
    if draft.kind == "suggestion" or not draft.get("narrative"):
        return False
    if _still_open(draft):
        return True
    for evidence_id, values in _read(turn):
        if evidence_id in (draft.flags.get(OFFERED) or []):
            continue
        _note_offered(draft, evidence_id)
        found = _compared(turn, draft, values, finance)
        if found["new"] or found["other"]:
            draft.flags[OPEN] = found
            return True
    return False


def take(turn: Turn, draft: Draft) -> bool:
    """The answer to what was asked; True when the merchant is now another one."""
    asked = draft.flags[OPEN]
    yes = _answered(turn, asked)
    if yes is None and turn.text:
        return _something_else(turn, draft, asked)
    taken = asked["new"] if asked["new"] else dict([asked["other"].pop(0)])
    if yes:
        for slot, (value, normalised) in taken.items():
            draft.put(slot, value, source="confirmed", normalised=normalised)
    elif asked["new"]:
        asked["other"] = []  # a picture that was read wrong is not asked about again
        turn.say("utter_picture_left")
    asked["new"] = {}
    if asked["other"]:
        draft.flags[OPEN] = asked
    else:
        draft.flags.pop(OPEN)
    return bool(yes) and bool({"merchant", "institution"} & set(taken))


def ask(turn: Turn, draft: Draft) -> None:
    """One bubble: what was seen, or which of two values holds."""
    asked = draft.flags.get(OPEN) or {"new": {}, "other": []}
    words = turn.context.words
    if asked["new"]:
        seen = [words.text("utter_picture_value", title=words.title(s), value=v) for s, (v, _) in asked["new"].items()]
        buttons = [turn.button("picture_right", "affirm"), turn.button("picture_wrong", "deny")]
        turn.say("utter_picture_seen", buttons=buttons, seen="、".join(seen))
    elif asked["other"]:
        slot, (value, _) = asked["other"][0]
        turn.say(
            "utter_picture_differs",
            buttons=[_choice(turn, "said"), _choice(turn, "shown")],
            title=words.title(slot),
            said=summary.value(turn, draft, slot),
            shown=value,
        )
    else:  # nobody stands before a silent bot; whatever is answered, the form goes on
        turn.say("utter_picture_unclear")


def _choice(turn: Turn, which: str) -> dict[str, str]:
    return turn.button(f"picture_{which}", "answer_slot", slot_name=SLOT, value=which)


def _read(turn: Turn) -> list[tuple[str, dict[str, Any]]]:
    """Pictures of this draft that told something; none when the database does not answer: the form goes on."""
    try:
        with turn.session() as session:
            found = uploads.read_of_draft(session, turn.conversation_id)
            return [(upload.evidence_id, dict(upload.text_values or {})) for upload in found]
    except Exception as error:
        logger.warning("pictures could not be looked at: %s", type(error).__name__)
        return []


def _still_open(draft: Draft) -> bool:
    """Whether something asked before is open yet; a correction in between may have settled it."""
    asked = draft.flags.pop(OPEN, None)
    if asked is None:
        return False
    asked["new"] = {slot: value for slot, value in asked["new"].items() if not draft.get(slot)}
    asked["other"] = [[slot, value] for slot, value in asked["other"] if not _agree(draft, slot, value[1])]
    if asked["new"] or asked["other"]:
        draft.flags[OPEN] = asked
    return OPEN in draft.flags


def _note_offered(draft: Draft, evidence_id: str) -> None:
    draft.flags[OFFERED] = [*(draft.flags.get(OFFERED) or []), evidence_id]


def _compared(turn: Turn, draft: Draft, values: dict[str, Any], finance: bool) -> dict[str, Any]:
    """What the draft lacks (`new`) and what it holds otherwise (`other`); what agrees is not asked."""
    found: dict[str, Any] = {"new": {}, "other": []}
    for name in OF_PICTURE:
        value = values.get(name)
        if value is None or value["confidence"] < LEAST_SURE or (draft.kind == "report" and name == "order_number"):
            continue
        slot = "institution" if name == "merchant" and (finance or draft.get("institution")) else name
        shown = _shown(turn, name, value["normalised"])
        if not draft.get(slot):
            found["new"][slot] = [shown, value["normalised"]]
        elif not _agree(draft, slot, value["normalised"]):
            found["other"].append([slot, [shown, value["normalised"]]])
    return found


def _shown(turn: Turn, name: str, normalised: Any) -> str:
    """A value as the citizen reads it and as it stands in the draft."""
    if name == "amount":
        yuan, cents = divmod(int(normalised), 100)
        return turn.context.words.text("utter_picture_sum", sum=f"{yuan}.{cents:02}" if cents else yuan)
    return summary.day(turn, date.fromisoformat(normalised)) if name == "event_date" else str(normalised)


def _agree(draft: Draft, slot: str, seen: Any) -> bool:
    """Whether what the citizen said is the same, or means the same less exactly (上个月, a shop's short name)."""
    said, normalised = draft.get(slot) or "", draft.normalised(slot)
    if slot == "amount":
        return bool(normalised == seen)
    if slot == "event_date":
        first, _, last = str(normalised or said).partition("/")
        return first <= str(seen) <= (last or first + "~")
    mine, theirs = _plain(said), _plain(str(seen))
    return mine in theirs or theirs in mine


def _plain(name: str) -> str:
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", name)).lower()


def _answered(turn: Turn, asked: dict[str, Any]) -> bool | None:
    """Yes or the picture's value, no or the citizen's, or None when the words say neither."""
    if turn.pressed:
        chosen = turn.entity("value")
        return chosen == "shown" if turn.intent == "answer_slot" else turn.intent == "affirm"
    if not asked["new"]:
        slot, (value, normalised) = asked["other"][0]
        if THE_PICTURES.search(turn.text):
            return True
        if THE_CITIZENS.search(turn.text):
            return False
        if slot == "amount" and (sum_ := answers.amount(turn.text)).error is None:
            return True if sum_.normalised == normalised else None
        return True if _plain(value) == _plain(turn.text) else None
    if len(turn.text) <= SHORT:
        told = answers.yes_no(turn.text).normalised
        return told if isinstance(told, bool) else None
    return None


def _something_else(turn: Turn, draft: Draft, asked: dict[str, Any]) -> bool:
    """Other words: they may tell the values themselves; the second time the picture is let go."""
    before = dict(draft.values)
    if asked["new"]:
        filling.read_story(turn, draft, turn.text, positions=False)
    else:
        slot = asked["other"][0][0]
        if filling.answer(turn, draft, slot, turn.text) is None and draft.get(slot) != before.get(slot):
            asked["other"].pop(0)
    told = [slot for slot in OF_PICTURE if draft.get(slot) != before.get(slot)]
    if told or asked.get("unclear"):
        asked["new"] = {}
        if told:
            shown = [f"{turn.context.words.title(slot)} {summary.value(turn, draft, slot)}" for slot in told]
            turn.say("utter_noted", understood="；".join(shown))
        if not asked["other"] or asked.get("unclear"):
            draft.flags.pop(OPEN)
        return "merchant" in told
    asked["unclear"] = True
    turn.say("utter_picture_unclear" if asked["new"] else "utter_picture_which")
    return False


class AskPicture(XiaobaoAction):
    """The bubble that offers what a picture tells."""

    form = "complaint_form"

    def name(self) -> str:
        return f"action_ask_{self.form}_{SLOT}"

    def act(self, turn: Turn) -> Events:
        ask(turn, Draft.of(turn.tracker, self.form))
        return []


class AskReportPicture(AskPicture):
    form = "report_form"
