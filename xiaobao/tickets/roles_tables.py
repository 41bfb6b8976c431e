"""Tables of people and their rights: sessions, liaisons, inspections, settings, rules of assignment."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from xiaobao.tickets.tables import Base


class StaffSession(Base):
    """A signed-in browser; the cookie holds the token, here lies its hash. Its end is its removal."""

    __tablename__ = "staff_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    last_seen: Mapped[datetime]
    ip_prefix: Mapped[str] = mapped_column(String(45))  # the network only: a full address tells where somebody sits
    agent: Mapped[str] = mapped_column(String(200))


class LiaisonTask(Base):
    """A complaint handed to the institution it is about: what is asked, until when, and what came back."""

    __tablename__ = "liaison_tasks"
    __table_args__ = (Index("ix_liaison_tasks_institution_id", "institution", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), index=True)
    institution: Mapped[str] = mapped_column(String(100))
    question: Mapped[str]
    handed_by: Mapped[int | None]
    handed_by_name: Mapped[str | None]
    handed_at: Mapped[datetime]
    limit_on: Mapped[date] = mapped_column(Date)
    signed_at: Mapped[datetime | None]
    signed_by: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None]
    answer: Mapped[str | None]
    files: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    returned_at: Mapped[datetime | None]
    returned_by: Mapped[str | None]
    returned_reason: Mapped[str | None]


class Inspection(Base):
    """A ticket drawn at random for an inspector, and what the inspector thinks of how it was handled."""

    __tablename__ = "inspections"
    __table_args__ = (UniqueConstraint("account_id", "ticket_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    drawn_at: Mapped[datetime]
    judged_at: Mapped[datetime | None]
    score: Mapped[int | None]  # 1 to 5
    opinion: Mapped[str | None]


class Department(Base):
    """A department that tickets are assigned to."""

    __tablename__ = "departments"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    closed: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())


class CannedText(Base):
    """Words that an office says again and again, offered in the form of one step (or in a talk with a citizen)."""

    __tablename__ = "canned_texts"
    __table_args__ = (UniqueConstraint("place", "title"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(String(32))
    title: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text)


class OfficeSetting(Base):
    """One field of the office that an admin entered in place of office.csv."""

    __tablename__ = "office_settings"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class DirectoryCheck(Base):
    """Somebody looked up a telephone number of the directory, on a day, at a source; the newest row counts."""

    __tablename__ = "directory_checks"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(32), index=True)
    checked_on: Mapped[date] = mapped_column(Date)
    source: Mapped[str]
    by_name: Mapped[str | None]
    at: Mapped[datetime]


class AssignmentRule(Base):
    """Where a ticket goes by itself; empty conditions hold for every ticket, the first rule that matches decides."""

    __tablename__ = "assignment_rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(String(40))
    object_prefix: Mapped[str] = mapped_column(String(64), default="")
    problem: Mapped[str] = mapped_column(String(64), default="")
    region: Mapped[str] = mapped_column(String(64), default="")
    department: Mapped[str] = mapped_column(String(40))
    handler_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    least_load: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
