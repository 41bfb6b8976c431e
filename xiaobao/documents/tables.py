"""Tables of this room beside the documents themselves (conversations/papers.py, which the chat reads)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from xiaobao.tickets.tables import Base


class DocumentSequence(Base):
    """The last number of a kind of document in an office and year; its row is locked while a number is taken."""

    __tablename__ = "document_sequences"

    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    last: Mapped[int] = mapped_column(Integer)


class Archive(Base):
    """The package of an archived ticket: a file that never changes, and what proves that it did not."""

    __tablename__ = "archives"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_number: Mapped[str] = mapped_column(String(17), unique=True)
    path: Mapped[str] = mapped_column(String(100))  # below the folder of archives
    size: Mapped[int] = mapped_column(BigInteger)  # bytes
    sha256: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]
    made_by_name: Mapped[str | None]
