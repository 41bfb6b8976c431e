"""Tables of tickets: what was filed, what happened to it, what is due, what has to be told."""

from __future__ import annotations

from datetime import date, datetime, timezone
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
    true,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.orm.attributes import set_committed_value

NEVER = date.max  # nothing is due
DUE_ORDER = ("next_due", text("id DESC"))
SHANGHAI = ZoneInfo("Asia/Shanghai")
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Moment(TypeDecorator[datetime]):
    """An aware point in time: stored in UTC, read in Asia/Shanghai, on both databases alike."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without its zone cannot be stored")
        value = value.astimezone(timezone.utc)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return (value if value.tzinfo else value.replace(tzinfo=timezone.utc)).astimezone(SHANGHAI)


class Base(DeclarativeBase):
    """Tables of this room; conversations have their own."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: Moment(), dict[str, Any]: JSON, str: Text}


class Ticket(Base):
    """One complaint, report or suggestion."""

    __tablename__ = "tickets"
    __table_args__ = (
        Index("ix_tickets_status_id", "status", "id"),
        Index("ix_tickets_kind_id", "kind", "id"),
        # All that counting the tickets of a merchant needs, so that no row is read for it.
        Index("ix_tickets_merchant_key", "office_id", "merchant_key", "submitted_at", "kind"),
        Index("ix_tickets_contact_phone", "contact_phone"),
        Index(
            "ix_tickets_beside_complaint",
            "beside_complaint",
            sqlite_where=text("beside_complaint IS NOT NULL"),
            postgresql_where=text("beside_complaint IS NOT NULL"),
        ),
        # One for each way to walk along the list, the earliest due first (worklist.py), and for what boards count.
        Index("ix_tickets_open_due", "is_open", *DUE_ORDER),
        Index("ix_tickets_status_due", "status", *DUE_ORDER),
        Index("ix_tickets_kind_open_due", "kind", "is_open", *DUE_ORDER),
        Index("ix_tickets_assignee_open_due", "assignee_id", "is_open", *DUE_ORDER),
        Index("ix_tickets_due", *DUE_ORDER, "next_late", "kind", "assignee_id"),  # what runs out soon is counted in it
        Index("ix_tickets_late", "next_late", "is_open", "assignee_id", "kind"),
        Index("ix_tickets_open_updated", "is_open", "updated_at", "kind"),
        Index("ix_tickets_submitted", "submitted_at", "kind", "status"),
        Index(
            "ix_tickets_urgent",
            "id",
            sqlite_where=text("urgent = 1 AND is_open = 1"),
            postgresql_where=text("urgent AND is_open"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(17), unique=True)
    query_code: Mapped[str] = mapped_column(String(6))
    draft_id: Mapped[str] = mapped_column(String(64), unique=True)
    conversation_id: Mapped[str | None] = mapped_column(String(255), index=True)
    channel: Mapped[str | None] = mapped_column(String(64))
    office_id: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(16))
    version: Mapped[int] = mapped_column(Integer, default=1)
    submitted_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    merchant: Mapped[str | None]
    merchant_key: Mapped[str | None] = mapped_column(String(100))  # made of the names by merchants.key_of
    merchant_address: Mapped[str | None]
    shop_name: Mapped[str | None]
    platform: Mapped[str | None]
    item: Mapped[str | None]
    amount_text: Mapped[str | None]
    amount_cents: Mapped[int | None] = mapped_column(BigInteger)
    event_date_text: Mapped[str | None]
    event_date: Mapped[date | None] = mapped_column(Date)
    discovered_date: Mapped[date | None] = mapped_column(Date)
    purchase_mode: Mapped[str | None]
    order_number: Mapped[str | None]
    policy_number: Mapped[str | None]
    institution: Mapped[str | None]
    complained_to_institution: Mapped[str | None]
    object: Mapped[str | None]
    problem: Mapped[str | None]
    problem_secondary: Mapped[str | None]
    tried_with_merchant: Mapped[str | None]
    narrative: Mapped[str | None]
    claim: Mapped[str | None]
    region: Mapped[str | None]
    own_use: Mapped[str | None]
    elsewhere: Mapped[str | None]
    contact_name: Mapped[str | None]
    contact_phone: Mapped[str | None]
    contact_address: Mapped[str | None]
    contact_email: Mapped[str | None]
    pass_on_to_merchant: Mapped[str | None]
    anonymous: Mapped[str | None]
    # On reports only: the number of the complaint that the same story became. No complaint points at a report.
    beside_complaint: Mapped[str | None] = mapped_column(String(17))
    on_behalf_of: Mapped[str | None]  # the person concerned, when somebody else writes
    relation: Mapped[str | None]  # what that person is to the writer, in the writer's word
    guardian: Mapped[str | None]  # yes: the writer speaks for a child of their own
    no_calls: Mapped[str | None]  # yes: to be reached by written words only
    contact_note: Mapped[str | None]  # whose telephone it is, when not the writer's
    minor: Mapped[str | None]  # yes: the writer says to be under 18
    source: Mapped[str] = mapped_column(String(16), default="web", server_default="web")  # sources.Source
    source_number: Mapped[str | None] = mapped_column(String(64), index=True)  # its number where it came from
    # Of the register; no foreign key, as adding one to a full table copies it. Entries are never deleted.
    merchant_id: Mapped[int | None] = mapped_column(Integer, index=True)

    as_filed: Mapped[dict[str, Any]]  # every field as it stood at filing; later corrections never touch it
    consent_version: Mapped[str | None]
    route_code: Mapped[str | None] = mapped_column(String(32))
    urgent: Mapped[bool] = mapped_column(Boolean, default=False)
    department: Mapped[str | None]
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    ground: Mapped[str | None] = mapped_column(String(16))
    reply: Mapped[str | None]
    result: Mapped[str | None]
    score: Mapped[int | None]
    fulfilled: Mapped[str | None] = mapped_column(String(8))  # of workflow.CHOICES["fulfilments"], as last told
    urged: Mapped[int] = mapped_column(Integer, default=0)
    # Which rules it follows: workflow.Process, written at filing from the kind and the kind of office.
    process: Mapped[str] = mapped_column(String(16), default=lambda context: context.get_current_parameters()["kind"])
    first_owner_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))  # 首问负责, kept through all
    next_assignee_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))  # named, has not taken it yet
    co_handlers: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)  # {"account", "name", "limit"}
    matters: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # what is open beside the status
    assignee_limit: Mapped[date | None] = mapped_column(Date)
    merged_into: Mapped[str | None] = mapped_column(String(17), index=True)
    split_from: Mapped[str | None] = mapped_column(String(17))
    supervised_at: Mapped[datetime | None]  # a supervision that is not answered yet
    extension_asked_at: Mapped[datetime | None]  # an extension that is not decided yet
    major: Mapped[bool] = mapped_column(Boolean, default=False)  # 银行业保险业消费投诉处理管理办法 art. 29
    # Its citizen asked for erasure: handled and stored until the period is over, used for nothing else (erasing.py).
    erasure_asked_at: Mapped[datetime | None]

    # Worked out by keeping.py whenever status or clocks change: the first date of a running clock by its earlier and
    # by its later reading (NEVER when none runs), and whether somebody still has to do something.
    next_due: Mapped[date] = mapped_column(Date, default=NEVER, server_default="9999-12-31")
    next_late: Mapped[date] = mapped_column(Date, default=NEVER, server_default="9999-12-31")
    is_open: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())

    events: Mapped[list[TicketEvent]] = relationship(order_by="TicketEvent.id", cascade="all, delete-orphan")
    evidence: Mapped[list[TicketEvidence]] = relationship(order_by="TicketEvidence.id", cascade="all, delete-orphan")
    clocks: Mapped[list[TicketClock]] = relationship(order_by="TicketClock.id", cascade="all, delete-orphan")
    # Written by `hand`: relationships that write would be walked through at each change of a ticket.
    assignee: Mapped[Account | None] = relationship(foreign_keys=[assignee_id], viewonly=True)
    first_owner: Mapped[Account | None] = relationship(foreign_keys=[first_owner_id], viewonly=True)
    next_assignee: Mapped[Account | None] = relationship(foreign_keys=[next_assignee_id], viewonly=True)

    def hand(self, to: str, account: Account | None) -> None:
        """Make `account` its assignee, first_owner or next_assignee."""
        setattr(self, f"{to}_id", account.id if account else None)
        set_committed_value(self, to, account)


class TicketEvent(Base):
    """One step: who did what when, from which status to which."""

    __tablename__ = "ticket_events"
    __table_args__ = (Index("ix_ticket_events_step_at", "step", "at", "ticket_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    step: Mapped[str] = mapped_column(String(32))
    status_from: Mapped[str | None] = mapped_column(String(16))
    status_to: Mapped[str] = mapped_column(String(16))
    role: Mapped[str] = mapped_column(String(16))
    account_id: Mapped[int | None]
    actor_name: Mapped[str | None]
    payload: Mapped[dict[str, Any]]


class TicketEvidence(Base):
    """A file that belongs to a ticket; its bytes lie in the evidence directory."""

    __tablename__ = "ticket_evidence"
    __table_args__ = (UniqueConstraint("ticket_id", "evidence_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"))
    evidence_id: Mapped[str] = mapped_column(String(64))
    filename: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)  # bytes
    sha256: Mapped[str] = mapped_column(String(64))
    path: Mapped[str]
    added_at: Mapped[datetime]


class TicketClock(Base):
    """A period that counts against this office for one ticket."""

    __tablename__ = "ticket_clocks"
    __table_args__ = (
        Index("ix_ticket_clocks_state_due_lenient", "state", "due_lenient"),
        Index("ix_ticket_clocks_name_due", "name", "due_lenient", "state", "ended_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), index=True)
    rule_id: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(32))  # accept, mediate, verify, decide, target...: clock of deadlines.csv
    label: Mapped[str]
    started_on: Mapped[date] = mapped_column(Date)
    due: Mapped[date] = mapped_column(Date)  # the earlier reading; reminders go by it
    due_lenient: Mapped[date] = mapped_column(Date)  # the later reading; overdue only after it
    law: Mapped[str | None]
    statutory: Mapped[bool] = mapped_column(Boolean)
    provisional: Mapped[bool] = mapped_column(Boolean)
    how: Mapped[str]
    met_by: Mapped[str]
    state: Mapped[str] = mapped_column(String(16), default="running")  # running | paused | met | stopped
    ended_on: Mapped[date | None] = mapped_column(Date)
    amount: Mapped[int | None] = mapped_column(Integer)  # as the rule stood at the start; None: as it stands now
    unit: Mapped[str | None] = mapped_column(String(8))
    by_telling: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    decided_on: Mapped[date | None] = mapped_column(Date)  # decided, but the citizen is not told yet
    target_due: Mapped[date | None] = mapped_column(Date)  # the office's own, earlier target
    extensions: Mapped[list[Any]] = mapped_column(
        JSON, default=list, server_default="[]"
    )  # {"amount", "on", "approver"}
    first_started_on: Mapped[date | None] = mapped_column(Date)  # when new facts began it anew
    reminded: Mapped[str | None] = mapped_column(String(16))  # the last stage of reminders.STAGES for this day
    explained: Mapped[str | None]  # why it ran out
    explained_by: Mapped[str | None]
    explained_at: Mapped[datetime | None]

    pauses: Mapped[list[TicketClockPause]] = relationship(order_by="TicketClockPause.id", cascade="all, delete-orphan")


class OutboxRow(Base):
    """Something a citizen has to be told; the worker delivers it."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_state_due_at", "state", "due_at"),
        Index("ix_outbox_conversation_id", "conversation_id", "id"),  # what comes earlier in the same conversation
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), index=True)
    conversation_id: Mapped[str] = mapped_column(String(255))
    channel: Mapped[str | None] = mapped_column(String(64))
    response: Mapped[str] = mapped_column(String(64))
    params: Mapped[dict[str, Any]]
    speaker: Mapped[str] = mapped_column(String(8), default="bot")  # bot | staff
    staff_name: Mapped[str | None]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16), default="waiting")  # delivery.py
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    last_error: Mapped[str | None]
    delivered_at: Mapped[datetime | None]
    # The text that tells of it; no foreign key, as adding one to a full table copies it. Both go with their ticket.
    sms_id: Mapped[int | None] = mapped_column(Integer, index=True)


class NumberSequence(Base):
    """The last running number of a day; its row is locked while a number is taken."""

    __tablename__ = "number_sequences"

    day: Mapped[str] = mapped_column(String(8), primary_key=True)
    last: Mapped[int] = mapped_column(Integer)


class Attempt(Base):
    """A wrong query code, kept for as long as it counts."""

    __tablename__ = "attempts"
    __table_args__ = (Index("ix_attempts_key_at", "key", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(255))
    at: Mapped[datetime]


class Account(Base):
    """A member of staff, or a service that acts for one."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str]
    role: Mapped[str] = mapped_column(String(16))
    department: Mapped[str | None]
    institution: Mapped[str | None]
    password_hash: Mapped[str]
    failed: Mapped[int] = mapped_column(Integer, default=0)
    locked_until: Mapped[datetime | None]
    must_change: Mapped[bool] = mapped_column(Boolean, default=False)
    disabled: Mapped[bool] = mapped_column(Boolean, default=False)
    on_duty: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    valid_until: Mapped[date | None] = mapped_column(Date)  # the last day of a term of office
    region: Mapped[str | None] = mapped_column(String(64))
    subjects: Mapped[str | None]  # prefixes of object codes, separated by blanks; empty: all
    created_at: Mapped[datetime]


class Audit(Base):
    """Who looked at what beyond the workflow: contact data, accounts, exports."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    role: Mapped[str] = mapped_column(String(16))
    account_id: Mapped[int | None]
    actor_name: Mapped[str | None]
    action: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(128))
    payload: Mapped[dict[str, Any]]


class Lesson(Base):
    """A question that was not answered or not well, masked and without its conversation, until an admin is done."""

    __tablename__ = "lessons"
    __table_args__ = (Index("ix_lessons_open", "closed_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(16))
    question: Mapped[str]
    topic_id: Mapped[str | None] = mapped_column(String(32))
    field: Mapped[str | None] = mapped_column(String(32))
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[int | None]


class WriteCheck(Base):
    """Always empty: `database.check_writable` inserts a row and rolls it back."""

    __tablename__ = "write_checks"

    id: Mapped[int] = mapped_column(primary_key=True)
    note: Mapped[str] = mapped_column(String(16))


class TicketClockPause(Base):
    """A time that does not count in a clock: from the day after `paused_on` to `resumed_on`."""

    __tablename__ = "ticket_clock_pauses"

    id: Mapped[int] = mapped_column(primary_key=True)
    clock_id: Mapped[int] = mapped_column(ForeignKey("ticket_clocks.id", ondelete="CASCADE"), index=True)
    cause: Mapped[str] = mapped_column(String(32))
    paused_on: Mapped[date] = mapped_column(Date)
    resumed_on: Mapped[date | None] = mapped_column(Date)  # None: still paused


class TicketClockAlert(Base):
    """A reminder of a clock, once for each stage and last day; whose it is follows from the ticket."""

    __tablename__ = "ticket_clock_alerts"
    __table_args__ = (
        UniqueConstraint("clock_id", "stage", "due"),
        Index("ix_ticket_clock_alerts_unseen", "seen_at", "stage", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), index=True)
    clock_id: Mapped[int] = mapped_column(ForeignKey("ticket_clocks.id", ondelete="CASCADE"))
    stage: Mapped[str] = mapped_column(
        String(16)
    )  # target | soon | today | overdue | raised (to the supervisor) | urged ...
    due: Mapped[date] = mapped_column(Date)
    at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    seen_by: Mapped[str | None]
