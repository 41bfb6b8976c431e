"""What the page of a ticket says about the institution it was, or may be, handed to."""

from __future__ import annotations

from sqlalchemy.orm import Session

from xiaobao.desk.access import WORKERS, Staff
from xiaobao.desk.context import here
from xiaobao.tickets import accounts, deadlines, liaison
from xiaobao.tickets.workflow import OPEN, Kind

LIMIT_DAYS = 5  # working days that are proposed; the office's own wish, no period of law


def for_ticket(reading: Session, number: str, kind: str, status: str, staff: Staff) -> dict[str, object] | None:
    """What the ticket's page says about the institution: tasks, and to whom it may be handed; None when nothing."""
    if kind != Kind.COMPLAINT or staff.role not in WORKERS:
        return None
    tasks, institutions = liaison.of_ticket(reading, number), accounts.institutions(reading)
    if not tasks and not institutions:
        return None
    today = deadlines.local_date(here().now())
    limit = deadlines.working_days_after(today, LIMIT_DAYS, here().office.reference.holidays).due
    return {"tasks": tasks, "institutions": institutions if status in OPEN else [], "limit": limit}
