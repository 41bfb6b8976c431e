"""Tables of what staff keep beside the tickets: the register of merchants and the log of calls and visits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Integer, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from xiaobao.tickets.tables import Base


class Merchant(Base):
    """One entry of the register. An entry is never deleted: a merged one points to the one it went into."""

    __tablename__ = "merchants"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    key: Mapped[str | None] = mapped_column(String(100), index=True)  # of the name, by merchants.key
    credit_code: Mapped[str | None] = mapped_column(String(18), unique=True)  # 统一社会信用代码, GB 32100-2015
    address: Mapped[str | None]
    region: Mapped[str | None]
    contact: Mapped[str | None]
    phone: Mapped[str | None]
    notes: Mapped[str | None]
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("merchants.id"), index=True)
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    names: Mapped[list[MerchantName]] = relationship(order_by="MerchantName.id", cascade="all, delete-orphan")
    shops: Mapped[list[MerchantShop]] = relationship(order_by="MerchantShop.id", cascade="all, delete-orphan")


class MerchantName(Base):
    """Another name under which people know a merchant."""

    __tablename__ = "merchant_names"
    __table_args__ = (UniqueConstraint("merchant_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchants.id"))
    name: Mapped[str] = mapped_column(String(200))
    key: Mapped[str | None] = mapped_column(String(100), index=True)


class MerchantShop(Base):
    """A shop on a platform; it belongs to one merchant. `key` is platform and shop without case and width."""

    __tablename__ = "merchant_shops"

    id: Mapped[int] = mapped_column(primary_key=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchants.id"), index=True)
    platform: Mapped[str] = mapped_column(String(64))
    shop: Mapped[str] = mapped_column(String(200))  # its id on the platform, else its name
    key: Mapped[str] = mapped_column(String(300), unique=True)


class Contact(Base):
    """One call, visit or letter to or from somebody about a ticket. Never changed: a correction is another entry."""

    __tablename__ = "contacts"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]  # when it happened
    recorded_at: Mapped[datetime]
    side: Mapped[str] = mapped_column(String(16))
    means: Mapped[str] = mapped_column(String(16))
    reached: Mapped[bool] = mapped_column(Boolean)
    said: Mapped[str]
    telling: Mapped[bool] = mapped_column(Boolean, default=False)
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(16))
    account_id: Mapped[int | None]
    actor_name: Mapped[str | None]
    visible_to_liaison: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
