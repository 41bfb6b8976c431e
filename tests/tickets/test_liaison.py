"""Complaints handed to institutions: sign for, answer, give back; nobody else's."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories import CLERK, NOW, SUPERVISOR, an_office, file_ticket, staff
from xiaobao.tickets import accounts, liaison, service
from xiaobao.tickets.errors import InvalidField, NotFound, RoleForbidden, StepNotOpen
from xiaobao.tickets.service import Actor
from xiaobao.tickets.workflow import Role

BANK = "云泽商业银行（样例）"
LIAISON = Actor(Role.LIAISON, 9, "钱联络")
LIMIT = NOW.date() + timedelta(days=7)


@pytest.fixture
def number(sessions):
    with sessions.begin() as session:
        for login, institution in (("bank", BANK), ("other", "另一家银行（样例）")):
            accounts.create(
                session, login=login, name="联络员", role=Role.LIAISON, password_hash="-", now=NOW,
                institution=institution,
            )  # fmt: skip
    return file_ticket(sessions)


def hand(session, number, **changes):
    given = {"actor": CLERK, "now": NOW, "institution": BANK, "question": "请说明", "limit_on": LIMIT, **changes}
    return liaison.hand(session, number, **given)


def act(function, session, task, **fields):
    return function(session, task.id, actor=LIAISON, institution=BANK, now=NOW, **fields)


def test_a_complaint_is_handed_over_signed_for_and_answered(sessions, number):
    with sessions.begin() as session:
        task = hand(session, number)
        assert (task.state, task.number) == (liaison.WAITING, number)
        assert act(liaison.sign, session, task).state == liaison.SIGNED
        answered = act(liaison.answer, session, task, text=" 已退款。 ", files=({"id": "f"},))
        assert (answered.state, answered.answer, answered.answered_by) == (liaison.ANSWERED, "已退款。", "钱联络")
        assert liaison.of_ticket(session, number)[0].files == ({"id": "f"},)


def test_it_is_signed_for_before_it_is_answered_and_each_once(sessions, number):
    with sessions.begin() as session:
        task = hand(session, number)
        with pytest.raises(StepNotOpen):
            act(liaison.answer, session, task, text="好")
        act(liaison.sign, session, task)
        with pytest.raises(StepNotOpen):
            act(liaison.sign, session, task)
        act(liaison.answer, session, task, text="好")
        for again in (
            lambda: act(liaison.answer, session, task, text="又"),
            lambda: act(liaison.give_back, session, task, reason="不"),
        ):
            with pytest.raises(StepNotOpen):
                again()


def test_what_is_not_theirs_is_given_back_with_a_reason_and_may_be_handed_again(sessions, number):
    with sessions.begin() as session:
        task = hand(session, number)
        with pytest.raises(InvalidField):
            act(liaison.give_back, session, task, reason=" ")
        assert act(liaison.give_back, session, task, reason="不是我行的卡").state == liaison.RETURNED
        assert hand(session, number).state == liaison.WAITING


@pytest.mark.parametrize("institution", ["另一家银行（样例）", "", None])
def test_a_task_of_another_institution_is_not_found(sessions, number, institution):
    with sessions.begin() as session:
        task = hand(session, number)
        for function, fields in (
            (liaison.sign, {}),
            (liaison.answer, {"text": "x"}),
            (liaison.give_back, {"reason": "x"}),
        ):
            with pytest.raises(NotFound):
                function(session, task.id, actor=LIAISON, institution=institution, now=NOW, **fields)
        with pytest.raises(NotFound):
            liaison.get(session, task.id, institution)
        assert liaison.of_institution(session, institution) == []


@pytest.mark.parametrize("kind", ["report", "suggestion", "callback"])
def test_only_complaints_are_handed_over(sessions, number, kind):
    other = file_ticket(sessions, ticket_kind=kind, draft_id="d2")
    with sessions.begin() as session, pytest.raises(StepNotOpen):
        hand(session, other)


def test_an_ended_complaint_is_not_handed_over(sessions, number):
    with sessions.begin() as session:
        service.reject(session, number, actor=CLERK, now=NOW, office=an_office(), ground="N2")
        with pytest.raises(StepNotOpen):
            hand(session, number)


@pytest.mark.parametrize(
    ("field", "value"),
    [("institution", "没有联络员的银行"), ("question", " "), ("question", "x" * 2001), ("limit_on", None),
     ("limit_on", NOW.date() - timedelta(days=1))],
)  # fmt: skip
def test_a_wrong_field_is_named(sessions, number, field, value):
    with sessions.begin() as session, pytest.raises(InvalidField) as refused:
        hand(session, number, **{field: value})
    assert refused.value.field == field


def test_an_institution_has_a_complaint_in_hand_once(sessions, number):
    with sessions.begin() as session:
        hand(session, number)
        with pytest.raises(InvalidField):
            hand(session, number)


@pytest.mark.parametrize("role", [Role.LIAISON, Role.INSPECTOR, Role.ADMIN, Role.EDITOR, Role.CITIZEN])
def test_only_who_works_on_tickets_hands_over(sessions, number, role):
    with sessions.begin() as session, pytest.raises(RoleForbidden):
        hand(session, number, actor=Actor(role, 1, "甲"))


def test_a_handler_hands_over_only_what_is_in_the_own_hands(sessions, number):
    with sessions.begin() as session:
        mine, other = staff(session), staff(session, login="zhao")
        service.accept(session, number, actor=CLERK, now=NOW, office=an_office())
        service.assign(session, number, actor=CLERK, now=NOW, department="一科", handler=mine.account_id)
        with pytest.raises(RoleForbidden):
            hand(session, number, actor=other)
        assert hand(session, number, actor=mine)


def test_a_closed_liaison_cannot_be_handed_anything(sessions, number):
    with sessions.begin() as session:
        accounts.set_disabled(session, accounts.find(session, "bank").id, True)
        with pytest.raises(InvalidField):
            hand(session, number, actor=SUPERVISOR)


def test_it_is_overdue_after_its_limit_and_stays_so_when_answered_late(sessions, number):
    with sessions.begin() as session:
        task = hand(session, number)
        assert not task.overdue(LIMIT) and task.overdue(LIMIT + timedelta(days=1))
        act(liaison.sign, session, task)
        late = NOW + timedelta(days=8)
        answered = liaison.answer(session, task.id, actor=LIAISON, institution=BANK, now=late, text="晚了")
        assert answered.overdue(LIMIT)


def test_what_is_open_stands_first_by_its_limit(sessions, number):
    second, third = file_ticket(sessions, draft_id="d2"), file_ticket(sessions, draft_id="d3")
    with sessions.begin() as session:
        done = hand(session, number)
        act(liaison.give_back, session, done, reason="不归我们")
        hand(session, second, limit_on=LIMIT + timedelta(days=3))
        hand(session, third)
        assert [one.number for one in liaison.of_institution(session, BANK)] == [third, second, number]
