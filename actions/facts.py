"""Several missing facts asked at once: a card with a box 不知道 beside each field, or one message with all of them.

It is shown once. What it leaves open without 不知道 is asked one by one, as is everything with people who want that.
"""

from __future__ import annotations

import re

from actions import filling, scenes, summary
from actions.base import Turn
from actions.draft import WHICH, Draft
from xiaobao.reading import answers, lists
from xiaobao.tickets.office import Office, OfficeKind

SLOT = "facts"
GROUP = (
    "institution",
    "complained_to_institution",
    "merchant",
    "item",
    "amount",
    "event_date",
    "claim",
    "merchant_address",
    "on_behalf_of",
)
LEAST = 2  # fewer are asked by their own question
DONE = "facts_done"  # flag of the draft: answered, from now on one by one
SHRUGGED = "facts_shrugged"  # flag: 不知道 was said to all of them once
CHOICES = {"complained_to_institution": ("yes", "no")}
STORY = 25  # characters: a longer message belongs to the story, too
_TO_THEM = r"转(?:给|告|达)?(?:商家|店家?|他们?)?[的吧了啊]*"
# A piece of its own, whole: 我没说可以转给商家 and 老板说卡可以转给别人 give no consent.
_YES = re.compile(rf"(?:我|那|也|就|都)*(?:可以|同意|愿意|能){_TO_THEM}")
_NO = re.compile(rf"(?:我|那|也|就|都|还是)*(?:不要|不可以|不能|不同意|没同意|不太愿意|不愿意?|不想|别|不){_TO_THEM}")
_PIECES = re.compile(r"[，,。；;！!\s]+")


def open_ones(draft: Draft, waiting: list[str]) -> list[str]:
    """Facts that wait for an answer; a choice between several sums or days has its own question."""
    unsure = draft.flags.get(WHICH) or {}
    return [slot for slot in waiting if slot in GROUP and slot not in unsure]


def together(draft: Draft, waiting: list[str]) -> bool:
    """Whether the next question is for all of them at once."""
    if draft.kind != "complaint" or draft.flags.get(DONE) or draft.flags.get("singly"):
        return False
    return bool(waiting) and waiting[0] in GROUP and len(open_ones(draft, waiting)) >= LEAST


def from_card(turn: Turn, draft: Draft) -> list[str]:
    """Take the card; a field left empty without 不知道 is asked by itself. Gives the slots that hold a value now."""
    draft.flags[DONE] = True
    filled = []
    for slot in GROUP:
        value = turn.entity(slot)
        if value and _take(turn, draft, slot, value):
            filled.append(slot)
    return filled


def _take(turn: Turn, draft: Draft, slot: str, value: str) -> bool:
    """One value; what cannot be read is said and asked again by itself."""
    if answers.is_unknown(value) or answers.is_skip(value):
        if draft.get(slot) is None:  # an old card wipes nothing that was told since
            draft.leave_open(slot)
        return False
    if error := filling.answer(turn, draft, slot, value):
        turn.say(f"utter_error_{error}")
        return False
    scenes.moved(draft, slot)
    return draft.get(slot) is not None


def from_words(turn: Turn, draft: Draft, text: str, waiting: list[str]) -> list[str]:
    """Take one message: a list, a sentence, or one name, which then is the first that was asked for."""
    before, unknown = set(draft.values), set(draft.unknown)
    one = len(lists.parts(text)) == 1
    if one:
        _read(turn, draft, text)
    if not one or before == set(draft.values):
        for slot, words in lists.read(text, open_ones(draft, waiting), turn.today, turn.context.reading).items():
            _take(turn, draft, slot, words)
    if not one:
        _read(turn, draft, text)
    new = [slot for slot in draft.values if slot not in before]
    if new or draft.unknown != unknown:
        draft.flags[DONE] = True
        shown = "；".join(f"{turn.context.words.title(s)} {summary.value(turn, draft, s)}" for s in new if s in GROUP)
        if shown:
            turn.say("utter_noted", understood=shown)
    return new


def _read(turn: Turn, draft: Draft, text: str) -> None:
    """What a sentence tells; a long one belongs to the story."""
    if len(text) > STORY:
        filling.tell(turn, draft, text)
    else:
        filling.read_story(turn, draft, text, positions=False)


def shrug(turn: Turn, draft: Draft, waiting: list[str]) -> str:
    """不知道 to all of them; gives the response that belongs to it.

    To the card: first it comes once more; then what no article asks for is left open, the rest asked one by one.
    Where there is no card the list was too much at once: everything is asked one by one.
    """
    if turn.channel == "wechat":
        draft.flags[DONE] = True
        return "utter_facts_singly"
    if not draft.flags.pop(SHRUGGED, False):
        draft.flags[SHRUGGED] = True
        return "utter_facts_some"
    draft.flags[DONE] = True
    for slot in set(open_ones(draft, waiting)) - _asked_by_law(turn, draft):
        draft.leave_open(slot)
    return "utter_facts_left"


def _asked_by_law(turn: Turn, draft: Draft) -> set[str]:
    kind = turn.context.office.kind.value
    rules = [one for one in turn.context.tickets.required if (one.office_kind, one.kind) == (kind, draft.kind)]
    return {slot for rule in rules if rule.law for slot in rule.slots}


def passing(text: str) -> tuple[str | None, str]:
    """(yes, no or None, the rest): whether it is said that the merchant may be told who complains."""
    pieces = _PIECES.split(text.strip())
    said = [value for piece in pieces for value, pattern in (("no", _NO), ("yes", _YES)) if pattern.fullmatch(piece)]
    if not said:
        return None, text
    rest = " ".join(piece for piece in pieces if not _NO.fullmatch(piece) and not _YES.fullmatch(piece))
    return ("no" if "no" in said else "yes"), rest


def note_passing(turn: Turn, draft: Draft, text: str) -> str | None:
    """可以转, 不要转: taken as the answer to whether the merchant may be told; the rest of the words, None when not said."""
    said, rest = passing(text)
    asked = may_pass(draft, turn.context.office)
    if said is None or not (asked or rest):
        return None
    if asked:
        draft.put("pass_on_to_merchant", said)
    return rest


def may_pass(draft: Draft, office: Office) -> bool:
    """Whether it is to be decided that the merchant may be told: not with the institution itself."""
    return draft.kind == "complaint" and office.kind != OfficeKind.INSTITUTION


def tick(turn: Turn, draft: Draft) -> dict[str, object]:
    """The line of the contact card that lets the merchant be told; not ticked until somebody does it."""
    words = turn.context.words
    return {
        "name": "pass_on_to_merchant",
        "title": words.text("utter_fact_pass_on_to_merchant"),
        "value": draft.get("pass_on_to_merchant") or "",
        "tick": words.text("utter_fact_passing_yes"),
        "untick": words.text("utter_fact_passing_no"),
        "required": False,
    }


def ask(turn: Turn, draft: Draft, waiting: list[str]) -> None:
    """One message for all of them."""
    words, fields = turn.context.words, [_field(turn, slot) for slot in open_ones(draft, waiting)]
    turn.say(
        "utter_ask_facts",
        buttons=[turn.button("why", "ask_why")],
        card={"type": SLOT, "fields": fields, "first": words.text(f"utter_ask_complaint_form_{fields[0]['name']}")},
    )


def _field(turn: Turn, slot: str) -> dict[str, object]:
    """Title, and either choices or a box 不知道."""
    words = turn.context.words
    field: dict[str, object] = {"name": slot, "title": words.text(f"utter_fact_{slot}"), "value": "", "required": True}
    if slot in CHOICES:
        return {**field, "choices": [words.text(f"utter_value_{slot}_{value}") for value in CHOICES[slot]]}
    return {**field, "unknown": words.text("utter_fact_unknown")}
