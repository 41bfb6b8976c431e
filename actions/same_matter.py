"""The same matter told again in one conversation: more for the ticket that is open, or a ticket of its own.

Only tickets of this very conversation are looked at; what a stranger filed is never found, whatever is told.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from rasa_sdk.events import SlotSet

from actions import summary
from actions.base import Events, Turn
from actions.draft import CONTACT, Draft
from xiaobao.conversations import uploads
from xiaobao.tickets import matches, merchants, service
from xiaobao.tickets.workflow import Step

OPEN_TICKET, APART = "same_as", "apart"  # flags of the draft: the number asked about; the citizen wants two
LONGEST_CHOICE = 14  # characters
_APART = re.compile(r"另外|另一件|单独|分开|再交|再提|不是同|不同|两件")
_MORE = re.compile(r"补充|补到|补进|那一?件|加到|加进|合到|合并|同一件")
_BEGIN = {"complaint": "submit_complaint", "report": "submit_report", "suggestion": "submit_suggestion"}


def found(turn: Turn, draft: Draft) -> bool:
    """Whether the citizen has to choose first; the open ticket's number is then noted in the draft."""
    if draft.flags.get(APART):
        return False
    ticket = None
    if (matter := _matter(turn, draft)).merchant_key:
        with turn.session() as session:
            ticket = _existing(session, turn, draft, matter)
    if ticket is None:
        draft.flags.pop(OPEN_TICKET, None)
        return False
    draft.flags[OPEN_TICKET] = ticket.number
    return True


def ask(turn: Turn, draft: Draft) -> bool:
    """Ask 补充到那一件 or 另外提交一件 in place of the summary, if there is something to choose."""
    number = draft.flags.get(OPEN_TICKET)
    if not number:
        return False
    turn.say(
        "utter_same_matter",
        buttons=[
            turn.button("add_to_ticket", "supplement_ticket", ticket_number=number),
            turn.button("file_apart", _BEGIN[draft.kind]),
        ],
        number=number,
    )
    return True


def chosen(turn: Turn) -> str | None:
    """Step.SUPPLEMENT, APART, or None when the words or the button say neither."""
    if turn.pressed:
        return {"supplement_ticket": str(Step.SUPPLEMENT), **dict.fromkeys(_BEGIN.values(), APART)}.get(turn.intent)
    if len(turn.text) > LONGEST_CHOICE:
        return None  # more of the story
    if _APART.search(turn.text):
        return APART
    return str(Step.SUPPLEMENT) if _MORE.search(turn.text) else None


def add(turn: Turn, draft: Draft, number: str) -> Events | None:
    """Put what was told now into the open ticket, once; None when that ticket has ended meanwhile."""
    files, told = summary.evidence(turn), _told(turn, draft)
    with turn.session() as session:
        ticket = _existing(session, turn, draft, _matter(turn, draft))
        if ticket is None or ticket.number != number:
            return None
        # A turn may run again after a crash between commit and answer.
        known = [event.payload.get("text") for event in ticket.events if event.step == Step.SUPPLEMENT]
        if told not in known:
            service.supplement(
                session,
                number,
                text=told,
                evidence=tuple(
                    service.Evidence(f.evidence_id, f.filename, f.media_type, f.size, f.sha256, f.path) for f in files
                ),
                actor=service.Actor.citizen(turn.conversation_id),
                now=turn.now,
            )
        uploads.mark_filed(session, [f.evidence_id for f in files], number)
    buttons = [turn.button("progress", "ask_progress", ticket_number=number)]
    turn.say("utter_supplemented", number=number, buttons=buttons)
    return [SlotSet("last_number", number)]


def _existing(session: Any, turn: Turn, draft: Draft, matter: matches.Matter) -> Any | None:
    return matches.existing(session, matter, kind=draft.kind, conversation_id=turn.conversation_id)


def _matter(turn: Turn, draft: Draft) -> matches.Matter:
    amount, day = draft.normalised("amount"), draft.normalised("event_date")
    return matches.Matter(
        office_id=turn.context.office.id,
        merchant_key=merchants.key_of(*(draft.get(name) for name in merchants.NAMED_BY)),
        item=draft.get("item"),
        amount_cents=int(amount) if amount is not None else None,
        event_date=date.fromisoformat(day) if isinstance(day, str) and len(day) == 10 else None,
        order_number=draft.get("order_number"),
    )


def _told(turn: Turn, draft: Draft) -> str:
    """The story, and below it what was answered to questions."""
    answered = [
        f"{turn.context.words.title(slot)}：{summary.value(turn, draft, slot)}"
        for slot in summary.SHOWN
        if slot not in (*CONTACT, "narrative") and draft.details.get(slot, {}).get("source") == "said"
    ]
    return "\n".join([draft.get("narrative") or "", *answered]).strip()
