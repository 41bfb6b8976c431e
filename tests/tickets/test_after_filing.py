"""What a citizen does with a filed ticket: each act once, on their own tickets, within its window, and no clock moves."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from tests.factories import CITIZEN, CLERK, NOW, SUPERVISOR, an_office, file_ticket
from tests.factories import staff as a_member
from xiaobao.tickets import after_filing, deadlines, queries, reminders, service
from xiaobao.tickets.errors import AlreadyDone, InvalidField, NotFound, StepNotOpen, TicketError, WindowOver
from xiaobao.tickets.service import Actor
from xiaobao.tickets.tables import OutboxRow, Ticket
from xiaobao.tickets.views import TicketView
from xiaobao.tickets.workflow import Role, Step

OFFICE = an_office()
DAY = timedelta(days=1)


def take(
    sessions, number: str, step: str, actor: Actor = CITIZEN, now: datetime = NOW, office=OFFICE, **typed
) -> TicketView:
    with sessions.begin() as session:
        return service.step(
            session, number, step=next(one for one in Step if one == step), actor=actor, now=now, office=office, **typed
        )


def closed(sessions, now: datetime = NOW) -> str:
    number = file_ticket(sessions)
    for step, typed in (("accept", {}), ("assign", {"department": "消保科"}), ("close", {"result": "谈成，退129元"})):
        take(sessions, number, step, SUPERVISOR, now, **typed)
    return number


# 更正


def test_an_amendment_stands_on_the_ticket_and_the_original_stays(sessions):
    number = file_ticket(sessions)
    view = take(sessions, number, "amend", field="amount", value="192元", normalised="19200")
    assert (view.amount_text, view.amount_cents, view.status) == ("192元", 19200, "submitted")
    assert view.events[-1].payload["text"] == "金额：129元 → 192元"
    with sessions() as session:
        ticket = session.scalars(select(Ticket)).one()
        assert (ticket.as_filed["amount_text"], ticket.as_filed["amount_cents"]) == ("129元", 12900)


def test_contact_data_stands_masked_in_the_history_and_whole_on_the_ticket(sessions):
    number = file_ticket(sessions)
    view = take(sessions, number, "amend", field="contact_phone", value="13900005678")
    assert "13900005678" not in str(view.events) and "139" in view.events[-1].payload["text"]
    with sessions() as session:
        assert queries.ticket(session, number, unmasked=True).contact_phone == "13900005678"


def test_a_merchant_amended_is_counted_under_its_new_name(sessions):
    number = file_ticket(sessions)
    before = take(sessions, number, "amend", field="claim", value="换一个").merchant_key
    assert take(sessions, number, "amend", field="merchant", value="新新家电城").merchant_key not in (None, before)


@pytest.mark.parametrize(
    ("field", "value", "normalised"),
    [
        ("amount", "很多", ""),
        ("amount", "0元", "0"),
        ("amount", "一亿亿", "9" * 20),
        ("event_date", "明天", "2026-11-24"),
        ("event_date", "2月30日", "2026-02-30"),
        ("narrative", "另一个故事", ""),
        ("status", "closed", ""),
        ("claim", "  ", ""),
        ("claim", "长" * 201, ""),
    ],
)
def test_a_wrong_amendment_changes_nothing(sessions, field, value, normalised):
    number = file_ticket(sessions)
    with pytest.raises(InvalidField):
        take(sessions, number, "amend", field=field, value=value, normalised=normalised)
    with sessions() as session:
        assert len(queries.ticket(session, number).events) == 1


def test_a_month_alone_is_an_amendment_of_the_words(sessions):
    number = file_ticket(sessions)
    view = take(sessions, number, "amend", field="event_date", value="十月", normalised="2026-10")
    assert (view.event_date_text, view.event_date) == ("十月", None)


def test_the_same_amendment_again_is_not_written_twice(sessions):
    number = file_ticket(sessions)
    take(sessions, number, "amend", field="item", value="电热水壶")
    with pytest.raises(AlreadyDone):
        take(sessions, number, "amend", field="item", value="电热水壶")


def test_an_anonymous_report_never_gets_a_name_by_amendment(sessions):
    number = file_ticket(sessions, ticket_kind="report", anonymous="yes", contact_name=None, contact_phone=None)
    with pytest.raises(InvalidField):
        take(sessions, number, "amend", field="contact_name", value="张三")


# 是否愿意调解


def test_mediation_is_agreed_to_or_declined_and_may_be_thought_over(sessions):
    number = file_ticket(sessions)
    with pytest.raises(StepNotOpen):
        take(sessions, number, "answer_mediation", wish="yes")  # not accepted yet
    take(sessions, number, "accept", SUPERVISOR)
    assert take(sessions, number, "answer_mediation", wish="yes").matters["wish"] == "yes"
    with pytest.raises(AlreadyDone):
        take(sessions, number, "answer_mediation", wish="yes")
    view = take(sessions, number, "answer_mediation", wish="no", text="商家骂人")
    assert (view.matters["wish"], view.events[-1].payload["text"]) == ("no", "不愿意调解。商家骂人")
    assert view.status == "accepted"  # ending is a step of staff


def test_a_bank_is_not_asked_about_mediation(sessions):
    number = file_ticket(sessions, office_id="bank")
    take(sessions, number, "accept", SUPERVISOR, office=an_office("bank"))
    with pytest.raises(StepNotOpen):
        take(sessions, number, "answer_mediation", wish="yes", office=an_office("bank"))


# 和解


def test_a_settlement_is_kept_with_its_promise_and_ends_nothing(sessions):
    number = file_ticket(sessions)
    view = take(sessions, number, "settle", how="promise", promised_on="2026-12-15", text="老板口头说的")
    assert (view.status, view.matters["promise"]) == ("submitted", {"on": "2026-12-15"})
    assert view.clocks[0].state == "running"
    with pytest.raises(AlreadyDone):
        take(sessions, number, "settle", how="promise", promised_on="2026-12-15", text="老板口头说的")
    view = take(sessions, number, "settle", how="full", now=NOW + DAY)
    assert "promise" not in view.matters and view.matters["settled"]["how"] == "full"


@pytest.mark.parametrize(
    "typed",
    [
        {"how": "gone"},
        {},
        {"how": "promise", "promised_on": "2026-11-22"},
        {"how": "full", "promised_on": "2026-12-01"},
    ],
)
def test_a_wrong_settlement_is_refused(sessions, typed):
    with pytest.raises(InvalidField):
        take(sessions, file_ticket(sessions), "settle", **typed)


def test_what_came_of_it_may_be_told_after_closing_and_not_by_an_informant(sessions):
    assert take(sessions, closed(sessions), "settle", how="part").status == "closed"
    with pytest.raises(StepNotOpen):
        take(sessions, file_ticket(sessions, ticket_kind="report"), "settle", how="full")


# 评价


def test_the_same_rating_twice_is_one_and_another_replaces_it(sessions):
    number = closed(sessions)
    take(sessions, number, "rate", score="5", fulfilled="yes")
    with pytest.raises(AlreadyDone):
        take(sessions, number, "rate", score="5", fulfilled="yes")
    view = take(sessions, number, "rate", score="1", fulfilled="no", text="钱没到")
    assert (view.score, view.events[-1].payload["fulfilled_words"]) == (1, "没有兑现")
    assert len([event for event in view.events if event.step == "rate"]) == 2


# 重开


def reopening(sessions, number: str, now: datetime, **typed) -> TicketView:
    return take(sessions, number, "reopen", now=now, **{"because": "unperformed", "text": "没给钱", **typed})


def test_a_citizen_reopens_within_the_window_and_no_clock_moves(sessions):
    number = closed(sessions)
    with sessions() as session:
        before = queries.ticket(session, number).clocks
    view = reopening(sessions, number, NOW + OFFICE.reopen_days * DAY)
    assert (view.status, view.events[-1].payload["text"]) == ("assigned", "说好的没有兑现。没给钱")
    assert view.clocks == before
    with sessions() as session:
        assert [one.stage for one in reminders.mine(session, CLERK)] == ["reopened"]
        told = [row.response for row in session.scalars(select(OutboxRow)) if row.response == "utter_notice_reopened"]
    assert not told, "the answer stood in the very conversation"


def test_a_day_too_late_is_told_with_its_last_day(sessions):
    number = closed(sessions)
    with pytest.raises(WindowOver) as refused:
        reopening(sessions, number, NOW + (OFFICE.reopen_days + 1) * DAY)
    assert refused.value.until == deadlines.local_date(NOW) + OFFICE.reopen_days * DAY
    assert take(sessions, number, "reopen", SUPERVISOR, NOW + 400 * DAY, text="复查发现").status == "assigned"


@pytest.mark.parametrize("typed", [{"because": ""}, {"because": "angry"}, {"text": " "}])
def test_reopening_needs_a_ground_and_words(sessions, typed):
    with pytest.raises(InvalidField):
        reopening(sessions, closed(sessions), NOW, **typed)


def test_what_was_withdrawn_or_refused_is_not_reopened_by_the_citizen(sessions):
    number = file_ticket(sessions)
    take(sessions, number, "withdraw")
    with pytest.raises(StepNotOpen):
        reopening(sessions, number, NOW)


def test_the_window_counts_from_the_last_closing(sessions):
    number = closed(sessions)
    later = NOW + 20 * DAY
    reopening(sessions, number, later)
    view = take(sessions, number, "close", SUPERVISOR, later, result="又谈了一次")
    assert after_filing.reopen_until(view.events, 30) == deadlines.local_date(later) + 30 * DAY


# 催办


def test_an_urge_reminds_who_holds_it_and_near_the_last_day_the_supervisor(sessions):
    number = file_ticket(sessions)
    with sessions.begin() as session:
        handler = a_member(session)
    take(sessions, number, "accept", SUPERVISOR)
    take(sessions, number, "assign", SUPERVISOR, department="消保科", handler=str(handler.account_id))
    with sessions.begin() as session:
        view = service.urge(session, number, actor=CITIZEN, now=NOW, office=OFFICE)
    assert view.events[-1].payload == {"times": 1, "who": "王承办", "raised": False}
    with sessions() as session:
        assert [one.stage for one in reminders.mine(session, handler)] == ["urged"]
        assert reminders.mine(session, SUPERVISOR) == []
    last = view.clocks[-1].due
    with sessions.begin() as session:
        urged = service.urge(
            session, number, actor=CITIZEN, now=datetime.combine(last, time(9), deadlines.TIMEZONE), office=OFFICE
        )
    assert urged.events[-1].payload["raised"]
    with sessions() as session:
        assert [one.stage for one in reminders.mine(session, handler)] == ["urged"]
        assert [one.stage for one in reminders.mine(session, SUPERVISOR)] == ["urged_raised"]


def test_a_reminder_ticked_off_is_fresh_when_the_citizen_urges_again(sessions):
    number = file_ticket(sessions)
    with sessions.begin() as session:
        service.urge(session, number, actor=CITIZEN, now=NOW, office=OFFICE)
    with sessions.begin() as session:
        (one,) = reminders.mine(session, CLERK)
        reminders.see(session, CLERK, one.id, NOW)
        assert reminders.count(session, CLERK) == 0
    with sessions.begin() as session:
        service.urge(session, number, actor=CITIZEN, now=NOW + DAY, office=OFFICE)
        assert reminders.count(session, CLERK) == 1


# Whose it is, for every act


@pytest.mark.parametrize(
    ("step", "typed"),
    [
        ("amend", {"field": "item", "value": "别的"}),
        ("settle", {"how": "full"}),
        ("rate", {"score": "5"}),
        ("reopen", {"because": "new_facts", "text": "有新证据"}),
        ("answer_mediation", {"wish": "no"}),
    ],
)
def test_nobody_acts_on_another_persons_ticket(sessions, step, typed):
    number = closed(sessions)
    with sessions() as session:
        code = session.scalar(select(Ticket.query_code))
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for stranger in (Actor.citizen("somebody else"), Actor.citizen("somebody else", wrong), Actor.citizen(None)):
        with pytest.raises(NotFound):
            take(sessions, number, step, stranger, **typed)
    for member in (Actor(Role.LIAISON, 9, "联络员"), Actor(Role.INSPECTOR, 9, "监督员")):
        with pytest.raises(TicketError):
            take(sessions, number, step, member, **typed)


def test_today_is_the_day_in_shanghai(sessions):
    number = closed(sessions, datetime(2026, 11, 23, 23, 30, tzinfo=deadlines.TIMEZONE))
    with sessions() as session:
        assert after_filing.reopen_until(queries.ticket(session, number).events, 1) == date(2026, 11, 24)
