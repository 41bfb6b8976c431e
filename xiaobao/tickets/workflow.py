"""Kinds, statuses, steps and roles of tickets, and the one transition table (pure).

Everything that depends on the workflow reads this table: the desk's buttons, the labels of the
history, which notice a citizen gets, the diagram in the docs. A new step is a new row.

Sources: 市场监督管理投诉举报处理办法 (2026) art. 15 (accept or reject), 16 (grounds), 22-23 (mediation ends),
28 and 35 (reports are verified, not accepted and not mediated).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from xiaobao.tickets.errors import RoleForbidden, StepNotOpen


class Labelled(str, Enum):
    """A value for the database and code, with its Chinese label."""

    label: str

    def __new__(cls, value: str, label: str) -> Labelled:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    def __str__(self) -> str:
        return str(self.value)


class Kind(Labelled):
    COMPLAINT = ("complaint", "投诉")
    REPORT = ("report", "举报")
    SUGGESTION = ("suggestion", "意见建议")
    CALLBACK = ("callback", "请求回电")
    DISTRESS = ("distress", "需要关心")  # only for accounts on duty and the supervisor


class Status(Labelled):
    SUBMITTED = ("submitted", "已提交")
    ACCEPTED = ("accepted", "已受理")
    REJECTED = ("rejected", "不予受理")
    ASSIGNED = ("assigned", "办理中")
    REPLIED = ("replied", "已答复")
    CLOSED = ("closed", "已办结")
    WITHDRAWN = ("withdrawn", "已撤回")


class Step(Labelled):
    SUBMIT = ("submit", "提交")
    ACCEPT = ("accept", "受理")
    REJECT = ("reject", "不予受理")
    ASSIGN = ("assign", "分办")
    REPLY = ("reply", "答复")
    CLOSE = ("close", "办结")
    SUPPLEMENT = ("supplement", "补充材料")
    URGE = ("urge", "催办")
    WITHDRAW = ("withdraw", "撤回")
    RATE = ("rate", "评价")


class Role(Labelled):
    CLERK = ("clerk", "受理员")
    HANDLER = ("handler", "承办人")
    SUPERVISOR = ("supervisor", "督办领导")
    LIAISON = ("liaison", "联络员")
    INSPECTOR = ("inspector", "监督员")
    EDITOR = ("editor", "编辑")
    ADMIN = ("admin", "管理员")
    CITIZEN = ("citizen", "群众")
    SYSTEM = ("system", "系统")


class ClockEffect(str, Enum):
    """What a step does to the clocks of a ticket."""

    NONE = "none"
    RUN = "run"  # starts and meets clocks as data/reference/deadlines.csv says
    END = "end"  # as RUN, then stops whatever still runs: nothing is due any more


@dataclass(frozen=True)
class Field:
    """A field that a step takes; `choices` is the name of a list in data/reference, or empty."""

    name: str
    label: str
    type: str = "text"  # text | line | number | evidence
    required: bool = True
    choices: str = ""


@dataclass(frozen=True)
class Transition:
    """One way from a status (None: nothing filed yet) to the next."""

    kind: Kind
    status: Status | None
    step: Step
    roles: frozenset[Role]
    next: Status
    fields: tuple[Field, ...] = ()
    clock: ClockEffect = ClockEffect.NONE
    notice: str | None = None
    own_only: bool = False  # a handler may act on tickets assigned to nobody else


OPEN = (Status.SUBMITTED, Status.ACCEPTED, Status.ASSIGNED, Status.REPLIED)
ENDED = (Status.REJECTED, Status.CLOSED, Status.WITHDRAWN)
DECIDERS = (Role.CLERK, Role.SUPERVISOR)
HANDLERS = (Role.HANDLER, Role.SUPERVISOR)
WORKERS = (Role.CLERK, Role.HANDLER, Role.SUPERVISOR)
EVERY_KIND = tuple(kind for kind in Kind if kind != Kind.DISTRESS)
STAY = None

GROUND = Field("ground", "理由", "line", choices="grounds")
NOTE = Field("text", "说明", required=False)
TEXT = Field("text", "内容")
RESULT = Field("result", "办理结果")
DEPARTMENT = Field("department", "承办部门", "line")
HANDLER = Field("handler", "承办人", "number", required=False, choices="handlers")
SCORE = Field("score", "评分（1至5）", "number")
ADDITION = (Field("text", "补充内容", required=False), Field("evidence", "证据", "evidence", required=False))


def _rows(
    kinds: Iterable[Kind],
    statuses: Iterable[Status | None],
    step: Step,
    roles: Iterable[Role],
    next_status: Status | None,
    fields: tuple[Field, ...] = (),
    clock: ClockEffect = ClockEffect.NONE,
    notice: str | None = None,
    own_only: bool = False,
) -> list[Transition]:
    """Rows for every kind and status; `next_status` STAY keeps the status. Only complaints are ever accepted."""
    return [
        Transition(kind, status, step, frozenset(roles), reached, fields, clock, notice, own_only)
        for kind in kinds
        for status in statuses
        if (reached := next_status or status) is not None
        if kind == Kind.COMPLAINT or status != Status.ACCEPTED
    ]


_COMPLAINT, _DISTRESS = (Kind.COMPLAINT,), (Kind.DISTRESS,)
_NOT_ACCEPTED = (Kind.REPORT, Kind.SUGGESTION, Kind.CALLBACK)  # neither is accepted or rejected: art. 28, 35
_NEW, _DONE, _TAKEN_BACK = (Status.SUBMITTED,), Status.CLOSED, Status.WITHDRAWN
_HANDLED = (Status.ASSIGNED, Status.REPLIED)
_ACCEPTED = (Status.ACCEPTED, *_HANDLED)
_CITIZEN, _INTAKE = (Role.CITIZEN,), (Role.CITIZEN, Role.CLERK)
_RUN, _END = ClockEffect.RUN, ClockEffect.END
_DISPUTES = (Kind.COMPLAINT, Kind.REPORT, Kind.CALLBACK)
_OWN = (Kind.COMPLAINT, Kind.SUGGESTION, Kind.CALLBACK)
_TO, _NOTICE = (DEPARTMENT, HANDLER), "utter_notice_"

# A report is a clue about a violation, no longer the informant's to take back: no `withdraw` (art. 28, 35).
TABLE: tuple[Transition, ...] = tuple(
    _rows(EVERY_KIND, (None,), Step.SUBMIT, (*_INTAKE, Role.SUPERVISOR), Status.SUBMITTED, clock=_RUN)
    + _rows(_COMPLAINT, _NEW, Step.ACCEPT, DECIDERS, Status.ACCEPTED, (NOTE,), _RUN, _NOTICE + "accepted")
    + _rows(_COMPLAINT, _NEW, Step.REJECT, DECIDERS, Status.REJECTED, (GROUND, NOTE), _END, _NOTICE + "rejected")
    + _rows(_COMPLAINT, _ACCEPTED, Step.ASSIGN, DECIDERS, Status.ASSIGNED, _TO, _RUN, _NOTICE + "assigned")
    + _rows(_NOT_ACCEPTED, (*_NEW, *_HANDLED), Step.ASSIGN, DECIDERS, Status.ASSIGNED, _TO, _RUN, _NOTICE + "assigned")
    + _rows(_COMPLAINT, _ACCEPTED, Step.REPLY, HANDLERS, Status.REPLIED, (TEXT,), _RUN, _NOTICE + "replied", True)
    + _rows(_NOT_ACCEPTED, _HANDLED, Step.REPLY, HANDLERS, Status.REPLIED, (TEXT,), _RUN, _NOTICE + "replied", True)
    + _rows(EVERY_KIND, _HANDLED, Step.CLOSE, HANDLERS, _DONE, (RESULT,), _END, _NOTICE + "closed", True)
    + _rows(EVERY_KIND, OPEN, Step.SUPPLEMENT, _INTAKE, STAY, ADDITION)
    + _rows(_DISPUTES, OPEN, Step.URGE, _CITIZEN, STAY)
    + _rows(_OWN, OPEN, Step.WITHDRAW, _CITIZEN, _TAKEN_BACK, (NOTE,), _END)
    + _rows(_DISTRESS, (None,), Step.SUBMIT, _CITIZEN, Status.SUBMITTED)
    + _rows(_DISTRESS, (*_NEW, Status.REPLIED), Step.REPLY, WORKERS, Status.REPLIED, (TEXT,), notice=_NOTICE + "cared")
    + _rows(_DISTRESS, (*_NEW, Status.REPLIED), Step.CLOSE, WORKERS, _DONE, (RESULT,))
    + _rows(EVERY_KIND, (_DONE,), Step.RATE, _CITIZEN, STAY, (SCORE, NOTE))
)

_BY_KEY: dict[tuple[str, str | None, str], Transition] = {(row.kind, row.status, row.step): row for row in TABLE}


def advance(kind: str, status: str | None, step: str, role: str) -> Transition:
    """The transition of `step`, with its next status.

    Raises StepNotOpen when the status does not allow the step, RoleForbidden when the role may not do it.
    """
    row = _BY_KEY.get((kind, status, step))
    if row is None:
        raise StepNotOpen(f"{step} of a {kind} that is {status}")
    if role not in row.roles:
        raise RoleForbidden(f"{step} by {role}")
    return row


def steps_open_to(kind: str, status: str | None, role: str) -> list[Transition]:
    """What `role` may do now, in the order of the table."""
    return [row for row in TABLE if row.kind == kind and row.status == status and role in row.roles]
