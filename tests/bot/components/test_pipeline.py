"""The trained bot reads a message: as the server does it, with our config.yml and data/nlu."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rasa.core.agent import Agent
from rasa.model_training import train

ROOT = Path(__file__).resolve().parents[3]
pytestmark = [pytest.mark.model, pytest.mark.slow]
Parse = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module")
def parse(tmp_path_factory: pytest.TempPathFactory) -> Parse:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        patch.setenv("RASA_TELEMETRY_ENABLED", "false")
        # Components of an earlier training with the same data come from Rasa's cache.
        model = train("domain.yml", "config.yml", ["data"], output=str(tmp_path_factory.mktemp("models"))).model
        agent = Agent.load(model)
    return lambda text: asyncio.run(agent.parse_message(text))


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("我要投訴！！！", "submit_complaint"),
        ("轉人工", "request_human"),
        ("七 天 无 理 由", "ask"),
        ("不想活了", "distress"),
        ("老板拖欠工资怎么办", "out_of_scope"),
        ("🙏", "thanks"),
    ],
)
def test_the_intent_does_not_depend_on_the_way_of_typing(parse: Parse, text: str, intent: str) -> None:
    assert parse(text)["intent"]["name"] == intent


def test_the_text_stays_as_typed_and_entities_point_into_it(parse: Parse) -> None:
    typed = "😡ＸＢ20261124－000017 催 辦"
    parsed = parse(typed)
    assert parsed["text"] == typed
    (entity,) = parsed["entities"]
    assert (entity["entity"], entity["value"]) == ("ticket_number", "XB20261124-000017")
    assert typed[entity["start"] : entity["end"]] == "ＸＢ20261124－000017"


def test_a_pressed_button_is_not_read_but_taken(parse: Parse) -> None:
    parsed = parse('/ask_progress{"ticket_number": "XB20261124-000017"}')
    assert parsed["intent"] == {"name": "ask_progress", "confidence": 1.0}
    assert [(e["entity"], e["value"]) for e in parsed["entities"]] == [("ticket_number", "XB20261124-000017")]


def test_a_full_width_slash_does_not_become_a_command(parse: Parse) -> None:
    assert parse("／withdraw_ticket")["intent"] != {"name": "withdraw_ticket", "confidence": 1.0}


def test_what_cannot_be_understood_is_unsure_with_a_true_ranking(parse: Parse) -> None:
    parsed = parse("ⴲⴳⴴ")
    assert parsed["intent"]["name"] == "unsure"
    assert parsed["unsure"] is True
    assert len(parsed["intent_ranking"]) == 5
    assert "unsure" not in {entry["name"] for entry in parsed["intent_ranking"]}
