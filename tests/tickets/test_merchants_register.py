"""The register of merchants, on both databases."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import CLERK, NOW, file_ticket
from xiaobao.tickets import merchants_register as register
from xiaobao.tickets import queries
from xiaobao.tickets.errors import InvalidField, NotFound, StaleVersion
from xiaobao.tickets.matches import COMPLAINTS, WITH_REPORTS
from xiaobao.tickets.merchants_register import AlreadyMerged, Entry, MerchantView
from xiaobao.tickets.tables import Audit

CODE, OTHER_CODE = "91110108551385082Q", "91440300708461136T"
GYM = Entry(
    "乐动健身有限公司", CODE, "和平路8号", phone="0571-88880000", names=("乐动",), shops=(("淘宝", "乐动旗舰店"),)
)
BY = {"actor": CLERK, "now": NOW}


def add(sessions: sessionmaker[Session], entry: Entry = GYM) -> int:
    with sessions.begin() as session:
        return register.add(session, entry, **BY).id


def get(sessions: sessionmaker[Session], merchant: int) -> MerchantView:
    with sessions.begin() as session:
        return register.get(session, merchant)


def test_an_entry_comes_back_as_it_was_written(sessions):
    merchant = add(sessions, replace(GYM, credit_code=" 91110108551385082q "))
    found = get(sessions, merchant)
    assert found.entry == GYM and found.version == 1
    with sessions.begin() as session:
        assert [row.action for row in session.scalars(select(Audit))] == ["add_merchant"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "长" * 4000}, "name"),
        ({"credit_code": "9I110108551385082Q"}, "credit_code"),
        ({"credit_code": "91110108551385082R"}, "credit_code"),
        ({"names": ("长" * 201,)}, "names"),
        ({"names": tuple(f"别名{n}" for n in range(51))}, "names"),
        ({"shops": (("", "店"),)}, "shops"),
        ({"shops": (("淘宝", "店" * 201),)}, "shops"),
        ({"notes": "长" * 4001}, "notes"),
    ],
)
def test_what_cannot_stand_there_is_refused_by_its_field(sessions, changes, field):
    with pytest.raises(InvalidField) as refused, sessions.begin() as session:
        register.add(session, replace(GYM, **changes), **BY)
    assert refused.value.field == field


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "'; DROP TABLE merchants; --", "100%_\\店", "王\x00\n李"]
)
def test_a_name_is_only_a_name(sessions, name):
    merchant = add(sessions, Entry(name))
    kept = get(sessions, merchant).entry.name
    assert kept == name.replace("\x00\n", " ")
    with sessions.begin() as session:
        assert [one.id for one in register.page(session, kept.split()[0]).rows] == [merchant]
        assert register.page(session, "不在这里").rows == []


def test_two_merchants_of_one_name_stay_apart(sessions):
    one, two = add(sessions, Entry("老王面馆")), add(sessions, Entry("老王面馆"))
    number = file_ticket(sessions, merchant="老王面馆")
    with sessions.begin() as session:
        register.link(session, number, one, **BY)
        assert [t.number for t in register.tickets_of(session, one, COMPLAINTS).rows] == [number]
        assert register.tickets_of(session, two, COMPLAINTS).rows == []


def test_a_code_and_a_shop_belong_to_one_entry(sessions):
    add(sessions)
    for taken in (Entry("别家", CODE), Entry("别家", shops=(("淘宝", "乐动旗舰店"),))):
        with pytest.raises(InvalidField), sessions.begin() as session:
            register.add(session, taken, **BY)


def test_an_entry_is_written_anew_and_a_stale_page_overwrites_nothing(sessions):
    merchant = add(sessions)
    with sessions.begin() as session:
        changed = register.edit(session, merchant, replace(GYM, names=("乐动", "乐洞"), phone=None), version=1, **BY)
    assert changed.entry.names == ("乐动", "乐洞") and changed.version == 2
    with pytest.raises(StaleVersion), sessions.begin() as session:
        register.edit(session, merchant, GYM, version=1, **BY)
    assert get(sessions, merchant).entry.phone is None


def test_merging_shows_both_and_taking_apart_restores_both_exactly(sessions):
    keep, other, third = (
        add(sessions),
        add(sessions, Entry("乐动（万达店）", notes="分店")),
        add(sessions, Entry("乐洞")),
    )
    numbers = [file_ticket(sessions), file_ticket(sessions)]
    with sessions.begin() as session:
        register.link(session, numbers[0], keep, **BY)
        register.link(session, numbers[1], other, **BY)
    before = [get(sessions, one) for one in (keep, other, third)]
    with sessions.begin() as session:
        register.merge(session, other, third, **BY)
        register.merge(session, keep, other, reason="一家的两个名字", **BY)
        assert sorted(register.family(session, keep)) == sorted((keep, other, third))
        assert register.root(session, third) == keep
        assert {one.number for one in register.tickets_of(session, keep, COMPLAINTS).rows} == set(numbers)
        assert [one.id for one in register.page(session).rows] == [keep]
    with sessions.begin() as session:
        register.unmerge(session, other, **BY)
        register.unmerge(session, third, **BY)
    assert [get(sessions, one) for one in (keep, other, third)] == before
    with sessions.begin() as session:
        actions = [row.action for row in session.scalars(select(Audit).order_by(Audit.id))]
        assert actions[-4:] == ["merge_merchants"] * 2 + ["unmerge_merchants"] * 2


def test_what_cannot_be_merged_is_refused(sessions):
    keep, other, company = add(sessions), add(sessions, Entry("别家")), add(sessions, Entry("两码", OTHER_CODE))
    refusals = [(keep, keep, InvalidField), (keep, company, InvalidField), (keep, 4711, NotFound)]
    with sessions.begin() as session:
        register.merge(session, keep, other, **BY)
    refusals += [(company, other, AlreadyMerged), (other, company, AlreadyMerged)]
    for one, two, error in refusals:
        with pytest.raises(error), sessions.begin() as session:
            register.merge(session, one, two, **BY)
    with pytest.raises(AlreadyMerged), sessions.begin() as session:
        register.unmerge(session, keep, **BY)
    with pytest.raises(AlreadyMerged), sessions.begin() as session:
        register.edit(session, other, GYM, version=1, **BY)


def test_two_clerks_who_merge_at_once_make_no_ring(sessions):
    one, two = add(sessions), add(sessions, Entry("别家"))
    together, outcomes = threading.Barrier(2), []

    def press(keep: int, other: int) -> None:
        together.wait()
        try:
            with sessions.begin() as session:
                register.merge(session, keep, other, **BY)
            outcomes.append("merged")
        except AlreadyMerged:
            outcomes.append("refused")

    threads = [threading.Thread(target=press, args=pair) for pair in ((one, two), (two, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["merged", "refused"]
    assert sorted(bool(get(sessions, entry).merged_into) for entry in (one, two)) == [False, True]


def test_of_two_clerks_who_register_one_code_at_once_one_is_told(sessions):
    together, outcomes = threading.Barrier(2), []

    def press(name: str) -> None:
        together.wait()
        try:
            outcomes.append(add(sessions, Entry(name, CODE)))
        except InvalidField as refused:
            outcomes.append(refused.field)

    threads = [threading.Thread(target=press, args=(name,)) for name in "甲乙"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(outcomes) == 2 and "credit_code" in outcomes
    with sessions.begin() as session:
        assert len(register.page(session).rows) == 1


def test_reports_are_only_among_the_tickets_of_who_may_see_them(sessions):
    merchant, number = add(sessions), file_ticket(sessions, ticket_kind="report")
    with sessions.begin() as session:
        register.link(session, number, merchant, **BY)
        assert register.tickets_of(session, merchant, COMPLAINTS).rows == []
        assert len(register.tickets_of(session, merchant, WITH_REPORTS).rows) == 1


def test_tickets_and_entries_come_in_pages(sessions):
    merchant = add(sessions)
    for name in ("甲", "乙"):
        add(sessions, Entry(name))
    numbers = [file_ticket(sessions) for _ in range(3)]
    with sessions.begin() as session:
        for number in numbers:
            register.link(session, number, merchant, **BY)
        first = register.tickets_of(session, merchant, COMPLAINTS, limit=2)
        rest = register.tickets_of(session, merchant, COMPLAINTS, before=first.next, limit=2)
        assert [one.number for one in (*first.rows, *rest.rows)] == numbers[::-1] and rest.next is None
        page = register.page(session, limit=2)
        assert [one.entry.name for one in page.rows] == ["乙", "甲"]
        assert [one.id for one in register.page(session, before=page.next, limit=2).rows] == [merchant]


@pytest.mark.parametrize("text", ["乐动", "乐动 健身", "旗舰店", "91110108", "91110108551385082q"])
def test_an_entry_is_found_by_name_alias_shop_and_code(sessions, text):
    merchant = add(sessions)
    add(sessions, Entry("别家"))
    with sessions.begin() as session:
        assert [one.id for one in register.page(session, text).rows] == [merchant]


@pytest.mark.parametrize(
    "told",
    [
        {"merchant": "云泽市乐动健身"},
        {"merchant": "乐洞健身"},
        {"merchant": None, "platform": "淘宝", "shop_name": "乐动旗舰店"},
        {"merchant": "乐动"},
    ],
)
def test_entries_that_a_ticket_may_be_about_are_suggested(sessions, told):
    merchant, number = add(sessions), file_ticket(sessions, **told)
    add(sessions, Entry("云泽好吃面馆"))
    with sessions.begin() as session:
        assert [one.id for one in register.suggestions(session, queries.ticket(session, number))] == [merchant]


def test_a_merged_entry_is_suggested_as_the_one_that_stands_for_it(sessions):
    keep, other = add(sessions, Entry("总店")), add(sessions, Entry("乐动健身"))
    number = file_ticket(sessions, merchant="乐动健身")
    with sessions.begin() as session:
        register.merge(session, keep, other, **BY)
        assert [one.id for one in register.suggestions(session, queries.ticket(session, number))] == [keep]


def test_a_link_is_written_down_and_can_be_taken_back(sessions):
    merchant, number = add(sessions), file_ticket(sessions)
    with sessions.begin() as session:
        register.link(session, number, merchant, **BY)
        register.link(session, number, merchant, **BY)
        register.link(session, number, None, **BY)
        assert queries.ticket(session, number).merchant_id is None
        rows = session.scalars(select(Audit).where(Audit.subject == number)).all()
        assert [row.payload["merchant"] for row in rows] == [merchant, None]
    for ticket, entry in (("XB20260101-000009", merchant), (number, 4711)):
        with pytest.raises(NotFound), sessions.begin() as session:
            register.link(session, ticket, entry, **BY)
