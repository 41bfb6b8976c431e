"""Which closed tickets are followed up: every grave one and a share of the others, by the office's profile (pure).

The draw is a hash of the number: whoever looks again finds the same, and nobody picks. 市场监督管理投诉举报处理办法
art. 26 lets a regulator make random checks and call back; how many is the office's own choice.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any

from xiaobao.tickets.workflow import Kind, Step

DRAWN = "drawn"
# A request for a call was answered by a call; a cry for help is no matter of satisfaction.
ASKED_KINDS = (Kind.COMPLAINT, Kind.REPORT, Kind.SUGGESTION)
_AMOUNT = re.compile(r"amount:([1-9][0-9]{0,8})")  # yuan and more


def _happened(step: Step) -> Callable[[Any], bool]:
    return lambda ticket: any(event.step == step for event in ticket.events)


GRAVE: Mapping[str, Callable[[Any], bool]] = {
    "urgent": lambda ticket: bool(ticket.urgent),
    "major": lambda ticket: bool(ticket.major),  # 银行业保险业消费投诉处理管理办法 art. 29
    "reopened": _happened(Step.REOPEN),
    "supervised": _happened(Step.SUPERVISE),
    "agreed": _happened(Step.AGREE),
    "urged": lambda ticket: bool(ticket.urged),
}


def unknown(rules: str) -> list[str]:
    """Words of a profile that are no rule."""
    return [word for word in rules.split() if word not in GRAVE and not _AMOUNT.fullmatch(word)]


def reason(ticket: Any, rules: str, share: int) -> str | None:
    """Why this ticket is followed up: the rule that makes it grave, `drawn`, or None when it is not."""
    if ticket.kind not in ASKED_KINDS:
        return None
    for word in rules.split():
        amount = _AMOUNT.fullmatch(word)
        if amount and (ticket.amount_cents or 0) >= int(amount[1]) * 100:
            return "amount"
        if word in GRAVE and GRAVE[word](ticket):
            return word
    return DRAWN if drawn(ticket.number, share) else None


def drawn(number: str, share: int) -> bool:
    """Whether this number is among the `share` of a hundred."""
    digest = hashlib.sha256(number.encode()).digest()
    return int.from_bytes(digest[:8], "big") % 100 < share
