"""Tables of what was said: conversations, messages, turns and uploads.

A *turn* is one run of the bot. A citizen's message waits without a turn, is picked into one,
and stays there until the turn is answered; so a crash at any point leaves a row that says what is still owed.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import JSON, DateTime, ForeignKey, Index, String, Text, TypeDecorator, UniqueConstraint, text
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

CITIZEN, BOT, STAFF, SYSTEM = "citizen", "bot", "staff", "system"
READ, FAILED, NOT_READ = "read", "failed", "not_read"  # the text of an upload; None: still to be read
RECEIVED, ANSWERED, ABANDONED = "received", "answered", "abandoned"


def new_id() -> str:
    """An id nobody can guess (128 random bits), for everything a client ever sees."""
    return secrets.token_hex(16)


class UtcTime(TypeDecorator[datetime]):
    """Aware datetimes everywhere: SQLite forgets the zone, so it is stored as UTC and given back as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times: they mean something else on another machine."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A time without a zone was about to be stored.")
        return value.astimezone(timezone.utc)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back an aware UTC time, whatever the database kept."""
        if value is None:
            return None
        return value.replace(tzinfo=timezone.utc) if value.tzinfo is None else value.astimezone(timezone.utc)


class Base(DeclarativeBase):
    """Metadata of this room only; the tickets have their own."""


class Conversation(Base):
    """One citizen on one device (or one WeChat account)."""

    __tablename__ = "conversation"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    channel: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    # The counter lives here so that a lock on this one row orders all writers of a conversation.
    last_seq: Mapped[int] = mapped_column(default=0)
    form: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    takeover_id: Mapped[int | None]  # a member of staff talks now: the bot is silent (see takeovers.py)


class Turn(Base):
    """One run of the bot, owed until it is answered."""

    __tablename__ = "turn"
    __table_args__ = (Index("ix_turn_conversation_state", "conversation_id", "state"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    payload: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default=RECEIVED, index=True)
    received_at: Mapped[datetime] = mapped_column(UtcTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcTime)
    runner: Mapped[str | None] = mapped_column(String(80))  # the process that runs it
    leased_until: Mapped[datetime | None] = mapped_column(UtcTime)


_UNSHOWN = text("notice_id IS NOT NULL AND shown_at IS NULL")
_OWED = text("speaker = 'citizen' AND payload IS NOT NULL AND turn_id IS NULL")


class Message(Base):
    """One bubble. `payload` is what the bot is told (citizens only), `text` what people read."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq", name="uq_message_seq"),
        UniqueConstraint("conversation_id", "client_message_id", name="uq_message_client"),
        UniqueConstraint("notice_id", name="uq_message_notice"),
        Index("ix_message_turn", "turn_id"),
        # What waits for a turn: looked for at each turn, so that it may not be looked for among all that was said.
        Index("ix_message_owed", "conversation_id", "seq", sqlite_where=_OWED, postgresql_where=_OWED),
        Index("ix_message_unshown", "conversation_id", sqlite_where=_UNSHOWN, postgresql_where=_UNSHOWN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    seq: Mapped[int]
    speaker: Mapped[str] = mapped_column(String(10))
    staff_name: Mapped[str | None] = mapped_column(String(60))
    text: Mapped[str] = mapped_column(Text)
    payload: Mapped[str | None] = mapped_column(Text)
    buttons: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    card: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    client_message_id: Mapped[str | None] = mapped_column(String(64))
    notice_id: Mapped[str | None] = mapped_column(String(64))
    turn_id: Mapped[str | None] = mapped_column(ForeignKey("turn.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(UtcTime)
    shown_at: Mapped[datetime | None] = mapped_column(UtcTime)  # of a notice: the website's page had it
    outside_at: Mapped[datetime | None] = mapped_column(
        UtcTime
    )  # of a notice: a reminder beside the conversation began


# A message of the citizen that waits for a turn. Written out, not bound: SQLite takes the partial index
# ix_message_owed only when it sees the very values.
OWED = (text("message.speaker = 'citizen'"), Message.payload.is_not(None), Message.turn_id.is_(None))

_OPEN = text("over_at IS NULL")


class Takeover(Base):
    """A wish to talk to a human, from the queue to its end. See takeovers.py."""

    __tablename__ = "takeover"
    __table_args__ = (
        Index("uq_takeover_open", "conversation_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_takeover_conversation_id", "conversation_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(String(10))  # waiting | talking | over
    asked_at: Mapped[datetime] = mapped_column(UtcTime)
    summary: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # what the form knew: {kind, story, slots}
    account_id: Mapped[int | None]
    staff_name: Mapped[str | None] = mapped_column(String(60))
    taken_at: Mapped[datetime | None] = mapped_column(UtcTime)
    greeting: Mapped[str | None] = mapped_column(Text)  # still to be said: the bot ends its sentence first
    turn_id: Mapped[str | None] = mapped_column(String(32))  # what is said to the clerk belongs to this turn
    over_at: Mapped[datetime | None] = mapped_column(UtcTime)
    ending: Mapped[str | None] = mapped_column(String(10))  # left | silent | nobody | cancelled
    ring_at: Mapped[datetime | None] = mapped_column(UtcTime, index=True)  # the bot is to be told that there is news


class Upload(Base):
    """One file of evidence. It outlives its conversation once it belongs to a ticket, hence no foreign key."""

    __tablename__ = "upload"

    evidence_id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    conversation_id: Mapped[str] = mapped_column(String(32), index=True)
    filename: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(60))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    path: Mapped[str] = mapped_column(String(200))
    received_at: Mapped[datetime] = mapped_column(UtcTime)
    preview_path: Mapped[str | None] = mapped_column(String(200))
    filed_as: Mapped[str | None] = mapped_column(String(40), index=True)
    # What it is, when that makes it sensitive, and what its citizen answered to being asked (see uploads.py).
    kind: Mapped[str | None] = mapped_column(String(20))
    consent: Mapped[str | None] = mapped_column(String(10))
    consent_at: Mapped[datetime | None] = mapped_column(UtcTime)
    consent_version: Mapped[str | None] = mapped_column(String(16))
    text_state: Mapped[str | None] = mapped_column(String(10), index=True)
    # Recognised lines ({text, score, box}) and what they tell ({slot: {text, normalised, line, confidence}}).
    text_lines: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    text_values: Mapped[dict[str, dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    text_tries: Mapped[int] = mapped_column(default=0, server_default="0")
    text_due_at: Mapped[datetime | None] = mapped_column(UtcTime)


class UploadInParts(Base):
    """A large file on its way in; how much has arrived is the length of the file itself. See parts.py."""

    __tablename__ = "upload_in_parts"

    upload_id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    conversation_id: Mapped[str] = mapped_column(String(32), index=True)
    filename: Mapped[str] = mapped_column(String(200))
    size: Mapped[int]
    sha256: Mapped[str | None] = mapped_column(String(64))
    kind: Mapped[str | None] = mapped_column(String(20))
    path: Mapped[str] = mapped_column(String(200))
    begun_at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    evidence_id: Mapped[str | None] = mapped_column(String(32))


class WechatAccount(Base):
    """What all processes share about the office's own account: its access token and what the platform lets it do."""

    __tablename__ = "wechat_account"

    app_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    token: Mapped[str | None] = mapped_column(String(600))
    token_until: Mapped[datetime | None] = mapped_column(UtcTime)
    refreshing_until: Mapped[datetime | None] = mapped_column(UtcTime)  # somebody fetches a new token
    may_send: Mapped[bool | None]  # whether customer service messages are granted; None: not tried yet


class WechatCitizen(Base):
    """A follower of the account: where their conversation is and what may still be sent. Erased when they leave."""

    __tablename__ = "wechat_citizen"

    openid: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"), unique=True)
    followed: Mapped[bool] = mapped_column(default=True)
    scene: Mapped[str | None] = mapped_column(String(64))
    window: Mapped[str | None] = mapped_column(String(8))  # message | action: what the citizen did last
    window_at: Mapped[datetime | None] = mapped_column(UtcTime)
    window_sent: Mapped[int] = mapped_column(default=0)
    shown_seq: Mapped[int] = mapped_column(default=0)  # the last message of the conversation that was handed over
    parked: Mapped[list[str]] = mapped_column(JSON, default=list)  # texts that did not fit; they come first next time
    choices: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)  # what a number or a menu id stands for
    # Handed to the platform, no answer yet: {text, until}.
    sending: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    unsure: Mapped[list[str]] = mapped_column(JSON, default=list)  # sent, but whether they arrived nobody knows


class WechatLink(Base):
    """A link that opens a WeChat conversation on the website once."""

    __tablename__ = "wechat_link"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)  # SHA-256 of what the citizen was given
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"), index=True)
    until: Mapped[datetime] = mapped_column(UtcTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcTime)


class WechatSubscription(Base):
    """A consent to one reminder, asked for at filing. Erased when the follower leaves."""

    __tablename__ = "wechat_subscription"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)  # SHA-256 of what the platform brings back
    openid: Mapped[str] = mapped_column(ForeignKey("wechat_citizen.openid", ondelete="CASCADE"), index=True)
    scene: Mapped[int]
    left: Mapped[int]  # how many messages it still allows
    asked_at: Mapped[datetime] = mapped_column(UtcTime)
    granted_at: Mapped[datetime | None] = mapped_column(UtcTime)


class WechatPush(Base):
    """One message or event of the platform, taken in once however often it is sent."""

    __tablename__ = "wechat_push"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)  # SHA-256: sender and text id are not kept here
    conversation_id: Mapped[str | None] = mapped_column(String(32), index=True)
    seq: Mapped[int | None]  # the citizen's message that it became, None when it asks for no answer
    state: Mapped[str] = mapped_column(String(8))  # waiting | replied | late | quiet
    reply: Mapped[str | None] = mapped_column(Text)  # what was answered in the response, for the platform's retries
    tries: Mapped[int] = mapped_column(default=1)
    media_id: Mapped[str | None] = mapped_column(String(200))  # a file that is still to be fetched; it lives three days
    at: Mapped[datetime] = mapped_column(UtcTime, index=True)


class SmsReport(Base):
    """What a gateway for texts reports of one of them; the worker reads it. Holds neither number nor words."""

    __tablename__ = "sms_report"
    __table_args__ = (UniqueConstraint("reference", "status", name="uq_sms_report"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(32))
    status: Mapped[str] = mapped_column(String(40))  # in the gateway's word; data/reference/sms_codes.csv knows it
    at: Mapped[datetime] = mapped_column(UtcTime, index=True)
