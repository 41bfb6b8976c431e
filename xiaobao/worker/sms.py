"""Sends texts through a gateway and reads what it reports. Safe with two workers; see tickets/sms.py.

A text is marked before it is posted, outside of any transaction, and never posted again when nobody knows what became
of it: the gateway's report tells, or somebody calls.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import String, cast, or_
from sqlalchemy.orm import Session, sessionmaker
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from xiaobao import settings
from xiaobao.conversations import sms as reports
from xiaobao.conversations import wechat
from xiaobao.conversations.quiet import NEVER, Quiet
from xiaobao.conversations.tables import Message
from xiaobao.tickets import reference, sms
from xiaobao.tickets.reference import ReferenceFileError
from xiaobao.tickets.sms import ACCEPTED, AGAIN, REFUSED, UNKNOWN, Text
from xiaobao.tickets.tables import OutboxRow
from xiaobao.worker.outbox import TO_DISTRESS

logger = logging.getLogger(__name__)

TIMEOUT = (3.05, 8.0)  # seconds to connect and between two bytes; less than sms.LEASE
BUSY = frozenset({408, 425, 429, 503})  # answers with which a gateway says that it took nothing
STRAYS = timedelta(days=30)
ANSWERS, REPORTS = (ACCEPTED, REFUSED, AGAIN), ("delivered", "failed", "underway")


@dataclass(frozen=True)
class Codes:
    """What the gateway's words mean; data/reference/sms_codes.csv."""

    answers: dict[str, str]
    reports: dict[str, str]


def codes(reference_dir: Path) -> Codes:
    """Raises ReferenceFileError."""
    found: dict[str, dict[str, str]] = {"answer": {}, "report": {}}
    means = {"answer": ANSWERS, "report": REPORTS}
    for line, row in enumerate(reference.rows(reference_dir / "sms_codes.csv"), start=2):
        if row["outcome"] not in means.get(row["kind"], ()):
            raise ReferenceFileError(f"sms_codes.csv, line {line}: {row['kind']} {row['outcome']}")
        found[row["kind"]][row["code"]] = row["outcome"]
    return Codes(found["answer"], found["report"])


def work(
    sessions: sessionmaker[Session],
    gateway: settings.Sms | None,
    known: Codes,
    clock: Callable[[], datetime],
    quiet: Quiet = NEVER,
) -> int:
    """Everything that is due about texts; how many were posted. Without a gateway what waits for one is a call."""
    read(sessions, known, clock)
    with sessions.begin() as session:
        now = clock()
        sms.lapse(session, now)
        sms.silent(session, now)
        if gateway is None:
            sms.drop(session, now)
            return 0
        until = quiet.until(now)
        sms.seen(session, _seen(session), now)
        sms.adopt(session, now, until, TO_DISTRESS)
        texts = sms.claim(session, now, until, TO_DISTRESS)
    with requests.Session() as http:
        http.trust_env = False  # no proxy and no .netrc by accident
        for text in texts:
            outcome = post(http, gateway, known, text)
            with sessions.begin() as session:
                sms.said(session, text.id, outcome, clock())
    return len(texts)


def read(sessions: sessionmaker[Session], known: Codes, clock: Callable[[], datetime]) -> None:
    """What the gateway reported since. Of a text that is unknown the report is kept for a while."""
    with sessions.begin() as session:
        for report in reports.unread(session):
            means = known.reports.get(report.status)
            if means is None:
                logger.warning("A delivery report says %s, which sms_codes.csv does not know.", report.status)
            if means in (None, "underway") or sms.reported(session, report.reference, means == "delivered", clock()):
                session.delete(report)
        reports.forget_older_than(session, clock() - STRAYS)


def post(http: requests.Session, gateway: settings.Sms, known: Codes, text: Text) -> str:
    """Post one text. ACCEPTED, REFUSED (for good), AGAIN (certainly not sent) or UNKNOWN."""
    asked: dict[str, Any] = {"to": text.phone, "template": gateway.template, "sign": gateway.sign}
    body = json.dumps(asked | {"params": {"number": text.number}, "reference": text.reference}, ensure_ascii=False)
    data, headers = body.encode(), {"Content-Type": "application/json; charset=utf-8"}
    if gateway.auth == "hmac":
        stamp = str(int(time.time()))
        headers |= {"X-Timestamp": stamp, "X-Signature": reports.signature(gateway.key, stamp, data)}
    else:
        headers["Authorization"] = f"Bearer {gateway.key}"
    try:
        answer = http.post(gateway.url, data=data, headers=headers, timeout=TIMEOUT, allow_redirects=False)
    except requests.RequestException as error:
        never_left = _never_left(error)
        logger.warning("The gateway for texts: %s.", type(error).__name__)  # its message may hold the number
        return AGAIN if never_left else UNKNOWN
    return _outcome(answer, known)


def _outcome(answer: requests.Response, known: Codes) -> str:
    try:
        found = answer.json()
    except ValueError:
        found = None
    code = str(found.get("code") or "")[:40] if isinstance(found, dict) else ""
    if code in known.answers:
        return known.answers[code]
    logger.warning("The gateway for texts: status %d, and sms_codes.csv does not know its code.", answer.status_code)
    # Of a word that nobody entered here it is not sure that nothing was sent: it would be sent again for a day.
    return AGAIN if answer.status_code in BUSY or 300 <= answer.status_code < 500 else UNKNOWN


def _never_left(error: requests.RequestException) -> bool:
    """Whether no connection came about, so that nothing was sent."""
    inner = error.args[0] if error.args else None
    return isinstance(getattr(inner, "reason", inner), (NewConnectionError, ConnectTimeoutError))


def _seen(session: Session) -> list[int]:
    """Notices that the website's page or WeChat showed while a text waited."""
    same = Message.notice_id == cast(OutboxRow.id, String)
    query = sms.to_be_told().join(Message, same).where(or_(Message.shown_at.is_not(None), wechat.has_shown()))
    return list(session.scalars(query))
