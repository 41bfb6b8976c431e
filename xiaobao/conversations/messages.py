"""What was said, in order: append, read, find buttons, forget.

Every function takes an open session and leaves the commit to its caller.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from xiaobao.conversations.tables import BOT, CITIZEN, Conversation, Message, Takeover, Turn, Upload

_UNSHOWN = (Message.notice_id.is_not(None), Message.shown_at.is_(None))


class UnknownConversation(LookupError):
    """No such conversation (never was, or forgotten after its time)."""


class UnknownButton(LookupError):
    """This conversation never showed such a button."""


class UsedButton(ValueError):
    """The button was pressed before."""


@dataclass(frozen=True)
class Draft:
    """A message about to be appended. `buttons` and rows of a card carry `payload`; clients get ids instead."""

    speaker: str
    text: str = ""
    buttons: Sequence[dict[str, Any]] = field(default_factory=tuple)
    card: dict[str, Any] | None = None
    payload: str | None = None
    staff_name: str | None = None
    client_message_id: str | None = None
    notice_id: str | None = None
    turn_id: str | None = None


def open_conversation(session: Session, *, channel: str, now: datetime) -> str:
    """Begin a conversation and return its id, which the server alone chooses."""
    conversation = Conversation(channel=channel, created_at=now, last_seen_at=now)
    session.add(conversation)
    session.flush()
    return conversation.id


def conversation(session: Session, conversation_id: str) -> Conversation:
    """The conversation, or UnknownConversation."""
    found = session.get(Conversation, conversation_id)
    if found is None:
        raise UnknownConversation(conversation_id)
    return found


def seen(session: Session, conversation_id: str, now: datetime) -> bool:
    """Note that the citizen is here; False when there is no such conversation."""
    found = session.get(Conversation, conversation_id)
    if found is not None:
        found.last_seen_at = now
    return found is not None


def unshown(session: Session, conversation_id: str, seq: int) -> bool:
    """Whether there is a notice up to `seq` of which nobody has noted yet that it was shown."""
    query = select(Message.id).where(Message.conversation_id == conversation_id, Message.seq <= seq)
    return session.scalar(query.where(*_UNSHOWN).limit(1)) is not None


def shown(session: Session, conversation_id: str, seq: int, now: datetime) -> None:
    """The citizen's page has everything up to `seq`: note it of notices, once."""
    rows = update(Message).where(Message.conversation_id == conversation_id, Message.seq <= seq, *_UNSHOWN)
    session.execute(rows.values(shown_at=now))


def first_shown(session: Session, notice_ids: Collection[str]) -> dict[str, datetime | None]:
    """When the website first showed these notices, by notice id; those that stand in no conversation are left out."""
    query = select(Message.notice_id, Message.shown_at).where(Message.notice_id.in_(notice_ids))
    return {notice: at for notice, at in session.execute(query).tuples() if notice is not None}


def wrote_since(conversation_id: Any, since: datetime) -> ColumnElement[bool]:
    """Whether the citizen wrote since then, as a condition: for a value or for another table's column."""
    wrote = select(Message.id).join(Conversation, Conversation.id == Message.conversation_id)
    wrote = wrote.where(Conversation.id == conversation_id, Conversation.last_seen_at >= since)
    return wrote.where(Message.speaker == CITIZEN, Message.at >= since).exists()


def begin_outside(session: Session, notice_id: str, now: datetime) -> bool:
    """Note, before it is sent, that a reminder of this notice goes out beside the conversation. True: one had begun."""
    row = session.scalars(select(Message).where(Message.notice_id == notice_id).with_for_update()).one()
    begun = row.outside_at is not None
    row.outside_at = row.outside_at or now
    return begun


def not_outside(session: Session, notice_id: str) -> None:
    """The reminder of this notice certainly was not sent."""
    session.execute(update(Message).where(Message.notice_id == notice_id).values(outside_at=None))


def append(session: Session, conversation_id: str, draft: Draft, now: datetime) -> tuple[Message, bool]:
    """Append a message and return it with True, or the earlier one of the same key with False.

    The key is `client_message_id` within the conversation or `notice_id` everywhere. What a citizen says while a
    member of staff talks is theirs to answer: the bot owes nothing. Raises UnknownConversation.
    """
    owner = locked(session, conversation_id)
    earlier = _earlier(session, conversation_id, draft)
    if earlier is not None:
        return earlier, False
    owner.last_seq += 1
    if draft.speaker == CITIZEN:
        owner.last_seen_at = now
    card, row_buttons = _card_with_ids(draft.card, owner.last_seq)
    message = Message(
        conversation_id=conversation_id,
        seq=owner.last_seq,
        speaker=draft.speaker,
        staff_name=draft.staff_name,
        text=draft.text,
        payload=draft.payload,
        buttons=[_button(owner.last_seq, b["title"], b["payload"]) for b in draft.buttons] + row_buttons,
        card=card,
        client_message_id=draft.client_message_id,
        notice_id=draft.notice_id,
        turn_id=draft.turn_id or (_turn_of_the_clerk(session, owner) if draft.speaker == CITIZEN else None),
        at=now,
    )
    session.add(message)
    session.flush()
    return message, True


def press(
    session: Session,
    conversation_id: str,
    button_id: str,
    client_message_id: str | None,
    now: datetime,
    owed: bool = True,
) -> Message:
    """Append the press of a button as the citizen's message and mark the button used.

    Pressed again with the same `client_message_id`, the first message is returned. Without `owed` the bot is told
    nothing and owes nothing; while a member of staff talks a button of the bot does nothing and may be pressed later.
    Raises UnknownConversation, UnknownButton, UsedButton.
    """
    owner = locked(session, conversation_id)
    draft = Draft(speaker=CITIZEN, client_message_id=client_message_id)
    earlier = _earlier(session, conversation_id, draft)
    if earlier is not None:
        return earlier
    shown = _shown_with(session, conversation_id, button_id)
    button = next((b for b in shown.buttons if b["id"] == button_id), None) if shown else None
    if shown is None or button is None:
        raise UnknownButton(button_id)
    if button["used"]:
        raise UsedButton(button_id)
    unheard = owed and owner.takeover_id is not None
    if not (button.get("row") or unheard):  # the links of a summary stay alive: one may change the same row twice
        shown.buttons = [{**b, "used": True} if b["id"] == button_id else b for b in shown.buttons]
    pressed = Draft(
        speaker=CITIZEN,
        text=button["title"],
        payload=button["payload"] if owed else None,
        client_message_id=client_message_id,
    )
    return append(session, conversation_id, pressed, now)[0]


def payload_of(session: Session, conversation_id: str, button_id: str) -> str | None:
    """What a button of this conversation stands for; None when it never showed such a button."""
    shown = _shown_with(session, conversation_id, button_id)
    return next((str(b["payload"]) for b in shown.buttons if b["id"] == button_id), None) if shown else None


def last_of_others(session: Session, conversation_id: str) -> Message | None:
    """The last message that is not the citizen's own."""
    query = select(Message).where(Message.conversation_id == conversation_id, Message.speaker != CITIZEN)
    return session.scalars(query.order_by(Message.seq.desc()).limit(1)).first()


def notices_lately(session: Session, conversation_id: str, count: int) -> list[str | None]:
    """Of the last `count` messages that are not the citizen's own, newest first: the notice each is, None for others."""
    query = select(Message.notice_id).where(Message.conversation_id == conversation_id, Message.speaker != CITIZEN)
    return list(session.scalars(query.order_by(Message.seq.desc()).limit(count)))


def after(session: Session, conversation_id: str, seq: int, limit: int = 500) -> list[Message]:
    """What came after `seq`, oldest first, at most `limit`."""
    query = select(Message).where(Message.conversation_id == conversation_id, Message.seq > seq)
    return list(session.scalars(query.order_by(Message.seq).limit(limit)))


def of_conversation(session: Session, conversation_id: str, most: int | None = None) -> list[Message]:
    """The whole conversation, or its last `most` messages, oldest first (the desk shows it)."""
    query = select(Message).where(Message.conversation_id == conversation_id)
    return list(reversed(session.scalars(query.order_by(Message.seq.desc()).limit(most)).all()))


def as_json(message: Message, speaker_label: str) -> dict[str, Any]:
    """The message as clients get it (docs/architecture.md, "What a message looks like"): ids, never payloads."""
    shown: dict[str, Any] = {
        "seq": message.seq,
        "speaker": message.speaker,
        "speaker_label": speaker_label,
        "text": message.text,
        "buttons": [
            {"title": b["title"], "id": b["id"], "used": b["used"]} for b in message.buttons if not b.get("row")
        ],
        "card": message.card,
        "at": message.at.isoformat(timespec="seconds"),
    }
    if message.client_message_id:
        shown["client_message_id"] = message.client_message_id
    return shown


def set_form(session: Session, conversation_id: str, form: dict[str, Any] | None) -> None:
    """Remember the form strip (`title`, `filled`, `missing`), or None when no form is open."""
    conversation(session, conversation_id).form = form


@dataclass(frozen=True)
class Forgotten:
    """What was deleted; `paths` are files below the evidence folder that the caller removes after the commit."""

    conversations: int
    paths: tuple[str, ...]


def forget_older_than(session: Session, before: datetime, keep: Collection[str] = ()) -> Forgotten:
    """Delete conversations that nobody opened since `before`, with their messages, turns and unfiled uploads.

    `keep` names conversations that still have an open ticket: their citizens wait for an answer.
    Uploads that belong to a ticket stay; they follow the ticket's own retention.
    """
    query = select(Conversation.id).where(Conversation.last_seen_at < before)
    old = [c for c in session.scalars(query) if c not in set(keep)]
    paths: list[str] = []
    for conversation_id in old:
        loose = select(Upload).where(Upload.conversation_id == conversation_id, Upload.filed_as.is_(None))
        for upload in session.scalars(loose):
            paths += [path for path in (upload.path, upload.preview_path) if path]
            session.delete(upload)
        session.execute(delete(Takeover).where(Takeover.conversation_id == conversation_id))
        session.execute(delete(Message).where(Message.conversation_id == conversation_id))
        session.execute(delete(Turn).where(Turn.conversation_id == conversation_id))
        session.execute(delete(Conversation).where(Conversation.id == conversation_id))
    return Forgotten(len(old), tuple(paths))


def forget_said_before(session: Session, before: datetime, keep: Collection[str] = ()) -> int:
    """Delete what was said before `before` in conversations that go on; returns how many messages.

    Without `keep`, see `forget_older_than`. A turn goes with its messages once it is answered.
    """
    old = select(Message.conversation_id).where(Message.at < before).distinct()
    count = 0
    for conversation_id in set(session.scalars(old)) - set(keep):
        gone = delete(Message).where(Message.conversation_id == conversation_id, Message.at < before)
        count += int(getattr(session.execute(gone), "rowcount", 0))
        turns = (Turn.conversation_id == conversation_id, Turn.received_at < before, Turn.answered_at.is_not(None))
        session.execute(delete(Turn).where(*turns))
    return count


def locked(session: Session, conversation_id: str) -> Conversation:
    """The conversation with the lock that orders all its writers. Raises UnknownConversation."""
    found = session.get(Conversation, conversation_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise UnknownConversation(conversation_id)
    return found


def _turn_of_the_clerk(session: Session, owner: Conversation) -> str | None:
    talk = session.get(Takeover, owner.takeover_id) if owner.takeover_id is not None else None
    return talk.turn_id if talk else None


def _earlier(session: Session, conversation_id: str, draft: Draft) -> Message | None:
    if draft.notice_id:
        return session.scalars(select(Message).where(Message.notice_id == draft.notice_id)).first()
    if draft.client_message_id:
        query = select(Message).where(
            Message.conversation_id == conversation_id, Message.client_message_id == draft.client_message_id
        )
        return session.scalars(query).first()
    return None


def _button(seq: int, title: str, payload: str, row: bool = False) -> dict[str, Any]:
    """The id begins with the seq, so looking it up reads one row; the rest keeps ids of other conversations out."""
    button: dict[str, Any] = {
        "id": f"{seq}-{secrets.token_urlsafe(6)}",
        "title": title,
        "payload": payload,
        "used": False,
    }
    return {**button, "row": True} if row else button


def _card_with_ids(card: dict[str, Any] | None, seq: int) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    """Replace each row's payload by the id of a button."""
    if not card or not isinstance(card.get("rows"), list):
        return card, []
    rows, buttons = [], []
    for row in card["rows"]:
        shown = {key: value for key, value in row.items() if key != "payload"}
        if row.get("payload"):
            button = _button(seq, row.get("title", ""), row["payload"], row=True)
            buttons.append(button)
            shown["button"] = button["id"]
        rows.append(shown)
    return {**card, "rows": rows}, buttons


def _shown_with(session: Session, conversation_id: str, button_id: str) -> Message | None:
    seq = button_id.partition("-")[0]
    if not (seq.isascii() and seq.isdigit() and len(seq) < 9):
        return None
    query = select(Message).where(Message.conversation_id == conversation_id, Message.seq == int(seq))
    return session.scalars(query).first()


__all__ = [
    "BOT", "Draft", "Forgotten", "UnknownButton", "UnknownConversation", "UsedButton", "after", "append", "as_json",
    "conversation", "forget_older_than", "forget_said_before", "last_of_others", "locked", "of_conversation",
    "open_conversation", "payload_of", "press", "seen", "set_form",
]  # fmt: skip
