"""Rows of an old register, filed by the real service on both databases."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import NOW, REFERENCE, an_office
from xiaobao.imports import columns, tickets
from xiaobao.imports.outcomes import Outcome
from xiaobao.imports.sheets import Line
from xiaobao.tickets import queries, reference, worklist
from xiaobao.tickets.queue_tables import Tally
from xiaobao.tickets.tables import OutboxRow, Ticket

NAMES, OFFICE = columns.load(REFERENCE), an_office()
FIELDS = {"原编号": "A1", "提交时间": "2026-11-02 10:20", "经过": "买的电水壶漏电，卡号4111111111111111，老板不肯退"}
OVER = {
    "状态": "已办结",
    "受理日期": "2024-03-08",
    "办结日期": "2024-04-20",
    "办理结果": "退款2000元",
    "提交时间": "2024-03-05",
}


def row(number: int = 2, **changes: str) -> tickets.Entry | Outcome:
    values = {**FIELDS, **changes}
    header = columns.header(NAMES, "tickets", list(values))
    return tickets.read(Line(number, list(values.values())), header, NAMES, OFFICE, NOW)


def entry(number: int = 2, **changes: str) -> tickets.Entry:
    found = row(number, **changes)
    assert isinstance(found, tickets.Entry), found
    return found


def filed(sessions: sessionmaker[Session], *entries: tickets.Entry) -> list[Outcome]:
    with sessions.begin() as session:
        return tickets.file(session, entries, OFFICE)


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"原编号": ""}, [("原编号", "missing")]),
        ({"经过": "", "提交时间": "x"}, [("经过", "missing"), ("提交时间", "no_date")]),
        ({"类型": "咨询"}, [("类型", "no_choice")]),
        (
            {"金额": "abc", "电话": "12", "来源": "梦"},
            [("金额", "no_sum"), ("电话", "no_phone"), ("来源", "no_choice")],
        ),
        ({"商家": "长" * 301}, [("商家", "too_long")]),
        ({"原编号": "9" * 65}, [("原编号", "too_long")]),
        ({"状态": "已办结"}, [("办结日期", "needed_when_closed")]),
        ({"办结日期": "2026-11-10"}, [("办理结果", "needed_when_closed"), ("受理日期", "needed_when_closed")]),
        ({**OVER, "状态": "办理中"}, [("状态", "open_with_a_day")]),
        ({**OVER, "受理日期": "2024-03-01"}, [("受理日期", "before_the_step_before")]),
        ({**OVER, "办结日期": "2024-03-07"}, [("办结日期", "before_the_step_before")]),
        ({**OVER, "办结日期": "31.12.2024"}, [("办结日期", "no_date")]),
    ],
)
def test_every_fault_of_a_row_is_told_with_its_column(changes: dict[str, str], faults: list[Any]) -> None:
    found = row(7, **changes)
    assert isinstance(found, Outcome) and found.line == 7
    assert sorted(found.faults) == sorted(faults)


def test_an_open_matter_keeps_its_day_its_clocks_run_from_it_and_lists_know_it(sessions: sessionmaker[Session]) -> None:
    (done,) = filed(sessions, entry(商家="好物电器店", 来源="来电"))
    assert done.outcome == "good" and done.result == "XB20261102-000001"
    with sessions.begin() as session:
        ticket = queries.ticket(session, done.result, unmasked=True)
        assert (ticket.status, ticket.source, ticket.channel) == ("submitted", "phone", "import")
        assert ticket.source_number == "A1" and ticket.submitted_at.isoformat() == "2026-11-02T10:20:00+08:00"
        assert [(c.name, c.started_on, c.due) for c in ticket.clocks] == [
            ("accept", date(2026, 11, 2), date(2026, 11, 11))
        ]
        assert [event.actor_name for event in ticket.events] == ["历史导入"]
        assert "4111111111111111" not in str(ticket.narrative)
        page = worklist.page(session, today=NOW.date(), text="电水壶", overdue=True)
        assert [one.ticket.number for one in page.rows] == [done.result]
        assert session.scalar(select(func.sum(Tally.tickets))) == 1


@pytest.mark.parametrize("kind", ["投诉", "举报", "建议"])
def test_a_matter_that_is_over_is_closed_on_its_day_and_nothing_runs(
    sessions: sessionmaker[Session], kind: str
) -> None:
    (done,) = filed(sessions, entry(**OVER, 类型=kind, 承办部门="消保科"))
    assert done.outcome == "good", done
    with sessions.begin() as session:
        ticket = queries.ticket(session, str(done.result))
        assert (ticket.status, ticket.result, ticket.department) == ("closed", "退款2000元", "消保科")
        assert not [clock for clock in ticket.clocks if clock.state in ("running", "paused")]
        assert ticket.events[-1].at.date() == date(2024, 4, 20)
        assert worklist.alarms(session, NOW.date()).overdue == 0
        assert session.scalar(select(func.count()).select_from(OutboxRow)) == 0
        tallies = {(one.status, one.tickets) for one in session.scalars(select(Tally)) if one.tickets}
        assert tallies == {("closed", 1)}


@pytest.mark.parametrize("office_id", sorted(row["id"] for row in reference.rows(REFERENCE / "office.csv")))
def test_every_office_can_import_what_is_over(sessions: sessionmaker[Session], office_id: str) -> None:
    with sessions.begin() as session:
        (done,) = tickets.file(session, [entry(**OVER)], an_office(office_id))
        assert done.outcome == "good", done
        assert queries.ticket(session, str(done.result)).status == "closed"


def test_the_same_rows_again_double_nothing(sessions: sessionmaker[Session]) -> None:
    first = filed(sessions, entry(2), entry(3, 原编号="A2"), entry(4))
    assert [one.outcome for one in first] == ["good", "good", "known"] and first[2].result == first[0].result
    again = filed(sessions, entry(2), entry(3, 原编号="A2"))
    assert [(one.outcome, one.result) for one in again] == [("known", first[0].result), ("known", first[1].result)]
    with sessions.begin() as session:
        assert session.scalar(select(func.count()).select_from(Ticket)) == 2


@pytest.mark.parametrize("change", [{"经过": "另一件事"}, {"商家": "别家"}, {"提交时间": "2026-11-03"}])
def test_a_number_that_stands_for_something_else_is_a_fault(
    sessions: sessionmaker[Session], change: dict[str, str]
) -> None:
    filed(sessions, entry())
    (found,) = filed(sessions, entry(9, **change))
    assert (found.outcome, found.line, found.faults) == ("wrong", 9, (("原编号", "number_taken"),))


def test_a_look_says_what_filing_would_do_and_does_nothing(sessions: sessionmaker[Session]) -> None:
    filed(sessions, entry())
    rows = [entry(2), entry(3, 原编号="A2"), entry(4, 原编号="A2"), entry(5, 原编号="A2", 经过="别的")]
    with sessions.begin() as session:
        looked = tickets.check(session, rows[:2], seen := {}) + tickets.check(session, rows[2:], seen)
    assert [one.outcome for one in looked] == [one.outcome for one in filed(sessions, *rows)]
    assert [one.outcome for one in looked] == ["known", "good", "known", "wrong"]


def test_a_row_that_the_service_refuses_takes_no_other_with_it(
    sessions: sessionmaker[Session], monkeypatch: Any
) -> None:
    # A department of this length passes no step; reading would have refused it before.
    rows = [entry(2), entry(3, 原编号="A2", **OVER), entry(4, 原编号="A3")]
    object.__setattr__(rows[1], "department", "长" * 500)
    done = filed(sessions, *rows)
    assert [one.outcome for one in done] == ["good", "wrong", "good"]
    assert done[1].faults == (("", "invalid_field"),)
    with sessions.begin() as session:
        assert session.scalar(select(func.count()).select_from(Ticket)) == 2
        assert session.scalar(select(func.sum(Tally.tickets))) == 2
