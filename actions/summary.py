"""The numbered summary, the strip above the composer, and how values are shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from actions import both, doubts, people, sounds
from actions.base import Turn
from actions.draft import Draft
from actions.questions import declared, open_slots, order
from xiaobao.conversations import uploads
from xiaobao.privacy import mask_phone

SHOWN = [
    "merchant",
    "institution",
    "shop_name",
    "platform",
    "merchant_address",
    "item",
    "amount",
    "event_date",
    "discovered_date",
    "purchase_mode",
    "claim",
    "order_number",
    "policy_number",
    "complained_to_institution",
    "narrative",
    "own_use",
    "elsewhere",
    "pass_on_to_merchant",
    "anonymous",
    "on_behalf_of",
    "contact_name",
    "contact_phone",
    "contact_address",
    "no_calls",
]


def rows(turn: Turn, draft: Draft, finance: bool) -> list[dict[str, Any]]:
    """Every value with its number, title and the payload of its 改 link."""
    asked = [*order(draft, turn.context.office, finance), *declared(draft, turn.context.office)]
    shown: list[dict[str, Any]] = []
    for slot in SHOWN:
        if not (draft.answered(slot) or slot in asked) or _never_asked(draft, slot):
            continue
        title = turn.context.words.title(slot)
        payload = turn.button("change", "correct_answer", slot_name=slot)["payload"]
        shown.append(
            {"n": len(shown) + 1, "slot": slot, "title": title, "value": value(turn, draft, slot), "payload": payload}
        )
    return shown


def _never_asked(draft: Draft, slot: str) -> bool:
    if slot == "merchant" and draft.get("institution") and not draft.get("merchant"):
        return True
    if slot == "purchase_mode" and draft.get("institution"):
        return True
    return slot.startswith("contact_") and draft.get("anonymous") == "yes"


def value(turn: Turn, draft: Draft, slot: str) -> str:
    """A value as the citizen reads it."""
    words = turn.context.words
    if slot == "on_behalf_of":
        return people.for_whom(turn, draft)
    said = draft.get(slot) or declared(draft, turn.context.office).get(slot)
    if said is None:
        return words.text("utter_value_unknown")
    if words.has(f"utter_value_{slot}_{said}"):
        return words.text(f"utter_value_{slot}_{said}")
    if said in ("yes", "no"):
        return words.text(f"utter_value_{said}")
    if slot == "contact_phone":
        owner = draft.get("contact_note")
        return mask_phone(said) + (words.text("utter_value_owner", owner=owner) if owner else "")
    normal = draft.normalised(slot)
    if slot == "purchase_mode":
        return str(normal or said)
    if slot in ("event_date", "discovered_date") and isinstance(normal, str) and len(normal) == 10:
        shown = day(turn, date.fromisoformat(normal))
        return shown if said in shown else f"{said}，{shown}"
    return said


def day(turn: Turn, when: date) -> str:
    """10月3日（周六）, with the year when it is not this one."""
    words = turn.context.words
    name = "utter_day" if when.year == turn.today.year else "utter_day_with_year"
    return words.text(
        name, year=when.year, month=when.month, day=when.day, weekday=words.text(f"utter_weekday_{when.weekday()}")
    )


def strip(turn: Turn, draft: Draft, finance: bool) -> dict[str, Any]:
    """How far the form is."""
    missing = [s for s in open_slots(draft, turn.context.office, finance) if s != "confirmed"]
    filled = [s for s in order(draft, turn.context.office, finance) if s != "confirmed" and s not in missing]
    return {"title": turn.context.words.title(f"form_{draft.kind}"), "filled": len(filled), "missing": len(missing)}


def evidence(turn: Turn) -> list[Any]:
    """Uploads of this conversation that may go into a ticket now; those that wait for a consent may not."""
    with turn.session() as session:
        ready = uploads.ready(session, turn.conversation_id)
    return sounds.kept(turn, ready)


def show_so_far(turn: Turn, draft: Draft, finance: bool) -> None:
    """What is filled in already, in the middle of the form: rows with 改 links, nothing to confirm yet."""
    known = rows(turn, draft, finance)
    shown = "\n".join(f"{r['n']}. {r['title']}：{r['value']}" for r in known)
    turn.say("utter_so_far", card={"type": "summary", "rows": known, "lines": []}, rows=shown)


def show(turn: Turn, draft: Draft, finance: bool, more: Sequence[str] = ()) -> None:
    """Say the summary, with 确认提交 as the one primary button; `more` lines stand behind the count of files."""
    words = turn.context.words
    lines = [words.text(f"utter_summary_declares_{draft.kind}")]
    files = evidence(turn)
    if files:
        lines.append(words.text("utter_summary_evidence", count=len(files)))
    lines.extend(more)
    if draft.kind == "complaint" and not turn.context.office.connected_12315:
        lines.append(words.text("utter_summary_not_connected"))
    if draft.get("minor") and draft.kind == "complaint":
        lines.append(words.text("utter_summary_minor"))
    lines.extend(doubts.lines(turn, draft))
    if both.wanted(draft):
        lines.append(both.line(turn, draft, len(files)))
    known = rows(turn, draft, finance)
    card = {"type": "summary", "rows": known, "lines": lines}
    turn.say(
        f"utter_summary_{draft.kind}",
        buttons=[
            turn.button("confirm", "affirm"),
            *_may_pass(turn, draft),
            *([turn.button("letter", "ask_letter")] if draft.kind == "complaint" else []),
            *([turn.button("no_report", "answer_slot", slot_name=both.FLAG, value="no")] if both.wanted(draft) else []),
            *([turn.button("authority", "ask_letter", part="authority")] if _needs_authority(draft) else []),
            turn.button("pause", "pause"),
            turn.button("stop", "stop"),
        ],
        card=card,
        office=turn.context.office.name,
        rows="\n".join(f"{r['n']}. {r['title']}：{r['value']}" for r in known),
    )


def _may_pass(turn: Turn, draft: Draft) -> list[dict[str, str]]:
    """A button that lets the merchant be told, for whoever has not said whether."""
    slot = "pass_on_to_merchant"
    if slot not in declared(draft, turn.context.office) or draft.answered(slot):
        return []
    return [
        turn.button("pass_on", "answer_slot", slot_name=slot, value=turn.context.words.text("utter_fact_passing_yes"))
    ]


def _needs_authority(draft: Draft) -> bool:
    return draft.kind == "complaint" and draft.flags.get("behalf") == "agent"


def ticket_evidence(turn: Turn, number: str) -> list[Any]:
    """Uploads that were filed with this ticket."""
    with turn.session() as session:
        return [u for u in uploads.of_conversation(session, turn.conversation_id) if u.filed_as == number]
