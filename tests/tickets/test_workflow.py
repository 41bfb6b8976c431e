"""The one transition table: every status x step x role."""

from __future__ import annotations

import itertools

import pytest

from xiaobao.tickets import workflow
from xiaobao.tickets.errors import RoleForbidden, StepNotOpen
from xiaobao.tickets.workflow import Kind, Role, Status, Step

# What may happen, written down a second time on purpose: kind -> status -> step -> (roles, next status).
CITIZEN, DECIDERS, HANDLERS = "citizen", "clerk supervisor", "handler supervisor"
BOTH, INTAKE = "citizen clerk", "citizen clerk supervisor"
HANDLED_COMPLAINT = {
    "assign": (DECIDERS, "assigned"),
    "reply": (HANDLERS, "replied"),
    "close": (HANDLERS, "closed"),
}
CARED = {"reply": ("clerk handler supervisor", "replied"), "close": ("clerk handler supervisor", "closed")}
ALLOWED: dict[str, dict[str | None, dict[str, tuple[str, str]]]] = {
    "complaint": {
        None: {"submit": (INTAKE, "submitted")},
        "submitted": {
            "accept": (DECIDERS, "accepted"),
            "reject": (DECIDERS, "rejected"),
            "supplement": (BOTH, "submitted"),
            "urge": (CITIZEN, "submitted"),
            "withdraw": (CITIZEN, "withdrawn"),
        },
        "accepted": {
            "assign": (DECIDERS, "assigned"),
            "reply": (HANDLERS, "replied"),
            "supplement": (BOTH, "accepted"),
            "urge": (CITIZEN, "accepted"),
            "withdraw": (CITIZEN, "withdrawn"),
        },
        "assigned": HANDLED_COMPLAINT
        | {
            "supplement": (BOTH, "assigned"),
            "urge": (CITIZEN, "assigned"),
            "withdraw": (CITIZEN, "withdrawn"),
        },
        "replied": HANDLED_COMPLAINT
        | {
            "supplement": (BOTH, "replied"),
            "urge": (CITIZEN, "replied"),
            "withdraw": (CITIZEN, "withdrawn"),
        },
        "closed": {"rate": (CITIZEN, "closed")},
    },
    "report": {
        None: {"submit": (INTAKE, "submitted")},
        "submitted": {
            "assign": (DECIDERS, "assigned"),
            "supplement": (BOTH, "submitted"),
            "urge": (CITIZEN, "submitted"),
        },
        "assigned": HANDLED_COMPLAINT | {"supplement": (BOTH, "assigned"), "urge": (CITIZEN, "assigned")},
        "replied": HANDLED_COMPLAINT | {"supplement": (BOTH, "replied"), "urge": (CITIZEN, "replied")},
        "closed": {"rate": (CITIZEN, "closed")},
    },
    "suggestion": {
        None: {"submit": (INTAKE, "submitted")},
        "submitted": {
            "assign": (DECIDERS, "assigned"),
            "supplement": (BOTH, "submitted"),
            "withdraw": (CITIZEN, "withdrawn"),
        },
        "assigned": HANDLED_COMPLAINT | {"supplement": (BOTH, "assigned"), "withdraw": (CITIZEN, "withdrawn")},
        "replied": HANDLED_COMPLAINT | {"supplement": (BOTH, "replied"), "withdraw": (CITIZEN, "withdrawn")},
        "closed": {"rate": (CITIZEN, "closed")},
    },
    "distress": {
        None: {"submit": (CITIZEN, "submitted")},
        "submitted": CARED,
        "replied": CARED,
    },
    "callback": {
        None: {"submit": (INTAKE, "submitted")},
        "submitted": {
            "assign": (DECIDERS, "assigned"),
            "supplement": (BOTH, "submitted"),
            "urge": (CITIZEN, "submitted"),
            "withdraw": (CITIZEN, "withdrawn"),
        },
        "assigned": HANDLED_COMPLAINT
        | {"supplement": (BOTH, "assigned"), "urge": (CITIZEN, "assigned"), "withdraw": (CITIZEN, "withdrawn")},
        "replied": HANDLED_COMPLAINT
        | {"supplement": (BOTH, "replied"), "urge": (CITIZEN, "replied"), "withdraw": (CITIZEN, "withdrawn")},
        "closed": {"rate": (CITIZEN, "closed")},
    },
}
EVERY = list(itertools.product(Kind, (None, *Status), Step))


@pytest.mark.parametrize(("kind", "status", "step"), EVERY)
def test_every_step_in_every_status_is_open_to_exactly_the_roles_that_are_written_down(kind, status, step):
    roles, reached = ALLOWED[str(kind)].get(status and str(status), {}).get(str(step), ("", ""))
    for role in Role:
        if str(role) in roles.split():
            assert str(workflow.advance(kind, status, step, role).next) == reached
            assert step in [row.step for row in workflow.steps_open_to(kind, status, role)]
        else:
            with pytest.raises(RoleForbidden if roles else StepNotOpen):
                workflow.advance(kind, status, step, role)
            assert step not in [row.step for row in workflow.steps_open_to(kind, status, role)]


def test_filed_is_called_submitted_and_never_accepted():
    row = workflow.advance("complaint", None, "submit", "citizen")
    assert (row.next, row.next.label) == (Status.SUBMITTED, "已提交")


def test_plain_strings_from_the_database_work_like_the_enums():
    assert workflow.advance("complaint", "submitted", "accept", "clerk").next == "accepted"


def test_an_unknown_kind_or_step_is_not_open():
    for kind, step in (("enquiry", "submit"), ("complaint", "archive")):
        with pytest.raises(StepNotOpen):
            workflow.advance(kind, None, step, "citizen")


def test_nothing_happens_after_an_end_but_a_rating():
    for kind, status in itertools.product(Kind, workflow.ENDED):
        steps = {row.step for role in Role for row in workflow.steps_open_to(kind, status, role)}
        assert steps <= {Step.RATE}


def test_every_status_but_the_first_can_be_reached():
    for kind in Kind:
        reached = {row.next for row in workflow.TABLE if row.kind == kind}
        used = {row.status for row in workflow.TABLE if row.kind == kind} - {None}
        assert used <= reached


def test_every_label_is_chinese_and_stands_for_one_value_only():
    for enum in (Kind, Status, Step, Role):
        labels = [member.label for member in enum]
        assert all("\u4e00" <= label[0] <= "\u9fff" for label in labels)
        assert len(set(labels)) == len(labels)


def test_a_citizen_is_told_of_every_decision_of_staff():
    told = {row.step for row in workflow.TABLE if row.notice}
    assert told == {Step.ACCEPT, Step.REJECT, Step.ASSIGN, Step.REPLY, Step.CLOSE}
