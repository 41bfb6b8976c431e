"""Steps of a complaint at a bank or insurer: 银行业保险业消费投诉处理管理办法 art. 19, 20, 29."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xiaobao.tickets import deadlines
from xiaobao.tickets.decisions import kept
from xiaobao.tickets.stepping import Change, Taking
from xiaobao.tickets.workflow import Step

MAJOR = 20  # persons together, "以上" counts twenty itself: art. 29 (2), 43


def decide(taking: Taking) -> dict[str, Any]:
    """The decision with facts, grounds and remedies (art. 19); the 30 days for a review count from it (art. 20)."""
    taking.ticket.reply = taking.typed["text"]
    taking.matter("decided_on", deadlines.local_date(taking.now).isoformat())
    return kept(taking)


def decide_review(taking: Taking) -> dict[str, Any]:
    """A decision on review is not reviewed again."""
    taking.ticket.reply = taking.typed["text"]
    taking.matter("decided_on", None)
    return kept(taking)


def count_persons(taking: Taking) -> dict[str, Any]:
    """Twenty or more together is a major complaint, and urgent at once (art. 29)."""
    taking.ticket.major = int(taking.typed["persons"]) >= MAJOR
    taking.ticket.urgent = taking.ticket.urgent or taking.ticket.major
    return kept(taking)


CHANGES: Mapping[Step, Change] = {
    Step.DECIDE: decide,
    Step.DECIDE_REVIEW: decide_review,
    Step.COUNT_PERSONS: count_persons,
}
