"""A human instead of the bot: the queue, who talks now, and the way back.

While a member of staff talks, `Conversation.takeover_id` is set: what the citizen says belongs to a turn that is
answered already, so the bot owes nothing and says nothing; turns that it owed before wait for the end. Every change is
made under the lock of the conversation, the same that orders its messages: nothing can be said in between.

A turn that runs when the clerk takes over may have filed something, so its words are still told; the greeting comes
after them and the clerk speaks after the greeting. The end is a turn of the bot (`/human_left`), owed until it is told.

Every function takes an open session and leaves the commit to its caller.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from xiaobao.conversations import messages
from xiaobao.conversations.messages import Draft
from xiaobao.conversations.tables import (
    ANSWERED,
    CITIZEN,
    OWED,
    RECEIVED,
    STAFF,
    SYSTEM,
    Conversation,
    Message,
    Takeover,
    Turn,
)

WAITING, TALKING, OVER = "waiting", "talking", "over"
LEFT, SILENT, NOBODY, CANCELLED = "left", "silent", "nobody", "cancelled"  # how it ended
COMMAND = "/human_left"
MOST_CHARACTERS = 600  # one message of WeChat
UNANSWERED = 2  # times the silence: a citizen who goes on writing to a clerk who is gone gets the bot back, too


class TakeoverError(Exception):
    """A refusal that the clerk is told about in plain words; `code` names them."""

    code = "takeover"


class Unknown(TakeoverError):
    """No such wish to talk to a human."""

    code = "unknown"


class Taken(TakeoverError):
    """Another clerk was faster; `name` is theirs."""

    code = "taken"

    def __init__(self, name: str) -> None:
        super().__init__("taken")
        self.name = name


class Ended(TakeoverError):
    """The citizen does not wait any more, or the talk is over."""

    code = "ended"


class NotYours(TakeoverError):
    """Another clerk has this talk, or nobody."""

    code = "not_yours"


class BotSpeaks(TakeoverError):
    """The bot is still ending its last sentence."""

    code = "bot_speaks"


class WrongText(TakeoverError):
    """Nothing was written, or more than fits into one message."""

    code = "wrong_text"


@dataclass(frozen=True)
class Patience:
    """How long a citizen waits for a clerk, after how much silence the bot comes back, and whether the office is open."""

    wait: timedelta
    silence: timedelta
    staffed: bool


@dataclass(frozen=True)
class View:
    """One wish as the desk sees it. `greeted`: the change of speaker was said, so the clerk may speak."""

    id: int
    conversation_id: str
    channel: str
    state: str
    asked_at: datetime
    summary: dict[str, Any]
    account_id: int | None
    staff_name: str | None
    taken_at: datetime | None
    greeted: bool
    over_at: datetime | None
    ending: str | None


@dataclass(frozen=True)
class Ring:
    """News that the bot has to be told of: somebody has to show it."""

    id: int
    conversation_id: str
    channel: str
    at: datetime


# The citizen's side ---------------------------------------------------------------------------------------------------


def ask(session: Session, conversation_id: str, summary: dict[str, Any], now: datetime) -> int:
    """Wait for a human; the place in the queue, from 1. Asked again, the place is kept. Raises UnknownConversation."""
    messages.locked(session, conversation_id)
    found = _open(session, conversation_id)
    if found is None:
        found = Takeover(conversation_id=conversation_id, state=WAITING, asked_at=now, summary=summary)
        session.add(found)
        session.flush()
    ahead = select(func.count(Takeover.id)).where(
        Takeover.over_at.is_(None), Takeover.state == WAITING, Takeover.id < found.id
    )
    return (session.scalar(ahead) or 0) + 1


def waits(session: Session, conversation_id: str) -> bool:
    """Whether a human was asked for and nobody has come yet."""
    found = _open(session, conversation_id)
    return found is not None and found.state == WAITING


def cancel(session: Session, conversation_id: str, now: datetime) -> bool:
    """The citizen waits no longer; False when nobody was waited for."""
    messages.locked(session, conversation_id)
    found = _open(session, conversation_id)
    if found is None or found.state != WAITING:
        return False
    found.state, found.over_at, found.ending, found.summary = OVER, now, CANCELLED, {}
    return True


def with_human(session: Session, conversation_id: str) -> bool:
    """Whether a member of staff has the conversation: the bot is silent."""
    found = session.get(Conversation, conversation_id)
    return found is not None and found.takeover_id is not None


# The clerk's side -----------------------------------------------------------------------------------------------------


def queue(session: Session) -> list[View]:
    """Who waits, the longest first, and then who is being talked to."""
    query = select(Takeover, Conversation.channel).join(Conversation, Conversation.id == Takeover.conversation_id)
    rows = session.execute(query.where(Takeover.over_at.is_(None)).order_by(Takeover.id)).tuples()
    views = [_view(row, channel) for row, channel in rows]
    return sorted(views, key=lambda view: view.state != WAITING)


def get(session: Session, takeover_id: int) -> View:
    """One wish. Raises Unknown."""
    row = session.get(Takeover, takeover_id)
    if row is None:
        raise Unknown
    return _view(row, messages.conversation(session, row.conversation_id).channel)


def take(session: Session, takeover_id: int, *, account_id: int, name: str, greeting: str, now: datetime) -> None:
    """The clerk takes over: from now on the bot is silent. `greeting` tells the citizen who speaks.

    Of two clerks the second raises Taken. Taken twice by the same one, nothing changes. Raises Unknown, Ended.
    """
    row, owner = _locked(session, takeover_id)
    if row.state == OVER:
        raise Ended
    if row.state == TALKING and row.account_id != account_id:
        raise Taken(row.staff_name or "")
    if row.state == TALKING:
        return
    turn = Turn(conversation_id=row.conversation_id, payload="", state=ANSWERED, received_at=now, answered_at=now)
    session.add(turn)
    session.flush()
    # What waits for a turn of the bot is the clerk's to answer.
    heard = update(Message).where(Message.conversation_id == row.conversation_id, *OWED)
    session.execute(heard.values(turn_id=turn.id))
    row.state, row.account_id, row.staff_name, row.taken_at = TALKING, account_id, name, now
    row.turn_id, row.greeting, row.ring_at = turn.id, greeting, now
    owner.takeover_id = row.id
    session.flush()
    if not _bot_speaks(session, row.conversation_id, now):
        _greet(session, row, now)


def say(session: Session, takeover_id: int, *, account_id: int, text: str, key: str, now: datetime) -> Message:
    """The clerk's words to the citizen; the same `key` again changes nothing.

    Raises Unknown, Ended, NotYours, BotSpeaks, WrongText.
    """
    row = _mine(session, takeover_id, account_id)
    text = text.replace("\r\n", "\n").strip()
    if not text or len(text) > MOST_CHARACTERS:
        raise WrongText
    if row.greeting is not None and _bot_speaks(session, row.conversation_id, now):
        raise BotSpeaks
    _greet(session, row, now)
    said = Draft(speaker=STAFF, text=text, staff_name=row.staff_name, client_message_id=f"staff-{key}"[:64])
    row.ring_at = now
    return messages.append(session, row.conversation_id, said, now)[0]


def leave(session: Session, takeover_id: int, *, account_id: int, now: datetime) -> None:
    """The clerk is done; the bot says so and goes on. Raises Unknown, Ended, NotYours."""
    _end(session, _mine(session, takeover_id, account_id), LEFT, now)


# The bot's and the worker's side --------------------------------------------------------------------------------------


def staff_speaks(session: Session, conversation_id: str) -> bool:
    """Whether the change of speaker was said already: from then on not a word of the bot."""
    found = _talk(session, conversation_id)
    return found is not None and found.greeting is None


def bot_has_ended(session: Session, conversation_id: str, now: datetime) -> bool:
    """A turn of the bot is over. True when a member of staff has the conversation; they are announced now."""
    found = _talk(session, conversation_id)
    if found is None:
        return False
    _greet(session, found, now)
    return True


def overdue(session: Session, now: datetime, patience: Patience) -> list[int]:
    """Wishes that something has to be done about (see `look_after`)."""
    rows = session.scalars(select(Takeover).where(Takeover.over_at.is_(None)).order_by(Takeover.id))
    return [row.id for row in rows if row.greeting is not None or _ending(session, row, now, patience)]


def look_after(session: Session, takeover_id: int, now: datetime, patience: Patience) -> str | None:
    """End what has waited or been silent too long, and announce a clerk for whom the bot has stopped; the ending."""
    try:
        row, _ = _locked(session, takeover_id)
    except Unknown:
        return None
    if row.state == OVER:
        return None
    ending = _ending(session, row, now, patience)
    if ending is not None:
        _end(session, row, ending, now)
    elif row.greeting is not None and not _bot_speaks(session, row.conversation_id, now):
        _greet(session, row, now)
    return ending


def rings(session: Session, now: datetime, limit: int = 100) -> list[Ring]:
    """What the bot has to be told of now."""
    query = select(Takeover, Conversation.channel).join(Conversation, Conversation.id == Takeover.conversation_id)
    rows = session.execute(query.where(Takeover.ring_at <= now).order_by(Takeover.ring_at).limit(limit)).tuples()
    return [Ring(row.id, row.conversation_id, channel, row.ring_at) for row, channel in rows if row.ring_at]


def rung(session: Session, ring: Ring, again: datetime | None = None) -> None:
    """The bot was told, or is to be told `again`; news that came meanwhile stay."""
    rows = update(Takeover).where(Takeover.id == ring.id, Takeover.ring_at == ring.at)
    session.execute(rows.values(ring_at=again))


# ----------------------------------------------------------------------------------------------------------------------


def _open(session: Session, conversation_id: str) -> Takeover | None:
    query = select(Takeover).where(Takeover.conversation_id == conversation_id, Takeover.over_at.is_(None))
    return session.scalars(query.execution_options(populate_existing=True)).first()


def _talk(session: Session, conversation_id: str) -> Takeover | None:
    owner = session.get(Conversation, conversation_id)
    return session.get(Takeover, owner.takeover_id) if owner and owner.takeover_id is not None else None


def _locked(session: Session, takeover_id: int) -> tuple[Takeover, Conversation]:
    """The row and its conversation, which is the lock. Raises Unknown."""
    conversation_id = session.scalar(select(Takeover.conversation_id).where(Takeover.id == takeover_id))
    if conversation_id is None:
        raise Unknown
    owner = messages.locked(session, conversation_id)
    row = session.get(Takeover, takeover_id, populate_existing=True)
    if row is None:
        raise Unknown
    return row, owner


def _mine(session: Session, takeover_id: int, account_id: int) -> Takeover:
    row, _ = _locked(session, takeover_id)
    if row.state == OVER:
        raise Ended
    if row.state != TALKING or row.account_id != account_id:
        raise NotYours
    return row


def _bot_speaks(session: Session, conversation_id: str, now: datetime) -> bool:
    """Whether a process is at a turn of this conversation."""
    query = select(Turn.id).where(
        Turn.conversation_id == conversation_id, Turn.state == RECEIVED, Turn.leased_until > now
    )
    return session.scalars(query.limit(1)).first() is not None


def _greet(session: Session, row: Takeover, now: datetime) -> None:
    """Say once who speaks now."""
    if row.greeting is None:
        return
    said = Draft(speaker=SYSTEM, text=row.greeting)
    row.greeting, row.ring_at = None, now
    messages.append(session, row.conversation_id, said, now)


def _ending(session: Session, row: Takeover, now: datetime, patience: Patience) -> str | None:
    if row.state == WAITING:
        return NOBODY if not patience.staffed or now - row.asked_at >= patience.wait else None
    since = row.taken_at or row.asked_at
    spoken = select(func.max(Message.at)).where(
        Message.conversation_id == row.conversation_id, Message.speaker.in_((CITIZEN, STAFF)), Message.at >= since
    )
    last = session.scalar(spoken) or since
    if now - last >= patience.silence:
        return SILENT
    answered = select(func.max(Message.seq)).where(
        Message.conversation_id == row.conversation_id, Message.speaker == STAFF
    )
    unanswered = select(func.min(Message.at)).where(
        Message.conversation_id == row.conversation_id,
        Message.speaker == CITIZEN,
        Message.at >= since,
        Message.seq > (session.scalar(answered) or 0),
    )
    first = session.scalar(unanswered)
    return SILENT if first is not None and now - first >= UNANSWERED * patience.silence else None


def _end(session: Session, row: Takeover, ending: str, now: datetime) -> None:
    """Give the conversation back. What the bot owed before comes after the words that it is back."""
    owner = messages.locked(session, row.conversation_id)
    at = now
    if owner.takeover_id is not None:
        owed = select(func.min(Turn.received_at)).where(
            Turn.conversation_id == row.conversation_id, Turn.state == RECEIVED
        )
        oldest = session.scalar(owed)
        at = min(now, oldest - timedelta(milliseconds=1)) if oldest else now
    owner.takeover_id = None
    row.state, row.over_at, row.ending, row.greeting, row.ring_at = OVER, now, ending, None, now
    row.summary = {}  # it was for the clerk; the conversation itself stays as long as every other
    payload = f"{COMMAND}{json.dumps({'value': ending})}"
    session.add(Turn(conversation_id=row.conversation_id, payload=payload, received_at=at))
    session.flush()


def _view(row: Takeover, channel: str) -> View:
    return View(
        id=row.id,
        conversation_id=row.conversation_id,
        channel=channel,
        state=row.state,
        asked_at=row.asked_at,
        summary=dict(row.summary or {}),
        account_id=row.account_id,
        staff_name=row.staff_name,
        taken_at=row.taken_at,
        greeted=row.state == TALKING and row.greeting is None,
        over_at=row.over_at,
        ending=row.ending,
    )
