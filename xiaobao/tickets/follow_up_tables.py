"""Follow-ups: what a citizen is asked after closing, and on the day that a merchant promised."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from xiaobao.tickets.tables import Base


class FollowUp(Base):
    """One matter to ask about, once for each closing of a ticket and each promised day (follow_ups.py)."""

    __tablename__ = "follow_ups"
    __table_args__ = (
        UniqueConstraint("ticket_id", "kind", "about"),
        Index("ix_follow_ups_state_due", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(16))  # closing | promise
    about: Mapped[str] = mapped_column(String(10))  # which closing of the ticket: 1, 2 ...; the promised day
    reason: Mapped[str] = mapped_column(String(16))  # the rule of follow_ups.GRAVE, drawn, promise
    state: Mapped[str] = mapped_column(String(16))  # waiting | call | answered | unanswered | dropped
    due_at: Mapped[datetime]  # when the next thing is to be done
    asked: Mapped[int] = mapped_column(Integer, default=0)  # how often
    outbox_id: Mapped[int | None] = mapped_column(Integer)  # the last notice that asked
    answered_by: Mapped[str | None] = mapped_column(String(16))  # citizen | staff
    answered_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
