"""Follow-ups: who is asked, once, when; what answers it; what drops it; and a promise on its day."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.factories import CITIZEN, CONVERSATION, NOW, REFERENCE, SUPERVISOR, an_office, file_ticket
from tests.tickets.test_after_filing import take
from xiaobao.tickets import (
    contacts,
    delivery,
    erasing,
    follow_up_rules,
    follow_ups,
    office,
    office_settings,
    rates,
    reminders,
    service,
    worklist,
)
from xiaobao.tickets.errors import AlreadyDone, InvalidField
from xiaobao.tickets.follow_up_tables import FollowUp
from xiaobao.tickets.tables import OutboxRow, Ticket
from xiaobao.worker import follow_ups as job

DAY = timedelta(days=1)
CLOSING = (("accept", {}), ("assign", {"department": "消保科"}), ("close", {"result": "谈成，退129元"}))


def closed(sessions, now: datetime = NOW, **changes) -> str:
    """A grave ticket, closed."""
    number = file_ticket(sessions, now=now, **({"urgent": True} | changes))
    steps = CLOSING if changes.get("ticket_kind", "complaint") == "complaint" else CLOSING[1:]
    for step, typed in steps:
        take(sessions, number, step, SUPERVISOR, now, **typed)
    return number


def work(sessions, now: datetime) -> list[str]:
    """Names of the notices that the worker's job wrote at this moment."""
    before = len(asked(sessions))
    job.ask(sessions, lambda: now)
    return [name for name in asked(sessions)[before:]]


def asked(sessions) -> list[str]:
    with sessions() as session:
        rows = session.scalars(select(OutboxRow.response).order_by(OutboxRow.id))
        return [name for name in rows if name in delivery.ASKING]


def deliver(sessions, state: str = delivery.DELIVERED) -> None:
    with sessions.begin() as session:
        for row in session.scalars(select(OutboxRow).where(OutboxRow.state == delivery.WAITING)):
            row.state = state


def states(sessions, number: str) -> list[tuple[str, str, str]]:
    with sessions() as session:
        return [(row.kind, row.reason, row.state) for row in follow_ups.of_ticket(session, number)]


def called(sessions) -> int | None:
    with sessions() as session:
        return worklist.page(session, today=NOW.date(), to_follow=True, count=True).total


# Who is asked


def test_every_grave_one_and_a_share_of_the_others_by_a_draw_that_can_be_repeated(sessions):
    numbers = [f"XB20261123-{n:06d}" for n in range(1000)]
    drawn = [number for number in numbers if follow_up_rules.drawn(number, 20)]
    assert 150 < len(drawn) < 250 and drawn == [n for n in numbers if follow_up_rules.drawn(n, 20)]
    assert set(drawn) < {n for n in numbers if follow_up_rules.drawn(n, 60)}, "a larger share only adds"
    assert not any(follow_up_rules.drawn(n, 0) for n in numbers) and all(follow_up_rules.drawn(n, 100) for n in numbers)
    number = file_ticket(sessions, amount_cents=1_000_000)
    with sessions() as session:
        ticket = session.scalars(select(Ticket)).one()
        assert follow_up_rules.reason(ticket, "urgent amount:10000", 0) == "amount"
        assert follow_up_rules.reason(ticket, "urgent amount:10001", 0) is None
        ticket.urgent = True
        assert follow_up_rules.reason(ticket, "urgent amount:10001", 0) == "urgent"
        ticket.kind = "callback"
        assert follow_up_rules.reason(ticket, "urgent", 100) is None
    assert number


def test_rule_and_share_come_from_the_profile_and_an_admin_may_change_them(sessions, tmp_path):
    with sessions.begin() as session:
        changed = office_settings.save(session, {"follow_up_share": "0", "follow_up_grave": "agreed amount:5"})
        mine = office_settings.layered(an_office(), session)
    assert changed == ["follow_up_share", "follow_up_grave"]
    assert (mine.follow_up_share, mine.follow_up_grave) == (0, "agreed amount:5")
    for name, value in (("follow_up_share", "101"), ("follow_up_grave", "loud"), ("follow_up_grave", "amount:0")):
        with sessions.begin() as session, pytest.raises(InvalidField):
            office_settings.save(session, {name: value})
    for file in REFERENCE.glob("*.csv"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    broken = tmp_path / "office.csv"
    broken.write_text(broken.read_text("utf-8").replace("urgent major", "urgent loud"), "utf-8")
    with pytest.raises(ValueError, match="loud"):
        office.load(tmp_path, "demo")


def test_who_can_be_reached_in_no_way_is_not_planned(sessions):
    nobody = {"conversation_id": None, "contact_phone": None, "contact_name": None, "contact_address": None}
    number = closed(sessions, ticket_kind="report", anonymous="yes", **nobody)
    by_telephone = closed(sessions, conversation_id=None)
    assert states(sessions, number) == []
    assert work(sessions, NOW + 4 * DAY) == [] and called(sessions) == 1
    assert states(sessions, by_telephone) == [("closing", "urgent", "call")]


# When, and how often


def test_asked_in_three_days_once_more_then_somebody_calls(sessions):
    number = closed(sessions)
    assert work(sessions, NOW + 2 * DAY) == []
    assert work(sessions, NOW + 3 * DAY) == ["utter_notice_follow_up"]
    assert work(sessions, NOW + 3 * DAY) == []
    deliver(sessions)
    assert work(sessions, NOW + 5 * DAY) == []
    assert work(sessions, NOW + 6 * DAY) == ["utter_notice_follow_up_again"]
    deliver(sessions)
    assert called(sessions) == 0
    assert work(sessions, NOW + 9 * DAY) == [] and called(sessions) == 1
    assert states(sessions, number) == [("closing", "urgent", "call")]
    take(sessions, number, "follow_up", SUPERVISOR, NOW + 9 * DAY, fulfilled="part", grade="fair", text="还差29元")
    assert called(sessions) == 0
    with sessions() as session:
        ticket = session.scalars(select(Ticket)).one()
        assert (ticket.score, ticket.fulfilled) == (3, "part")


def test_a_job_that_slept_for_days_asks_once_and_waits_again_and_never_by_night(sessions):
    closed(sessions)
    late = NOW + 12 * DAY
    assert work(sessions, late.replace(hour=3)) == []
    assert work(sessions, late) == ["utter_notice_follow_up"]
    deliver(sessions)
    assert work(sessions, late + 2 * DAY) == []
    assert work(sessions, late + 3 * DAY) == ["utter_notice_follow_up_again"]


def test_what_was_closed_long_ago_is_asked_about_by_nobody(sessions):
    imported, by_telephone = closed(sessions), closed(sessions, conversation_id=None)
    assert work(sessions, NOW + 18 * DAY) == [] and called(sessions) == 0
    assert [states(sessions, number)[0][2] for number in (imported, by_telephone)] == ["dropped", "dropped"]


def test_while_the_bot_is_down_nothing_is_asked_twice(sessions):
    closed(sessions)
    assert work(sessions, NOW + 3 * DAY) == ["utter_notice_follow_up"]
    assert work(sessions, NOW + 6 * DAY) == []
    deliver(sessions)
    assert work(sessions, NOW + 6 * DAY + timedelta(hours=1)) == ["utter_notice_follow_up_again"]


def test_a_worker_killed_before_its_commit_has_asked_nothing_and_the_next_asks_once(sessions):
    closed(sessions)
    session = sessions()
    assert follow_ups.ask(session, NOW + 3 * DAY)
    session.rollback()
    session.close()
    assert asked(sessions) == []
    assert work(sessions, NOW + 3 * DAY) == ["utter_notice_follow_up"]


def test_two_workers_ask_once(sessions):
    for _ in range(5):
        closed(sessions)
    workers = [threading.Thread(target=job.ask, args=(sessions, lambda: NOW + 3 * DAY)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    job.ask(sessions, lambda: NOW + 3 * DAY)
    assert asked(sessions) == ["utter_notice_follow_up"] * 5


def test_who_cannot_be_reached_in_the_conversation_is_called_at_once_but_not_who_wants_no_calls(sessions):
    reachable, quiet = closed(sessions), closed(sessions, no_calls="yes")
    work(sessions, NOW + 3 * DAY)
    deliver(sessions, delivery.UNDELIVERED)
    assert work(sessions, NOW + 6 * DAY) == []
    assert [states(sessions, n)[0][2] for n in (reachable, quiet)] == ["call", "unanswered"]
    take(sessions, reachable, "follow_up", SUPERVISOR, NOW + 6 * DAY, fulfilled="yes", text="收到了")
    with sessions() as session:
        rows = session.scalars(select(OutboxRow).where(OutboxRow.response.in_(delivery.ASKING)).order_by(OutboxRow.id))
        assert [row.state for row in rows] == ["called", "undelivered"]


def test_what_the_website_showed_to_nobody_is_no_call_of_its_own(sessions):
    closed(sessions)
    work(sessions, NOW + 3 * DAY)
    deliver(sessions)
    with sessions() as session:
        waiting = session.scalars(delivery.on_the_website(NOW + 7 * DAY)).all()
        names = set(session.scalars(select(OutboxRow.response).where(OutboxRow.id.in_(waiting))))
    assert not names & set(delivery.ASKING)


# What answers it, and what drops it


def test_a_rating_answers_it_also_before_it_was_asked(sessions):
    early, later = closed(sessions), closed(sessions)
    take(sessions, early, "rate", now=NOW, score="5", fulfilled="yes")
    assert work(sessions, NOW + 3 * DAY) == ["utter_notice_follow_up"]
    take(sessions, later, "rate", now=NOW + 3 * DAY, score="1", fulfilled="no")
    assert work(sessions, NOW + 9 * DAY) == []
    assert [states(sessions, n)[0][2] for n in (early, later)] == ["answered", "answered"]


def test_reopening_and_archiving_drop_it_and_the_next_closing_is_asked_about_anew(sessions):
    number, archived = closed(sessions), closed(sessions)
    take(sessions, number, "reopen", SUPERVISOR, NOW, text="没退")
    take(sessions, archived, "archive", SUPERVISOR, NOW)
    assert work(sessions, NOW + 3 * DAY) == []
    take(sessions, number, "close", SUPERVISOR, NOW + 4 * DAY, result="退了")
    assert work(sessions, NOW + 7 * DAY) == ["utter_notice_follow_up"]
    assert [state for _, _, state in states(sessions, number)] == ["dropped", "waiting"]
    assert states(sessions, archived)[0][2] == "dropped"


def test_matters_without_a_merchant_are_asked_only_how_it_was(sessions):
    number = file_ticket(sessions, ticket_kind="suggestion", urgent=True)
    for step, typed in CLOSING[1:]:
        take(sessions, number, step, SUPERVISOR, **typed)
    assert work(sessions, NOW + 3 * DAY) == ["utter_notice_follow_up_other"]


def test_calls_in_vain_on_three_days_end_it(sessions):
    number = closed(sessions, conversation_id=None)
    work(sessions, NOW + 3 * DAY)
    for n in range(3):
        entry = contacts.Entry("citizen", "telephone", NOW + (3 + n) * DAY, reached=False)
        with sessions.begin() as session:
            now = NOW + (3 + n) * DAY
            contacts.add(session, number, entry, actor=SUPERVISOR, now=now, office=an_office())
    assert states(sessions, number)[0][2] == "unanswered" and called(sessions) == 0


# Promises


def promised(sessions, number: str, day: date, now: datetime = NOW) -> None:
    take(sessions, number, "settle", now=now, how="promise", promised_on=day.isoformat(), text="老板说的")


def test_a_promise_is_asked_about_on_the_evening_of_its_day(sessions):
    number = file_ticket(sessions)
    promised(sessions, number, date(2026, 12, 1))
    evening = NOW.replace(month=12, day=1, hour=18)
    assert work(sessions, evening - timedelta(hours=2)) == []
    assert work(sessions, evening) == ["utter_notice_promise"]
    with sessions() as session:
        row = session.scalars(select(OutboxRow)).one()
        assert (row.params["day"], row.conversation_id) == ("12月1日（周二）", CONVERSATION)
        assert follow_ups.asked_by(session, row.id) == (number, "promise", "complaint")
    take(sessions, number, "settle", now=evening, how="broken")
    with pytest.raises(AlreadyDone):
        take(sessions, number, "settle", now=evening, how="broken")
    assert states(sessions, number) == [("promise", "promise", "answered")]
    with sessions() as session:
        assert session.scalars(select(Ticket.fulfilled)).one() == "no"
        assert "broken" in [one.stage for one in reminders.mine(session, SUPERVISOR)]
        assert follow_ups.asked_by(session, row.id) is None


def test_a_promise_put_off_is_asked_about_on_the_new_day_only_and_one_for_today_not_at_once(sessions):
    number = file_ticket(sessions)
    promised(sessions, number, date(2026, 11, 25))
    promised(sessions, number, date(2026, 11, 27))
    assert work(sessions, NOW.replace(day=25, hour=19)) == []
    promised(sessions, number, date(2026, 11, 25), NOW.replace(day=25, hour=17, minute=30))
    assert work(sessions, NOW.replace(day=25, hour=19)) == []
    assert work(sessions, NOW.replace(day=25, hour=19, minute=45)) == ["utter_notice_promise"]
    assert work(sessions, NOW.replace(day=27, hour=18)) == []


@pytest.mark.parametrize("ending", ["withdraw", "merge", "kept"])
def test_a_promise_of_what_was_withdrawn_merged_or_kept_is_not_asked_about(sessions, ending):
    number, other = file_ticket(sessions), file_ticket(sessions)
    promised(sessions, number, date(2026, 11, 25))
    if ending == "withdraw":
        take(sessions, number, "withdraw")
    elif ending == "merge":
        take(sessions, number, "merge", SUPERVISOR, into=other)
    else:
        take(sessions, number, "settle", how="full")
    assert work(sessions, NOW.replace(day=26)) == []
    assert states(sessions, number)[0][2] == ("answered" if ending == "kept" else "dropped")


def test_a_promise_nobody_made_cannot_be_broken(sessions):
    number = file_ticket(sessions)
    with pytest.raises(InvalidField):
        take(sessions, number, "settle", how="broken")


# Rates


def test_rates_of_follow_up_satisfaction_and_fulfilment(sessions):
    kept, part, silent, no_merchant = (closed(sessions) for _ in range(4))
    take(sessions, kept, "rate", score="5", fulfilled="yes")
    take(sessions, part, "follow_up", SUPERVISOR, fulfilled="part", grade="poor", text="差一半")
    take(sessions, no_merchant, "rate", score="3", fulfilled="none")
    with sessions() as session:
        found = {
            rate.code: (rate.done, rate.whole) for rate in rates.rates(session, rates.period("2026-11"), NOW.date())
        }
    assert found["followed"] == (3, 4)
    assert found["content"] == (1, 3)
    assert found["fulfilled"] == (1, 2)
    assert states(sessions, silent)[0][2] == "waiting"


def test_a_wrong_grade_on_the_telephone_changes_nothing(sessions):
    number = closed(sessions)
    with pytest.raises(InvalidField):
        take(sessions, number, "follow_up", SUPERVISOR, grade="superb", text="好")
    with sessions() as session:
        assert session.scalars(select(FollowUp.state)).all() == ["waiting"]
    with sessions.begin() as session:
        assert service.rate(session, number, actor=CITIZEN, now=NOW, score=5).score == 5


def test_whoever_wants_to_be_erased_is_not_asked(sessions) -> None:
    number = closed(sessions)
    with sessions.begin() as session:
        erasing.stop_use(session, session.scalars(select(Ticket).where(Ticket.number == number)).one(), NOW)
    assert work(sessions, NOW + 4 * DAY) == []
    with sessions() as session:
        assert session.scalars(select(FollowUp.state)).all() == [follow_ups.DROPPED]
