"""Imports at the desk: the file that waits or runs, and what became of each of its lines."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from xiaobao.tickets.tables import Base


class ImportJob(Base):
    """A file that was handed in. `line` is the last line that was worked, so that a killed run goes on behind it."""

    __tablename__ = "import_jobs"
    __table_args__ = (Index("ix_import_jobs_state", "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sheet: Mapped[str] = mapped_column(String(16))  # tickets | accounts
    filename: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of the file
    state: Mapped[str] = mapped_column(String(16))  # jobs.STATES
    account_id: Mapped[int | None]
    role: Mapped[str] = mapped_column(String(16))
    actor_name: Mapped[str | None]
    at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    leased_until: Mapped[datetime | None]  # some worker has it in hand
    line: Mapped[int] = mapped_column(Integer, default=0)
    good: Mapped[int] = mapped_column(Integer, default=0)
    known: Mapped[int] = mapped_column(Integer, default=0)  # were imported before
    wrong: Mapped[int] = mapped_column(Integer, default=0)
    unused: Mapped[list[str]] = mapped_column(JSON, default=list)  # columns that were not understood
    problem: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # {"code", "detail"}: why nothing can be read


class ImportLine(Base):
    """What became of a line."""

    __tablename__ = "import_lines"

    job_id: Mapped[int] = mapped_column(ForeignKey("import_jobs.id", ondelete="CASCADE"), primary_key=True)
    line: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    outcome: Mapped[str] = mapped_column(String(8))  # outcomes.GOOD | KNOWN | WRONG
    key: Mapped[str] = mapped_column(String(64))  # the number or login in the file
    result: Mapped[str | None] = mapped_column(String(64))  # the ticket's number
    faults: Mapped[list[Any]] = mapped_column(JSON, default=list)  # [title of the column, code]
