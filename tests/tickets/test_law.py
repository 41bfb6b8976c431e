"""The steps of the law through the real service: mediation, handing on, supervision, a bank's complaint."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.factories import CLERK, HANDLER, NOW, REFERENCE, SUPERVISOR, a_submission, an_office
from xiaobao.desk.words import load
from xiaobao.tickets import queries, service
from xiaobao.tickets.errors import InvalidField, NotYet, StepNotOpen
from xiaobao.tickets.tables import OutboxRow, Ticket
from xiaobao.tickets.workflow import Step

REGULATOR, BANK = an_office("regulator"), an_office("bank")
MEETING = {"way": "on_site", "held_at": "2026-11-25T09:30", "place": "三楼调解室", "mediator": "王敏"}
AGREED = {"complainant_agrees": "yes", "merchant_agrees": "yes"}
DECISION = {
    "text": "退回手续费",
    "facts": "多收一笔",
    "basis_text": "合同第三条",
    "remedies": "申请核查、调解、仲裁、诉讼",
}


def file(sessions, office=REGULATOR, **fields):
    with sessions.begin() as session:
        return service.submit(session, a_submission(**fields), office=office, now=NOW).number


def take(sessions, number, step, actor, office=REGULATOR, now=NOW, **typed):
    with sessions.begin() as session:
        return service.step(
            session, number, step=next(one for one in Step if one == step), actor=actor, now=now, office=office, **typed
        )


def refused(sessions, *args, **fields):
    with pytest.raises(NotYet) as problem:
        take(sessions, *args, **fields)
    return problem.value.reason


def test_mediation_needs_both_sides_and_an_agreement_on_file(sessions):
    number = file(sessions)
    take(sessions, number, "accept", CLERK)
    assert refused(sessions, number, "mediate", HANDLER, **MEETING, complainant_agrees="yes") == "both_agree"
    assert refused(sessions, number, "mediate", HANDLER, **AGREED, **MEETING | {"place": ""}) == "told_beforehand"
    assert take(sessions, number, "mediate", HANDLER, **AGREED, **MEETING).status == "mediating"
    take(sessions, number, "recuse", HANDLER, party="merchant", text="是投诉人的亲戚")
    assert refused(sessions, number, "agree", HANDLER, form="performed", text="退款") == "recusal_decided"
    assert refused(sessions, number, "decide_recusal", SUPERVISOR, recused="yes", text="属实") == "replaced"
    take(sessions, number, "decide_recusal", SUPERVISOR, recused="yes", text="属实", mediator="刘强")
    assert refused(sessions, number, "agree", HANDLER, form="record", text="退款") == "agreement_on_file"
    assert refused(sessions, number, "agree", HANDLER, form="paper", text="退款") == "agreement_on_file"
    assert take(sessions, number, "agree", HANDLER, form="paper", text="退款", signed="yes").status == "agreed"
    take(sessions, number, "close", HANDLER, result="已退款")
    assert take(sessions, number, "archive", CLERK).status == "archived"
    with pytest.raises(StepNotOpen):
        take(sessions, number, "note", CLERK, text="还想写")


def test_sixty_days_end_a_mediation_only_when_they_are_over(sessions):
    number = file(sessions)
    take(sessions, number, "accept", CLERK)
    assert refused(sessions, number, "terminate", HANDLER, ending="sixty_days") == "sixty_days_over"
    later = NOW + timedelta(days=61)
    assert take(sessions, number, "terminate", HANDLER, now=later, ending="sixty_days").status == "terminated"


def test_a_regulator_hands_on_inside_its_hierarchy_and_keeps_the_task_until_taken(sessions):
    number = file(sessions)
    where = {"reach": "0571-12345678"}
    assert refused(sessions, number, "transfer", CLERK, place="住建局", **where) == "inside_own_hierarchy"
    with pytest.raises(InvalidField):
        take(sessions, number, "transfer", CLERK, place="东湖市场监管所")
    assert take(sessions, number, "transfer", CLERK, place="东湖市场监管所", **where).status == "submitted"
    assert take(sessions, number, "hand_over", CLERK).status == "transferred"


def test_a_refusal_outside_the_powers_says_where_to_go_and_can_be_revoked(sessions):
    number = file(sessions)
    assert refused(sessions, number, "reject", CLERK, ground="N1") == "place_or_text"
    take(sessions, number, "reject", CLERK, ground="N1", place="住建局", reach="0571-12345")
    ticket = take(sessions, number, "revoke", SUPERVISOR, text="归我们管")
    assert ticket.status == "submitted" and ticket.clocks[0].state == "running"
    assert [event.step for event in ticket.events][-2:] == ["reject", "revoke"]


def test_a_supervision_stands_until_it_is_answered(sessions):
    number = file(sessions)
    assert take(sessions, number, "supervise", SUPERVISOR, text="为什么没动").supervised_at
    assert take(sessions, number, "answer_supervision", CLERK, text="今天受理").supervised_at is None
    assert refused(sessions, number, "answer_supervision", CLERK, text="再答") == "supervised"


def test_a_bank_decides_with_facts_grounds_and_remedies_and_is_reviewed_once_within_thirty_days(sessions):
    number = file(sessions, BANK)
    take(sessions, number, "accept", CLERK, BANK)
    for name in DECISION:
        with pytest.raises(InvalidField):
            take(sessions, number, "decide", HANDLER, BANK, **DECISION | {name: ""})
    take(sessions, number, "decide", HANDLER, BANK, **DECISION)
    assert refused(sessions, number, "review", CLERK, BANK, text="不服") == "against_a_branch"
    asked = {"text": "不服", "by_branch": "yes"}
    late = NOW + timedelta(days=31)
    assert refused(sessions, number, "review", CLERK, BANK, now=late, **asked) == "review_within_30_days"
    assert take(sessions, number, "review", CLERK, BANK, now=NOW + timedelta(days=30), **asked).status == "reviewing"
    assert take(sessions, number, "decide_review", SUPERVISOR, BANK, text="维持").status == "replied"
    assert refused(sessions, number, "review", CLERK, BANK, **asked) == "decided"


@pytest.mark.parametrize(("persons", "major"), [("19", False), ("20", True)])
def test_twenty_persons_together_are_flagged_at_once(sessions, persons, major):
    ticket = take(sessions, file(sessions, BANK), "count_persons", CLERK, BANK, persons=persons)
    assert (ticket.major, ticket.process) == (major, "finance")


def test_an_internal_note_never_leaves_the_office(sessions):
    number = file(sessions)
    take(sessions, number, "note", CLERK, text="内部的话")
    with sessions.begin() as session:
        assert session.scalars(select(OutboxRow)).all() == []


def test_merging_and_splitting_keep_the_first_day(sessions):
    whole, other = file(sessions), file(sessions, draft_id="another")
    merged = take(sessions, other, "merge", CLERK, into=whole)
    assert (merged.status, merged.merged_into) == ("merged", whole)
    back = take(sessions, other, "unmerge", CLERK, text="不是一回事")
    assert back.merged_into is None and [clock.state for clock in back.clocks] == ["running"]
    assert take(sessions, whole, "split", CLERK, text="另一件事").events[-1].payload["split_into"]
    with pytest.raises(InvalidField):
        take(sessions, whole, "merge", CLERK, into=whole)


def test_a_refusal_of_a_bank_or_council_that_is_revoked_leaves_its_clock_running(sessions):
    for office, ground in (
        (BANK, BANK.grounds()[0].code),
        (an_office("council"), an_office("council").grounds()[0].code),
    ):
        number = file(sessions, office)
        due = queries_of(sessions, number).clocks[0].due
        take(sessions, number, "reject", CLERK, office, ground=ground, text="请找对的地方")
        [clock] = take(sessions, number, "revoke", SUPERVISOR, office, text="看错了").clocks
        assert (clock.state, clock.due, clock.ended_on) == ("running", due, None)


def test_a_pause_ends_with_its_clock_so_that_a_reopened_ticket_can_go_on(sessions):
    number = file(sessions)
    take(sessions, number, "accept", CLERK)
    assert take(sessions, number, "pause", HANDLER, cause="testing").matters["paused"] == "testing"
    take(sessions, number, "terminate", HANDLER, ending="withdrawn")
    closed = take(sessions, number, "close", HANDLER, result="已撤回")
    assert "paused" not in closed.matters
    take(sessions, number, "reopen", SUPERVISOR, text="又有新情况")
    assert refused(sessions, number, "resume", HANDLER) == "paused"


def test_the_clock_of_a_review_is_met_by_its_decision(sessions):
    number = file(sessions, BANK)
    take(sessions, number, "accept", CLERK, BANK)
    take(sessions, number, "decide", HANDLER, BANK, **DECISION)
    take(sessions, number, "review", CLERK, BANK, text="不服", by_branch="yes")
    done = take(sessions, number, "decide_review", SUPERVISOR, BANK, text="维持")
    assert [clock.state for clock in done.clocks if clock.name == "review"] == ["met"]


@pytest.mark.parametrize("wrong", ["9" * 40, "１", "-1"])
def test_a_number_that_no_account_can_have_is_no_handler(sessions, wrong):
    number = file(sessions)
    take(sessions, number, "accept", CLERK)
    with pytest.raises(InvalidField) as problem:
        take(sessions, number, "assign", CLERK, department="消保科", co_handlers=wrong)
    assert problem.value.field == "co_handlers"


def test_a_nul_in_a_text_is_left_out(sessions):
    number = file(sessions)
    ticket = take(sessions, number, "note", CLERK, text="前\0后")
    assert ticket.events[-1].payload["text"] == "前后"


def queries_of(sessions, number):
    with sessions.begin() as session:
        return queries.ticket(session, number)


def told(sessions, number):
    with sessions() as session:
        rows = select(OutboxRow).join(Ticket, Ticket.id == OutboxRow.ticket_id).where(Ticket.number == number)
        return list(session.scalars(rows.order_by(OutboxRow.id)))


@pytest.mark.parametrize("own", [True, False])
def test_a_merged_ticket_says_so_after_what_waits_and_names_only_ones_own(sessions, own):
    whole = file(sessions, conversation_id="c1" if own else "somebody else's")
    other = file(sessions, draft_id="another", conversation_id="c1")
    take(sessions, other, "ask_supplement", CLERK, text="补一张小票")
    take(sessions, other, "merge", CLERK, into=whole)
    waiting, merged = told(sessions, other)
    assert [waiting.response, merged.response] == ["utter_notice_supplement_asked", "utter_notice_merged"]
    assert (waiting.state, merged.state) == ("waiting", "waiting"), "one goes after the other"
    words = load(REFERENCE).notice(merged.response, merged.params, False).text
    assert other in words and (f"另一张单子 {whole} 合" in words) == own
    assert own or whole not in str(merged.params)
    assert told(sessions, whole) == []
    take(sessions, other, "unmerge", CLERK, text="内部原因")
    last = told(sessions, other)[-1]
    assert "单独办" in load(REFERENCE).notice(last.response, last.params, False).text
    assert "内部原因" not in load(REFERENCE).notice(last.response, last.params, False).text
