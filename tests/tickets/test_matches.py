"""Tickets that belong together, and who may know of it; on both databases."""

from __future__ import annotations

import time
import uuid
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, text

from tests.factories import CITIZEN, CLERK, CONVERSATION, NOW, a_submission, an_office, file_ticket
from xiaobao import database
from xiaobao.tickets import keeping, matches, merchants, queries, service
from xiaobao.tickets.matches import COMPLAINTS, WITH_REPORTS, Matter
from xiaobao.tickets.queue_tables import MerchantKey
from xiaobao.tickets.tables import Ticket
from xiaobao.tickets.workflow import Kind

GYM = {"merchant": "乐动健身", "item": "健身卡", "amount_cents": 268000, "event_date": date(2026, 10, 3)}


def another(sessions, n=1, **changes):
    """A ticket of another citizen."""
    stranger = {"conversation_id": f"other-{n}", "contact_phone": f"139{n:08d}"}
    return file_ticket(sessions, **{**GYM, **stranger, **changes})


def found(sessions, number, kinds=WITH_REPORTS):
    with sessions.begin() as session:
        return [(one.ticket.number, one.reasons) for one in matches.duplicates(session, number, kinds)]


def grouped(sessions, number, kinds=WITH_REPORTS, now=NOW):
    with sessions.begin() as session:
        return matches.group(session, number, kinds, now)


def test_the_same_citizen_with_the_same_matter_is_a_likely_duplicate(sessions):
    first = file_ticket(sessions, **GYM)
    again = file_ticket(
        sessions, **{**GYM, "item": "健身年卡", "amount_cents": 268800, "event_date": date(2026, 10, 5)}
    )
    assert found(sessions, again) == [(first, ("conversation", "phone", "merchant", "item", "date"))]
    assert found(sessions, first) == [(again, ("conversation", "phone", "merchant", "item", "date"))]


def test_the_telephone_alone_makes_the_same_citizen(sessions):
    first = file_ticket(sessions, **GYM)
    by_phone = file_ticket(sessions, **{**GYM, "merchant": "动乐健身"}, conversation_id=None)
    assert found(sessions, by_phone) == [(first, ("phone", "near_merchant", "item", "amount", "date"))]


@pytest.mark.parametrize(
    "changes",
    [
        {"merchant": "好味饭店"},
        {"merchant": None},
        {"item": "游泳课", "amount_cents": 100, "event_date": date(2026, 1, 1)},
        {"order_number": "B2"},
    ],
)
def test_another_matter_of_the_same_citizen_is_none(sessions, changes):
    file_ticket(sessions, **GYM, order_number="A1")
    assert found(sessions, file_ticket(sessions, **{**GYM, **changes})) == []


def test_another_citizen_is_no_duplicate_and_two_without_any_name_are_not_one_person(sessions):
    file_ticket(sessions, **GYM, conversation_id=None, contact_phone=None)
    nobody = file_ticket(sessions, **GYM, conversation_id=None, contact_phone=None)
    assert found(sessions, nobody) == []
    assert found(sessions, another(sessions)) == []


def test_a_ticket_taken_back_is_no_duplicate(sessions):
    first = file_ticket(sessions, **GYM)
    with sessions.begin() as session:
        service.withdraw(session, first, actor=CITIZEN, now=NOW)
    assert found(sessions, file_ticket(sessions, **GYM)) == []


def test_a_group_counts_other_citizens_and_those_with_the_same_problem(sessions):
    number = file_ticket(sessions, **GYM)
    file_ticket(sessions, **GYM)  # the same citizen again
    another(sessions, 1, item="健身年卡")
    another(sessions, 2, merchant="云泽市乐动健身有限公司", item="私教课", problem="不退钱",
            spans={"problem": {"normalised": "售后服务"}})  # fmt: skip
    another(sessions, 3, merchant="乐洞健身")
    another(sessions, 4, merchant="好味饭店")
    group = grouped(sessions, number)
    assert (group.merchant_key, group.others, group.alike, group.persons_alike, group.many) == (
        "乐动健身", 2, 1, 2, False,
    )  # fmt: skip
    assert [(one.merchant_key, one.name, one.tickets) for one in group.near] == [("乐洞健身", "乐洞健身", 1)]


def test_of_very_many_tickets_against_one_merchant_the_newest_are_compared(sessions, monkeypatch):
    monkeypatch.setattr(matches, "MOST_COMPARED", 2)
    number = file_ticket(sessions, **GYM, now=NOW - timedelta(days=9))
    for nth, days in enumerate((3, 2, 1), start=1):
        another(sessions, nth, now=NOW - timedelta(days=days))
    group = grouped(sessions, number)
    assert (group.others, group.compared, group.alike, group.persons_alike) == (3, 2, 2, 3)


def test_the_same_category_is_the_same_problem_whatever_words_were_used(sessions):
    after_sales = {"spans": {"problem": {"normalised": "售后服务"}}, "item": None}
    number = file_ticket(sessions, **{**GYM, **after_sales}, problem="不给退")
    another(sessions, 1, **after_sales, problem="没人管")
    assert grouped(sessions, number).alike == 1


def test_a_group_ends_after_twelve_months_and_at_the_border_of_the_office(sessions):
    number = file_ticket(sessions, **GYM)
    another(sessions, 1, now=NOW - timedelta(days=366))
    another(sessions, 2, office_id="council")
    assert grouped(sessions, number) is None


def test_reports_are_no_part_of_anything_for_who_may_not_see_them(sessions):
    number = file_ticket(sessions, **GYM)
    report = file_ticket(sessions, ticket_kind="report", **GYM)
    another(sessions, 1, ticket_kind="report")
    another(sessions, 2, ticket_kind="report", merchant="乐洞健身")
    assert found(sessions, number, COMPLAINTS) == [] and grouped(sessions, number, COMPLAINTS) is None
    assert found(sessions, report, COMPLAINTS) == [] and grouped(sessions, report, COMPLAINTS) is None
    assert [one for one, _ in found(sessions, number)] == [report]
    group = grouped(sessions, number)
    assert (group.others, group.reports, len(group.near)) == (1, 1, 1)
    with sessions.begin() as session:
        for kinds, count in ((COMPLAINTS, {"乐动健身": 1}), (WITH_REPORTS, {"乐动健身": 3})):
            assert matches.counts(session, "demo", ["乐动健身", None, "没有"], kinds, NOW) == count


def test_twenty_persons_against_one_institution_are_many(sessions):
    bank = {**GYM, "merchant": None, "institution": "演示银行", "item": "信用卡"}
    number = file_ticket(sessions, **bank)
    for n in range(18):
        another(sessions, n, **bank)
    another(sessions, 3, **bank)  # one of them a second time
    assert (grouped(sessions, number).persons_alike, grouped(sessions, number).many) == (19, False)
    another(sessions, 99, **bank)
    assert (grouped(sessions, number).persons_alike, grouped(sessions, number).many) == (20, True)


def existing(sessions, conversation_id=CONVERSATION, kind="complaint", **changes):
    values = {**GYM, **changes}
    matter = Matter("demo", merchants.key(values.pop("merchant")), **values)
    with sessions.begin() as session:
        ticket = matches.existing(session, matter, kind=kind, conversation_id=conversation_id)
    return ticket.number if ticket else None


def test_the_chat_finds_its_own_live_ticket_about_the_same_matter(sessions):
    number = file_ticket(sessions, **GYM)
    assert existing(sessions) == number
    assert existing(sessions, item=None, event_date=None) == number
    assert existing(sessions, item="游泳课", amount_cents=1, event_date=None) is None
    assert existing(sessions, kind="report") is None
    with sessions.begin() as session:
        service.reject(session, number, actor=CLERK, now=NOW, office=an_office(), ground="N1", text="请找住建局")
    assert existing(sessions) is None


def test_no_chat_finds_a_ticket_of_another_conversation(sessions):
    file_ticket(sessions, **GYM)
    file_ticket(sessions, **GYM, conversation_id=None)
    assert existing(sessions, "somebody else") is None
    assert existing(sessions, None) is None and existing(sessions, "") is None


texts = st.one_of(st.none(), st.sampled_from(["健身卡", "健身年卡", "游泳课", "x"]))
matters = st.builds(
    Matter,
    office_id=st.sampled_from(["demo", "other"]),
    merchant_key=st.one_of(st.none(), st.sampled_from(["乐动健身", "动乐健身", "好味饭店"])),
    item=texts,
    amount_cents=st.one_of(st.none(), st.sampled_from([1, 2])),
    event_date=st.one_of(st.none(), st.dates(date(2026, 1, 1), date(2026, 1, 9))),
    order_number=st.one_of(st.none(), st.sampled_from(["A", "B"])),
)


@given(matters, matters)
def test_two_matters_are_the_same_both_ways_and_never_without_merchant(one, other):
    assert matches.same_matter(one, other) == matches.same_matter(other, one)
    if not one.merchant_key or one.office_id != other.office_id:
        assert matches.same_matter(one, other) == ()


@given(st.text(max_size=8), st.text(max_size=8))
def test_likeness_is_the_same_both_ways(one, other):
    assert matches.alike(one, other) == matches.alike(other, one)


def test_old_tickets_get_their_key_by_the_migration(tmp_path):
    url = f"sqlite:///{tmp_path / 'xiaobao.db'}"
    database.upgrade(url, "0004_on_duty")
    engine = database.make_engine(url)
    old = {"number": "XB20261101-000001", "query_code": "000000", "draft_id": "d", "office_id": "demo", "version": 1,
           "kind": "complaint", "status": "submitted", "submitted_at": "2026-11-01", "updated_at": "2026-11-01",
           "as_filed": "{}", "urgent": False, "urged": 0, "merchant": "云泽市乐动健身有限公司"}  # fmt: skip
    with engine.begin() as connection:
        names = ", ".join(old)
        connection.execute(text(f"INSERT INTO tickets ({names}) VALUES ({', '.join(':' + n for n in old)})"), old)
    database.upgrade(url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT merchant_key FROM tickets")) == "乐动健身"


@pytest.mark.slow
def test_a_hundred_thousand_tickets_cost_no_time(sessions):
    number = file_ticket(sessions, **GYM)
    with sessions.begin() as session:
        template = session.execute(select(*Ticket.__table__.c)).mappings().one()
        # 2,000 against this merchant, the others against 30,000 more.
        rows = [
            {**{k: v for k, v in template.items() if k != "id"}, "number": f"XB20261122-{n:06d}", "draft_id": str(n),
             "conversation_id": str(n), "contact_phone": f"139{n:08d}", "item": f"卡{n % 300}",
             "merchant_key": "乐动健身" if n % 50 == 0 else f"商家{n % 30_000:05d}号店"}
            for n in range(100_000)
        ]  # fmt: skip
        for at in range(0, len(rows), 10_000):
            session.execute(insert(Ticket), rows[at : at + 10_000])
    keys = ["乐动健身", *(f"商家{n:05d}号店" for n in range(49))]
    times = []
    with sessions.begin() as session:
        session.execute(text("ANALYZE"))
        for _ in range(3):  # the quickest counts: others use this machine, too
            started = time.perf_counter()
            assert matches.group(session, number, WITH_REPORTS, NOW).others == 2000
            assert matches.duplicates(session, number, WITH_REPORTS) == []
            assert matches.counts(session, "demo", keys, WITH_REPORTS, NOW)["乐动健身"] == 2001
            times.append(time.perf_counter() - started)
    print(f"group, duplicates and counts: {min(times) * 1000:.0f} ms")
    assert min(times) < 1.0


def test_matching_touches_no_ticket(sessions):
    number = file_ticket(sessions, **GYM, draft_id=uuid.uuid4().hex)
    another(sessions)
    with sessions.begin() as session:
        before = queries.ticket(session, number)
        matches.duplicates(session, number, frozenset(Kind))
        matches.group(session, number, frozenset(Kind), NOW)
        assert queries.ticket(session, number) == before
    assert a_submission().sources == {}


def keys(sessions):
    with sessions.begin() as session:
        return set(session.scalars(select(MerchantKey.merchant_key)))


def test_each_merchant_is_named_once_as_long_as_a_ticket_has_it(sessions):
    numbers = [file_ticket(sessions, merchant=name) for name in ("乐动健身", "乐动健身", "好味理发")]
    first, other = keys(sessions) - {"好味理发"}, {"好味理发"}
    assert len(first) == 1 and keys(sessions) == first | other
    for number, left in zip(numbers, (first | other, other, set()), strict=True):
        with sessions.begin() as session:
            session.delete(session.scalars(select(Ticket).where(Ticket.number == number)).one())
        assert keys(sessions) == left


def test_a_merchant_put_right_is_named_anew(sessions):
    number = file_ticket(sessions, merchant="乐动健身")
    with sessions.begin() as session:
        session.scalars(select(Ticket).where(Ticket.number == number)).one().merchant_key = "好味理发"
    assert keys(sessions) == {"好味理发"}


def test_rebuilding_names_every_merchant(sessions):
    file_ticket(sessions, merchant="乐动健身")
    before = keys(sessions)
    with sessions.begin() as session:
        session.execute(delete(MerchantKey))
        keeping.rebuild(session.connection())
    assert keys(sessions) == before
