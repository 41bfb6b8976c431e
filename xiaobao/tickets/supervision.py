"""Steps about time and oversight: extension with approval, pause, supervision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xiaobao.tickets.decisions import kept
from xiaobao.tickets.stepping import Change, Taking
from xiaobao.tickets.workflow import Step


def ask_extension(taking: Taking) -> dict[str, Any]:
    taking.matter("extension", {"clock": taking.typed["clock"], "text": taking.typed["text"]})
    taking.ticket.extension_asked_at = taking.now
    return kept(taking)


def extend(taking: Taking) -> dict[str, Any]:
    """The clock that was asked for; whether an article allows it is for clocks.apply to say."""
    asked = taking.ticket.matters["extension"]
    _decided(taking)
    return {**kept(taking), "clock": asked["clock"], "why": asked["text"]}


def refuse_extension(taking: Taking) -> dict[str, Any]:
    _decided(taking)
    return kept(taking)


def _decided(taking: Taking) -> None:
    taking.matter("extension", None)
    taking.ticket.extension_asked_at = None


def pause(taking: Taking) -> dict[str, Any]:
    taking.matter("paused", taking.typed["cause"])
    return kept(taking)


def resume(taking: Taking) -> dict[str, Any]:
    taking.matter("paused", None)
    return kept(taking)


def supervise(taking: Taking) -> dict[str, Any]:
    """督办 must be answered: it stands on the ticket until then."""
    taking.ticket.supervised_at = taking.now
    return kept(taking)


def answer_supervision(taking: Taking) -> dict[str, Any]:
    taking.ticket.supervised_at = None
    return kept(taking)


CHANGES: Mapping[Step, Change] = {
    Step.ASK_EXTENSION: ask_extension,
    Step.EXTEND: extend,
    Step.REFUSE_EXTENSION: refuse_extension,
    Step.PAUSE: pause,
    Step.RESUME: resume,
    Step.SUPERVISE: supervise,
    Step.ANSWER_SUPERVISION: answer_supervision,
}
