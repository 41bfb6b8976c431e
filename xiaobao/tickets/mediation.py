"""Steps of a mediation: 市场监督管理投诉举报处理办法 art. 18-24."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from xiaobao.tickets.decisions import kept
from xiaobao.tickets.stepping import Change, Taking
from xiaobao.tickets.workflow import Step


def mediate(taking: Taking) -> dict[str, Any]:
    """Both sides agree; time, place and mediator are told beforehand (art. 18, 20)."""
    taking.matter("way", taking.typed["way"])
    taking.matter("mediator", taking.typed["mediator"])
    held = datetime.fromisoformat(taking.typed["held_at"])
    when = f"{held.month}月{held.day}日{held.hour:02d}:{held.minute:02d}"
    where = f"，地点：{taking.typed['place']}" if taking.typed["place"] else ""
    return {**kept(taking), "when": when, "where": where}


def recuse(taking: Taking) -> dict[str, Any]:
    """The mediation rests until it is decided (art. 21)."""
    taking.matter("recusal", taking.typed["party"])
    return kept(taking)


def decide_recusal(taking: Taking) -> dict[str, Any]:
    taking.matter("recusal", None)
    if taking.typed["recused"]:
        taking.matter("mediator", taking.typed["mediator"])
    outcome = f"同意回避，改由{taking.typed['mediator']}调解" if taking.typed["recused"] else "不用回避，继续调解"
    return {**kept(taking), "outcome": outcome}


def delegate(taking: Taking) -> dict[str, Any]:
    """To a council or another body of mediation, in the regulator's name (art. 19)."""
    taking.matter("delegated_to", taking.typed["place"])
    return kept(taking)


CHANGES: Mapping[Step, Change] = {
    Step.MEDIATE: mediate,
    Step.RECUSE: recuse,
    Step.DECIDE_RECUSAL: decide_recusal,
    Step.DELEGATE: delegate,
}
