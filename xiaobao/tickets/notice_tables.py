"""What became of each notice: the log of its tries, for the ticket's page."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String
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
    # delivered | sent | undelivered | left | gone | failed | unseen | seen | called | recalled | given_up
    outcome: Mapped[str] = mapped_column(String(16))
    why: Mapped[str | None] = mapped_column(String(120))  # of a failure: status and code, no personal data
