"""Filing and the steps, on real databases."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select, text

from tests.factories import (
    CITIZEN,
    CLERK,
    CONVERSATION,
    HANDLER,
    NOW,
    SUPERVISOR,
    a_submission,
    an_office,
    file_ticket,
    some_evidence,
    staff,
)
from xiaobao.tickets import outbox, queries, service
from xiaobao.tickets.errors import (
    InvalidField,
    MissingDraft,
    NotFound,
    RoleForbidden,
    StaleVersion,
    StepNotOpen,
    UrgedToday,
)
from xiaobao.tickets.service import Actor
from xiaobao.tickets.tables import Audit, OutboxRow, Ticket, TicketEvent
from xiaobao.tickets.workflow import Role, Step

OFFICE = an_office()


def submit(sessions, submission=None, office=OFFICE, now=NOW):
    with sessions.begin() as session:
        return service.submit(session, submission or a_submission(), office=office, now=now)


def take(sessions, verb, number, actor, now=NOW, **fields):
    with sessions.begin() as session:
        return getattr(service, verb)(session, number, actor=actor, now=now, **fields)


def notices(sessions):
    with sessions.begin() as session:
        return [outbox.notice(row) for row in session.scalars(select(OutboxRow).order_by(OutboxRow.id))]


def test_filing_gives_a_number_a_code_and_the_statutory_date(sessions):
    receipt = submit(sessions)
    assert re.fullmatch(r"XB20261123-000001", receipt.number)
    assert re.fullmatch(r"\d{6}", receipt.query_code)
    assert (receipt.kind, receipt.submitted_at, receipt.already_filed) == ("complaint", NOW, False)
    assert (receipt.clock.name, receipt.clock.due) == ("accept", date(2026, 12, 2))


def test_a_filed_ticket_is_submitted_and_not_accepted(sessions):
    number = submit(sessions).number
    with sessions.begin() as session:
        assert queries.ticket(session, number).status == "submitted"


def test_numbers_run_within_a_day_of_shanghai_and_start_again_the_next(sessions):
    late = NOW.replace(hour=23, minute=59)
    numbers = [submit(sessions, now=moment).number for moment in (NOW, late, late + timedelta(minutes=1))]
    assert numbers == ["XB20261123-000001", "XB20261123-000002", "XB20261124-000001"]


def test_a_second_press_gives_the_same_number(sessions):
    draft = a_submission()
    first, second = submit(sessions, draft), submit(sessions, draft, now=NOW + timedelta(minutes=3))
    assert second == replace(first, already_filed=True)
    with sessions.begin() as session:
        assert session.scalar(select(func.count()).select_from(Ticket)) == 1
        assert session.scalar(select(func.count()).select_from(TicketEvent)) == 1


def test_two_threads_that_press_at_once_file_one_ticket(sessions):
    draft = a_submission()
    receipts = press_at_once([lambda: submit(sessions, draft)] * 6)
    assert len({receipt.number for receipt in receipts}) == 1
    assert sum(not receipt.already_filed for receipt in receipts) == 1
    assert submit(sessions).number.endswith("-000002"), "a lost race gives its number back"


def test_many_citizens_at_once_get_numbers_without_gap_or_double(sessions):
    receipts = press_at_once([lambda: submit(sessions) for _ in range(8)])
    assert sorted(int(receipt.number[-6:]) for receipt in receipts) == list(range(1, 9))


def press_at_once(jobs):
    """Run every job in a thread of its own, all released together; raises what any of them raised."""
    gate, done, failures = threading.Barrier(len(jobs)), [], []

    def run(job):
        try:
            gate.wait(10)
            done.append(job())
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []
    return done


def test_filing_without_a_draft_id_is_refused(sessions):
    with pytest.raises(MissingDraft):
        submit(sessions, a_submission(draft_id=None))


def test_an_enquiry_is_no_ticket(sessions):
    with pytest.raises(StepNotOpen):
        submit(sessions, a_submission(ticket_kind="enquiry"))


def test_a_crash_before_the_commit_files_nothing_and_the_retry_files_once(sessions):
    draft = a_submission()
    with pytest.raises(RuntimeError), sessions.begin() as session:
        service.submit(session, draft, office=OFFICE, now=NOW)
        raise RuntimeError("killed")
    with sessions.begin() as session:
        assert service.filed(session, draft.draft_id) is None
    assert submit(sessions, draft).number == "XB20261123-000001"


def test_a_crash_after_the_commit_finds_the_receipt_again(sessions):
    draft = a_submission()
    receipt = submit(sessions, draft)
    with sessions.begin() as session:
        assert service.filed(session, draft.draft_id) == replace(receipt, already_filed=True)


def test_everything_that_was_said_is_kept_as_filed(sessions):
    draft = a_submission(
        event_date=date(2026, 11, 2), spans={"item": {"start": 7, "end": 10}}, evidence=(some_evidence(),), urgent=True
    )
    number = submit(sessions, draft).number
    with sessions.begin() as session:
        view = queries.ticket(session, number, unmasked=True)
        filed = session.scalar(select(Ticket.as_filed))
    assert (view.narrative, view.amount_cents, view.event_date) == (draft.narrative, 12900, date(2026, 11, 2))
    assert (view.urgent, view.spans["item"]["end"]) == (True, 10)
    assert view.evidence[0].filename == "水壶.jpg"
    assert filed["contact_phone"] == "13800001234"
    assert filed["event_date"] == "2026-11-02"


def test_identity_and_card_numbers_in_a_story_are_never_stored(sessions):
    story = "我的身份证11010519491231002X，卡号6222021234567890128，请退款"
    number = submit(sessions, a_submission(narrative=story)).number
    with sessions.begin() as session:
        stored = str(session.execute(select(Ticket.narrative, Ticket.as_filed)).one())
        assert "19491231" not in stored and "621234567" not in stored
        assert "请退款" in queries.ticket(session, number).narrative


def test_staff_can_file_for_a_citizen_at_the_counter(sessions):
    with sessions.begin() as session:
        draft = a_submission(conversation_id=None, channel="counter")
        receipt = service.submit(session, draft, office=OFFICE, now=NOW, actor=CLERK)
        event = queries.ticket(session, receipt.number).events[0]
    assert (event.role, event.actor_name) == ("clerk", "李受理")


def test_accepting_meets_the_first_clock_and_starts_mediation(sessions):
    number = file_ticket(sessions)
    view = take(sessions, "accept", number, CLERK, office=OFFICE, text="材料齐全")
    assert (view.status, view.version) == ("accepted", 2)
    assert [(c.name, c.state, c.due) for c in view.clocks] == [
        ("accept", "met", date(2026, 12, 2)),
        ("mediate", "running", date(2027, 1, 22)),
    ]


def test_rejecting_needs_a_ground_of_this_office_and_ends_every_clock(sessions):
    number = file_ticket(sessions)
    for wrong in (None, "N8", "G1"):
        with pytest.raises(InvalidField) as error:
            take(sessions, "reject", number, CLERK, office=OFFICE, ground=wrong)
        assert error.value.field == "ground"
    view = take(sessions, "reject", number, CLERK, office=OFFICE, ground="N2", text="法院已受理")
    assert (view.status, view.ground, [c.state for c in view.clocks]) == ("rejected", "N2", ["met"])
    (notice,) = notices(sessions)
    assert notice.response == "utter_notice_rejected"
    assert notice.params["article"] == "《市场监督管理投诉举报处理办法》第十六条第（二）项"
    assert notice.params["reason"].startswith("法院、仲裁机构")


def test_a_council_refuses_without_inventing_an_article(sessions):
    council = an_office("council")
    number = file_ticket(sessions, "council")
    take(sessions, "reject", number, CLERK, office=council, ground="G2")
    assert notices(sessions)[0].params["article"] == ""
    assert notices(sessions)[0].params["basis"] == ""


def test_a_bank_meets_its_fifteen_days_by_its_decision_not_by_a_word_in_between(sessions):
    bank = an_office("bank")
    number = file_ticket(sessions, "bank")
    take(sessions, "accept", number, CLERK, office=bank)
    view = take(sessions, "reply", number, HANDLER, office=bank, text="在查", now=NOW + timedelta(days=3))
    assert [(c.name, c.due, c.state) for c in view.clocks] == [("decide", date(2026, 12, 8), "running")]
    decision = dict.fromkeys(("text", "facts", "basis_text", "remedies"), "已退费")
    later = NOW + timedelta(days=4)
    view = take(sessions, "step", number, HANDLER, office=bank, now=later, step=Step.DECIDE, **decision)
    assert [(c.name, c.state) for c in view.clocks] == [("decide", "met")]


def test_the_whole_way_is_told_to_the_citizen_in_order(sessions):
    number = file_ticket(sessions)
    take(sessions, "accept", number, CLERK, office=OFFICE)
    take(sessions, "assign", number, CLERK, department="消保科")
    take(sessions, "reply", number, HANDLER, text="已联系商家")
    view = take(sessions, "close", number, SUPERVISOR, result="商家已退款129元")
    assert (view.status, view.result) == ("closed", "商家已退款129元")
    assert [c.state for c in view.clocks] == ["met", "met"]
    told = notices(sessions)
    assert [notice.response.rsplit("_", 1)[1] for notice in told] == ["accepted", "assigned", "replied", "closed"]
    assert all(n.conversation_id == CONVERSATION and n.params["number"] == number for n in told)
    assert [notice.speaker for notice in told] == ["bot", "bot", "staff", "bot"]
    assert (told[0].params["due"], told[2].staff_name) == ("2027年1月22日", "王承办")
    assert told[1].params["department"] == "消保科"
    assert told[3].params["text"] == "商家已退款129元"


def test_every_step_is_written_down_with_who_when_and_from_where_to_where(sessions):
    number = file_ticket(sessions)
    later = NOW + timedelta(hours=2)
    view = take(sessions, "accept", number, CLERK, office=OFFICE, text="可以", now=later)
    event = view.events[-1]
    assert (event.step, event.status_from, event.status_to) == ("accept", "submitted", "accepted")
    assert (event.role, event.actor_name, event.at, event.payload["text"]) == ("clerk", "李受理", later, "可以")


def test_a_step_that_fails_changes_nothing_and_tells_nobody(sessions):
    number = file_ticket(sessions)
    with pytest.raises(RuntimeError), sessions.begin() as session:
        service.accept(session, number, actor=CLERK, now=NOW, office=OFFICE)
        raise RuntimeError("killed")
    assert notices(sessions) == []
    with sessions.begin() as session:
        assert queries.ticket(session, number).status == "submitted"


def test_a_stale_version_is_refused_and_the_current_one_goes_through(sessions):
    number = file_ticket(sessions)
    take(sessions, "supplement", number, CITIZEN, text="还有收据")
    with pytest.raises(StaleVersion):
        take(sessions, "accept", number, CLERK, office=OFFICE, version=1)
    assert take(sessions, "accept", number, CLERK, office=OFFICE, version=2).version == 3


def test_two_clerks_who_decide_at_once_decide_once(sessions):
    number = file_ticket(sessions)
    outcomes = []

    def decide(step, **fields):
        try:
            outcomes.append(take(sessions, step, number, CLERK, version=1, office=OFFICE, **fields).status)
        except (StaleVersion, StepNotOpen) as error:
            outcomes.append(error.code)

    press_at_once([lambda: decide("accept"), lambda: decide("reject", ground="N2")])
    assert len(set(outcomes) & {"accepted", "rejected"}) == 1
    assert "stale_version" in outcomes
    assert len(notices(sessions)) == 1


def test_wrong_roles_and_closed_steps_are_refused(sessions):
    number = file_ticket(sessions)
    with pytest.raises(RoleForbidden):
        take(sessions, "accept", number, HANDLER, office=OFFICE)
    with pytest.raises(StepNotOpen):
        take(sessions, "close", number, SUPERVISOR, result="完")
    with pytest.raises(NotFound):
        take(sessions, "accept", "XB20261123-999999", CLERK, office=OFFICE)


@pytest.mark.parametrize(
    ("step", "fields", "wrong"),
    [
        ("assign", {"department": " "}, "department"),
        ("assign", {"department": "消保科", "handler": 99}, "handler"),
        ("assign", {"department": "消保科", "handler": "x"}, "handler"),
        ("supplement", {}, "text"),
        ("supplement", {"text": "长" * 20_001}, "text"),
    ],
)
def test_a_missing_or_wrong_field_is_named(sessions, step, fields, wrong):
    number = file_ticket(sessions)
    take(sessions, "accept", number, CLERK, office=OFFICE)
    with pytest.raises(InvalidField) as error:
        take(sessions, step, number, CLERK, **fields)
    assert error.value.field == wrong


def test_a_handler_acts_on_own_tickets_only(sessions):
    number = file_ticket(sessions)
    take(sessions, "accept", number, CLERK, office=OFFICE)
    with sessions.begin() as session:
        wang, zhao = staff(session), staff(session, login="zhao", name="赵")
    view = take(sessions, "assign", number, CLERK, department="消保科", handler=wang.account_id)
    assert (view.assignee_id, view.assignee_name) == (wang.account_id, "王承办")
    with pytest.raises(RoleForbidden):
        take(sessions, "reply", number, zhao, text="您好")
    assert take(sessions, "reply", number, wang, text="您好").status == "replied"


def test_a_ticket_is_urged_once_per_working_day(sessions):
    friday = datetime(2026, 11, 27, 16, 0, tzinfo=NOW.tzinfo)
    number = file_ticket(sessions, now=friday)
    assert take(sessions, "urge", number, CITIZEN, now=friday).urged == 1
    for again in (friday + timedelta(hours=1), friday + timedelta(days=1), friday + timedelta(days=2)):
        with pytest.raises(UrgedToday):
            take(sessions, "urge", number, CITIZEN, now=again)
    assert take(sessions, "urge", number, CITIZEN, now=friday + timedelta(days=3), office=OFFICE).urged == 2


def test_a_stranger_cannot_touch_a_ticket_but_the_query_code_opens_it(sessions):
    receipt = submit(sessions)
    with pytest.raises(NotFound):
        take(sessions, "withdraw", receipt.number, Actor.citizen("somebody else"))
    wrong = f"{(int(receipt.query_code) + 1) % 1_000_000:06d}"
    with pytest.raises(NotFound):
        take(sessions, "withdraw", receipt.number, Actor.citizen("somebody else", wrong))
    view = take(sessions, "withdraw", receipt.number, Actor.citizen("somebody else", receipt.query_code))
    assert (view.status, [clock.state for clock in view.clocks]) == ("withdrawn", ["stopped"])


def test_a_citizen_without_a_conversation_owns_nothing(sessions):
    receipt = submit(sessions, a_submission(conversation_id=None))
    with pytest.raises(NotFound):
        take(sessions, "withdraw", receipt.number, Actor.citizen(None))


def test_material_is_added_once_and_masked(sessions):
    number = file_ticket(sessions)
    take(sessions, "supplement", number, CITIZEN, text="身份证11010519491231002X", evidence=(some_evidence(),))
    view = take(sessions, "supplement", number, CITIZEN, evidence=(some_evidence(), some_evidence("e2")))
    assert [one.evidence_id for one in view.evidence] == ["e1", "e2"]
    assert "19491231" not in view.events[1].payload["text"]
    assert view.events[2].payload["evidence"] == ["e2"]


def test_a_closed_ticket_is_rated_from_one_to_five(sessions):
    number = file_ticket(sessions, ticket_kind="suggestion")
    take(sessions, "assign", number, CLERK, department="办公室")
    take(sessions, "close", number, SUPERVISOR, result="采纳")
    for wrong in (0, 6, None, "很好", "1.5"):
        with pytest.raises(InvalidField):
            take(sessions, "rate", number, CITIZEN, score=wrong)
    assert take(sessions, "rate", number, CITIZEN, score="5", text="谢谢").score == 5


def test_looking_at_contact_data_is_written_down(sessions):
    number = file_ticket(sessions)
    with sessions.begin() as session:
        assert service.look(session, number, CLERK, NOW, "contact_phone") == "13800001234"
    with sessions.begin() as session:
        row = session.scalars(select(Audit)).one()
        assert (row.action, row.subject, row.actor_name, row.payload) == (
            "look",
            number,
            "李受理",
            {"field": "contact_phone"},
        )


def test_contact_data_is_not_for_everybody(sessions):
    number = file_ticket(sessions)
    with sessions.begin() as session:
        other = staff(session)
        mine = staff(session, login="zhao", name="赵")
    take(sessions, "accept", number, CLERK, office=OFFICE)
    take(sessions, "assign", number, CLERK, department="消保科", handler=mine.account_id)
    with sessions.begin() as session:
        for actor in (Actor(Role.ADMIN), Actor(Role.EDITOR), Actor(Role.INSPECTOR), CITIZEN, other):
            with pytest.raises(RoleForbidden):
                service.look(session, number, actor, NOW, "contact_phone")
        with pytest.raises(InvalidField):
            service.look(session, number, CLERK, NOW, "query_code")
        assert session.scalar(select(func.count()).select_from(Audit)) == 0


def test_a_ticket_without_a_conversation_tells_nobody(sessions):
    number = file_ticket(sessions, conversation_id=None)
    take(sessions, "accept", number, CLERK, office=OFFICE)
    with sessions.begin() as session:
        assert session.scalar(select(func.count()).select_from(OutboxRow)) == 0


def test_times_are_stored_in_utc_and_read_in_shanghai(sessions, engine):
    number = file_ticket(sessions)
    with sessions.begin() as session:
        view = queries.ticket(session, number)
        assert (view.submitted_at, view.submitted_at.utcoffset()) == (NOW, timedelta(hours=8))
        if engine.dialect.name == "sqlite":
            assert session.scalar(text("SELECT submitted_at FROM tickets")).startswith("2026-11-23 02:00")
