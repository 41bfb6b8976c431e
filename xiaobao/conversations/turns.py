"""What the bot still owes: waiting messages are picked into turns, turns are answered once.

Received and answered are two commits. Whatever dies between them leaves the turn in state `received`,
and `next_turn` gives it out again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from xiaobao.conversations import messages, takeovers
from xiaobao.conversations.messages import Draft
from xiaobao.conversations.tables import (
    ABANDONED,
    ANSWERED,
    CITIZEN,
    OWED,
    RECEIVED,
    SYSTEM,
    Conversation,
    Message,
    Turn,
)

COMMAND_PREFIX = "/"
LEASE = timedelta(seconds=120)  # longer than an attempt and the pause before the next one


@dataclass(frozen=True)
class Owed:
    """A turn to run: what to tell the bot, and since when somebody waits."""

    turn_id: str
    conversation_id: str
    payload: str
    received_at: datetime
    channel: str


@dataclass(frozen=True)
class Runner:
    """Who runs turns: a name that no other process has, and whether the process of another name is known to be dead."""

    name: str
    is_dead: Callable[[str], bool] = lambda name: False


def begin(session: Session, conversation_id: str, payload: str, now: datetime) -> Owed:
    """Owe the citizen a turn that no message asked for (the greeting)."""
    turn = Turn(conversation_id=conversation_id, payload=payload, received_at=now)
    session.add(turn)
    session.flush()
    return _owed(turn, messages.conversation(session, conversation_id))


def next_turn(
    session: Session, conversation_id: str, runner: Runner | None = None, now: datetime | None = None
) -> Owed | None:
    """The turn to run now: an unanswered one, else one made of the waiting messages, else None.

    Waiting texts are joined by line breaks into one turn; a command (a button, a card) makes a turn of its own.
    With a `runner` the turn is leased to it: None as well while another living process runs a turn of this
    conversation. That process looks for waiting messages when it is done, so nothing is forgotten. None while a
    member of staff talks: what is owed then waits for their leaving.
    """
    owner = session.get(Conversation, conversation_id, with_for_update=True, populate_existing=True)
    if owner is None or owner.takeover_id is not None:
        return None
    query = select(Turn).where(Turn.conversation_id == conversation_id, Turn.state == RECEIVED)
    open_turn = session.scalars(query.order_by(Turn.received_at)).first()
    if open_turn is not None:
        return _owed(open_turn, owner) if _leased(open_turn, runner, now) else None
    together = _one_turn(_waiting(session, conversation_id))
    if not together:
        return None
    turn = Turn(
        conversation_id=conversation_id,
        payload="\n".join(m.payload or "" for m in together),
        received_at=together[0].at,
    )
    session.add(turn)
    session.flush()
    for message in together:
        message.turn_id = turn.id
    _leased(turn, runner, now)
    return _owed(turn, owner)


def renew(session: Session, turn_id: str, runner: Runner, now: datetime) -> bool:
    """Keep a turn for another attempt; False when it is over, another process took it or a member of staff talks."""
    turn = _locked(session, turn_id)
    if turn is not None and takeovers.bot_has_ended(session, turn.conversation_id, now):
        turn.leased_until = None
        return False
    return turn is not None and turn.state == RECEIVED and _leased(turn, runner, now)


def _leased(turn: Turn, runner: Runner | None, now: datetime | None) -> bool:
    """Lease the turn to `runner` unless another living process has it."""
    if runner is None or now is None:
        return True
    other = turn.runner is not None and turn.runner != runner.name
    if other and turn.leased_until and now < turn.leased_until and not runner.is_dead(str(turn.runner)):
        return False
    turn.runner, turn.leased_until = runner.name, now + LEASE
    return True


def owed_since(session: Session, conversation_id: str) -> datetime | None:
    """When the message came whose turn is running; None when nothing is owed."""
    query = select(Turn.received_at).where(Turn.conversation_id == conversation_id, Turn.state == RECEIVED)
    return session.scalars(query.order_by(Turn.received_at)).first()


def answer(
    session: Session,
    turn_id: str,
    drafts: Iterable[Draft],
    now: datetime,
    *,
    form: dict[str, Any] | bool | None = False,
) -> bool:
    """Store the replies of a turn and mark it answered, in one go; False when it was answered already.

    `form` is the new form strip, None to take it away, False to leave it as it is.
    """
    return _close(session, turn_id, drafts, now, ANSWERED, form)


def abandon(session: Session, turn_id: str, drafts: Iterable[Draft], now: datetime) -> bool:
    """Give a turn up, with words for the citizen; False when it was answered already."""
    return _close(session, turn_id, drafts, now, ABANDONED, False)


def replies_to(session: Session, conversation_id: str, seq: int) -> list[Message] | None:
    """What the turn of the citizen's message `seq` said, or None while it is still owed."""
    query = select(Message).where(Message.conversation_id == conversation_id, Message.seq == seq)
    message = session.scalars(query).one()
    if message.payload is None:
        return []
    turn = session.get(Turn, message.turn_id) if message.turn_id else None
    if turn is None or turn.state == RECEIVED:
        return None
    return _said(session, turn.id)


def tell_once(session: Session, conversation_id: str, text: str, now: datetime) -> Message | None:
    """Say once per unanswered turn that what was said is kept; None when nothing is owed any more."""
    owed = next_turn(session, conversation_id)
    if owed is None:
        return None
    told = next((m for m in _said(session, owed.turn_id) if m.speaker == SYSTEM), None)
    if told is not None:
        return told
    return messages.append(session, conversation_id, Draft(speaker=SYSTEM, text=text, turn_id=owed.turn_id), now)[0]


def unfinished(session: Session, channel: str) -> list[str]:
    """Ids of this channel's conversations to which something is owed (after a restart)."""
    of_channel = select(Conversation.id).where(Conversation.channel == channel)
    running = select(Turn.conversation_id).where(Turn.state == RECEIVED, Turn.conversation_id.in_(of_channel))
    waiting = select(Message.conversation_id).where(
        *OWED,
        Message.conversation_id.in_(of_channel),
    )
    return sorted(set(session.scalars(running)) | set(session.scalars(waiting)))


def _waiting(session: Session, conversation_id: str) -> list[Message]:
    query = select(Message).where(
        Message.conversation_id == conversation_id,
        *OWED,
    )
    return list(session.scalars(query.order_by(Message.seq)))


def _one_turn(waiting: list[Message]) -> list[Message]:
    if waiting and (waiting[0].payload or "").startswith(COMMAND_PREFIX):
        return waiting[:1]
    together = []
    for message in waiting:
        if (message.payload or "").startswith(COMMAND_PREFIX):
            break
        together.append(message)
    return together


def _close(
    session: Session,
    turn_id: str,
    drafts: Iterable[Draft],
    now: datetime,
    state: str,
    form: dict[str, Any] | bool | None,
) -> bool:
    turn = _locked(session, turn_id)
    if turn is None or turn.state != RECEIVED or takeovers.staff_speaks(session, turn.conversation_id):
        return False
    for draft in drafts:
        messages.append(session, turn.conversation_id, replace(draft, turn_id=turn_id), now)
    if not isinstance(form, bool):
        messages.set_form(session, turn.conversation_id, form)
    turn.state, turn.answered_at = state, now
    takeovers.bot_has_ended(session, turn.conversation_id, now)
    return True


def _locked(session: Session, turn_id: str) -> Turn | None:
    """The turn, its conversation locked before it as everywhere."""
    conversation_id = session.scalar(select(Turn.conversation_id).where(Turn.id == turn_id))
    if conversation_id is None:
        return None
    messages.locked(session, conversation_id)
    return session.get(Turn, turn_id, with_for_update=True, populate_existing=True)


def _said(session: Session, turn_id: str) -> list[Message]:
    query = select(Message).where(Message.turn_id == turn_id, Message.speaker != CITIZEN)
    return list(session.scalars(query.order_by(Message.seq)))


def _owed(turn: Turn, owner: Conversation) -> Owed:
    return Owed(turn.id, turn.conversation_id, turn.payload, turn.received_at, owner.channel)
