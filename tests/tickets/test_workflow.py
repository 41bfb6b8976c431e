"""The one transition table: every status x step x role."""

from __future__ import annotations

import itertools

import pytest

from xiaobao.tickets import workflow
from xiaobao.tickets.errors import RoleForbidden, StepNotOpen
from xiaobao.tickets.workflow import Kind, Process, Role, Status, Step

# What may happen, written down a second time on purpose: process -> step -> roles, statuses, next ("=": stays).
CITIZEN, DECIDERS, HANDLERS, WORKERS = "citizen", "clerk supervisor", "handler supervisor", "clerk handler supervisor"
BOTH, LEAD = "citizen clerk", "supervisor"
ANY = "submitted assigned replied closed withdrawn merged"
COMMON: dict[str, tuple[str, str, str]] = {
    "take": (HANDLERS, "assigned", "="),
    "close": (HANDLERS, "assigned replied", "closed"),
    "ask_supplement": (WORKERS, "submitted assigned replied", "="),
    "supplement": (f"{CITIZEN} {WORKERS}", "submitted assigned replied", "="),
    "urge": (CITIZEN, "submitted assigned replied", "="),
    "withdraw": (CITIZEN, "submitted assigned replied", "withdrawn"),
    "split": (DECIDERS, "submitted assigned", "="),
    "merge": (DECIDERS, "submitted", "merged"),
    "unmerge": (DECIDERS, "merged", "submitted"),
    "supervise": (LEAD, "submitted assigned replied", "="),
    "answer_supervision": (WORKERS, ANY, "="),
    "tell": (WORKERS, ANY, "="),
    "note": (WORKERS, ANY, "="),
    "follow_up": (WORKERS, "closed", "="),
    "reopen": (f"{LEAD} {CITIZEN}", "closed", "assigned"),
    "amend": (CITIZEN, "submitted assigned replied", "="),
    "archive": (DECIDERS, "closed withdrawn merged", "archived"),
    "rate": (CITIZEN, "closed", "="),
    "assign": (DECIDERS, "submitted assigned replied", "assigned"),
    "reply": (HANDLERS, "assigned replied", "replied"),
    "send_back": (WORKERS, "assigned replied", "submitted"),
}
SUGGESTION = {step: row for step, row in COMMON.items() if step != "urge"}
LEGAL_ANY = f"{ANY} transferred"
REPORT = {step: row for step, row in COMMON.items() if step != "withdraw"} | {
    "close": (HANDLERS, "assigned replied investigating declined", "closed"),
    "verify": (HANDLERS, "assigned", "="),
    "investigate": (HANDLERS, "assigned", "investigating"),
    "decline": (HANDLERS, "assigned", "declined"),
    "redirect": (DECIDERS, "submitted assigned replied", "closed"),
    "transfer": (DECIDERS, "submitted assigned replied", "="),
    "hand_over": (DECIDERS, "submitted assigned replied", "transferred"),
    "archive": (DECIDERS, "closed merged transferred", "archived"),
    **{
        step: (COMMON[step][0], "submitted assigned replied investigating declined", "=")
        for step in ("ask_supplement", "supplement", "amend", "urge", "supervise")
    },
    **{
        step: (WORKERS, "submitted assigned replied investigating declined closed merged transferred", "=")
        for step in ("answer_supervision", "tell", "note")
    },
    "ask_extension": (HANDLERS, "submitted assigned replied investigating declined", "="),
    "extend": (LEAD, "submitted assigned replied investigating declined", "="),
    "refuse_extension": (LEAD, "submitted assigned replied investigating declined", "="),
    "pause": (HANDLERS, "assigned replied investigating declined", "="),
    "resume": (HANDLERS, "assigned replied investigating declined", "="),
    "restart": (WORKERS, "assigned replied investigating declined", "="),
}


def disputed(more: str) -> dict[str, tuple[str, str, str]]:
    """What complaints at a regulator or council and at a bank share; `more` are the statuses of their own."""
    work = f"accepted assigned replied {more}"
    ended = "rejected closed withdrawn merged transferred"
    return COMMON | {
        "accept": (DECIDERS, "submitted", "accepted"),
        "reject": (DECIDERS, "submitted", "rejected"),
        "revoke": (LEAD, "rejected", "submitted"),
        "assign": (DECIDERS, "accepted assigned replied", "assigned"),
        "reply": (HANDLERS, "accepted assigned replied", "replied"),
        "send_back": (WORKERS, "assigned replied", "accepted"),
        "split": (DECIDERS, "submitted accepted assigned", "="),
        "transfer": (DECIDERS, "submitted accepted assigned replied", "="),
        "hand_over": (DECIDERS, "submitted accepted assigned replied", "transferred"),
        "archive": (DECIDERS, ended, "archived"),
        "withdraw": (CITIZEN, f"submitted {work}", "withdrawn"),
        **{
            step: (COMMON[step][0], f"submitted {work}", "=")
            for step in ("ask_supplement", "supplement", "amend", "urge", "supervise")
        },
        "settle": (CITIZEN, f"submitted {work} closed", "="),
        **{step: (WORKERS, f"submitted {work} {ended}", "=") for step in ("answer_supervision", "tell", "note")},
        "ask_extension": (HANDLERS, f"submitted {work}", "="),
        "extend": (LEAD, f"submitted {work}", "="),
        "refuse_extension": (LEAD, f"submitted {work}", "="),
        "pause": (HANDLERS, work, "="),
        "resume": (HANDLERS, work, "="),
        "restart": (WORKERS, work, "="),
    }


ALLOWED = {
    "complaint": disputed("mediating agreed terminated")
    | {
        "mediate": (HANDLERS, "accepted assigned replied", "mediating"),
        "agree": (HANDLERS, "mediating", "agreed"),
        "terminate": (HANDLERS, "accepted assigned replied mediating", "terminated"),
        "delegate": (HANDLERS, "accepted assigned replied", "="),
        "answer_mediation": (CITIZEN, "accepted assigned replied mediating", "="),
        "recuse": (WORKERS, "mediating", "="),
        "decide_recusal": (LEAD, "mediating", "="),
        "close": (HANDLERS, "assigned replied agreed terminated", "closed"),
    },
    "finance": disputed("reviewing")
    | {
        "decide": (HANDLERS, "accepted assigned replied", "replied"),
        "count_persons": (WORKERS, "submitted accepted assigned replied reviewing", "="),
        "review": (BOTH, "replied closed", "reviewing"),
        "decide_review": (LEAD, "reviewing", "replied"),
    },
    "report": REPORT,
    "suggestion": SUGGESTION,
    "callback": COMMON,
    "distress": {
        "reply": (WORKERS, "submitted replied", "replied"),
        "close": (WORKERS, "submitted replied", "closed"),
    },
}
# Where a transfer was refused by the other authority, the ticket stays as it was.
SENT_BACK = {("complaint", "submitted"), ("complaint", "accepted"), ("finance", "submitted"), ("finance", "accepted")}


# Wherever a ticket can still be told of, it goes on in another conversation, and its code is issued anew.
for _process, _steps in ALLOWED.items():
    if _process != "distress":
        _statuses = _steps["note"][1]
        _steps |= {"take_over": (CITIZEN, _statuses, "="), "reissue_code": (f"{CITIZEN} {DECIDERS}", _statuses, "=")}
        ALLOWED[_process] = _steps


def allowed(process: str, status: str | None, step: str) -> tuple[str, str]:
    """Roles and next status, ("", "") for what may not happen."""
    if status is None:
        return (CITIZEN if process == "distress" else f"{BOTH} {LEAD}", "submitted") if step == "submit" else ("", "")
    if step == "send_back" and ((process, status) in SENT_BACK or (process, status) == ("report", "submitted")):
        return DECIDERS, status
    roles, statuses, reached = ALLOWED[process].get(step, ("", "", ""))
    return (roles, status if reached == "=" else reached) if status in statuses.split() else ("", "")


EVERY = list(itertools.product(Process, (None, *Status)))


@pytest.mark.parametrize(("process", "status"), EVERY)
def test_every_step_in_every_status_is_open_to_exactly_the_roles_that_are_written_down(process, status):
    kind = process
    for step, role in itertools.product(Step, Role):
        roles, reached = allowed(str(process), status and str(status), str(step))
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
    for kind, step in (("enquiry", "submit"), ("complaint", "nothing")):
        with pytest.raises(StepNotOpen):
            workflow.advance(kind, None, step, "citizen")


def test_an_archived_ticket_never_changes():
    assert not [row for row in workflow.TABLE if row.status == Status.ARCHIVED]


def test_every_status_but_the_first_can_be_reached_and_none_but_the_archive_is_stuck():
    for process in Process:
        rows = [row for row in workflow.TABLE if row.process == process]
        reached, left = {row.next for row in rows}, {row.status for row in rows if row.next != row.status}
        assert {row.status for row in rows} - {None} <= reached
        last = {Status.CLOSED} if process == Process.DISTRESS else {Status.ARCHIVED}
        assert reached - left == last


def test_a_complaint_at_a_bank_has_a_process_of_its_own():
    assert workflow.process_of("complaint", "institution") == "finance"
    assert workflow.process_of("complaint", "regulator") == "complaint"
    assert workflow.process_of("report", "institution") == "report"


def test_an_internal_note_is_never_a_notice_and_no_citizen_takes_one():
    notes = [row for row in workflow.TABLE if row.step in (Step.NOTE, Step.TELL, Step.SUPERVISE)]
    assert notes and not [row for row in notes if row.notice or Role.CITIZEN in row.roles]


def test_every_choice_of_a_field_has_its_list():
    for row in workflow.TABLE:
        assert all(field.choices in workflow.CHOICES for field in row.fields if field.type == "choice")


def test_every_label_is_chinese_and_stands_for_one_value_only():
    for enum in (Kind, Process, Status, Step, Role):
        labels = [member.label for member in enum]
        assert all("\u4e00" <= label[0] <= "\u9fff" for label in labels)
        assert len(set(labels)) == len(labels)


def test_a_citizen_is_told_of_every_decision_of_staff():
    told = {row.step for row in workflow.TABLE if row.notice}
    silent = {row.step for row in workflow.TABLE if row.roles - {Role.CITIZEN}} - told
    assert {"accept", "reject", "assign", "reply", "close", "decide", "extend", "terminate", "revoke"} <= set(
        map(str, told)
    )
    assert {str(step) for step in silent} == set(
        "submit take verify investigate decline supplement hand_over send_back split recuse ask_extension"
        " refuse_extension resume restart count_persons supervise answer_supervision tell note follow_up archive".split()
    )
