"""Texts to telephones, through a simulated gateway: who gets one, what it says, and what becomes of each."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.factories import NOW, file_ticket
from tests.simulators.sms import Gateway
from xiaobao.conversations import messages
from xiaobao.conversations import sms as reports
from xiaobao.conversations.messages import Draft
from xiaobao.conversations.quiet import TIMEZONE, read
from xiaobao.conversations.tables import BOT, Conversation, SmsReport, WechatCitizen
from xiaobao.settings import ROOT
from xiaobao.tickets import delivery, outbox, worklist
from xiaobao.tickets import sms as texts
from xiaobao.tickets.notice_tables import NoticeTry, Sms
from xiaobao.tickets.tables import OutboxRow, Ticket
from xiaobao.worker import sms
from xiaobao.worker.outbox import look_who_saw

pytestmark = pytest.mark.slow
CODES = sms.codes(ROOT / "data" / "reference")
HOURS = read("22:00-08:00")
PHONE, DAY, MINUTE = "13800001234", timedelta(days=1), timedelta(minutes=1)
CONSENT = "2026-11-26"


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway() as found:
        yield found
    assert found.violations == []


def unreached(sessions, number=None, count=1, now=NOW, state=delivery.UNDELIVERED, **fields: Any) -> list[int]:
    """Notices of a ticket that neither website nor WeChat brought to anybody."""
    fields = {"consent_version": CONSENT, "contact_phone": PHONE, "conversation_id": "c1"} | fields
    number = number or file_ticket(sessions, **fields)
    ids = []
    with sessions.begin() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        for _ in range(count):
            row = outbox.put(
                session, conversation_id="c1", channel="wechat", response="utter_notice_closed",
                params={"text": "好物电器店退款129元"}, now=now, ticket_id=ticket.id,
            )  # fmt: skip
            session.flush()
            ids.append(row.id)
            delivery.settle(session, row.id, state, "left", now)
    return ids


def work(sessions, gateway, now=NOW, quiet=HOURS):
    return sms.work(sessions, gateway.settings if gateway else None, CODES, lambda: now, quiet)


def states(sessions):
    with sessions() as session:
        return list(session.scalars(select(OutboxRow.state).order_by(OutboxRow.id)))


def outcomes(sessions):
    with sessions() as session:
        return list(session.scalars(select(NoticeTry.outcome).order_by(NoticeTry.id)))


def calls(sessions):
    with sessions() as session:
        return len(session.scalars(select(Ticket.id).where(*worklist.conditions(today=NOW.date(), unheard=True))).all())


def report(sessions, status, now=NOW):
    with sessions.begin() as session:
        (text,) = session.scalars(select(Sms))
        assert reports.keep(session, [{"reference": text.reference, "status": status}], now) == 1
    sms.read(sessions, CODES, lambda: now)


def test_a_text_names_the_number_and_nothing_else_and_is_delivered_when_the_report_says_so(sessions, gateway):
    unreached(sessions, narrative="电水壶漏电", count=3)
    assert work(sessions, gateway) == 1, "three notices that wait together are one text"
    with sessions() as session:
        number = session.scalars(select(Ticket.number)).one()
        reference = session.scalars(select(Sms.reference)).one()
    asked = {"to": PHONE, "template": "T1", "sign": "云泽消保", "params": {"number": number}, "reference": reference}
    assert gateway.sent == [asked]
    assert states(sessions) == ["sent"] * 3 and calls(sessions) == 0, "sent is not delivered"
    report(sessions, "underway")
    assert states(sessions) == ["sent"] * 3
    report(sessions, "delivered")
    assert states(sessions) == ["delivered"] * 3 and outcomes(sessions)[-1] == "sms_delivered"
    assert work(sessions, gateway, NOW + 2 * DAY) == 0 and calls(sessions) == 0
    with sessions() as session:
        assert session.scalars(select(SmsReport)).all() == []


def test_a_gateway_that_accepts_and_drops_leaves_it_sent_and_then_a_call_and_a_late_report_counts(sessions, gateway):
    unreached(sessions)
    work(sessions, gateway)
    work(sessions, gateway, NOW + DAY - MINUTE)
    assert states(sessions) == ["sent"] and calls(sessions) == 0
    work(sessions, gateway, NOW + DAY)
    assert states(sessions) == ["undelivered"] and calls(sessions) == 1 and outcomes(sessions)[-1] == "sms_silent"
    assert work(sessions, gateway, NOW + 2 * DAY) == 0, "no second text"
    report(sessions, "DELIVRD", NOW + 2 * DAY)
    assert states(sessions) == ["delivered"] and calls(sessions) == 0


@pytest.mark.parametrize(
    ("word", "state", "outcome", "again"),
    [
        ("bad_number", "undelivered", "sms_refused", 0),
        ("blacklisted", "undelivered", "sms_refused", 0),
        ("busy", "texting", "sms_again", 1),
        ("429", "texting", "sms_again", 1),
        ("503", "texting", "sms_again", 1),
        ("hang up before", "sent", "sms_unknown", 0),
        ("hang up after", "sent", "sms_unknown", 0),
        ("page", "sent", "sms_unknown", 0),
        ("500", "sent", "sms_unknown", 0),
    ],
)
def test_what_a_gateway_says_decides(sessions, gateway, word, state, outcome, again):
    unreached(sessions)
    gateway.does[PHONE] = [word]
    work(sessions, gateway)
    assert states(sessions) == [state] and outcomes(sessions)[-1] == outcome
    assert work(sessions, gateway, NOW + MINUTE) == again, "what may have gone is not sent again"
    assert states(sessions) == (["sent"] if again else [state])


def test_a_failed_report_is_a_call(sessions, gateway):
    unreached(sessions)
    work(sessions, gateway)
    report(sessions, "UNDELIV")
    assert states(sessions) == ["undelivered"] and calls(sessions) == 1


def test_a_gateway_that_is_not_there_is_tried_for_a_day_with_growing_pauses(sessions, gateway):
    unreached(sessions)
    away = replace(gateway.settings, url="http://127.0.0.1:9/send")
    tries, now = 0, NOW
    while tries == 0 or states(sessions) != ["undelivered"]:
        tries += sms.work(sessions, away, CODES, lambda at=now: at, read(""))
        now += timedelta(minutes=10)
    assert timedelta(hours=24) < now - NOW < timedelta(hours=25) and 40 < tries < 60
    assert outcomes(sessions)[-1] == "sms_given_up" and calls(sessions) == 1


def test_a_worker_killed_over_a_text_does_not_send_it_twice(sessions, gateway):
    unreached(sessions)
    with sessions.begin() as session:
        texts.adopt(session, NOW, None, "")
    with sessions.begin() as session:
        assert len(texts.claim(session, NOW, None, "")) == 1  # posted, and then it dies
    assert work(sessions, gateway, NOW + MINUTE / 2) == 0 and states(sessions) == ["texting"]
    assert work(sessions, gateway, NOW + 2 * MINUTE) == 0
    assert gateway.heard == [] and states(sessions) == ["sent"] and outcomes(sessions)[-1] == "sms_unknown"
    work(sessions, gateway, NOW + DAY + 2 * MINUTE)
    assert calls(sessions) == 1


def test_two_workers_at_once_send_each_text_once(sessions, gateway):
    for n in range(12):
        unreached(sessions, draft_id=f"d{n}", contact_phone=f"138000000{n:02}")
    workers = [threading.Thread(target=work, args=(sessions, gateway)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    work(sessions, gateway)
    numbers = [one["params"]["number"] for one in gateway.heard]
    assert len(numbers) == len(set(numbers)) == 12 and set(states(sessions)) == {"sent"}


@pytest.mark.parametrize(
    "why",
    [
        {"consent_version": None},
        {"consent_version": "2026-11"},
        {"contact_phone": "010-12345678"},
        {"contact_phone": None},
        {"contact_note": "邻居的电话"},
        {"anonymous": "yes"},
    ],
)
def test_nobody_is_texted_who_did_not_agree_or_whose_telephone_it_is_not(sessions, gateway, why):
    unreached(sessions, **why)
    assert work(sessions, gateway) == 0 and states(sessions) == ["undelivered"] and calls(sessions) == 1


def test_old_notices_are_not_texted_about_when_a_gateway_is_first_set(sessions, gateway):
    unreached(sessions, now=NOW - 15 * DAY)
    assert work(sessions, gateway) == 0 and calls(sessions) == 1


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=TIMEZONE)


@pytest.mark.parametrize("urgent", [False, True])
def test_texts_wait_through_the_night_unless_urgent(sessions, gateway, urgent):
    night, morning = at(23, 23), at(24, 8)
    number = file_ticket(sessions, consent_version=CONSENT, contact_phone=PHONE)
    with sessions.begin() as session:
        session.execute(update(Ticket).values(urgent=urgent))
    unreached(sessions, number, now=night)
    assert work(sessions, gateway, night) == urgent
    if urgent:
        return
    assert states(sessions) == ["texting"] and outcomes(sessions)[-1] == "held" and calls(sessions) == 0
    assert work(sessions, gateway, at(24, 3)) == 0
    unreached(sessions, number, now=at(24, 3))
    assert work(sessions, gateway, morning - MINUTE) == 0
    with sessions() as session:
        assert {one.due_at for one in delivery.of_ticket(session, number)} == {morning}
    assert work(sessions, gateway, morning) == 1 and states(sessions) == ["sent"] * 2


def test_a_text_that_was_put_off_into_the_night_is_held_and_a_wrong_clock_holds_nothing_up(sessions, gateway):
    unreached(sessions, now=at(23, 21))
    gateway.does[PHONE] = ["busy"]
    almost = at(23, 22) - timedelta(seconds=10)
    assert work(sessions, gateway, almost) == 1
    assert work(sessions, gateway, almost + MINUTE) == 0 and outcomes(sessions)[-1] == "held"
    assert work(sessions, gateway, at(23, 12)) == 1, "the clock was ahead; now it is noon"


def test_what_was_seen_or_told_by_telephone_meanwhile_is_not_texted_about(sessions, gateway):
    night = at(23, 23)
    seen, called = unreached(sessions, now=night), unreached(sessions, now=night, draft_id="d2")
    visited, parked = unreached(sessions, now=night, draft_id="d3"), unreached(sessions, now=night, draft_id="d4")
    with sessions.begin() as session:
        session.add(Conversation(id="c1", channel="website", created_at=NOW, last_seen_at=NOW))
        session.flush()
        messages.append(session, "c1", Draft(BOT, "已办结", notice_id=str(seen[0])), NOW)
        for name, (notice,), waits in (("c3", visited, []), ("c4", parked, ["没发出去的话"])):
            session.add(Conversation(id=name, channel="wechat", created_at=NOW, last_seen_at=NOW))
            session.flush()
            messages.append(session, name, Draft(BOT, "已办结", notice_id=str(notice)), NOW)
            session.add(WechatCitizen(openid=f"o-{name}", conversation_id=name, shown_seq=1, parked=waits))
    work(sessions, gateway, night)
    with sessions.begin() as session:
        messages.shown(session, "c1", 99, night)
        ticket_id = session.get_one(OutboxRow, called[0]).ticket_id
        assert ticket_id is not None and delivery.told_by_staff(session, ticket_id, 7, night) == 1
    assert work(sessions, gateway, at(24, 9)) == 1, "only what was not shown to the end"
    assert states(sessions) == ["delivered", "called", "delivered", "sent"]
    with sessions() as session:
        assert list(session.scalars(select(Sms.state).order_by(Sms.id))) == ["dropped", "dropped", "dropped", "sent"]


def test_without_a_gateway_what_waits_for_one_is_a_call(sessions, gateway):
    unreached(sessions, now=at(23, 23))
    work(sessions, gateway, at(23, 23))
    assert work(sessions, None, at(24, 9)) == 0 and states(sessions) == ["undelivered"] and calls(sessions) == 1


def test_a_gateway_that_wants_signatures_gets_them_and_a_wrong_key_sends_nothing(sessions):
    unreached(sessions)
    with Gateway(auth="hmac") as gateway:
        sms.work(sessions, replace(gateway.settings, key="w" * 20), CODES, lambda: NOW, HOURS)
        assert gateway.heard == [] and states(sessions) == ["texting"]
        assert work(sessions, gateway, NOW + MINUTE) == 1 and len(gateway.sent) == 1


def test_no_log_holds_a_number_or_a_key(sessions, gateway, caplog):
    unreached(sessions)
    gateway.does[PHONE] = ["busy", "hang up after"]
    work(sessions, gateway)
    work(sessions, gateway, NOW + MINUTE)
    sms.work(sessions, replace(gateway.settings, url="http://127.0.0.1:9/"), CODES, lambda: NOW + DAY, HOURS)
    assert caplog.text and PHONE not in caplog.text and gateway.settings.key not in caplog.text
    with sessions() as session:
        assert PHONE not in json.dumps([str(vars(one)) for one in session.scalars(select(Sms))])


def test_what_the_website_showed_to_nobody_for_three_days_is_told_by_a_text(sessions, gateway):
    number = file_ticket(sessions, consent_version=CONSENT, contact_phone=PHONE, conversation_id="c1")
    with sessions.begin() as session:
        session.add(Conversation(id="c1", channel="website", created_at=NOW, last_seen_at=NOW))
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        row = outbox.put(
            session, conversation_id="c1", channel="website", response="utter_notice_closed", params={}, now=NOW,
            ticket_id=ticket.id,
        )  # fmt: skip
        session.flush()
        messages.append(session, "c1", Draft(BOT, "已办结", notice_id=str(row.id)), NOW)
        delivery.settle(session, row.id, delivery.DELIVERED, "delivered", NOW)
    later = NOW + 3 * DAY + MINUTE
    assert look_who_saw(sessions, lambda: later) == 1 and work(sessions, gateway, later) == 1
    report(sessions, "delivered", later)
    assert states(sessions) == ["delivered"]
    assert look_who_saw(sessions, lambda: later + DAY) == 0, "a text has told of it: no call and no second text"
    assert work(sessions, gateway, later + DAY) == 0


def test_what_stands_nowhere_is_told_by_a_person_and_not_by_a_text(sessions, gateway):
    unreached(sessions, state=delivery.UNDELIVERABLE)
    assert work(sessions, gateway) == 0 and calls(sessions) == 1
