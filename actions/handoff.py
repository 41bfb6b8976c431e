"""To a human: within the office's hours a place in the queue of its clerks, else an urgent call-back ticket."""

from __future__ import annotations

import uuid

from rasa_sdk.events import FollowupAction, SlotSet

from actions import people
from actions.base import Door, Events, Turn, XiaobaoAction
from actions.draft import PERSON, VALUES, Draft
from xiaobao.conversations import takeovers
from xiaobao.conversations.messages import UnknownConversation
from xiaobao.tickets import service

IN_THE_MIDDLE = "back_after_call"  # flag of the draft: a human was asked for while its form was open
OFFERED = "human_offered"  # flag of the draft: somebody asked for a human in its form and was told how
CALL_BACK = "call_back"  # value of the button of those who would rather not wait
BACK = {  # by how the wait or the talk ended
    takeovers.LEFT: "utter_human_left",
    takeovers.SILENT: "utter_human_silent",
    takeovers.NOBODY: "utter_human_not_free",
}
# Said already, kept apart, or of no use to a clerk; contact data a clerk reads in the talk, masked as everywhere.
_NOT_SUMMED_UP = {*PERSON, "narrative", "ticket_kind", "consent", "confirmed"}


def queue(turn: Turn, draft: Draft) -> bool:
    """Call a clerk and tell the place in the queue; False when nobody receives now, or a call is rather wanted."""
    office = turn.context.office
    if turn.entity("value") == CALL_BACK or not office.receives_at(turn.now):
        return False
    try:
        with turn.session() as session:
            place = takeovers.ask(session, turn.conversation_id, _told_so_far(draft), turn.now)
    except UnknownConversation:  # a channel that keeps no messages: nobody could answer there
        return False
    turn.say(
        "utter_human_queued" if place > 1 else "utter_human_queued_first",
        buttons=[_rather_not_wait(turn)],
        ahead=place - 1,
        minutes=office.wait_minutes,
    )
    return True


def _told_so_far(draft: Draft) -> dict[str, object]:
    """What the clerk finds of a form that is open or put aside: kind, story, values."""
    slots = {name: draft.values[name] for name in VALUES if name in draft.values and name not in _NOT_SUMMED_UP}
    return {"kind": draft.kind, "story": draft.get("narrative") or "", "slots": slots} if draft.begun else {}


def _rather_not_wait(turn: Turn) -> dict[str, str]:
    if people.known(turn).get("no_calls"):
        return turn.button("rather_write_back", "request_human", value=CALL_BACK)
    return turn.button("rather_call_back", "request_human", value=CALL_BACK)


def back(turn: Turn, inside_form: bool = False) -> None:
    """The clerk has left, was silent or never came: say so, and what the citizen can do now."""
    ending = turn.entity("value") or takeovers.LEFT
    buttons = []
    if ending == takeovers.NOBODY:
        buttons = [_rather_not_wait(turn)]
    elif not inside_form:
        buttons = [turn.button("resume", "resume")] if turn.slot("draft_saved_at") else []
        buttons += [turn.button("complain", "submit_complaint"), turn.button("human", "request_human")]
    turn.say(BACK.get(ending, BACK[takeovers.LEFT]), buttons=buttons)


def offer_in_form(turn: Turn, draft: Draft) -> bool:
    """Nobody can come now: who asks in the middle of a form is told, and may leave a number or go on with the form.

    False for whoever asks again, pressed the button, or is not to be called at all: then it is done at once.
    """
    person = people.known(turn)
    if turn.entity("value") == CALL_BACK or person.get("minor") == "child" or person.get("no_calls"):
        return False
    if draft.flags.get(OFFERED):
        return False
    draft.flags[OFFERED] = True
    office = turn.context.office
    name = "utter_human_in_form_now" if office.staffed_at(turn.now) else "utter_human_in_form_nobody_there"
    turn.say(
        name,
        buttons=[turn.button("call_me_back", "request_human", value=CALL_BACK)],
        hours=office.hours,
        telephone=office.telephone,
    )
    return True


def ask_for_call_back(turn: Turn) -> Events:
    """Say who is there and ask for a telephone number; whoever waited for a clerk waits no longer."""
    office, person = turn.context.office, people.known(turn)
    _wait_no_longer(turn)
    if person.get("minor") == "child":
        turn.say("utter_child_human", telephone=office.telephone, hours=office.hours)
        return []
    if person.get("no_calls"):
        return write_back(turn)
    name = "utter_human_now" if office.staffed_at(turn.now) else "utter_human_nobody_there"
    turn.say(name, hours=office.hours, telephone=office.telephone)
    return [SlotSet("pending_question", "call_back:"), FollowupAction("question_form")]


def _wait_no_longer(turn: Turn) -> None:
    try:
        with turn.session() as session:
            takeovers.cancel(session, turn.conversation_id, turn.now)
    except UnknownConversation:
        pass


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
        return [] if queue(turn, Draft.at_hand(turn.tracker)) else ask_for_call_back(turn)


class HumanLeft(XiaobaoAction):
    """Sent by the channel when a conversation comes back from a clerk, or when none came."""

    def name(self) -> str:
        return "action_human_left"

    def act(self, turn: Turn) -> Events:
        back(turn)
        return []
