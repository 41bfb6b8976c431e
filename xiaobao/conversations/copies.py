"""A copy of what is stored about a citizen, made for download: lies for an hour, for its own conversation only.

Source: 个人信息保护法 art. 45 (the right to see and to copy). Every function takes an open session and leaves the commit
to its caller.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from xiaobao.conversations import messages, uploads
from xiaobao.conversations.tables import Base, Message, Upload, UtcTime, WechatCitizen, new_id

LIFE = timedelta(hours=1)
MOST = 2000  # newest messages in one copy


class PersonalCopy(Base):
    """One copy; `content` is sections of titled rows (tickets/personal.py)."""

    __tablename__ = "personal_copies"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    conversation_id: Mapped[str] = mapped_column(String(32), index=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(UtcTime, index=True)


@dataclass(frozen=True)
class Stored:
    """What a conversation holds: messages as (when, speaker, words), files that belong to no ticket yet or any more."""

    channel: str
    begun: datetime
    last_seen: datetime
    count: int
    said: tuple[tuple[datetime, str, str], ...]
    files: tuple[Upload, ...]
    follows: bool | None  # the office's WeChat account; None: not a conversation of WeChat


def stored(session: Session, conversation_id: str) -> Stored:
    """Everything kept of a conversation. Raises UnknownConversation."""
    found = messages.conversation(session, conversation_id)
    theirs = Message.conversation_id == conversation_id
    newest = list(session.scalars(select(Message).where(theirs).order_by(Message.seq.desc()).limit(MOST)))
    follower = session.scalar(select(WechatCitizen.followed).where(WechatCitizen.conversation_id == conversation_id))
    return Stored(
        channel=found.channel,
        begun=found.created_at,
        last_seen=found.last_seen_at,
        count=session.scalar(select(func.count()).where(theirs)) or 0,
        said=tuple((one.at, one.speaker, one.text) for one in reversed(newest) if one.text),
        files=tuple(uploads.of_conversation(session, conversation_id, not_filed=True)),
        follows=follower,
    )


def refuse_files(session: Session, conversation_id: str, now: datetime) -> list[str]:
    """Take back every consent to keep a sensitive file that is in no ticket; returns the paths to remove at once."""
    paths: list[str] = []
    for answer in (uploads.GIVEN, uploads.ASKED):
        for kind in uploads.kinds_in(session, conversation_id, answer):
            paths += uploads.refuse(session, conversation_id, kind, "", now)[1]
    return paths


def keep(session: Session, conversation_id: str, content: dict[str, Any], now: datetime) -> str:
    """Put a copy down in place of earlier ones; returns its id."""
    session.execute(delete(PersonalCopy).where(PersonalCopy.conversation_id == conversation_id))
    row = PersonalCopy(conversation_id=conversation_id, content=content, made_at=now)
    session.add(row)
    session.flush()
    return row.id


def own(session: Session, conversation_id: str, copy_id: str, now: datetime) -> dict[str, Any] | None:
    """The content, when the copy is this conversation's and not too old."""
    found = session.get(PersonalCopy, copy_id)
    if found is None or found.conversation_id != conversation_id or found.made_at < now - LIFE:
        return None
    return found.content


def forget(session: Session, now: datetime) -> None:
    """Delete what is too old to be fetched."""
    session.execute(delete(PersonalCopy).where(PersonalCopy.made_at < now - LIFE))
