"""Ready-made values for tests: an office, a filled complaint, members of staff."""

from __future__ import annotations

import functools
import uuid
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from xiaobao.knowledge import library
from xiaobao.tickets import accounts, office, service
from xiaobao.tickets.deadlines import TIMEZONE
from xiaobao.tickets.workflow import Role

REFERENCE = Path(__file__).resolve().parents[1] / "data" / "reference"
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=TIMEZONE)
CONVERSATION = "conversation-1"
CITIZEN = service.Actor.citizen(CONVERSATION)
CLERK = service.Actor(Role.CLERK, name="李受理")
SUPERVISOR = service.Actor(Role.SUPERVISOR, name="周督办")
HANDLER = service.Actor(Role.HANDLER, name="王承办")


@functools.cache
def knowledge() -> library.Library:
    """All that data/knowledge holds; reading it takes half a second."""
    return library.load(REFERENCE.parent / "knowledge")


def an_office(office_id: str = "demo") -> office.Office:
    """An office of data/reference/office.csv."""
    return office.load(REFERENCE, office_id)


def a_submission(**changes: Any) -> service.Submission:
    """A complete complaint about a kettle, with a draft id of its own."""
    complete = service.Submission(
        ticket_kind="complaint",
        draft_id=uuid.uuid4().hex,
        conversation_id=CONVERSATION,
        channel="website",
        merchant="云泽市东城区好物电器店",
        merchant_address="云泽市东城区和平路8号",
        item="电水壶",
        amount_text="129元",
        amount_cents=12900,
        narrative="11月2日在店里买的电水壶，用了三天漏电，老板不肯退。",
        claim="退货退款",
        contact_name="欧阳娜娜",
        contact_phone="13800001234",
        contact_address="云泽市西城区幸福里3号楼2单元501",
    )
    return replace(complete, **changes)


def some_evidence(evidence_id: str = "e1", **changes: Any) -> service.Evidence:
    """A photograph that was uploaded."""
    photo = service.Evidence(evidence_id, "水壶.jpg", "image/jpeg", 2048, "0" * 64, f"{evidence_id}.jpg")
    return replace(photo, **changes)


def file_ticket(sessions: sessionmaker[Session], office_id: str = "demo", now: datetime = NOW, **changes: Any) -> str:
    """File a complaint and return its number."""
    with sessions.begin() as session:
        return service.submit(session, a_submission(**changes), office=an_office(office_id), now=now).number


def staff(session: Session, role: Role = Role.HANDLER, login: str = "wang", name: str = "王承办") -> service.Actor:
    """An account with this role, as an actor."""
    account = accounts.create(session, login=login, name=name, role=role, password_hash="-", now=NOW)
    return service.Actor(role, account.id, name)
