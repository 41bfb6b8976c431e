"""The error boundary: whatever breaks behind it, the citizen is answered and no slot is lost."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import base
from actions.draft import BOOKKEEPING, VALUES
from tests.actions.conftest import every_action

pytestmark = pytest.mark.slow

SLOTS = {
    "ticket_kind": "complaint",
    "narrative": "我10月3日在乐动健身办卡2680元，店关门了",
    "merchant": "乐动健身",
    "amount": "2680元",
    "contact_phone": "13800138000",
    "draft_id": "d" * 32,
    "draft_saved_at": None,
    "pending_question": "supplement:XB20261124-000001",
    "topic_id": "net-01",
    "last_question": "网购七天内能退吗",
}
FORM_OF = {name: name.removeprefix("validate_") for name in every_action() if name.startswith("validate_")}


def run(name: str, text: str, intent: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    form = FORM_OF.get(name) or next((f for f in FORM_OF.values() if f in name), None)
    slots = {**SLOTS, "requested_slot": "confirmed" if form and form != "question_form" else "answer"}
    latest = {"text": text, "intent": {"name": intent, "confidence": 0.9}, "entities": [], "message_id": "m"}
    tracker = Tracker("c" * 32, slots, latest, [], False, None, {"name": form} if form else {}, None)
    dispatcher = CollectingDispatcher()
    events = asyncio.run(every_action()[name]().run(dispatcher, tracker, {}))
    return dispatcher.messages, events


@pytest.fixture
def broken(environment: Path) -> None:
    """A database that cannot be opened: its file is a folder."""
    base.context.cache_clear()
    for path in environment.glob("xiaobao.db*"):
        path.unlink()
    (environment / "xiaobao.db").mkdir()


@pytest.mark.parametrize("name", sorted(every_action()))
@pytest.mark.parametrize(("text", "intent"), [("确认提交", "affirm"), ("XB20261124-000001 483920", "ask_progress")])
def test_every_action_answers_and_loses_no_slot_when_the_database_is_broken(
    broken: None, name: str, text: str, intent: str
) -> None:
    messages, events = run(name, text, intent)
    said = [m for m in messages if m.get("response") or m.get("text")]
    follows = [e for e in events if e.get("event") == "followup"]
    assert said or follows or name == "validate_question_form"
    lost = [
        e
        for e in events
        if e.get("event") == "slot"
        and e["name"] in (*VALUES, *BOOKKEEPING)
        and e["value"] is None
        and SLOTS.get(e["name"])
    ]
    assert not lost or name == "action_start_over"
    if name == "validate_complaint_form":
        assert [m["response"] for m in said] == ["utter_error_not_filed"]
        assert any(m["custom"].get("retry") for m in said), "the channel must try again by itself"


def test_a_defect_is_told_but_not_tried_again(environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def defect(*_: Any, **__: Any) -> None:
        raise KeyError("a defect of ours")

    monkeypatch.setattr("actions.filing.filed", defect)
    messages, events = run("validate_complaint_form", "确认提交", "affirm")
    assert [m["response"] for m in messages] == ["utter_error_not_filed"]
    assert not messages[0]["custom"]["retry"]
    assert {e["name"]: e["value"] for e in events} == {"draft_id": "d" * 32, "requested_slot": "confirmed"}


def test_an_error_is_logged_without_what_the_citizen_said(
    environment: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def defect(*_: Any, **__: Any) -> None:
        raise ValueError(SLOTS["contact_phone"])

    monkeypatch.setattr("actions.filing.filed", defect)
    run("validate_complaint_form", "确认提交", "affirm")
    assert "validate_complaint_form failed" in caplog.text and "13800138000" not in caplog.text


def test_a_shared_base_is_not_registered_as_an_action() -> None:
    from actions.intake import Intake

    with pytest.raises(TypeError):
        Intake()  # type: ignore[abstract]
