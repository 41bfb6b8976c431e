"""Kinds, statuses, steps and roles of tickets, and the one transition table (pure).

Everything that depends on the workflow reads this table: the desk's buttons, the labels of the
history, which notice a citizen gets, the diagram in docs/workflow.md. A new step is a new row.

Sources: 市场监督管理投诉举报处理办法 (2026) art. 15 (accept or reject), 16 (grounds), 22-23 (mediation ends),
18-24 (mediation), 28 and 35 (reports are verified, not accepted and not mediated), 34 and 41 (the right place);
银行业保险业消费投诉处理管理办法 (2020) art. 15-20, 23 and 29 (complaints at a bank or insurer).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from xiaobao.tickets import guards
from xiaobao.tickets.deadline_words import CAUSES
from xiaobao.tickets.errors import RoleForbidden, StepNotOpen
from xiaobao.tickets.guards import Guard


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


class Process(Labelled):
    """Which rules a ticket follows: its kind, but a complaint at a bank or insurer has rules of its own."""

    COMPLAINT = ("complaint", "投诉")
    FINANCE = ("finance", "金融消费投诉")
    REPORT = ("report", "举报")
    SUGGESTION = ("suggestion", "意见建议")
    CALLBACK = ("callback", "请求回电")
    DISTRESS = ("distress", "需要关心")


class Status(Labelled):
    SUBMITTED = ("submitted", "已提交")
    ACCEPTED = ("accepted", "已受理")
    REJECTED = ("rejected", "不予受理")
    ASSIGNED = ("assigned", "办理中")
    MEDIATING = ("mediating", "调解中")
    AGREED = ("agreed", "已达成协议")
    TERMINATED = ("terminated", "已终止调解")
    INVESTIGATING = ("investigating", "已立案")
    DECLINED = ("declined", "不予立案")
    REPLIED = ("replied", "已答复")
    REVIEWING = ("reviewing", "核查中")
    CLOSED = ("closed", "已办结")
    WITHDRAWN = ("withdrawn", "已撤回")
    MERGED = ("merged", "已并件")
    TRANSFERRED = ("transferred", "已转出")
    ARCHIVED = ("archived", "已归档")


class Step(Labelled):
    """In the order of the law: intake, handing on, handling, telling, afterwards."""

    SUBMIT = ("submit", "提交")
    ACCEPT = ("accept", "受理")
    REJECT = ("reject", "不予受理")
    ASSIGN = ("assign", "分办")
    TAKE = ("take", "签收")
    MEDIATE = ("mediate", "组织调解")
    AGREE = ("agree", "达成协议")
    TERMINATE = ("terminate", "终止调解")
    VERIFY = ("verify", "核查")
    INVESTIGATE = ("investigate", "立案")
    DECLINE = ("decline", "不予立案")
    DECIDE = ("decide", "作出处理决定")
    REPLY = ("reply", "答复")
    CLOSE = ("close", "办结")
    ASK_SUPPLEMENT = ("ask_supplement", "要求补正")
    SUPPLEMENT = ("supplement", "补充材料")
    REDIRECT = ("redirect", "告知去处")
    TRANSFER = ("transfer", "转办")
    HAND_OVER = ("hand_over", "对方已签收")
    SEND_BACK = ("send_back", "退回")
    SPLIT = ("split", "拆件")
    MERGE = ("merge", "并件")
    UNMERGE = ("unmerge", "取消并件")
    DELEGATE = ("delegate", "委托调解")
    RECUSE = ("recuse", "申请或主动回避")
    DECIDE_RECUSAL = ("decide_recusal", "决定是否回避")
    ASK_EXTENSION = ("ask_extension", "申请延期")
    EXTEND = ("extend", "批准延期")
    REFUSE_EXTENSION = ("refuse_extension", "不批延期")
    PAUSE = ("pause", "中止计时")
    RESUME = ("resume", "恢复计时")
    RESTART = ("restart", "登记新的事实")
    COUNT_PERSONS = ("count_persons", "登记共同投诉人数")
    SUPERVISE = ("supervise", "督办")
    ANSWER_SUPERVISION = ("answer_supervision", "回复督办")
    REVIEW = ("review", "申请核查")
    DECIDE_REVIEW = ("decide_review", "作出核查决定")
    REVOKE = ("revoke", "撤销决定")
    TELL = ("tell", "登记告知")
    NOTE = ("note", "内部备注")
    FOLLOW_UP = ("follow_up", "回访")
    REOPEN = ("reopen", "重开")
    ARCHIVE = ("archive", "归档")
    AMEND = ("amend", "更正")
    ANSWER_MEDIATION = ("answer_mediation", "答复是否愿意调解")
    SETTLE = ("settle", "和解情况")
    URGE = ("urge", "催办")
    WITHDRAW = ("withdraw", "撤回")
    RATE = ("rate", "评价")
    TAKE_OVER = ("take_over", "换设备接着办")
    REISSUE_CODE = ("reissue_code", "重发查询码")


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
    END = "end"  # as RUN, but stops whatever else still runs: nothing is due any more
    PAUSE = "pause"  # time that an article leaves out: payload {"clock": name or None, "cause": ...}
    RESUME = "resume"  # payload {"clock": name or None}
    EXTEND = "extend"  # payload {"clock": name or None, "amount": only where the law leaves it open}
    RESTART = "restart"  # new facts: begins anew what an article says begins anew


@dataclass(frozen=True)
class Field:
    """A field that a step takes; `choices` names a list of CHOICES, of data/reference (grounds) or the handlers."""

    name: str
    label: str
    type: str = "text"  # text | line | number | date | datetime | choice | accounts | checkbox | evidence
    required: bool = True
    choices: str = ""
    internal: bool = False  # kept in the audit and nowhere else: no event, no notice, no citizen


@dataclass(frozen=True)
class Transition:
    """One way from a status (None: nothing filed yet) to the next."""

    process: Process
    status: Status | None
    step: Step
    roles: frozenset[Role]
    next: Status
    fields: tuple[Field, ...] = ()
    clock: ClockEffect = ClockEffect.NONE
    notice: str | None = None
    own_only: bool = False  # a handler may act on tickets assigned to nobody else
    guards: tuple[Guard, ...] = ()

    @property
    def primary(self) -> bool:
        """Whether the desk shows the step as a button; the others stand in a list."""
        return self.step in PRIMARY


_S = Status
OPEN = (
    *(_S.SUBMITTED, _S.ACCEPTED, _S.ASSIGNED, _S.MEDIATING, _S.AGREED, _S.TERMINATED),
    *(_S.INVESTIGATING, _S.DECLINED, _S.REPLIED, _S.REVIEWING),
)
ENDED = (_S.REJECTED, _S.CLOSED, _S.WITHDRAWN, _S.MERGED, _S.TRANSFERRED, _S.ARCHIVED)
DECIDERS = (Role.CLERK, Role.SUPERVISOR)
HANDLERS = (Role.HANDLER, Role.SUPERVISOR)
WORKERS = (Role.CLERK, Role.HANDLER, Role.SUPERVISOR)
STAY = None
PRIMARY = frozenset(
    (
        Step.ACCEPT,
        Step.REJECT,
        Step.ASSIGN,
        Step.TAKE,
        Step.MEDIATE,
        Step.AGREE,
        Step.TERMINATE,
        Step.INVESTIGATE,
        Step.DECLINE,
        Step.DECIDE,
        Step.REPLY,
        Step.CLOSE,
        Step.EXTEND,
        Step.ANSWER_SUPERVISION,
        Step.DECIDE_REVIEW,
        Step.FOLLOW_UP,
        Step.ARCHIVE,
        Step.UNMERGE,
        Step.REVOKE,
    )
)

# Choices of fields: value -> what staff read. Grounds of ending: 办法 art. 23 in its order.
CHOICES: dict[str, dict[str, str]] = {
    "endings": {
        "withdrawn": "投诉人撤回投诉，或者双方自行和解",
        "absent": "一方无正当理由不参加调解，或者明确拒绝调解",
        "no_agreement": "一方明确表示无法达成调解协议",
        "costs": "双方对鉴定、检测费用承担无法协商一致",
        "sixty_days": "自受理之日起六十日内未能达成调解协议",
        "not_acceptable": "受理后发现有办法第十六条、第四十二条规定的情形",
        "ceased": "一方死亡或者主体资格灭失",
        "other": "法律、法规、规章规定的其他情形",
    },
    "causes": {**CAUSES, "mediation": "调解组织调解"},
    "forms": {
        "paper": "调解书：双方签字或者盖章，并盖本机关印章",
        "performed": "协议已经即时履行",
        "waived": "双方同意不制作调解书",
        "record": "不是现场调解，有调解记录",
    },
    "ways": {"on_site": "现场", "remote": "网络、电话、音频或者视频"},
    "means": {
        **{"telephone": "电话", "message": "短信", "email": "电子邮件", "post": "邮寄", "in_person": "当面"},
        "conversation": "在对话里发文书",
    },
    "parties": {"complainant": "投诉人申请", "merchant": "被投诉人申请", "mediator": "调解人员自行提出"},
    "clocks": {
        "accept": "受理决定",
        "mediate": "调解",
        "verify": "核查",
        "decide": "处理决定",
        "case": "办案",
        "pbc_reply": "答复人民银行转来的投诉",
    },
    # What a citizen says after filing.
    "wishes": {"yes": "愿意调解", "no": "不愿意调解"},
    "settlements": {
        "full": "商家已经全部兑现",
        "part": "商家兑现了一部分",
        "promise": "商家答应了日期，还没兑现",
        "broken": "商家答应的日子到了，没有兑现",
    },
    "fulfilments": {"yes": "都兑现了", "part": "兑现了一部分", "no": "没有兑现", "none": "没有说好要商家做什么"},
    "grades": {"good": "满意", "fair": "一般", "poor": "不满意"},
    # What somebody who lost the query code was asked on the telephone: one about the person, one about the matter.
    "person_facts": {"contact_name": "姓名", "contact_phone": "登记的电话（回拨过去）", "contact_address": "通讯地址"},
    "matter_facts": {
        "merchant": "商家",
        "institution": "机构",
        "item": "东西或服务",
        "amount": "金额",
        "event_date": "日期",
        "order_number": "订单号",
        "policy_number": "保单号",
    },
    "reopenings": {
        "unperformed": "说好的没有兑现",
        "new_facts": "有新的情况或者证据",
        "our_mistake": "工作人员办错了",
    },
    "amendable": {
        "merchant": "商家",
        "shop_name": "店铺名",
        "platform": "平台",
        "institution": "机构",
        "merchant_address": "商家地址",
        "item": "东西或服务",
        "amount": "金额",
        "event_date": "日期",
        "order_number": "订单号",
        "policy_number": "保单号",
        "claim": "诉求",
        "contact_name": "姓名",
        "contact_phone": "电话",
        "contact_address": "通讯地址",
    },
}

GROUND = Field("ground", "理由", "line", choices="grounds")
NOTE = Field("text", "说明", required=False)
TEXT = Field("text", "内容")
WHY = Field("text", "原因")
RESULT = Field("result", "办理结果")
DEPARTMENT = Field("department", "承办部门", "line")
HANDLER = Field("handler", "承办人", "number", required=False, choices="handlers")
LIMIT = Field("limit", "主办期限", "date", required=False)
CO_HANDLERS = Field("co_handlers", "协办人", "accounts", required=False)
CO_LIMIT = Field("co_limit", "协办期限", "date", required=False)
SCORE = Field("score", "评分（1至5）", "number")
PLACE = Field("place", "该去的单位", "line")
REACH = Field("reach", "怎样联系（电话或者地址）", "line")
CLOCK = Field("clock", "哪个时限", "choice", choices="clocks")
ADDITION = (Field("text", "补充内容", required=False), Field("evidence", "证据", "evidence", required=False))
REJECTION: tuple[Field, ...] = (GROUND, NOTE, Field("place", "该去的单位", "line", required=False))
REJECTION += (Field("reach", "怎样联系（电话或者地址）", "line", required=False),)
ASSIGNMENT = (DEPARTMENT, HANDLER, LIMIT, CO_HANDLERS, CO_LIMIT)
BOTH_AGREE = (
    Field("complainant_agrees", "投诉人同意调解", "checkbox", required=False),
    Field("merchant_agrees", "被投诉人同意调解", "checkbox", required=False),
)
MEDIATION = (
    *BOTH_AGREE,
    Field("way", "调解方式", "choice", choices="ways"),
    Field("held_at", "时间", "datetime"),
    Field("place", "地点", "line", required=False),
    Field("mediator", "调解人员", "line"),
)
AGREEMENT: tuple[Field, ...] = (Field("form", "协议怎样留存", "choice", choices="forms"), Field("text", "协议内容"))
AGREEMENT += (Field("signed", "双方已签字盖章、本机关已盖印", "checkbox", required=False),)
ENDING = (Field("ending", "终止情形", "choice", choices="endings"), NOTE)
DESPITE = Field("check_reason", "仍要这样答复的原因（只记在内部）", "line", required=False, internal=True)
DECISION = (
    Field("text", "处理决定"),
    Field("facts", "核实情况"),
    Field("basis_text", "依据和理由"),
    Field("remedies", "还可以怎么办（核查、调解、仲裁、诉讼）"),
    DESPITE,
)
REVIEW = (WHY, Field("by_branch", "决定是分支机构作出的", "checkbox", required=False))
AMENDMENT: tuple[Field, ...] = (Field("field", "哪一项", "choice", choices="amendable"), Field("value", "改成", "line"))
AMENDMENT += (Field("normalised", "按分或者按日期写的值", "line", required=False),)
SETTLEMENT: tuple[Field, ...] = (Field("how", "怎么样了", "choice", choices="settlements"), NOTE)
SETTLEMENT += (Field("promised_on", "答应的日期", "date", required=False),)
WISH = (Field("wish", "是否愿意调解", "choice", choices="wishes"), NOTE)
REOPENING = (WHY, Field("because", "群众要求重开的理由", "choice", required=False, choices="reopenings"))
RATING = (Field("fulfilled", "兑现了没有", "choice", required=False, choices="fulfilments"), SCORE, NOTE)
FOLLOWING: tuple[Field, ...] = (Field("fulfilled", "兑现了没有（问到才选）", "choice", False, "fulfilments"),)
FOLLOWING += (Field("grade", "满意吗（问到才选）", "choice", False, "grades"), Field("text", "怎么说的"))
REISSUE = (
    Field("person_fact", "核对了本人哪一项", "choice", False, "person_facts"),
    Field("matter_fact", "核对了事情哪一项", "choice", False, "matter_facts"),
    Field("unlink", "原来的手机丢了，不再往那边发消息", "checkbox", False),
    NOTE,
)
TELLING = (Field("means", "告知方式", "choice", choices="means"), Field("told_at", "告知时间", "datetime"), NOTE)

_P = Process
_EVERY = tuple(process for process in Process if process != Process.DISTRESS)
_COMPLAINT, _FINANCE, _REPORT, _DISTRESS = (_P.COMPLAINT,), (_P.FINANCE,), (_P.REPORT,), (_P.DISTRESS,)
_DISPUTED = (_P.COMPLAINT, _P.FINANCE)
_NOT_ACCEPTED = (_P.REPORT, _P.SUGGESTION, _P.CALLBACK)  # neither is accepted or rejected: art. 28, 35
_URGED = (*_DISPUTED, _P.REPORT, _P.CALLBACK)
_OWN = (*_DISPUTED, _P.SUGGESTION, _P.CALLBACK)  # a report is a clue, no longer the informant's to take back
_LEGAL = (*_DISPUTED, _P.REPORT)  # what has clocks of law
_NEW, _DONE = (_S.SUBMITTED,), (_S.CLOSED,)
_HANDLED = (_S.ASSIGNED, _S.REPLIED)
_ACCEPTED = (_S.ACCEPTED, *_HANDLED)
_WORK = (*_ACCEPTED, _S.MEDIATING, _S.AGREED, _S.TERMINATED, _S.INVESTIGATING, _S.DECLINED, _S.REVIEWING)
_CLOSABLE = (*_HANDLED, _S.AGREED, _S.TERMINATED, _S.INVESTIGATING, _S.DECLINED)
_CITIZEN, _INTAKE, _LEAD = (Role.CITIZEN,), (Role.CITIZEN, Role.CLERK), (Role.SUPERVISOR,)
_RUN, _END, _NOTHING = ClockEffect.RUN, ClockEffect.END, ClockEffect.NONE
_N = "utter_notice_"
# Which process knows which status beyond the common ones; a row elsewhere would be a status nobody can reach.
_ONLY = {
    _S.ACCEPTED: _DISPUTED,
    _S.REJECTED: _DISPUTED,
    _S.MEDIATING: _COMPLAINT,
    _S.AGREED: _COMPLAINT,
    _S.TERMINATED: _COMPLAINT,
    _S.INVESTIGATING: _REPORT,
    _S.DECLINED: _REPORT,
    _S.REVIEWING: _FINANCE,
    _S.WITHDRAWN: _OWN,
    _S.TRANSFERRED: _LEGAL,
}


def _rows(
    processes: Iterable[Process],
    statuses: Iterable[Status | None],
    step: Step,
    roles: Iterable[Role],
    next_status: Status | None,
    fields: tuple[Field, ...] = (),
    clock: ClockEffect = ClockEffect.NONE,
    notice: str | None = None,
    own_only: bool = False,
    guarded: tuple[Guard, ...] = (),
) -> list[Transition]:
    """Rows for every process and status that it knows; `next_status` STAY keeps the status."""
    told = _N + notice if notice else None
    return [
        Transition(process, status, step, frozenset(roles), reached, fields, clock, told, own_only, guarded)
        for process in processes
        for status in statuses
        if status is None or process in _ONLY.get(status, _EVERY + _DISTRESS)
        if (reached := next_status or status) is not None
    ]


_FILING = (
    _rows(_EVERY, (None,), Step.SUBMIT, (*_INTAKE, Role.SUPERVISOR), _S.SUBMITTED, clock=_RUN)
    + _rows(_DISPUTED, _NEW, Step.ACCEPT, DECIDERS, _S.ACCEPTED, (NOTE,), _RUN, "accepted")
    + _rows(
        _DISPUTED,
        _NEW,
        Step.REJECT,
        DECIDERS,
        _S.REJECTED,
        REJECTION,
        _END,
        "rejected",
        guarded=(guards.place_or_text,),
    )
    + _rows(_DISPUTED, _ACCEPTED, Step.ASSIGN, DECIDERS, _S.ASSIGNED, ASSIGNMENT, _RUN, "assigned")
    + _rows(_NOT_ACCEPTED, (*_NEW, *_HANDLED), Step.ASSIGN, DECIDERS, _S.ASSIGNED, ASSIGNMENT, _RUN, "assigned")
    + _rows(_EVERY, (_S.ASSIGNED,), Step.TAKE, HANDLERS, STAY, (), guarded=(guards.not_taken,))
)
_HANDLING = (
    _rows(
        _COMPLAINT,
        _ACCEPTED,
        *(Step.MEDIATE, HANDLERS, _S.MEDIATING, MEDIATION, _NOTHING, "mediation", True),
        (guards.both_agree, guards.told_beforehand),
    )
    + _rows(
        _COMPLAINT,
        (_S.MEDIATING,),
        *(Step.AGREE, HANDLERS, _S.AGREED, AGREEMENT, _RUN, "agreed", True),
        (guards.recusal_decided, guards.agreement_on_file),
    )
    + _rows(
        _COMPLAINT,
        (_S.ACCEPTED, _S.ASSIGNED, _S.REPLIED, _S.MEDIATING),
        *(Step.TERMINATE, HANDLERS, _S.TERMINATED, ENDING, _RUN, "terminated", True),
        (guards.sixty_days_over,),
    )
    + _rows(_REPORT, (_S.ASSIGNED,), Step.VERIFY, HANDLERS, STAY, (TEXT,), own_only=True)
    + _rows(_REPORT, (_S.ASSIGNED,), Step.INVESTIGATE, HANDLERS, _S.INVESTIGATING, (WHY,), _RUN, own_only=True)
    + _rows(_REPORT, (_S.ASSIGNED,), Step.DECLINE, HANDLERS, _S.DECLINED, (WHY,), _RUN, own_only=True)
    + _rows(_FINANCE, _ACCEPTED, Step.DECIDE, HANDLERS, _S.REPLIED, DECISION, _RUN, "decided", True)
    + _rows(_DISPUTED, _ACCEPTED, Step.REPLY, HANDLERS, _S.REPLIED, (TEXT, DESPITE), _RUN, "replied", True)
    + _rows(_NOT_ACCEPTED, _HANDLED, Step.REPLY, HANDLERS, _S.REPLIED, (TEXT, DESPITE), _RUN, "replied", True)
    + _rows(_EVERY, _CLOSABLE, Step.CLOSE, HANDLERS, _S.CLOSED, (RESULT,), _END, "closed", True)
    + _rows(_EVERY, OPEN, Step.ASK_SUPPLEMENT, WORKERS, STAY, (TEXT,), _NOTHING, "supplement_asked", True)
    + _rows(_EVERY, OPEN, Step.SUPPLEMENT, (*_CITIZEN, *WORKERS), STAY, ADDITION, own_only=True)
    + _rows(_DISTRESS, (None,), Step.SUBMIT, _CITIZEN, _S.SUBMITTED)
    + _rows(_DISTRESS, (*_NEW, _S.REPLIED), Step.REPLY, WORKERS, _S.REPLIED, (TEXT,), notice="cared")
    + _rows(_DISTRESS, (*_NEW, _S.REPLIED), Step.CLOSE, WORKERS, _S.CLOSED, (RESULT,))
)
_HANDING = (
    _rows(_REPORT, (*_NEW, *_HANDLED), Step.REDIRECT, DECIDERS, _S.CLOSED, (PLACE, REACH, NOTE), _END, "redirected")
    + _rows(
        _LEGAL,
        (*_NEW, *_ACCEPTED),
        *(Step.TRANSFER, DECIDERS, STAY, (PLACE, REACH, NOTE), _NOTHING, "transferred", False),
        (guards.not_in_transfer, guards.inside_own_hierarchy),
    )
    + _rows(
        _LEGAL,
        (*_NEW, *_ACCEPTED),
        Step.HAND_OVER,
        DECIDERS,
        _S.TRANSFERRED,
        (NOTE,),
        _END,
        guarded=(guards.in_transfer,),
    )
    + _rows(_LEGAL, (*_NEW, _S.ACCEPTED), Step.SEND_BACK, DECIDERS, STAY, (WHY,), guarded=(guards.in_transfer,))
    + _rows(_DISPUTED, _HANDLED, Step.SEND_BACK, WORKERS, _S.ACCEPTED, (WHY,), own_only=True)
    + _rows(_NOT_ACCEPTED, _HANDLED, Step.SEND_BACK, WORKERS, _S.SUBMITTED, (WHY,), own_only=True)
    + _rows(_EVERY, (*_NEW, _S.ACCEPTED, _S.ASSIGNED), Step.SPLIT, DECIDERS, STAY, (Field("text", "拆出的内容"),))
    + _rows(_EVERY, _NEW, Step.MERGE, DECIDERS, _S.MERGED, (Field("into", "并入的单号", "line"),), _END, "merged")
    + _rows(_EVERY, (_S.MERGED,), Step.UNMERGE, DECIDERS, _S.SUBMITTED, (WHY,), notice="unmerged")
    + _rows(
        _COMPLAINT,
        _ACCEPTED,
        *(Step.DELEGATE, HANDLERS, STAY, (PLACE, REACH, *BOTH_AGREE), _NOTHING, "delegated", True),
        (guards.both_agree,),
    )
    + _rows(
        _COMPLAINT,
        (_S.MEDIATING,),
        *(
            Step.RECUSE,
            WORKERS,
            STAY,
            (Field("party", "谁提出", "choice", choices="parties"), WHY),
            _NOTHING,
            None,
            True,
        ),
        guarded=(guards.recusal_decided,),
    )
    + _rows(
        _COMPLAINT,
        (_S.MEDIATING,),
        *(Step.DECIDE_RECUSAL, _LEAD, STAY),
        (Field("recused", "同意回避", "checkbox", required=False), WHY, Field("mediator", "换成谁调解", "line", False)),
        _NOTHING,
        "recusal",
        guarded=(guards.recusal_open, guards.replaced),
    )
)
_ANY = tuple(status for status in (*OPEN, *ENDED) if status != _S.ARCHIVED)
_TIMES = (
    _rows(
        _LEGAL,
        (*_NEW, *_WORK),
        *(Step.ASK_EXTENSION, HANDLERS, STAY, (CLOCK, WHY), _NOTHING, None, True),
        (guards.no_extension_asked,),
    )
    + _rows(
        _DISPUTED,
        (*_NEW, *_WORK),
        *(Step.EXTEND, _LEAD, STAY, (NOTE,), ClockEffect.EXTEND, "extended", False),
        (guards.extension_asked,),
    )
    # 办法 art. 36 knows no duty to tell an informant of a longer time.
    + _rows(
        _REPORT,
        (*_NEW, *_WORK),
        Step.EXTEND,
        _LEAD,
        STAY,
        (Field("amount", "延长多少日（只有集体讨论再延时写）", "number", required=False), NOTE),
        ClockEffect.EXTEND,
        guarded=(guards.extension_asked,),
    )
    + _rows(_LEGAL, (*_NEW, *_WORK), Step.REFUSE_EXTENSION, _LEAD, STAY, (WHY,), guarded=(guards.extension_asked,))
    + _rows(
        _DISPUTED,
        _WORK,
        *(Step.PAUSE, HANDLERS, STAY, (Field("cause", "原因", "choice", choices="causes"), NOTE)),
        *(ClockEffect.PAUSE, "paused", True, (guards.not_paused,)),
    )
    + _rows(
        _REPORT,
        _WORK,
        *(Step.PAUSE, HANDLERS, STAY, (Field("cause", "原因", "choice", choices="causes"), NOTE)),
        *(ClockEffect.PAUSE, None, True, (guards.not_paused,)),
    )
    + _rows(_LEGAL, _WORK, Step.RESUME, HANDLERS, STAY, (NOTE,), ClockEffect.RESUME, None, True, (guards.paused,))
    + _rows(_LEGAL, _WORK, Step.RESTART, WORKERS, STAY, (TEXT,), ClockEffect.RESTART, None, True)
    + _rows(_FINANCE, (*_NEW, *_WORK), Step.COUNT_PERSONS, WORKERS, STAY, (Field("persons", "人数", "number"),))
    + _rows(_EVERY, (*_NEW, *_WORK), Step.SUPERVISE, _LEAD, STAY, (TEXT, LIMIT), guarded=(guards.not_supervised,))
    + _rows(_EVERY, _ANY, Step.ANSWER_SUPERVISION, WORKERS, STAY, (TEXT,), own_only=True, guarded=(guards.supervised,))
    + _rows(
        _FINANCE,
        (_S.REPLIED, _S.CLOSED),
        *(Step.REVIEW, _INTAKE, _S.REVIEWING, REVIEW, _RUN, "review_received", False),
        (guards.decided, guards.against_a_branch, guards.review_within_30_days),
    )
    + _rows(_FINANCE, (_S.REVIEWING,), Step.DECIDE_REVIEW, _LEAD, _S.REPLIED, (TEXT,), _RUN, "reviewed")
    + _rows(_DISPUTED, (_S.REJECTED,), Step.REVOKE, _LEAD, _S.SUBMITTED, (WHY,), _RUN, "revoked")
)
_AFTER = (
    _rows(_EVERY, _ANY, Step.TELL, WORKERS, STAY, TELLING, _RUN, own_only=True)
    + _rows(_EVERY, _ANY, Step.NOTE, WORKERS, STAY, (TEXT,), own_only=True)
    + _rows(_EVERY, _DONE, Step.FOLLOW_UP, WORKERS, STAY, FOLLOWING)
    # The office reopens as it sees fit, a citizen on three grounds within the office's own window: after_filing.py.
    + _rows(_EVERY, _DONE, Step.REOPEN, (*_LEAD, *_CITIZEN), _S.ASSIGNED, REOPENING, _NOTHING, "reopened")
    + _rows(
        _EVERY,
        (_S.CLOSED, _S.REJECTED, _S.WITHDRAWN, _S.TRANSFERRED, _S.MERGED),
        *(Step.ARCHIVE, DECIDERS, _S.ARCHIVED, (), _NOTHING, None, False, (guards.not_supervised,)),
    )
    + _rows(_EVERY, OPEN, Step.AMEND, _CITIZEN, STAY, AMENDMENT)
    + _rows(_COMPLAINT, (*_ACCEPTED, _S.MEDIATING), Step.ANSWER_MEDIATION, _CITIZEN, STAY, WISH)
    + _rows(_DISPUTED, (*OPEN, *_DONE), Step.SETTLE, _CITIZEN, STAY, SETTLEMENT)
    + _rows(_URGED, OPEN, Step.URGE, _CITIZEN, STAY)
    + _rows(_OWN, OPEN, Step.WITHDRAW, _CITIZEN, _S.WITHDRAWN, (NOTE,), _END)
    + _rows((*_EVERY,), _DONE, Step.RATE, _CITIZEN, STAY, RATING)
    + _rows(_EVERY, _ANY, Step.TAKE_OVER, _CITIZEN, STAY, (Field("channel", "渠道", "line", False),))
    + _rows(_EVERY, _ANY, Step.REISSUE_CODE, (*_CITIZEN, *DECIDERS), STAY, REISSUE, notice="code_reissued")
)
TABLE: tuple[Transition, ...] = tuple(
    sorted(_FILING + _HANDLING + _HANDING + _TIMES + _AFTER, key=lambda row: list(Step).index(row.step))
)
_BY_STATUS: dict[tuple[str, str | None], list[Transition]] = {}
for _row in TABLE:
    _BY_STATUS.setdefault((_row.process, _row.status), []).append(_row)
_BY_KEY: dict[tuple[str, str | None, str], Transition] = {(row.process, row.status, row.step): row for row in TABLE}


def process_of(kind: str, office_kind: str) -> str:
    """The process of a new ticket: a complaint at a bank or insurer follows its own rules."""
    return str(Process.FINANCE) if (kind, office_kind) == (Kind.COMPLAINT, "institution") else str(kind)


def advance(process: str, status: str | None, step: str, role: str) -> Transition:
    """The transition of `step`, with its next status.

    Raises StepNotOpen when the status does not allow the step, RoleForbidden when the role may not do it.
    """
    row = _BY_KEY.get((process, status, step))
    if row is None:
        raise StepNotOpen(f"{step} of a {process} that is {status}")
    if role not in row.roles:
        raise RoleForbidden(f"{step} by {role}")
    return row


def steps_open_to(process: str, status: str | None, role: str) -> list[Transition]:
    """What `role` may do now, in the order of the law; guards are asked when the step is taken."""
    return [row for row in steps_of(process, status) if role in row.roles]


def steps_of(process: str, status: str | None) -> Sequence[Transition]:
    """What anybody may do now, in the order of the law."""
    return _BY_STATUS.get((process, status), ())
