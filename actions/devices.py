"""换设备: a ticket goes on in this conversation, with number and query code; a new code when the old telephone is lost."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk.events import FollowupAction, SlotSet

from actions import after_filing, own_tickets
from actions.base import Door, Events, Turn
from xiaobao.conversations import messages, papers
from xiaobao.conversations.messages import UnknownConversation
from xiaobao.tickets import service
from xiaobao.tickets.errors import AlreadyDone
from xiaobao.tickets.workflow import Status, Step

# 我换手机了，投诉单想在这里接着办; not 商家不给换新手机. The code lost: 查询码忘了.
_HERE = r"(?:接到|转到|换到|挪到|移到|绑到)(?:这(?:里|边|个)|微信|网页|新手机)|在这(?:里|边)接着办"
_NEW = r"(?:换|丢)了?(?:个|部|台)?(?:新)?(?:手机|微信号?)|(?:手机|微信号?)(?:丢|换|被偷)"
MOVES = re.compile(
    rf"{_HERE}|(?:{_NEW}).{{0,20}}(?:单子|工单|投诉单|编号|接着办|XB\d)|(?:单子|工单|投诉单|编号).{{0,20}}(?:{_NEW})"
)
_LOST = r"忘|丢|找不|没了|没有了|不记得|想不起"
CODE_LOST = re.compile(rf"查询码.{{0,6}}(?:{_LOST})|(?:{_LOST}).{{0,6}}查询码|查询码怎么(?:找|补|办)")
LONGEST = 60  # characters: a story that tells of a telephone is longer


def heard(turn: Turn) -> Events | None:
    """Words that only mean this, whatever the model made of them; None: something else."""
    if len(turn.text) > LONGEST:
        return None
    if CODE_LOST.search(turn.text):
        return code_lost(turn)
    return [FollowupAction("action_take_over_ticket")] if MOVES.search(turn.text) else None


def code_lost(turn: Turn) -> Events:
    """Who issues a code anew, and what they will ask."""
    office = turn.context.office
    turn.say("utter_code_lost", telephone=office.telephone, hours=office.hours)
    return []


class TakeOverTicket(Door):
    """From now on whatever is told of this ticket is told here; the conversation before hears so once."""

    def name(self) -> str:
        return "action_take_over_ticket"

    def rules(self, turn: Turn) -> Events | None:
        return None  # what leads here was looked at before

    def act(self, turn: Turn) -> Events:
        number, _, code = (turn.slot("pending_ticket") or "").partition(":")
        forget = [SlotSet("pending_ticket", None)] if number else []
        number, code = number or own_tickets.number_in(turn) or "", code or own_tickets.code_in(turn) or ""
        if any(one.number == number for one in own_tickets.own(turn)):
            turn.say("utter_taken_over_already", number=number)
            return forget
        if not (number and code):
            return [SlotSet("pending_question", f"take_over_ticket:{number}"), FollowupAction("question_form")]
        ticket = own_tickets.with_code(turn, number, code)
        if ticket is not None:
            take_over(turn, ticket, code)
        return forget


def take_over(turn: Turn, ticket: Any, code: str) -> None:
    """One transaction: the ticket, what is on its way, and the documents that were offered over there."""
    if ticket.status == Status.ARCHIVED:
        own_tickets.refuse(turn, ticket, Step.TAKE_OVER)
        return
    try:
        with turn.session() as session:
            actor = service.Actor.citizen(turn.conversation_id, code)
            service.step(
                session,
                ticket.number,
                step=Step.TAKE_OVER,
                actor=actor,
                now=turn.now,
                office=turn.context.office,
                channel=_channel(turn, session),
            )
            papers.move(session, ticket.number, turn.conversation_id)
    except AlreadyDone:
        turn.say("utter_taken_over_already", number=ticket.number)
        return
    proof = {"ticket_number": ticket.number}
    buttons = [turn.button("progress", "ask_progress", **proof), turn.button("reissue_code", "reissue_code", **proof)]
    turn.say("utter_taken_over", number=ticket.number, buttons=buttons)


def _channel(turn: Turn, session: Any) -> str:
    """By the conversation itself: a citizen of WeChat may be on the website with the same conversation."""
    try:
        return str(messages.conversation(session, turn.conversation_id).channel)
    except UnknownConversation:
        return turn.channel


class ReissueCode(Door):
    """旧手机丢了: it still shows the old code, so the conversation that took the ticket over gets a new one."""

    def name(self) -> str:
        return "action_reissue_code"

    def act(self, turn: Turn) -> Events:
        number = own_tickets.number_in(turn)
        ticket = next((one for one in own_tickets.own(turn) if one.number == number), None)
        if ticket is None:
            return code_lost(turn)
        if not any(event.step == Step.TAKE_OVER for event in ticket.events):
            return code_lost(turn)  # the first conversation: whoever has the lost telephone in hand is there, too
        after_filing.take(turn, ticket, Step.REISSUE_CODE, None)  # done before: the code of a moment ago is said again
        with turn.session() as session:
            receipt = service.receipt(session, ticket.number, turn.conversation_id)
        turn.say("utter_code_reissued", number=ticket.number, query_code=receipt.query_code if receipt else "")
        return []
