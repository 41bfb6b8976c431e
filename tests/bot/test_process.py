"""The quicker check of the action server's answers says what Rasa's own says."""

from __future__ import annotations

import copy
from typing import Any

import jsonschema
import pytest
from rasa.core.actions.action import RemoteAction

from bot import process

GOOD: dict[str, Any] = {
    "events": [
        {"event": "slot", "name": "merchant", "value": "演示百货", "timestamp": None},
        {"event": "followup", "name": "action_answer", "timestamp": None},
    ],
    "responses": [{"response": "utter_greet", "buttons": []}],
}


def changed(*path: Any, value: Any) -> dict[str, Any]:
    found = copy.deepcopy(GOOD)
    place: Any = found
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return found


ANSWERS = [
    GOOD,
    {},
    {"events": []},
    changed("events", value="none"),
    changed("events", 0, "name", value=7),
    changed("events", 0, value={"event": "slot"}),
    changed("events", 0, "event", value="no such event"),
    changed("events", 1, "name", value=None),
    changed("responses", value={}),
    changed("responses", 0, value="text"),
]


@pytest.mark.parametrize("answer", ANSWERS)
def test_it_takes_and_refuses_what_rasa_takes_and_refuses(answer: dict[str, Any]) -> None:
    action, quick = RemoteAction("action_answer", None), process.checker()  # type: ignore[arg-type]
    try:
        RemoteAction._validate_action_result(action, copy.deepcopy(answer))
    except jsonschema.ValidationError:
        with pytest.raises(jsonschema.ValidationError, match="action_answer"):
            quick(action, answer)
    else:
        assert quick(action, answer) is True


def test_there_are_answers_of_both_sorts() -> None:
    valid = jsonschema.Draft202012Validator(RemoteAction.action_response_format_spec()).is_valid
    assert {valid(answer) for answer in ANSWERS} == {True, False}
