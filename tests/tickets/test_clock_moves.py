"""Pause, extension, new beginning, telling and provisional days of a ticket's clocks, through the real service."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.factories import CITIZEN, CLERK, HANDLER, NOW, REFERENCE, SUPERVISOR, a_submission, an_office
from xiaobao.tickets import clocks, queries, service
from xiaobao.tickets.deadlines import TIMEZONE
from xiaobao.tickets.errors import InvalidField, NotYet
from xiaobao.tickets.reference import load
from xiaobao.tickets.stepping import locked
from xiaobao.tickets.tables import Audit, TicketClock
from xiaobao.tickets.workflow import Step

REGULATOR, BANK = an_office("regulator"), an_office("bank")
DECISION = dict.fromkeys(("text", "facts", "basis_text", "remedies"), "退回手续费")
HOLIDAYS_2027 = "date,name,kind\n" + "".join(f"2027-01-0{day},元旦,off\n" for day in range(1, 6))


def file(sessions, office=REGULATOR, now=NOW, **fields):
    with sessions.begin() as session:
        return service.submit(session, a_submission(**fields), office=office, now=now).number


def take(sessions, number, step, actor, office=REGULATOR, days=0, **typed):
    """The step so many days after filing; the clocks as they then stand."""
    wanted, now = next(one for one in Step if one == step), NOW + timedelta(days=days)
    with sessions.begin() as session:
        return service.step(session, number, step=wanted, actor=actor, now=now, office=office, **typed).clocks


def accepted(sessions):
    number = file(sessions)
    take(sessions, number, "accept", CLERK)
    return number


def test_sixty_days_rest_while_a_thing_is_appraised_and_go_on_by_as_many_days(sessions):
    number = accepted(sessions)
    resting = take(sessions, number, "pause", HANDLER, days=10, cause="appraisal")[-1]
    assert (resting.state, resting.overdue(date(2030, 1, 1))) == ("paused", False)
    running = take(sessions, number, "resume", HANDLER, days=30)[-1]
    assert (running.state, running.due) == ("running", date(2027, 2, 11))  # 22 January and 20 days
    assert [(one.cause, one.paused_on, one.resumed_on) for one in running.pauses] == [
        ("appraisal", date(2026, 12, 3), date(2026, 12, 23))
    ]
    assert "12月4—23日鉴定不计" in running.how
    assert running.how.endswith("《市场监督管理投诉举报处理办法》第二十二条")


def test_seven_working_days_never_rest(sessions):
    with pytest.raises(InvalidField, match="cause"):
        _move(sessions, file(sessions), clocks._pause, {"cause": "appraisal"})


def test_a_cause_that_the_article_does_not_name_is_refused(sessions):
    number = accepted(sessions)
    for cause in ("mediation", "", "holiday"):
        with pytest.raises(InvalidField):
            _move(sessions, number, clocks._pause, {"cause": cause})


def test_supplements_and_recusals_leave_every_clock_alone(sessions):
    number = file(sessions)
    (before,) = take(sessions, number, "ask_supplement", CLERK, text="补订单截图")
    assert (before.state, before.due) == ("running", date(2026, 12, 2))


def test_a_bank_is_granted_fifteen_and_thirty_more_and_then_nothing(sessions):
    number = file(sessions, BANK)
    for due in (date(2026, 12, 23), date(2027, 1, 22)):
        take(sessions, number, "ask_extension", HANDLER, BANK, clock="decide", text="要调流水")
        (clock,) = take(sessions, number, "extend", SUPERVISOR, BANK, days=2)
        assert clock.due == due
    assert [one["amount"] for one in clock.extensions] == [15, 30]
    assert clock.extensions[1]["approver"] == "上级机构或者总行、总公司高级管理人员"
    take(sessions, number, "ask_extension", HANDLER, BANK, clock="decide", text="还要")
    with pytest.raises(InvalidField):
        take(sessions, number, "extend", SUPERVISOR, BANK, days=3)


def test_a_bank_leaves_the_time_of_a_mediation_out(sessions):
    number = file(sessions, BANK)
    take(sessions, number, "accept", CLERK, BANK)
    take(sessions, number, "pause", HANDLER, BANK, days=5, cause="mediation")
    (clock,) = take(sessions, number, "resume", HANDLER, BANK, days=12)
    assert clock.due == date(2026, 12, 15)


def test_what_ran_out_can_be_neither_paused_nor_extended(sessions):
    number = file(sessions, ticket_kind="report")
    take(sessions, number, "ask_extension", HANDLER, clock="verify", text="检测没出来")
    with pytest.raises(InvalidField):
        take(sessions, number, "extend", SUPERVISOR, days=40)
    late = accepted(sessions)
    with pytest.raises(InvalidField):
        take(sessions, late, "pause", HANDLER, days=100, cause="testing")


def test_a_case_is_extended_by_thirty_days_and_then_by_as_many_as_were_agreed_on(sessions):
    number = file(sessions, ticket_kind="report")
    take(sessions, number, "assign", CLERK, department="稽查")
    take(sessions, number, "investigate", HANDLER, text="涉嫌虚假宣传")
    for amount, due in (("", date(2027, 3, 23)), ("20", date(2027, 4, 12))):
        take(sessions, number, "ask_extension", HANDLER, clock="case", text="案情复杂")
        case = take(sessions, number, "extend", SUPERVISOR, days=1, amount=amount)[-1]
        assert (case.name, case.due) == ("case", due)


def test_a_second_extension_of_a_case_without_its_length_is_refused(sessions):
    number = file(sessions, ticket_kind="report")
    take(sessions, number, "assign", CLERK, department="稽查")
    take(sessions, number, "investigate", HANDLER, text="涉嫌虚假宣传")
    take(sessions, number, "ask_extension", HANDLER, clock="case", text="案情复杂")
    take(sessions, number, "extend", SUPERVISOR)
    take(sessions, number, "ask_extension", HANDLER, clock="case", text="特别复杂")
    for amount in ("", "0", "9999"):
        with pytest.raises(InvalidField, match="amount"):
            take(sessions, number, "extend", SUPERVISOR, amount=amount)


def test_new_facts_begin_a_report_anew_and_what_was_granted_stays(sessions):
    number = file(sessions, ticket_kind="report")
    take(sessions, number, "assign", CLERK, department="稽查")
    take(sessions, number, "ask_extension", HANDLER, clock="verify", text="在检测")
    before = take(sessions, number, "extend", SUPERVISOR)[0]
    (after,) = take(sessions, number, "restart", CLERK, days=7, text="又寄来三张照片")
    assert (after.started_on, after.first_started_on) == (date(2026, 11, 30), date(2026, 11, 23))
    assert after.due > before.due
    assert after.how.startswith(
        "原自11月23日起，11月30日收到新的事实，重新计算（《市场监督管理投诉举报处理办法》第三十五条）"
    )


def test_new_facts_of_a_complaint_at_a_regulator_move_no_day(sessions):
    number = accepted(sessions)
    assert take(sessions, number, "restart", CLERK, days=7, text="新的事实")[-1].due == date(2027, 1, 22)


def test_a_decision_that_was_not_told_runs_on_until_it_is_told(sessions):
    number = file(sessions, conversation_id=None)
    (decided,) = take(sessions, number, "reject", CLERK, days=1, ground="N2")
    assert (decided.state, decided.decided_on) == ("running", date(2026, 11, 24))
    told_at = (NOW + timedelta(days=2)).isoformat()
    (told,) = take(sessions, number, "tell", CLERK, days=5, means="telephone", told_at=told_at)
    assert (told.state, told.ended_on) == ("met", date(2026, 11, 25))  # told on the second day, noted on the fifth


def test_the_end_of_a_mediation_is_told_within_seven_working_days_also_after_closing(sessions):
    number = accepted(sessions)
    notice = take(sessions, number, "terminate", HANDLER, days=1, ending="no_agreement")[-1]
    assert (notice.name, notice.due, notice.decided_on) == ("term_notice", date(2026, 12, 3), date(2026, 11, 24))
    assert take(sessions, number, "close", HANDLER, days=2, result="终止")[-1].state == "running"
    told_at = (NOW + timedelta(days=3)).isoformat()
    assert take(sessions, number, "tell", CLERK, days=3, means="post", told_at=told_at)[-1].state == "met"


def test_a_revoked_refusal_of_a_bank_lets_its_clock_run_on(sessions):
    number = file(sessions, BANK)
    ground = BANK.grounds()[0].code
    take(sessions, number, "reject", CLERK, BANK, days=1, ground=ground, text="请找总行")
    (clock,) = take(sessions, number, "revoke", SUPERVISOR, BANK, days=2, text="应当受理")
    assert (clock.state, clock.ended_on, clock.due) == ("running", None, date(2026, 12, 8))


def test_a_review_has_thirty_days_of_its_own(sessions):
    number = file(sessions, BANK)
    take(sessions, number, "accept", CLERK, BANK)
    take(sessions, number, "decide", HANDLER, BANK, **DECISION)
    review = take(sessions, number, "review", CLERK, BANK, days=2, text="不服", by_branch="yes")[-1]
    assert (review.name, review.due) == ("review", date(2026, 12, 25))
    assert take(sessions, number, "decide_review", SUPERVISOR, BANK, days=9, text="维持")[-1].state == "met"


def test_sixty_days_are_not_over_while_they_rest(sessions):
    number = accepted(sessions)
    take(sessions, number, "pause", HANDLER, days=10, cause="testing")
    with pytest.raises(NotYet, match="sixty_days_over"):
        take(sessions, number, "terminate", HANDLER, days=61, ending="sixty_days")
    take(sessions, number, "resume", HANDLER, days=40)
    with pytest.raises(NotYet, match="sixty_days_over"):
        take(sessions, number, "terminate", HANDLER, days=80, ending="sixty_days")
    assert take(sessions, number, "terminate", HANDLER, days=95, ending="sixty_days")


def test_a_withdrawn_complaint_ends_its_pause_too(sessions):
    number = accepted(sessions)
    take(sessions, number, "pause", HANDLER, days=3, cause="testing")
    with sessions.begin() as session:
        view = service.withdraw(session, number, actor=CITIZEN, now=NOW + timedelta(days=4))
    assert (view.clocks[-1].state, view.clocks[-1].pauses[0].resumed_on) == ("stopped", date(2026, 11, 27))


def test_provisional_days_are_reckoned_again_when_the_year_becomes_known(sessions, tmp_path):
    number = file(sessions, now=datetime(2026, 12, 28, 9, 0, tzinfo=TIMEZONE))
    office = _with_2027(tmp_path)
    with sessions.begin() as session:
        assert queries.ticket(session, number).clocks[0].due == date(2027, 1, 7)
        assert clocks.recompute(session, office.reference, NOW) == [number]
    with sessions.begin() as session:
        (clock,) = queries.ticket(session, number).clocks
        assert (clock.due, clock.provisional) == (date(2027, 1, 11), False)
        assert "暂估" not in clock.how
        assert clocks.recompute(session, office.reference, NOW) == []  # nothing is left to do
        (row,) = session.scalars(select(Audit).where(Audit.action == clocks.RECKONED))
        assert (row.payload["from"], row.payload["to"]) == ("2027-01-07", "2027-01-11")


def test_a_clock_that_is_met_keeps_the_day_it_had(sessions, tmp_path):
    number = file(sessions, now=datetime(2026, 12, 28, 9, 0, tzinfo=TIMEZONE))
    take(sessions, number, "reject", CLERK, days=36, ground="N2")
    with sessions.begin() as session:
        assert clocks.recompute(session, _with_2027(tmp_path).reference, NOW) == []
        assert session.scalars(select(TicketClock.due)).all() == [date(2027, 1, 7)]


def _with_2027(tmp_path):
    """The office with the arrangement of a year that was not published before."""
    for path in REFERENCE.glob("*.csv"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "holidays.csv").write_text(HOLIDAYS_2027, encoding="utf-8")
    return replace(REGULATOR, reference=load(tmp_path))


def _move(sessions, number, move, payload):
    """A move of clocks that the table offers no step for in this status."""
    with sessions.begin() as session:
        move(locked(session, number), payload, date(2026, 11, 24), REGULATOR.reference)
