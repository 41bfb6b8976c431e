"""Rules of automatic assignment."""

from __future__ import annotations

import pytest

from tests.factories import CLERK, NOW, an_office, file_ticket, staff
from xiaobao.tickets import accounts, assignment, queries, service
from xiaobao.tickets.assignment import Rule, choose
from xiaobao.tickets.errors import InvalidField, NotFound


def rule(**changes):
    fields = {"id": 1, "position": 1, "name": "规则", "object_prefix": "", "problem": "", "region": ""}
    return Rule(**{**fields, "department": "一科", "handler_id": None, "least_load": False, **changes})


def handler(session, login, department="一科", **changes):
    account = accounts.create(
        session, login=login, name=f"{login}某", role="handler", password_hash="-", now=NOW, department=department
    )
    given = {"name": account.name, "role": "handler", "department": department, **changes}
    return accounts.change(session, account.id, **given)


@pytest.mark.parametrize(
    ("conditions", "holds"),
    [({}, True), ({"object_prefix": "金融"}, True), ({"object_prefix": "食品"}, False), ({"problem": "quality"}, True),
     ({"problem": "price"}, False), ({"region": "东城"}, True), ({"region": "西城"}, False),
     ({"object_prefix": "金融", "problem": "quality", "region": "东城"}, True)],
)  # fmt: skip
def test_a_rule_holds_when_each_of_its_conditions_does(conditions, holds):
    assert rule(**conditions).holds("金融-银行", "quality", "云泽市东城区") is holds


def test_the_first_rule_that_holds_decides():
    rules = [rule(name="甲", region="西城"), rule(name="乙", department="二科"), rule(name="丙")]
    found = choose(rules, [], {}, subject="", problem="", region="东城")
    assert (found.rule, found.department, found.handler_id) == ("乙", "二科", None)
    assert choose(rules[:1], [], {}, subject="", problem="", region="东城") is None


def test_who_has_least_in_hand_gets_it_among_those_whose_subject_and_region_it_is(sessions):
    with sessions.begin() as session:
        busy, idle = handler(session, "a"), handler(session, "b")
        other = handler(session, "c", department="二科")
        narrow, elsewhere = handler(session, "d", subjects="食品"), handler(session, "e", region="西城")
    people = [busy, idle, other, narrow, elsewhere]
    facts = {"subject": "金融", "problem": "", "region": "东城"}
    found = choose([rule(least_load=True)], people, {busy.id: 3, idle.id: 1}, **facts)
    assert found.handler_id == idle.id
    assert choose([rule(least_load=True)], people, {idle.id: 9, busy.id: 3}, **facts).handler_id == busy.id


def test_a_named_handler_who_takes_no_tickets_leaves_the_department():
    found = choose([rule(handler_id=77)], [], {}, subject="", problem="", region="")
    assert (found.department, found.handler_id) == ("一科", None)


def test_a_ticket_is_suggested_where_the_rules_send_it(sessions):
    number = file_ticket(sessions)
    with sessions.begin() as session:
        ticket = queries.ticket(session, number)
        assert assignment.suggest(session, ticket) is None
        one, two = handler(session, "a"), handler(session, "b")
        assignment.add(session, {"name": "东城的", "region": "东城区", "department": "一科", "handler": "least"})
        assert assignment.suggest(session, ticket).handler_id == one.id
        service.accept(session, number, actor=CLERK, now=NOW, office=an_office())
        service.assign(session, number, actor=CLERK, now=NOW, department="一科", handler=one.id)
        assert assignment.suggest(session, queries.ticket(session, number)).handler_id == two.id
        accounts.set_disabled(session, two.id, True)
        assert assignment.suggest(session, queries.ticket(session, number)).handler_id == one.id


def test_rules_keep_their_order_and_can_be_removed(sessions):
    with sessions.begin() as session:
        for name, position in (("甲", ""), ("乙", ""), ("丙", "5")):
            assignment.add(session, {"name": name, "department": "一科", "position": position})
        assert [one.name for one in assignment.rules(session)] == ["丙", "甲", "乙"]
        assert assignment.remove(session, assignment.rules(session)[0].id) == "丙"
        with pytest.raises(NotFound):
            assignment.remove(session, 999)


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("name", "x" * 41), ("department", " "), ("handler", "999"), ("handler", "x"), ("position", "-1"),
     ("region", "x" * 65)],
)  # fmt: skip
def test_a_wrong_field_is_named(sessions, field, value):
    with sessions.begin() as session, pytest.raises(InvalidField) as refused:
        assignment.add(session, {"name": "甲", "department": "一科", field: value})
    assert refused.value.field == field


def test_a_handler_who_leaves_leaves_the_rule(sessions):
    with sessions.begin() as session:
        found = assignment.add(session, {"name": "甲", "department": "一科", "handler": str(staff(session).account_id)})
        assert found.handler_id is not None and not found.least_load
