"""What a ticket puts into its documents (pure): the values of data/documents/variables.csv.

A document of a complaint may end with the merchant, so nothing in it tells that a report exists or is thought of
(市场监督管理投诉举报处理办法 art. 37); a letter about a report does not name the informant.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from xiaobao.desk import least_data
from xiaobao.documents import store
from xiaobao.documents.kinds import BOTH, Catalogue, DocumentKind
from xiaobao.tickets.deadlines import TIMEZONE, local_date
from xiaobao.tickets.errors import InvalidField
from xiaobao.tickets.office import Office
from xiaobao.tickets.views import TicketView
from xiaobao.tickets.workflow import Kind, Step

LONGEST_TEXT = 20_000  # characters
NEEDS_TEXT = ("supplement", "agreement", "report", "reply")
OF_LAW = ("依据", "其他途径", "回避")
CLOCKS_LEFT_OUT = ("accept", "target")


def of(
    ticket: TicketView, kind: DocumentKind, text: str, *, catalogue: Catalogue, office: Office, now: datetime
) -> dict[str, str]:
    """Every variable; contact data as masked or not as the ticket was read."""
    step = store.source_step(kind, ticket) or ""
    told = _payload(ticket, step)
    report = ticket.kind == Kind.REPORT
    values = {
        "文书名称": kind.title,
        store.NUMBER: "（发出时编号）",
        "日期": _day(local_date(now)),
        "单位名称": office.name,
        "单位地址": office.address,
        "单位电话": office.telephone,
        "办公时间": office.hours,
        "工单编号": ticket.number,
        "提交日期": _day(local_date(ticket.submitted_at)),
        "正文": text,
        "承办部门": ticket.department or "",
        "承办人": ticket.assignee_name or "",
        **_contact(ticket, kind, report),
        **_matter(ticket, report),
        **_decided(told, step, ticket),
        "办理期限": _due(ticket),
    }
    for name in OF_LAW:
        values[name] = catalogue.clause(kind.code, str(office.kind), step, name)
    return values


def prefilled(ticket: TicketView, kind: DocumentKind) -> str:
    """What was said when the step was taken, to begin with."""
    return str(_payload(ticket, store.source_step(kind, ticket) or "").get("text") or "")


def checked(text: str, kind: DocumentKind) -> str:
    """The text of a document. Raises InvalidField: none where one is needed, too long, telling the merchant of a report."""
    text = text.replace("\0", "").strip()
    if len(text) > LONGEST_TEXT or (not text and kind.code in NEEDS_TEXT):
        raise InvalidField("text", f"1 to {LONGEST_TEXT} characters")
    if kind.to == BOTH and least_data.speaks_of_report(text):
        raise InvalidField("document_text", "the merchant reads it, too")
    return text


def _contact(ticket: TicketView, kind: DocumentKind, report: bool) -> dict[str, str]:
    if report and not kind.for_citizen:
        return {"姓名": "", "电话": "", "通讯地址": ""}
    name = ticket.contact_name or ""
    if kind.to == BOTH:
        return {"姓名": name, "电话": "", "通讯地址": ""}
    return {"姓名": name, "电话": ticket.contact_phone or "", "通讯地址": ticket.contact_address or ""}


def _matter(ticket: TicketView, report: bool) -> dict[str, str]:
    """What it is about; of a complaint without the sentences that speak of reporting."""
    named = ticket.merchant or ticket.institution or ticket.shop_name or ""
    if report:
        amount = f"{ticket.amount_cents / 100:,.2f} 元" if ticket.amount_cents is not None else ticket.amount_text
        found = (named, ticket.item, amount, "")
    else:
        least = least_data.of(ticket)
        found = (least.merchant, least.facts.get("item"), least.amount, least.claim)
    address = ticket.merchant_address or ""
    values = dict(zip(("商家", "商品或服务", "金额", "诉求"), (one or "" for one in found), strict=True))
    return {**values, "商家地址": address if report else least_data.without_report(address)}


def _decided(told: Mapping[str, Any], step: str, ticket: TicketView) -> dict[str, str]:
    """What the steps said: the ground, when and how it is mediated, why it ended, where to go."""
    mediation = _payload(ticket, str(Step.MEDIATE))
    held = mediation.get("held_at")
    place = told if step in (Step.REDIRECT, Step.TRANSFER, Step.HAND_OVER) else {}
    return {
        "理由": str(told.get("reason") or ""),
        "理由依据": str(told.get("article") or "") if step == Step.REJECT else "",
        "调解时间": _moment(held) if held else "",
        "调解地点": str(mediation.get("place") or ""),
        "调解方式": str(mediation.get("way_words") or ""),
        "调解人员": str(ticket.matters.get("mediator") or mediation.get("mediator") or ""),
        "终止情形": str(told.get("ending_words") or ""),
        "去处": str(place.get("place") or ""),
        "联系方法": str(place.get("reach") or ""),
    }


def _due(ticket: TicketView) -> str:
    """The statutory periods that run, with their article; a day whose holidays are not published yet says so."""
    running = [
        clock
        for clock in ticket.clocks
        if clock.state == "running" and clock.statutory and clock.law
        if clock.name not in CLOCKS_LEFT_OUT and not clock.decided_on
    ]
    return "；".join(
        f"{_day(clock.due)}前后（{clock.law}；当年节假日安排公布后确定）"
        if clock.provisional
        else f"{_day(clock.due)}前（{clock.law}）"
        for clock in running
    )


def _payload(ticket: TicketView, step: str) -> Mapping[str, Any]:
    return next((event.payload for event in reversed(ticket.events) if event.step == step), {})


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _moment(iso: str) -> str:
    at = datetime.fromisoformat(iso).astimezone(TIMEZONE)
    return f"{_day(at.date())} {at:%H:%M}"
