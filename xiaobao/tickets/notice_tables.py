"""What became of each notice: the log of its tries, for the ticket's page, and the texts to telephones."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from xiaobao.tickets.tables import Base


class NoticeTry(Base):
    """Tries of a notice with one outcome, in a row: `times` of them from `at` to `last_at`."""

    __tablename__ = "notice_tries"

    id: Mapped[int] = mapped_column(primary_key=True)
    outbox_id: Mapped[int] = mapped_column(ForeignKey("outbox.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    last_at: Mapped[datetime]
    times: Mapped[int] = mapped_column(Integer, default=1)
    # delivered | sent | undelivered | left | gone | failed | unseen | seen | called | recalled | given_up | held
    # sms_waits | _again | _sent | _unknown | _delivered | _refused | _failed | _given_up | _silent | _dropped
    outcome: Mapped[str] = mapped_column(String(16))
    why: Mapped[str | None] = mapped_column(String(120))  # of a failure: status and code, no personal data


class Sms(Base):
    """One text to the telephone of a ticket: that there is news, for all notices that point to it. Holds no number."""

    __tablename__ = "sms"
    __table_args__ = (Index("ix_sms_state_due_at", "state", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), index=True)
    reference: Mapped[str] = mapped_column(String(32), unique=True)  # what gateway and reports call it by
    state: Mapped[str] = mapped_column(String(16))  # sms.py
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]  # the next try; once sent: until when a report is waited for
    attempts: Mapped[int] = mapped_column(Integer, default=0)
