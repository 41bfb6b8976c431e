"""To a human: until a conversation can be handed over, an urgent call-back ticket with hours and telephone."""

from __future__ import annotations

import uuid

from rasa_sdk.events import FollowupAction, SlotSet

from actions import people
from actions.base import Door, Events, Turn
from actions.draft import Draft
from xiaobao.tickets import service

IN_THE_MIDDLE = "back_after_call"  # flag of the draft: a human was asked for while its form was open


def ask_for_call_back(turn: Turn) -> Events:
    """Say who is there and ask for a telephone number."""
    office, person = turn.context.office, people.known(turn)
    if person.get("minor") == "child":
        turn.say("utter_child_human", telephone=office.telephone, hours=office.hours)
        return []
    if person.get("no_calls"):
        return write_back(turn)
    name = "utter_human_now" if office.staffed_at(turn.now) else "utter_human_nobody_there"
    turn.say(name, hours=office.hours, telephone=office.telephone)
    return [SlotSet("pending_question", "call_back:"), FollowupAction("question_form")]


def write_back(turn: Turn) -> Events:
    """Whoever cannot telephone is answered in writing, here: an urgent ticket without a number."""
    _file(turn, "write_back", f"{turn.conversation_id}:write:{turn.today}", no_calls="yes")
    return []


def call_back(turn: Turn, phone: str) -> None:
    """File the call-back ticket, marked urgent."""
    # The same message again (a retry after a crash) is the same request.
    message_id = turn.tracker.latest_message.get("message_id")
    _file(turn, "call_back", f"{turn.conversation_id}:{message_id}:{phone}", contact_phone=phone)


def _file(turn: Turn, way: str, key: str, **fields: str) -> None:
    """An urgent ticket for this way of answering, once for each `key`, and its number told."""
    entry = service.Submission(
        ticket_kind="callback",
        narrative=turn.context.words.text(f"utter_{way}_narrative"),
        draft_id=uuid.uuid5(uuid.NAMESPACE_OID, key).hex,
        conversation_id=turn.conversation_id,
        channel=turn.channel,
        urgent=True,
        **fields,  # type: ignore[arg-type]  # all of them are texts
    )
    with turn.session() as session:
        receipt = service.submit(session, entry, office=turn.context.office, now=turn.now)
    turn.say(
        f"utter_{way}_filed",
        buttons=[turn.button("resume", "resume")] if turn.slot("draft_saved_at") else [],
        number=receipt.number,
        query_code=receipt.query_code,
        hours=turn.context.office.hours,
    )


def go_on(turn: Turn) -> Events:
    """Back to the form in whose middle a human was asked for; nothing when there was none."""
    draft = Draft.at_hand(turn.tracker)
    if not draft.flags.pop(IN_THE_MIDDLE, None) or not draft.saved_at:
        return []
    draft.flags["resuming"] = True
    turn.say("utter_going_on")
    return [*draft.events(), FollowupAction(draft.form)]


class RequestHuman(Door):
    def name(self) -> str:
        return "action_request_human"

    def act(self, turn: Turn) -> Events:
        return ask_for_call_back(turn)
