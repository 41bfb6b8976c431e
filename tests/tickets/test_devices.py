"""Two devices: who shows number and code takes the ticket over, the old telephone hears no more, codes are issued anew."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.factories import CITIZEN, CLERK, CONVERSATION, HANDLER, NOW, SUPERVISOR, file_ticket, staff
from tests.tickets.test_after_filing import take
from xiaobao.tickets import delivery, devices, queries
from xiaobao.tickets.errors import AlreadyDone, InvalidField, NotFound, RoleForbidden
from xiaobao.tickets.service import Actor
from xiaobao.tickets.tables import Audit, OutboxRow, Ticket
from xiaobao.tickets.workflow import Role
from xiaobao.worker import outbox as worker

MOBILE = "conversation-on-wechat"
FACTS = {"person_fact": "contact_phone", "matter_fact": "amount"}


def code_of(sessions, number: str) -> str:
    with sessions() as session:
        return session.scalars(select(Ticket.query_code).where(Ticket.number == number)).one()


def moved(sessions, number: str, to: str = MOBILE, channel: str = "wechat", code: str | None = None, now=NOW) -> Any:
    actor = Actor.citizen(to, code or code_of(sessions, number))
    return take(sessions, number, "take_over", actor, now, channel=channel)


def told(sessions) -> list[tuple[str, str, str | None]]:
    with sessions() as session:
        rows = session.scalars(select(OutboxRow).order_by(OutboxRow.id))
        return [(row.response.removeprefix("utter_notice_"), row.conversation_id, row.channel) for row in rows]


def test_from_then_on_notices_go_to_the_new_conversation_in_their_order_and_the_old_one_is_told_once(sessions):
    number = file_ticket(sessions)
    take(sessions, number, "accept", CLERK)
    view = moved(sessions, number)
    take(sessions, number, "assign", CLERK, department="一科")
    assert (view.conversation_id, view.channel) == (MOBILE, "wechat")
    assert told(sessions) == [
        ("accepted", MOBILE, "wechat"),
        ("taken_over", CONVERSATION, "website"),
        ("assigned", MOBILE, "wechat"),
    ]
    with sessions.begin() as session:
        assert [one.response for one in worker.claim(session, NOW)] == [
            "utter_notice_accepted",
            "utter_notice_taken_over",
        ]
        assert [ticket.number for ticket in queries.of_conversation(session, MOBILE)] == [number]
        assert queries.of_conversation(session, CONVERSATION) == []
        assert [row.response for row in delivery.of_ticket(session, number)] == [
            "utter_notice_assigned",
            "utter_notice_accepted",
        ], "what the old one reads is nobody's call"


def test_the_same_device_again_changes_nothing_and_the_other_may_take_it_back(sessions):
    number = file_ticket(sessions)
    moved(sessions, number)
    with pytest.raises(AlreadyDone):
        moved(sessions, number)
    back = moved(sessions, number, CONVERSATION, "website")
    assert back.conversation_id == CONVERSATION and back.matters[devices.FORMER] == [CONVERSATION, MOBILE]
    assert [name for name, _, _ in told(sessions)] == ["taken_over", "taken_over"]


def test_a_wrong_code_and_another_citizen_are_refused_as_if_there_were_no_ticket(sessions):
    number = file_ticket(sessions)
    wrong = f"{(int(code_of(sessions, number)) + 1) % 1_000_000:06d}"
    for actor, asked in (
        (Actor.citizen(MOBILE, wrong), number),
        (Actor.citizen(MOBILE), number),
        (Actor.citizen(MOBILE, wrong), "XB20990101-000001"),
    ):
        with pytest.raises(NotFound):
            take(sessions, asked, "take_over", actor, channel="wechat")
    with pytest.raises(InvalidField):
        take(sessions, number, "take_over", Actor.citizen(None, code_of(sessions, number)), channel="wechat")
    assert told(sessions) == []


def test_what_was_taken_in_by_telephone_gets_a_conversation(sessions):
    number = file_ticket(sessions, conversation_id=None, channel=None)
    assert moved(sessions, number).conversation_id == MOBILE and told(sessions) == []


def test_the_new_device_gets_a_new_code_once_and_the_first_one_never(sessions):
    number = file_ticket(sessions)
    first = code_of(sessions, number)
    with pytest.raises(RoleForbidden):
        take(sessions, number, "reissue_code", CITIZEN)
    moved(sessions, number)
    with pytest.raises(NotFound):
        take(sessions, number, "reissue_code", Actor.citizen("conversation-3", first))
    take(sessions, number, "reissue_code", Actor.citizen(MOBILE))
    second = code_of(sessions, number)
    with pytest.raises(AlreadyDone):
        take(sessions, number, "reissue_code", Actor.citizen(MOBILE), NOW + timedelta(seconds=30))
    assert second != first and code_of(sessions, number) == second
    with pytest.raises(NotFound):
        moved(sessions, number, CONVERSATION, "website", code=first)
    assert [name for name, _, _ in told(sessions)] == ["taken_over"], "the new device has its answer there"


def test_the_office_issues_a_code_after_two_facts_and_says_so_in_the_conversation(sessions):
    number = file_ticket(sessions)
    before = code_of(sessions, number)
    for wrong in (
        {},
        {"person_fact": "contact_phone"},
        {"person_fact": "contact_phone", "matter_fact": "order_number"},
        {"person_fact": "amount", "matter_fact": "amount"},
    ):
        with pytest.raises(InvalidField):
            take(sessions, number, "reissue_code", CLERK, **wrong)
    with pytest.raises(RoleForbidden):
        take(sessions, number, "reissue_code", HANDLER, **FACTS)
    view = take(sessions, number, "reissue_code", SUPERVISOR, **FACTS, text="登记的号码打回去核对")
    assert view.events[-1].payload["text"] == "电话里核对了登记的电话（回拨过去）、金额。登记的号码打回去核对"
    assert code_of(sessions, number) != before and before not in str(view.events)
    assert told(sessions) == [("code_reissued", CONVERSATION, "website")]


def test_nobody_gets_a_code_of_an_informant_without_a_name(sessions):
    nobody = dict.fromkeys(("contact_name", "contact_phone", "contact_address"))
    number = file_ticket(sessions, ticket_kind="report", anonymous="yes", **nobody)
    with pytest.raises(InvalidField):
        take(sessions, number, "reissue_code", CLERK, **FACTS)


def test_a_lost_telephone_is_unlinked_what_was_on_its_way_is_told_by_telephone(sessions):
    number = file_ticket(sessions)
    take(sessions, number, "accept", CLERK)
    take(sessions, number, "reissue_code", CLERK, **FACTS, unlink="yes")
    take(sessions, number, "assign", CLERK, department="一科")
    assert [name for name, _, _ in told(sessions)] == ["accepted", "unlinked"]
    with sessions() as session:
        states = session.scalars(select(OutboxRow.state).order_by(OutboxRow.id)).all()
        assert states == ["undeliverable", "waiting"]
        assert queries.of_conversation(session, CONVERSATION) == []
        ticket = session.scalars(select(Ticket)).one()
        assert (ticket.conversation_id, ticket.channel) == (None, None)
    with pytest.raises(NotFound):
        take(sessions, number, "urge", CITIZEN)
    assert moved(sessions, number).conversation_id == MOBILE


def test_only_who_issued_the_code_reads_it_for_half_an_hour_and_it_is_written_down(sessions):
    number = file_ticket(sessions)
    with sessions.begin() as session:
        clerk, other = staff(session, Role.CLERK, "li", "李受理"), staff(session, Role.CLERK, "zhao", "赵受理")
    with sessions.begin() as session, pytest.raises(RoleForbidden):
        devices.new_code(session, number, actor=clerk, now=NOW)
    take(sessions, number, "reissue_code", clerk, **FACTS)
    with sessions.begin() as session:
        read = devices.new_code(session, number, actor=clerk, now=NOW)
    assert read == code_of(sessions, number)
    for actor, now in ((other, NOW), (clerk, NOW + timedelta(minutes=31))):
        with sessions.begin() as session, pytest.raises(RoleForbidden):
            devices.new_code(session, number, actor=actor, now=now)
    with sessions() as session:
        rows = session.scalars(select(Audit).where(Audit.action == "look_code")).all()
        assert [(row.subject, row.actor_name) for row in rows] == [(number, "李受理")]
