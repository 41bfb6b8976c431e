"""What the desk's API has to remember of programs: the first answer to each key under which they filed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from xiaobao.tickets.tables import Base


class FirstAnswer(Base):
    """The answer that was given when a ticket was filed; it goes when the ticket goes."""

    __tablename__ = "first_answers"

    draft_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of what was sent
    answer: Mapped[dict[str, Any]]
    at: Mapped[datetime]
