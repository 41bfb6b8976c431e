"""Telephone, name, order and policy number in a story."""

from __future__ import annotations

import re

from xiaobao.reading.values import Value, halve, value

_MOBILE = re.compile(r"(?<![\dA-Za-z])(?:\+?86[- ]?)?(1[3-9]\d(?:[- ]?\d{4}){2})(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)(0\d{2,3}[- ]?[2-8]\d{6,7})(?!\d)")
_THEIRS = re.compile(r"(?:商家|店家|店里|卖家|客服|老板|对方|商户|他们|店主|公司|店铺|平台)[^，。；\n]{0,6}$")
_NAME = re.compile(
    r"(?:我叫|姓名[：:是为]?\s?|本人姓名[：:是为]?\s?|联系人[：:是为]?\s?|投诉人[：:]\s?|我的名字[是叫]|称呼[：:]\s?)(?P<name>[一-鿿·]{2,8}?)(?=[，。！？；,;!?、\s]|电话|手机|今年|联系|住|身份|在|于|，|$)"
)
_NOT_NAME = re.compile(r"(?:外卖|一[个家辆]|滴滴|快递|车|商家|客服|他|她|你|人|了|什么|不)")
_SURNAME_ONLY = re.compile(r"(?:我姓|免贵姓)(?P<name>[一-鿿])(?=[，。！？；,;!?\s]|$)")
_ORDER = re.compile(
    r"(?:订单编?号|订单|单号|编号)(?:为|是)?[：:\s]{0,2}(?P<number>[A-Za-z]{0,6}[\d\-]{6,30}[A-Za-z\d]*)"
)
_POLICY = re.compile(
    r"(?:保单编?号|保险单号|保单号码|合同号|投保单号)(?:为|是)?[：:\s]{0,2}(?P<number>[A-Za-z]{0,8}[\dA-Za-z\-]{6,30})"
)
_EMAIL = re.compile(r"[A-Za-z0-9._%+\-]{1,40}@[A-Za-z0-9\-]{1,40}(?:\.[A-Za-z0-9\-]{1,20}){1,3}")


def read(text: str) -> dict[str, Value]:
    """contact_phone, contact_name, contact_email, order_number and policy_number, where told."""
    plain = halve(text)
    found: dict[str, Value] = {}
    phone = _phone(text, plain)
    if phone is not None:
        found["contact_phone"] = phone
    name = next((m for m in _NAME.finditer(text) if not _NOT_NAME.search(m["name"])), None) or _SURNAME_ONLY.search(
        text
    )
    if name is not None:
        found["contact_name"] = value(text, *name.span("name"))
    for slot, pattern in (("policy_number", _POLICY), ("order_number", _ORDER)):
        match = pattern.search(plain)
        if match is not None and sum(c.isdigit() for c in match["number"]) >= 6:
            found[slot] = value(text, *match.span("number"))
    email = _EMAIL.search(text)
    if email is not None:
        found["contact_email"] = value(text, *email.span())
    return found


def _phone(text: str, plain: str) -> Value | None:
    """The citizen's own number: one that is not said to be the merchant's."""
    for pattern in (_MOBILE, _LANDLINE):
        for match in pattern.finditer(plain):
            before = plain[max(0, match.start() - 14) : match.start()]
            if _THEIRS.search(before) or re.search(r"(?:订单|单号|编号|卡号|号拨打|催收)[^，。]{0,6}$", before):
                continue
            return value(text, *match.span(1), re.sub(r"\D", "", match[1]))
    return None
