"""What staff keep beside a ticket, for its page: the log of calls and visits, and which merchant of the register it is."""

from __future__ import annotations

from typing import Any

from flask import g
from sqlalchemy.orm import Session

from xiaobao.desk import notice_log
from xiaobao.desk.access import REPORT_READERS, Staff
from xiaobao.desk.context import here
from xiaobao.desk.documents import along, writable
from xiaobao.documents import store
from xiaobao.tickets import contacts, follow_ups, merchants_register
from xiaobao.tickets.contacts import Means, Side
from xiaobao.tickets.deadlines import TIMEZONE
from xiaobao.tickets.sources import BY_STAFF
from xiaobao.tickets.views import TicketView
from xiaobao.tickets.workflow import Status


def of(reading: Session, ticket: TicketView, staff: Staff) -> dict[str, Any]:
    """Values for the templates beside a ticket; log, notices, follow-ups and documents only for who works on it."""
    log = contacts.of_ticket(reading, ticket.number) if staff.works_on(ticket) else []
    linked = ticket.merchant_id
    entry = merchants_register.get(reading, merchants_register.root(reading, linked)) if linked else None
    links = staff.role in REPORT_READERS
    return {
        "contact_log": log,
        "notices": notice_log.of(reading, ticket.number, here().words) if staff.works_on(ticket) else [],
        "follow_ups": follow_ups.of_ticket(reading, ticket.number) if staff.works_on(ticket) else [],
        "unreached": contacts.unreached(log),
        "sides": Side,
        "means": Means,
        "may_tell": ticket.status != Status.ARCHIVED,
        "contact_form": g.get("contact_form"),
        "contact_now": here().now().astimezone(TIMEZONE).strftime("%Y-%m-%dT%H:%M"),
        "documents": store.of_ticket(reading, ticket.number) if staff.works_on(ticket) else [],
        "document_kinds": writable(ticket) if staff.works_on(ticket) and ticket.status != Status.ARCHIVED else [],
        "along": along(ticket) if staff.works_on(ticket) else {},
        "register_entry": entry,
        "register_links": links,
        "register_near": merchants_register.suggestions(reading, ticket) if links and not entry else [],
        "staff_sources": {str(source): source.label for source in BY_STAFF},
    }
