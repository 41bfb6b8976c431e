"""Many tickets assigned at once: each by itself."""

from __future__ import annotations

from tests.factories import CLERK, NOW, an_office, file_ticket, staff
from xiaobao.tickets import accounts, bulk, queries, service
from xiaobao.tickets.service import Actor
from xiaobao.tickets.workflow import Kind, Role, Status


def accepted(sessions, **changes):
    number = file_ticket(sessions, **changes)
    with sessions.begin() as session:
        service.accept(session, number, actor=CLERK, now=NOW, office=an_office())
    return number


def assign(sessions, lines, **changes):
    given = {"actor": CLERK, "now": NOW, "office": an_office(), "department": "一科", "handler": None, **changes}
    return bulk.assign(sessions, lines, **given)


def test_each_line_is_assigned_or_says_why_not(sessions):
    good, changed, closed = accepted(sessions), accepted(sessions), file_ticket(sessions)
    done = assign(sessions, [f"{good}@2", f"{changed}@1", f"{closed}@1", "XB20200101-000001@1", "<b>x</b>"])
    assert [one.problem for one in done] == [None, "stale_version", "step_not_open", "not_found", "not_found"]
    with sessions.begin() as session:
        assert [queries.ticket(session, number).department for number in (good, changed, closed)] == [
            "一科",
            None,
            None,
        ]


def test_a_role_that_may_not_assign_assigns_nothing(sessions):
    number = accepted(sessions)
    done = assign(sessions, [f"{number}@2"], actor=Actor(Role.HANDLER, 1, "甲"))
    assert [one.problem for one in done] == ["role_forbidden"]


def test_what_nobody_has_in_hand_waits_also_after_its_handler_left(sessions):
    free, mine = accepted(sessions), accepted(sessions)
    with sessions.begin() as session:
        handler = staff(session).account_id
        service.assign(session, mine, actor=CLERK, now=NOW, department="一科", handler=handler)
        assert bulk.waiting(session) == [f"{free}@2"]
        assert bulk.waiting(session, handler) == [f"{mine}@3"]
        assert accounts.set_disabled(session, handler, True) == 1
        assert bulk.waiting(session) == [f"{free}@2", f"{mine}@4"]


def test_lines_are_read_once_each_and_no_more_than_two_thousand():
    assert bulk.lines(" a\r\nb a \n") == ["a", "b"]
    assert len(bulk.lines("\n".join(str(number) for number in range(3_000)))) == bulk.MOST


def test_what_may_be_assigned_follows_the_workflow():
    found = bulk.assignable()
    assert (Kind.COMPLAINT, Status.ACCEPTED) in found and (Kind.COMPLAINT, Status.CLOSED) not in found


def test_a_handler_is_found_by_the_choice_of_a_form(sessions):
    with sessions.begin() as session:
        handler = staff(session).account_id
        assert bulk.handler_named(session, str(handler)) == handler
        assert bulk.handler_named(session, "x") is None
