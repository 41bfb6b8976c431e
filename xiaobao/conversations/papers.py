"""Documents of an office: kept as sent, offered in the citizen's conversation, opened by whoever owns it.

The bytes lie in the row: a document is there with its number and its notice, or not at all. Nothing of it changes later
but when it was sent and first opened. It outlives its conversation, hence no foreign key.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Index, LargeBinary, String, Text, UniqueConstraint, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from xiaobao.conversations.tables import Base, UtcTime, new_id


class Document(Base):
    """One document of a ticket. `sent_at` None: written, but nobody has it; `voided_at`: it never goes out."""

    __tablename__ = "documents"
    __table_args__ = (
        UniqueConstraint("office_id", "kind", "year", "running", name="uq_documents_number"),
        Index("ix_documents_ticket_number", "ticket_number"),
        Index("ix_documents_conversation_id", "conversation_id"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    ticket_number: Mapped[str] = mapped_column(String(17))
    office_id: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(String(60))
    year: Mapped[int]
    running: Mapped[int]
    number: Mapped[str] = mapped_column(String(60))  # 消受告〔2026〕1号
    steps: Mapped[list[str]] = mapped_column(JSON)  # of the workflow: what it tells the decision of
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    sha256: Mapped[str] = mapped_column(String(64))
    template_sha256: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)  # what staff typed
    shown: Mapped[str] = mapped_column(Text)  # its words, for a page that shows it without opening the file
    made_at: Mapped[datetime] = mapped_column(UtcTime)
    made_by: Mapped[int | None]
    made_by_name: Mapped[str | None] = mapped_column(String(64))
    conversation_id: Mapped[str | None] = mapped_column(String(255))  # where it is offered
    means: Mapped[str | None] = mapped_column(String(16))  # conversation, post, in_person
    sent_at: Mapped[datetime | None] = mapped_column(UtcTime)  # or posted, or handed over
    tracking: Mapped[str | None] = mapped_column(String(64))  # number of the letter
    recorded_at: Mapped[datetime | None] = mapped_column(UtcTime)
    sent_by_name: Mapped[str | None] = mapped_column(String(64))
    outbox_id: Mapped[int | None]  # the notice that offers it
    first_opened_at: Mapped[datetime | None] = mapped_column(UtcTime)
    voided_at: Mapped[datetime | None] = mapped_column(UtcTime)
    void_reason: Mapped[str | None] = mapped_column(Text)


def own(session: Session, conversation_id: str, document_id: str) -> Document | None:
    """A document that was offered in this very conversation, else None."""
    found = session.get(Document, document_id)
    return found if found is not None and found.conversation_id == conversation_id and found.sent_at else None


def move(session: Session, ticket_number: str, conversation_id: str | None) -> None:
    """The ticket goes on in another conversation, or in none: what was offered is opened there only."""
    offered = update(Document).where(Document.ticket_number == ticket_number, Document.means == "conversation")
    session.execute(offered.values(conversation_id=conversation_id))


def opened(session: Session, conversation_id: str, document_id: str, now: datetime) -> Document | None:
    """As `own`; notes when it was opened first, once."""
    found = own(session, conversation_id, document_id)
    if found is not None and found.first_opened_at is None:
        # Two browsers at once: the earlier time stays.
        first = update(Document).where(Document.id == document_id, Document.first_opened_at.is_(None))
        session.execute(first.values(first_opened_at=now))
    return found
